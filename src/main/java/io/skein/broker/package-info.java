/**
 * The hall: one interface for all doors.
 *
 * <p>Start at {@link io.skein.broker.Broker}; {@link io.skein.broker.LocalBroker} is the one of a node. A publish goes to
 * the {@link io.skein.cluster.Proposer}. A stream is a {@code Session} on its subscriber's event loop: it reads pages from
 * {@code History} (tail and rows) until one ends where the log ends, and is live from then on: {@code Fanout} hands each
 * batch to the {@code Sessions} of every loop.
 *
 * <p>Why there is neither gap nor double: a page that ends the log was read on the replica's context, and its answer
 * reaches the session's loop in order with the live batches. What came before it is skipped because the session was not
 * live, what comes after it is after {@code through}.
 *
 * <p>Bounds: sessions, filters and page sizes in {@link io.skein.broker.BrokerConfig}; a loop that does not keep up loses
 * batches on their way to it, and its sessions read them from the store; no session holds messages.
 *
 * <p>May know: {@code cluster}, {@code store}, {@code replica}, {@code raft} (status only), {@code machine}, the machines,
 * {@code frame}.
 */
package io.skein.broker;
