package io.skein.machine;

/**
 * A client's key for one command, as the log carries it.
 *
 * @param scopeHigh with {@code scopeLow}: 128 bits over principal, route and the client's key
 * @param bodyHash 64 bits over what was asked, so that another body under the same key is found
 */
public record IdempotencyKey(long scopeHigh, long scopeLow, long bodyHash) {}
