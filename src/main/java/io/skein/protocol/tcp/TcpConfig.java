package io.skein.protocol.tcp;

/**
 * Where the door listens, and its limits; counts and bytes are of one event loop's instance.
 *
 * @param port 0 for any; several instances that shall share any one port take the same negative number
 * @param maxConnections more are closed as they come
 * @param maxFrameBytes of a publisher, prefix included; above: {@code ERR too-large} if it asked for answers, then closed
 * @param maxLineBytes of a subscriber; above: closed
 * @param maxQueuedMessages read from one publisher and not yet stored; above: its socket is paused
 * @param maxQueuedBytes the same in bytes
 * @param maxHeldBytes queued for all publishers; above: all of them are paused. Half as much more for those that wait for a
 *     limit, who are paused while they do
 * @param maxFilters of one subscriber; above: {@code ERR too-many}
 * @param roleTimeoutMs to send the first seven bytes
 * @param tickMs the grain of quiet times
 * @param textQuietTicks after so many ticks of quiet a text is a frame, and a subscriber that ended its side is closed
 * @param restQuietTicks after so many ticks of quiet an unfinished prefix or document is given up
 * @param silenceMs a subscriber that says nothing for this long is counted
 * @param maxSilences ... and closed when that happened so many times in a row
 * @param keepTryingMs how long messages of a publisher that has gone are offered to a broker that cannot take them now
 */
public record TcpConfig(
        String host,
        int port,
        int maxConnections,
        int maxFrameBytes,
        int maxLineBytes,
        int maxQueuedMessages,
        int maxQueuedBytes,
        long maxHeldBytes,
        int maxFilters,
        long roleTimeoutMs,
        long tickMs,
        int textQuietTicks,
        int restQuietTicks,
        long silenceMs,
        int maxSilences,
        long keepTryingMs) {
    /**
     * The usual {@code maxHeldBytes}: 32 MiB, and an eighth of the heap for all instances together; but always room for what
     * two publishers may have queued.
     */
    private static final long HELD_BYTES = Math.min(
            32L << 20,
            Runtime.getRuntime().maxMemory() / 8 / Runtime.getRuntime().availableProcessors());

    /** Room for the longest prefix. */
    private static final int PREFIX = 64;

    public static TcpConfig of(String host, int port) {
        return new TcpConfig(
                host,
                port,
                10_000,
                (1 << 20) + PREFIX,
                4096,
                4096,
                (1 << 20) + PREFIX,
                HELD_BYTES,
                64,
                10_000,
                100,
                3,
                10,
                90_000,
                3,
                30_000);
    }

    /** The same, with bodies up to this length. */
    public TcpConfig withMaxMessageBytes(int bytes) {
        return new TcpConfig(
                host,
                port,
                maxConnections,
                bytes + PREFIX,
                maxLineBytes,
                maxQueuedMessages,
                bytes + PREFIX,
                Math.max(maxHeldBytes, 2L * (bytes + PREFIX)),
                maxFilters,
                roleTimeoutMs,
                tickMs,
                textQuietTicks,
                restQuietTicks,
                silenceMs,
                maxSilences,
                keepTryingMs);
    }
}
