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
    /** Messages that one pull lends. */
    public static final int MAX_PULL_MESSAGES = 1_000;
    /** Messages that one ack, nack or extend names. */
    public static final int MAX_LEASES = 10_000;
    /** Longest lease: a day. */
    public static final long MAX_LEASE_MS = 24L * 3600 * 1000;
    /** Bytes of a consumer's name and of the reason of a nack, UTF-8. */
    public static final int MAX_CONSUMER_BYTES = 128;

    public static final int MAX_REASON_BYTES = 1024;
    /** Steps of a subscription's backoff. */
    public static final int MAX_BACKOFF_STEPS = 32;
    /** Bytes of one frame between nodes, without its length; an entry at its limit fits with room to spare. */
    public static final int MAX_PEER_FRAME_BYTES = 32 << 20;
    /** Bytes of a frame between nodes until both have proved to know the cluster's secret. */
    public static final int MAX_PEER_PROOF_BYTES = 512;
    /** Bytes that are sealed together between nodes. */
    public static final int MAX_PEER_RECORD_BYTES = 64 << 10;
    /** Bytes of the first frame of a connection between nodes, until it is known who speaks. */
    public static final int MAX_PEER_HELLO_BYTES = 4 << 10;
    /** Bytes of a question of one node to another, and of its answer. */
    public static final int MAX_ASK_BYTES = 1 << 20;
    /** Bytes of one piece of a snapshot on its way to another node. */
    public static final int MAX_SNAPSHOT_CHUNK_BYTES = 1 << 20;
    /** Longest delay and TTL: ten years. */
    public static final long MAX_DURATION_MS = 3650L * 24 * 3600 * 1000;

    private Limits() {}
}
