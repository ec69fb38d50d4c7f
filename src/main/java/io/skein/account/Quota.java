package io.skein.account;

/**
 * How much is let through; 0: as much as comes. At least one of the three is said.
 *
 * @param messagesPerSecond that are published, up to {@link #MAX_MESSAGES}
 * @param bytesPerSecond of their bodies, up to {@link #MAX_BYTES}
 * @param connections that are open at one node, up to {@link #MAX_CONNECTIONS}
 */
public record Quota(long messagesPerSecond, long bytesPerSecond, int connections) {
    public static final long MAX_MESSAGES = 1_000_000_000;
    public static final long MAX_BYTES = 1L << 40;
    public static final int MAX_CONNECTIONS = 1_000_000;

    /** @throws IllegalArgumentException with a sentence for the client when a figure is none */
    public Quota {
        within("messagesPerSecond", messagesPerSecond, MAX_MESSAGES);
        within("bytesPerSecond", bytesPerSecond, MAX_BYTES);
        within("connections", connections, MAX_CONNECTIONS);
        if (messagesPerSecond == 0 && bytesPerSecond == 0 && connections == 0) {
            throw new IllegalArgumentException(
                    "a limit says at least one of messagesPerSecond, bytesPerSecond and connections");
        }
    }

    private static void within(String name, long figure, long most) {
        if (figure < 0 || figure > most) {
            throw new IllegalArgumentException(name + " is 1 to " + most);
        }
    }
}
