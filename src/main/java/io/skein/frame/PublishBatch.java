package io.skein.frame;

import java.util.List;

/**
 * The messages of one publish command.
 *
 * @param items at least one
 * @param atomic all or none
 * @param producer empty when there is none, or when the connection's hello named it
 * @param epoch -1 when not said
 * @param sequence the producer's number of this command, -1 when it has none
 * @param idempotencyKey for the whole command, empty when there is none
 */
public record PublishBatch(
        List<PublishItem> items, boolean atomic, String producer, long epoch, long sequence, String idempotencyKey) {
    public PublishBatch {
        items = List.copyOf(items);
    }

    public static PublishBatch of(List<PublishItem> items) {
        return new PublishBatch(items, false, "", -1, -1, "");
    }
}
