package io.skein.broker;

import java.util.List;

/**
 * What became of the mails that were named.
 *
 * @param done so many were read or deleted, or had been before
 * @param refused not there, or none of the owner's business, which is not told apart: {@code not-found} to clients
 * @param index of the entry that decided it; that of the first time when {@code replayed}
 * @param replayed this is the answer of an earlier request with the same key
 */
public record MailsAck(int done, List<Long> refused, long index, boolean replayed) {}
