package io.skein.store;

import io.skein.replica.WriteBatch;
import java.util.List;

/**
 * What the writer is told to write.
 *
 * @param messages of the batch's {@code Appended} changes, all of them, in their order
 */
record WriteOrder(WriteBatch batch, List<StoredMessage> messages) {
    WriteOrder {
        messages = List.copyOf(messages);
    }
}
