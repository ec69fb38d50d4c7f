package io.skein.broker;

import io.skein.machine.Cursor;
import io.skein.store.StoredMessage;
import java.util.List;

/**
 * What one turn of the replica made visible, shared by all sessions of the node.
 *
 * @param end everything up to here is in this batch or an earlier one
 */
record LiveBatch(List<StoredMessage> messages, Cursor end, long bytes) {
    static LiveBatch of(long index, List<StoredMessage> messages) {
        long bytes = 64;
        for (StoredMessage message : messages) {
            bytes += message.json().length + 64L;
        }
        return new LiveBatch(messages, Cursor.endOf(index), bytes);
    }
}
