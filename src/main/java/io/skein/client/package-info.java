/**
 * The Java client library, over the WebSocket protocol. It needs Vert.x core (with the Netty and the Jackson core that it
 * brings) and {@code io.skein.frame}, and nothing else: {@code target/skein-client.jar}. Two doors to the same thing:
 * {@link io.skein.client.PlainClient} for programs with threads, {@link io.skein.client.SkeinClient} for those with Vert.x.
 *
 * <pre>{@code
 * try (PlainClient skein = PlainClient.connect(nodes)) {
 *     Published stored = skein.publish("orders/7", "{\"id\":7}").join();
 *     return stored.offset();
 * }
 * }</pre>
 *
 * <h2>Promise</h2>
 *
 * <p>A publish's future completes once, with what the cluster said. What failed says what may be concluded, see {@link
 * io.skein.client.SkeinException}: the answer is no, it did not happen, or nobody knows. A subscription's handler sees
 * every message once, in log order, across reconnects to any node, or is told of a gap. A worker's message is lent until it
 * is settled; after a lost connection an acknowledgement is said again.
 *
 * <h2>What is tried again</h2>
 *
 * <p>A lost connection is made anew, at the next of the servers that were named or learned, at once and then after pauses
 * that double. A server that knows no leader for three seconds, is silent or has no place is left, and comes after all
 * others. Subscriptions and workers go on by themselves. A publish that was not sent yet waits. One that was sent and
 * not answered is sent again when it has an id, or the client a producer's name: it is stored once; any other fails as
 * {@link io.skein.client.SkeinException.Unknown}. What a node refuses for a passing reason ({@code no-leader}) is tried
 * again until {@link io.skein.client.ClientOptions.Times#request}, if it has an id, and for ever, in order, if it is a
 * producer's; any other fails as {@link io.skein.client.SkeinException.Unavailable}, and may be published again safely.
 *
 * <h2>Bounds</h2>
 *
 * <p>Every buffer has one. Publishes that are not answered: {@link io.skein.client.ClientOptions.Limits}; at the limit a
 * publish fails at once as {@code client-full}, {@link io.skein.client.SkeinClient#room} is what to wait for, and a {@code
 * PlainClient} waits by itself. Messages that came: the credit of the subscription or the worker; the rest waits at the
 * node.
 *
 * <h2>Walk</h2>
 *
 * <p>{@code SkeinClient} hands publishes to {@code PublishQueue} (batches, window, repeats; {@code SequencedRepeats}
 * decides what a producer sends again; {@code PendingLimit} bounds all) and subscriptions to {@code LiveSubscription} and
 * {@code LiveWorker} ({@code Settlements}: acknowledgements until they are answered; {@code SerialExecutor}: handlers on
 * other threads); all speak through the one {@code Link} (reconnect, keep-alive; {@code Addresses} and {@code Members}: to
 * whom; {@code LeaderWatch}: when to leave). All on one Vert.x context; the public methods may be called from any thread.
 * What users' code throws ends at {@code Promises} and {@code Lasting#guarded}.
 *
 * <p>May know: frame, and Vert.x core.
 */
package io.skein.client;
