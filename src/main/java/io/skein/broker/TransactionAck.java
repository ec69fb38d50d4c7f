package io.skein.broker;

import io.skein.machine.Cursor;
import io.skein.machine.Lineage;
import io.skein.subscription.SubscriptionOutcome.Refused;
import io.skein.topic.TopicOutcome;
import java.util.List;

/**
 * @param results one for each message that was published, in order, none of them refused
 * @param refused leases because of which nothing was done at all; none when everything was
 * @param replayed this is the answer of an earlier request with the same key
 */
public record TransactionAck(
        List<TopicOutcome.Result> results,
        long acknowledged,
        long returned,
        List<Refused> refused,
        long term,
        long index,
        boolean replayed,
        Lineage lineage) {
    public TransactionAck {
        results = List.copyOf(results);
        refused = List.copyOf(refused);
    }

    public boolean isDone() {
        return refused.isEmpty();
    }

    public String text(Cursor cursor) {
        return lineage.text(cursor);
    }
}
