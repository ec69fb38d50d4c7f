package io.skein.broker;

import io.skein.store.StoredMessage;
import java.util.List;

/**
 * Messages in log order.
 *
 * @param next cursor text to go on from; also when there are no messages
 * @param gaps topics of which messages between the position and {@code earliest} are gone; for filters and streams
 * @param index the applied index this was read at
 */
public record Page(List<StoredMessage> messages, String next, List<Gap> gaps, long index) {
    /** @param earliest cursor text just before the first message still kept */
    public record Gap(String topic, String earliest, long lost) {}
}
