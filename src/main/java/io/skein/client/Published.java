package io.skein.client;

/**
 * A message that the cluster has, durable on a majority.
 *
 * @param offset -1 for a delayed message, and for a repeat whose offset is forgotten
 * @param cursor resumes after it, or cancels it when delayed; empty for a repeat whose offset is forgotten
 * @param due epoch milliseconds, -1 when it was not delayed
 * @param isReplayed it was there already, from an earlier try
 * @param isInMemory the node runs with relaxed durability: a majority has it, but perhaps not on its disks yet
 */
public record Published(long offset, String cursor, long due, boolean isReplayed, boolean isInMemory) {}
