package io.skein.protocol.websocket;

import java.util.Set;

/**
 * Limits of the WebSocket door, and who may come in.
 *
 * @param origins further origins that browsers may come from ({@code https://app.example.org}); {@code *} for any. The
 *     node's own pages and loopback to loopback always may
 * @param maxConnections of one door; above: 503
 * @param maxMessageBytes of one incoming message; above: closed
 * @param maxBatch messages of one publish command
 * @param maxCommandBytes of one command to the broker; a longer list that is not all or nothing becomes several
 * @param maxPublishes messages under way to the broker, per connection; above: not read
 * @param maxPublishBytes bodies under way to the broker, per connection; above: not read. At least one command gets through
 * @param maxSubscriptions per connection
 * @param autoCredit messages that a stream with credit {@code auto} may have before it is refilled
 * @param autoWork messages that a worker with credit {@code auto} may have in hand
 * @param frameBytes of one frame of replies and pushes; a single larger message goes alone
 * @param maxUnsentBytes written and not yet taken by the socket, per connection; above: streams pause, not read
 * @param pingMs between pings; two without a sign of life and the connection is closed
 * @param maxErrors wrong commands in a row; above: closed
 * @param helloMs to say who it is, where a token is asked for; then closed
 * @param drainMs how long a stopping node waits for what is under way
 */
public record WebSocketConfig(
        Set<String> origins,
        int maxConnections,
        int maxMessageBytes,
        int maxBatch,
        int maxCommandBytes,
        int maxPublishes,
        int maxPublishBytes,
        int maxSubscriptions,
        int autoCredit,
        int autoWork,
        int frameBytes,
        int maxUnsentBytes,
        long pingMs,
        int maxErrors,
        long helloMs,
        long drainMs) {
    /** A frame stays below 64 KiB, which many clients have as their limit. */
    public static final WebSocketConfig DEFAULT = new WebSocketConfig(
            Set.of(), 20_000, 8 << 20, 10_000, 4 << 20, 4096, 16 << 20, 256, 1024, 64, 60 << 10, 256 << 10, 25_000, 16,
            5000, 1000);

    public WebSocketConfig {
        origins = Set.copyOf(origins);
        for (long limit : new long[] {
            maxConnections,
            maxMessageBytes,
            maxBatch,
            maxCommandBytes,
            maxPublishes,
            maxPublishBytes,
            maxSubscriptions,
            autoCredit,
            autoWork,
            frameBytes,
            maxUnsentBytes,
            pingMs,
            maxErrors,
            helloMs,
            drainMs
        }) {
            if (limit <= 0) {
                throw new IllegalArgumentException("limits of the WebSocket door are above 0");
            }
        }
    }

    public WebSocketConfig withOrigins(Set<String> origins) {
        return new WebSocketConfig(
                origins,
                maxConnections,
                maxMessageBytes,
                maxBatch,
                maxCommandBytes,
                maxPublishes,
                maxPublishBytes,
                maxSubscriptions,
                autoCredit,
                autoWork,
                frameBytes,
                maxUnsentBytes,
                pingMs,
                maxErrors,
                helloMs,
                drainMs);
    }
}
