/**
 * The WebSocket door: {@code /ws}, JSON commands in, replies and pushes out (API.md section 3; the JSON itself is {@code
 * frame}'s).
 *
 * <p>Promise: replies come in no promised order but each command with an id gets exactly one while the connection lives;
 * what follows a command never waits for it, except that a connection that has too much under way is no longer read. A
 * subscription's messages come in log order without gap or double, or with a {@code gap} said. Bytes that make no sense
 * are answered or end their own connection, never more.
 *
 * <p>Every buffer has a bound (CLAIMS 9): incoming message, publishes under way, subscriptions, bytes written but not yet
 * taken by the socket. At the last one the connection's streams pause, and the broker reads what they miss from the store
 * later; at the others the socket is not read. What all connections of the node hold together has one too ({@link
 * io.skein.broker.Allowances}): whoever stood still the longest is closed with 4002.
 *
 * <p>A producer: {@code hello} with a name, and from then on {@code seq} 1, 2, 3... on each publish; one that was refused
 * for good leaves its number to the next. The epoch that fences an older process of the name is the client's if it gives
 * one, else the server's clock, above all it gave before; the reply says it, and whoever reconnects gives it again, because
 * a new one would fence its own publishes under way.
 *
 * <p>Walk: {@link io.skein.protocol.websocket.WebSocketDoor} (who may come in) makes a {@code Session} per connection
 * (commands), which has an {@code Outbox} (bytes), {@code Publishes} (translation to the broker and back) and {@code
 * Flows}: a {@code Stream}, {@code Worker} or {@code MailFlow} for whatever it subscribes. All on the connection's own event loop; nothing is shared between connections but the
 * door's list of them.
 *
 * <p>May know: broker, machine, the machines' records, frame.
 */
package io.skein.protocol.websocket;
