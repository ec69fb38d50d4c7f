/**
 * The PAD system's TCP port (API.md section 5): publishers push framed text, subscribers get lines.
 *
 * <p>Promises: the messages of one publisher are kept in the order it sent them; nothing that was read from a publisher is
 * lost silently (it is stored, answered with {@code ERR}, or logged and counted); a subscriber sees the history of its
 * topics and then what comes, each message once, per topic in order; a peer that ends its side still hears what it asked
 * for, and is closed then ({@link io.skein.protocol.tcp.HalfClose}); bytes that make no sense harm nobody but their
 * connection; nothing grows without limit because somebody is slow or stopped ({@link io.skein.protocol.tcp.TcpConfig}
 * names the limits).
 *
 * <p>Walk: {@link io.skein.protocol.tcp.TcpDoor} accepts and reads the role, the first seven bytes. A publisher's bytes go
 * through {@link io.skein.protocol.tcp.PublisherFrames}, which cuts them into frames and is pure, to {@link
 * io.skein.protocol.tcp.PublisherSession}, which publishes them, one command at a time. A subscriber's bytes go through
 * {@link io.skein.protocol.tcp.SubscriberLines} to {@link io.skein.protocol.tcp.SubscriberSession}, which keeps one live
 * stream of the broker for each filter and writes what {@link io.skein.protocol.tcp.DeliveryLines} makes of the messages.
 *
 * <p>May know: broker, machine, the records of topic, frame. Everything of a connection is touched by its event loop only.
 */
package io.skein.protocol.tcp;
