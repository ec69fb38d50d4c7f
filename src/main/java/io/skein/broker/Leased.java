package io.skein.broker;

import io.skein.store.StoredMessage;
import io.skein.subscription.Leases;

/**
 * A message on loan.
 *
 * @param lease names it for ack, nack and extend: {@link Leases#text}
 * @param delivery 1 for the first time
 */
public record Leased(StoredMessage message, Leases lease, int delivery) {}
