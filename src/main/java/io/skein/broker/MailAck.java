package io.skein.broker;

/**
 * A mail was sent: durable on a majority.
 *
 * @param time the leader's stamp, epoch milliseconds
 * @param index of the entry that decided it; that of the first time when {@code replayed}
 * @param replayed this is the answer of an earlier request with the same key
 */
public record MailAck(long id, long time, long index, boolean replayed) {}
