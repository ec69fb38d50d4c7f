package io.skein.broker;

import io.skein.store.StoredMessage;
import io.skein.subscription.Standing;
import java.util.List;

/**
 * What happened to one message.
 *
 * @param cursor as text
 * @param index of the entry that accepted it
 * @param standings what it is to each subscription that has to do with it
 */
public record Trace(StoredMessage message, String cursor, long index, List<Standing> standings) {
    public Trace {
        standings = List.copyOf(standings);
    }
}
