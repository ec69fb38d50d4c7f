package io.skein.broker;

import io.skein.machine.Cursor;
import io.skein.machine.Lineage;
import io.skein.topic.TopicOutcome;
import java.util.List;

/**
 * Durable on a majority.
 *
 * @param results one for each message, in order
 * @param replayed this is the answer of an earlier publish with the same key or sequence
 */
public record PublishAck(List<TopicOutcome.Result> results, long term, long index, boolean replayed, Lineage lineage) {
    public String text(Cursor cursor) {
        return lineage.text(cursor);
    }
}
