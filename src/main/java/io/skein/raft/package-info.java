/**
 * The Raft algorithm as a value machine: inputs in, effects out.
 *
 * <p>Promise: the same inputs in the same order give the same effects. Nothing here reads a clock, draws a number that it
 * was not given, blocks, logs, or throws for what a sound peer can send; what no sound cluster can do (two leaders in a
 * term, a committed entry overwritten) is an assertion that stops the node.
 *
 * <p>Start at {@link io.skein.raft.Raft#step}. Then by chapter of the paper (Ongaro and Ousterhout, extended version;
 * "thesis" is Ongaro's): {@code Election} (§5.2, §5.4.1), {@code Following} and {@code Replication} (the two sides of
 * §5.3), {@code Commitment} (§5.4.2). {@code Log} is the log in memory, {@code Progress} what a leader knows of a peer,
 * {@code Durability} what is on its way to the disk, {@code Promises} what waits for it.
 *
 * <p>May know: {@code wire} and the JDK. The replica room is the only caller.
 *
 * <p>Invariants: Figure 3's five, and that no promise leaves before it is durable (DESIGN D2). Asserted where they are
 * local; the simulations check the rest after each input. Every queue has a bound in {@link io.skein.raft.RaftLimits} or
 * beside its declaration.
 *
 * <p>Not here yet: pre-vote and stickiness (thesis §9.6, §4.2.3), changes of members, catching up of learners,
 * snapshots, transfer, ReadIndex, and the loading of entries that are no longer in memory.
 */
package io.skein.raft;
