/**
 * The Raft algorithm as a value machine: inputs in, effects out.
 *
 * <p>Promise: the same inputs in the same order give the same effects. Nothing here reads a clock, draws a number that it
 * was not given, blocks, logs, or throws for what a sound peer can send; what no sound cluster can do (two leaders in a
 * term, a committed entry overwritten) is an assertion that stops the node.
 *
 * <p>Start at {@link io.skein.raft.Raft#step}. Then by chapter of the paper (Ongaro and Ousterhout, extended version;
 * "thesis" is Ongaro's):
 *
 * <ul>
 *   <li>{@code Inbox}: what peers say, and the rules for terms (§5.1); {@code Standing}: term, vote, role, leader (Figure
 *       4); {@code Election}: §5.2, §5.4.1, pre-vote and stickiness (thesis §9.6, §4.2.3);
 *   <li>{@code Following} and {@code Replication}: the two sides of §5.3; {@code Progress} is what a leader knows of a
 *       peer, {@code Lagging} those that need what is no longer in memory, {@code Majority} counts;
 *   <li>{@code Commitment}: §5.4.2; {@code Membership}: thesis §4; {@code Reading}: ReadIndex, thesis §6.4; {@code
 *       Transfer}: thesis §3.10;
 *   <li>{@code Log}: the log in memory; {@code Durability}: what is on its way to the disk; {@code Promises}: what waits
 *       for it; {@code Outbox}: the effects of a step.
 * </ul>
 *
 * <p>Snapshots are not sent or installed here: a leader says who needs one, a receiver whether it wants one ({@link
 * io.skein.raft.Raft#wants}), and then begins a new {@link io.skein.raft.Raft} from it, as after a restart, with its vote
 * kept, in its own term or the snapshot's if that is higher.
 *
 * <p>May know: {@code wire} and the JDK. The replica room is the only caller.
 *
 * <p>Invariants: Figure 3's five; no promise leaves before it is durable (DESIGN D2); configurations follow each other by
 * one voter, each committed before the next (thesis §4.1 with its erratum); a read is at least as new as all that was
 * committed when it was asked for. Asserted where they are local; the simulations check the rest after each input. Every
 * queue has a bound in {@link io.skein.raft.RaftLimits} or beside its declaration.
 */
package io.skein.raft;
