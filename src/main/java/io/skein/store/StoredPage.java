package io.skein.store;

import io.skein.machine.Cursor;
import java.util.List;

/**
 * Messages in log order.
 *
 * @param next where to go on: of what the read was about, everything after its beginning up to here is in
 *     {@code messages}. It is after the beginning unless there is nothing there yet, also when there are no messages
 */
public record StoredPage(List<StoredMessage> messages, Cursor next) {
    public StoredPage {
        messages = List.copyOf(messages);
    }
}
