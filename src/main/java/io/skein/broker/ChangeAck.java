package io.skein.broker;

/**
 * What is there was changed: a topic, a subscription, a delayed message. Durable on a majority.
 *
 * @param made it was not there before
 * @param index of the entry that decided it; that of the first time when {@code replayed}
 * @param replayed this is the answer of an earlier request with the same key
 */
public record ChangeAck(boolean made, long index, boolean replayed) {}
