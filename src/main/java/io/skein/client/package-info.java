/**
 * The Java client library, over the WebSocket protocol: {@link io.skein.client.SkeinClient}.
 *
 * <p>Promise: a publish's future completes once, with what the cluster said; what may or may not have happened fails with
 * {@link io.skein.client.SkeinException#isUnknown}. A publish with an id, or by a client with a producer name, is repeated
 * over any number of connections and stored once. A subscription's handler sees every message once, in log order, across
 * reconnects to any node, or is told of a gap. Every buffer has a bound; at the bound a publish fails at once.
 *
 * <p>Walk: {@code SkeinClient} hands publishes to {@code PublishQueue} (batches, window, repeats; {@code SequencedRepeats}
 * decides what a producer sends again) and subscriptions to {@code LiveSubscription} and {@code LiveWorker} ({@code
 * Settlements}: acknowledgements until they are answered); all speak through the one {@code Link} (addresses, reconnect, keep-alive). All on one Vert.x context; the public methods may be called from any thread.
 *
 * <p>May know: frame, and Vert.x core.
 */
package io.skein.client;
