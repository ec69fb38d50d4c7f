package io.skein.topic;

/**
 * All topics together.
 *
 * @param messages kept and not expired
 * @param bytes of the messages kept
 * @param scheduled delayed messages that wait
 */
public record TopicTotals(int topics, long messages, long bytes, int scheduled) {}
