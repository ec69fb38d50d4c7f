/**
 * A cluster in one process, for tests of programs that use one: real nodes, a clock that one can move, faults on command.
 *
 * <p>To walk it, open {@link io.skein.sim.Sim}, which is what its users see. Behind it stands a {@code SimCluster} of {@code
 * SimNode}s: each is a whole {@link io.skein.node.Node}, with its doors and its store, on a Vert.x of one event loop, in a
 * {@link io.skein.node.World} that the simulator makes. What is not real in it: the time ({@code SimClock}), the disk's troubles
 * ({@link io.skein.store.DiskTrouble}), the network between nodes ({@code Links}, through which all of them speak; {@code
 * Network} has them on a loop of their own) and the election timeouts ({@code Draws}). {@code Faults} is what goes wrong on
 * command, {@code FaultRun} what does by itself. {@code SimRoutes} is {@code /v1/sim} on every node's port, {@link
 * io.skein.sim.SkeinExtension} the way in for JUnit 5, which is no part of the jar.
 *
 * <p>Time: {@code Advance} moves it from one due time to the next, so that what follows from what happens in its order. It sets
 * the {@link io.skein.replica.Now#floorMs} of all nodes, wakes them, and waits until the leader has said so in the log and
 * nothing is due there any more. Raft's own timeouts, a client's {@code wait=} and the keep-alives of connections stay in real
 * time: they are how programs and nodes talk, not what they agreed on.
 *
 * <p>All that is done to a cluster is done on one thread, its {@code Hand}, one thing after the other; its {@code Clients}
 * have a Vert.x each, as a handler may stand still. Nothing survives {@code close}.
 *
 * <p>May know {@code node} and every room below.
 */
package io.skein.sim;
