package io.skein.store;

import io.skein.machine.Cursor;
import java.util.List;

/**
 * Messages in log order.
 *
 * @param next where to go on: of what the read was about, everything after its beginning up to here is in
 *     {@code messages}
 * @param atEnd nothing more is there for now. A page can be empty and not at the end, after a long stretch without a
 *     message that was meant: {@code next} is further on then
 */
public record StoredPage(List<StoredMessage> messages, Cursor next, boolean atEnd) {
    public StoredPage {
        messages = List.copyOf(messages);
    }
}
