/**
 * Raft and the state machines as one node's mind: inputs in, effects out.
 *
 * <p>Start at {@link io.skein.replica.Replica#on}. Then {@code Proposals} (commands on their way into an entry and until
 * its commit), {@code Applier} (a committed entry asks the machines, wrapped by the window of idempotency keys),
 * {@code Backlog} (what is applied and not yet in rows), {@code DueWork} (what a leader proposes of its own because it
 * is due), {@code Stamps} (the log's own time), {@code LogBudget} (how much
 * log is kept), {@code Abilities} (which feature level all members know), {@code EntryCodec} (payloads).
 *
 * <p>Promise: the same inputs in the same order give the same effects. Effects are carried out in list order and bear no
 * condition: what must wait for the disk comes out of the {@link io.skein.replica.Input.Persisted} it waited for.
 *
 * <p>May know: {@code raft}, {@code machine}, {@code wire}; the machines are handed in.
 *
 * <p>Invariants: settled &le; applied &le; commit &le; last; rows never stand above the durable log; at most two batches
 * are being written; every proposal is answered once; the cluster's feature level never falls, and is the same at an index on
 * all nodes.
 *
 * <p>Sources: DESIGN D2 to D5, D16; Raft §5, §8; the simulator in the test tree checks all of this after every step.
 */
package io.skein.replica;
