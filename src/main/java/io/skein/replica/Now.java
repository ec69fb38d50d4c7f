package io.skein.replica;

/**
 * The time beside each input.
 *
 * @param nanos monotonic, for everything Raft does by time
 * @param wallMs this node's wall clock, epoch milliseconds; only ever a vote on what the stamps should follow
 */
public record Now(long nanos, long wallMs) {}
