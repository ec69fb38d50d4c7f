package io.skein.broker;

/**
 * What a redrive or a discard came to.
 *
 * @param done dead letters
 * @param index of the last entry that decided something; -1 when there was nothing to decide
 * @param replayed all of this is the answer of an earlier request with the same key
 */
public record LettersAck(long done, long index, boolean replayed) {}
