package io.skein.subscription;

/**
 * A consumer that holds leases.
 *
 * @param consumer as it called itself; empty when it did not
 * @param until when the first of its leases ends
 */
public record Holder(String consumer, long messages, long until) {}
