/**
 * This replica on its event loop, and the way of proposals to it.
 *
 * <p>{@link io.skein.cluster.ReplicaVerticle} owns the {@link io.skein.replica.Replica}, feeds it and carries out its
 * effects; {@link io.skein.cluster.Proposer} takes commands and questions from any context and gives answers back on the
 * loop they came from. Peers come with the cluster.
 *
 * <p>Promise: a proposal's future completes once, with what was decided, or fails with
 * {@link io.skein.cluster.NotExecuted} (it never will be) or {@link io.skein.cluster.Indeterminate} (it may be).
 *
 * <p>Threads: the verticle's fields are touched on its context only; {@code Proposer} is the door for everybody else.
 *
 * <p>May know: {@code store}, {@code replica}, {@code raft}, {@code machine}, {@code wire}.
 */
package io.skein.cluster;
