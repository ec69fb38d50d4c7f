/**
 * This replica on its event loop, and the way of proposals to it.
 *
 * <p>{@link io.skein.cluster.ReplicaVerticle} is the loop, {@code LifeCycle} the life of a node on it: it arrives, runs,
 * is renewed by a snapshot, stops. While it runs, a {@code RunningReplica} feeds the {@link io.skein.replica.Replica} and
 * carries out its effects; {@code PendingAnswers} and {@code AwaitedRows} know who waits for it. {@link io.skein.cluster.Proposer} takes
 * commands and questions from any context and gives answers back on the loop they came from.
 *
 * <p>{@link io.skein.cluster.Peers} is the wire to the other nodes (peer.proto): messages of replicas, forwarded
 * commands, questions, pieces of snapshots. {@link io.skein.cluster.SnapshotSender} and
 * {@link io.skein.cluster.SnapshotReceiver} move whole files over it. {@code Strangers}, {@code Handshake} and {@code Seal}
 * keep out who is no node ({@link io.skein.cluster.PeerSecurity}), {@code Greeting} whose {@link io.skein.cluster.Build} is
 * too old for the other's cluster; {@code LevelGate} keeps back commands that such a one could not read.
 *
 * <p>Promise: a proposal's future completes once, with what was decided, or fails with
 * {@link io.skein.cluster.NotExecuted} (it never will be) or {@link io.skein.cluster.Indeterminate} (it may be).
 *
 * <p>Bounds: what waits for a peer has a limit in bytes, in memory and socket together; a peer that takes nothing costs
 * that much. Raft's messages above it are dropped and counted, calls are not sent and say so. Of callers who have not
 * shown who they are there are so many, in all and from one address, and the oldest gives way; until the secret is proved
 * a frame has 512 bytes at most.
 *
 * <p>Threads: the verticle's fields are touched on its context only; {@code Proposer} is the door for everybody else.
 *
 * <p>May know: {@code store}, {@code replica}, {@code raft}, {@code machine}, {@code wire}.
 */
package io.skein.cluster;
