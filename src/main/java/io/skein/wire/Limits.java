package io.skein.wire;

/** Bounds of what travels and is stored; the same on every node, so that no node takes what another could not. */
public final class Limits {
    /** Messages in one publish command. */
    public static final int MAX_BATCH_MESSAGES = 10_000;
    /** Bytes of one publish command, all messages together. */
    public static final int MAX_COMMAND_BYTES = 8 << 20;
    /** Bytes of one log entry; a command above the rest of an entry begins the next. */
    public static final int MAX_ENTRY_BYTES = 16 << 20;
    /** Bytes of a message key, UTF-8. */
    public static final int MAX_KEY_BYTES = 1024;
    /** Headers of one message, and bytes of all of them. */
    public static final int MAX_HEADERS = 64;

    public static final int MAX_HEADER_BYTES = 16 << 10;
    /** Bytes of a producer's name, UTF-8. */
    public static final int MAX_PRODUCER_BYTES = 128;
    /** Longest delay and TTL: ten years. */
    public static final long MAX_DURATION_MS = 3650L * 24 * 3600 * 1000;

    private Limits() {}
}
