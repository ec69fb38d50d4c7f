package io.skein.raft;

import io.skein.raft.Progress.Wait;
import java.util.List;

/**
 * A leader's peers that need what is no longer in memory: entries from the disk, or a snapshot when those are compacted
 * away, too. Each is asked for once; meanwhile the peer gets heartbeats. What comes may be late: it is for a place where
 * the peer no longer is, or for a leadership that has ended, and is then dropped.
 */
final class Lagging {
    private final Raft raft;
    private final Replication replication;
    private final RaftLimits limits;

    Lagging(Raft raft, Replication replication, RaftLimits limits) {
        this.raft = raft;
        this.replication = replication;
        this.limits = limits;
    }

    /** The peer's next entry is not in memory. */
    void fetch(Progress progress) {
        if (progress.nextIndex() <= raft.log().compactedIndex()) {
            sendSnapshot(progress);
        } else {
            progress.waitFor(Wait.LOAD);
            raft.emit(new Effect.Load(progress.peer(), progress.nextIndex(), limits.maxAppendBytes()));
        }
    }

    void onLoaded(Progress progress, List<Entry> entries) {
        if (progress.waitsFor() != Wait.LOAD) {
            return;
        }
        if (entries.isEmpty()) {
            progress.waitFor(Wait.REST);
            return;
        }
        progress.waitFor(Wait.NOTHING);
        if (fits(progress, entries) && progress.mayAppend(limits)) {
            replication.append(progress, entries.subList(0, Math.min(entries.size(), limits.maxAppendEntries())));
        }
        replication.replicate(progress);
    }

    /** Whether they are this leader's log, from the peer's next entry on. */
    private boolean fits(Progress progress, List<Entry> entries) {
        long index = progress.nextIndex();
        if (index <= raft.log().compactedIndex()) {
            return false; // nor is the term before them known
        }
        for (Entry entry : entries) {
            if (entry.index() != index || entry.term() != raft.log().termOf(index)) {
                return false;
            }
            index++;
        }
        return true;
    }

    void sendSnapshot(Progress progress) {
        if (progress.waitsFor() == Wait.NOTHING) {
            progress.waitFor(Wait.SNAPSHOT);
            raft.emit(new Effect.SendSnapshot(progress.peer()));
        }
    }

    void onSnapshotSent(Progress progress, long index, boolean ok) {
        if (progress.waitsFor() != Wait.SNAPSHOT) {
            return;
        }
        if (!ok || index > raft.log().lastIndex()) {
            progress.waitFor(Wait.REST);
            return;
        }
        // It is not counted before it says so itself.
        progress.waitFor(Wait.NOTHING);
        progress.probeAfter(Math.max(index, progress.matchIndex()));
        replication.heartbeat(progress);
        replication.replicate(progress);
    }

    /** Whoever has what follows the compacted index needs no snapshot, wherever it got that from. */
    void accepted(Progress progress, long matchIndex) {
        if (progress.waitsFor() == Wait.SNAPSHOT && matchIndex >= raft.log().compactedIndex()) {
            progress.waitFor(Wait.NOTHING);
        }
    }
}
