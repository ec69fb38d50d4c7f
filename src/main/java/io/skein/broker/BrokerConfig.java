package io.skein.broker;

import java.util.function.Supplier;

/**
 * The hall's limits.
 *
 * @param node this node's id
 * @param httpAddress where others find this node's HTTP door, host:port, with https:// where it speaks TLS; known once the door is open
 * @param raftAddress of its Raft port
 * @param maxMessageBytes one message's body
 * @param mayCreateTopics whether a first publish makes its topic
 * @param durable {@code quorum} or {@code memory}, as answers say it
 * @param catchUpWaitMs how long a request waits for a node that has just started
 * @param aloneAfterMs after its start a node that found no leader gives what it has to those who ask for no more
 * @param stepDownAfterMs how long RRMQ's role goes on saying Leader once the majority is lost
 * @param maxStreams live subscriptions and reads that wait; more are refused
 * @param maxConnections open at all doors together; more are refused
 * @param mayAskSql whether an admin may ask the rows in SQL
 * @param allowances what the node may hold for all its clients together
 */
public record BrokerConfig(
        String node,
        Supplier<String> httpAddress,
        String raftAddress,
        int maxMessageBytes,
        boolean mayCreateTopics,
        String durable,
        long catchUpWaitMs,
        long aloneAfterMs,
        long stepDownAfterMs,
        int maxStreams,
        int maxConnections,
        Allowances allowances,
        boolean mayAskSql) {
    public static final int MAX_FILTERS = 64;
    public static final int MAX_LIMIT = 1000;
    /** The usual {@code maxStreams}: 16 KiB of the heap for each. */
    public static final int MAX_STREAMS =
            (int) Math.min(100_000, Runtime.getRuntime().maxMemory() >> 14);
    /**
     * The usual {@code maxConnections}: 128 KiB of the heap for each. At its worst a connection that keeps within its own
     * bounds takes half of that: what {@link Allowance} does not count, a request's head, and what sockets have read ahead.
     */
    public static final int MAX_CONNECTIONS =
            (int) Math.min(100_000, Math.max(1_000, Runtime.getRuntime().maxMemory() >> 17));
}
