package io.skein.store;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.subscription.Mark;
import io.skein.subscription.SubscriptionChange;
import io.skein.topic.TopicChange;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What commits came to, for the listener: each thing once, whatever is written again. On the writer's thread. */
final class CommitReport {
    private final StoreListener listener;
    /** The rows as of the last commit: what entries up to this one did was told, or was there when the database was opened. */
    private long settled;

    CommitReport(StoreListener listener, long settled) {
        this.listener = listener;
        this.settled = settled;
    }

    void committed(List<WriteOrder> group, long nanos, long commitNanos) {
        int entries = 0;
        int changes = 0;
        int expired = 0;
        long nacked = 0;
        long leasesExpired = 0;
        long bytes = 0;
        for (WriteOrder order : group) {
            entries += order.batch().entries().size();
            changes += order.batch().changes().size();
            bytes += order.batch().size();
            Set<Cursor> marks = new HashSet<>();
            for (Change change : order.batch().changes()) {
                expired += change instanceof TopicChange.Expired ? 1 : 0;
                if (change instanceof SubscriptionChange.MarkSet set && isNew(set.mark(), marks)) {
                    nacked += set.mark().isOfExpiry() ? 0 : set.mark().count();
                    leasesExpired += set.mark().isOfExpiry() ? set.mark().count() : 0;
                }
            }
            settled = order.batch().settled().map(now -> now.index()).orElse(settled);
        }
        listener.committed(group.size(), entries, changes, bytes, nanos, commitNanos);
        if (expired > 0) {
            listener.expired(expired);
        }
        if (nacked + leasesExpired > 0) {
            listener.deadLettered(nacked, leasesExpired);
        }
    }

    /** A mark is set again, under its old name, as its messages are copied from the front. */
    private boolean isNew(Mark mark, Set<Cursor> seen) {
        return mark.at().index() > settled && seen.add(mark.at());
    }
}
