package io.skein.replica;

import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.NodeId;
import io.skein.raft.Raft;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What this node's disk is to be given: what Raft wants written and the changes that follow it, joined into batches
 * (DESIGN D3, D16).
 *
 * <p>Invariants: at most {@value #MAX_IN_FLIGHT} batches are being written; settled &le; applied; the log is compacted
 * only below what is settled and visible.
 */
final class Batches {
    private static final int MAX_IN_FLIGHT = 2;
    private static final long NANOS_PER_MS = 1_000_000;
    /** How long after a full disk the same batch is tried again. */
    private static final long FULL_RETRY_NANOS = 500 * NANOS_PER_MS;

    private final ReplicaConfig config;
    private final Raft raft;
    private final Applier applier;
    private final Backlog backlog = new Backlog();
    private final LogBudget logBudget;

    /** What Raft wants written and no batch carries yet; writes are joined when that keeps their meaning. */
    private final ArrayDeque<io.skein.raft.Effect.Write> writes = new ArrayDeque<>();

    private long writeBytes;

    /** Being written, oldest first. */
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();

    /** At most {@link Input.Settle#MAX_WAITING}: while the disk is full nothing answers them. */
    private final ArrayDeque<Long> settleRequests = new ArrayDeque<>();

    private final ArrayDeque<SettleWaiting> settleWaiting = new ArrayDeque<>();
    /** Who is being sent a snapshot, and will want the log after it. */
    private final Set<NodeId> receivers = new HashSet<>();

    private long batches;
    private long compacted;
    private long settledTaken;
    private long settledVisible;
    private long lastPersistNanos;
    private boolean full;
    private long retryFullAt;

    /** @param raftWrite number of the last Raft write in the batch, 0 when it has none */
    private record InFlight(WriteBatch batch, long raftWrite, long sinceNanos) {}

    private record SettleWaiting(long id, long index) {}

    Batches(ReplicaConfig config, Image image, Raft raft, Applier applier) {
        this.config = config;
        this.raft = raft;
        this.applier = applier;
        this.logBudget = new LogBudget(config.logBytes(), image.compacted().index(), image.lastIndex());
        this.compacted = image.compacted().index();
        this.batches = image.lastBatch();
        this.settledTaken = image.settled().index();
        this.settledVisible = image.settled().index();
    }

    long settledVisible() {
        return settledVisible;
    }

    long compacted() {
        return compacted;
    }

    /** What the last batch took. */
    long lastPersistNanos() {
        return lastPersistNanos;
    }

    /** A batch met a full disk and has not come through since. */
    boolean isFull() {
        return full;
    }

    boolean isIdle() {
        return inFlight.isEmpty();
    }

    /** Raft wants this written. */
    void add(io.skein.raft.Effect.Write write) {
        writes.add(write);
        writeBytes += 64;
        if (write.truncateFrom() > 0) {
            logBudget.truncated(write.truncateFrom());
        }
        for (Entry entry : write.entries()) {
            writeBytes += entry.size();
            logBudget.appended(entry.index(), entry.size());
        }
    }

    /** An entry was applied: its changes become rows with a later batch. */
    void applied(Applier.Applied applied, Now now) {
        backlog.add(applied.settled(), applied.changes(), now.nanos());
    }

    void settle(long request) {
        if (settleRequests.size() >= Input.Settle.MAX_WAITING) {
            settleRequests.pollFirst();
        }
        settleRequests.add(request);
    }

    void sendingSnapshot(NodeId to) {
        receivers.add(to);
    }

    void snapshotSent(NodeId to) {
        receivers.remove(to);
    }

    void sendingNoSnapshots() {
        receivers.clear();
    }

    /** Number of Raft's last write that is durable now, 0 when the batch had none. */
    long persisted(long number, Now now) {
        InFlight done = inFlight.pollFirst();
        assert done != null && done.batch().number() == number : "batch " + number + " was not the oldest in flight";
        full = false;
        retryFullAt = 0;
        lastPersistNanos = now.nanos() - done.sinceNanos();
        if (done.batch().compactTo() > 0) {
            compacted = done.batch().compactTo();
        }
        if (done.batch().settled().isPresent()) {
            settledVisible = done.batch().settled().get().index();
        }
        return done.raftWrite();
    }

    void diskFull(long number, Now now) {
        assert !inFlight.isEmpty() && inFlight.peekFirst().batch().number() == number : "batch " + number + " unknown";
        full = true;
        retryFullAt = now.nanos() + FULL_RETRY_NANOS;
    }

    /** What met a full disk is written again, when it is time. */
    void retry(Now now, Consumer<WriteBatch> again) {
        if (retryFullAt != 0 && now.nanos() - retryFullAt >= 0) {
            retryFullAt = 0;
            inFlight.forEach(waiting -> again.accept(waiting.batch()));
        }
    }

    /** Who waited for rows hears that they are there. */
    void answerSettled(Consumer<Effect> effects) {
        while (!settleWaiting.isEmpty() && settleWaiting.peekFirst().index() <= settledVisible) {
            effects.accept(new Effect.Settled(settleWaiting.pollFirst().id(), settledVisible));
        }
        if (!settleRequests.isEmpty() && settledVisible >= applier.index()) {
            for (long id : settleRequests) {
                effects.accept(new Effect.Settled(id, settledVisible));
            }
            settleRequests.clear();
        }
    }

    /** The disk takes another batch, and what waits, with {@code proposed} bytes to come, is worth one. */
    boolean takesMore(long proposed) {
        return inFlight.isEmpty() || inFlight.size() < MAX_IN_FLIGHT && proposed + writeBytes >= config.pipelineBytes();
    }

    boolean hasWrites() {
        return !writes.isEmpty();
    }

    /**
     * So many changes wait for rows that they go first and proposals wait. Not when their entries are themselves not on
     * this disk yet, because the others committed them without it: those must go first of all.
     */
    boolean isBehind() {
        return backlog.bytes() >= config.backlogBytes()
                && !backlog.isEmpty()
                && backlog.oldestIndex() <= raft.durableIndex();
    }

    /** The next batch; null when there is nothing to write. */
    WriteBatch next(Now now) {
        boolean behind = isBehind();
        long truncateFrom = 0;
        List<Entry> entries = new ArrayList<>();
        Optional<HardState> hardState = Optional.empty();
        long raftWrite = 0;
        long bytes = 0;
        while (!writes.isEmpty() && !behind) {
            io.skein.raft.Effect.Write write = writes.peekFirst();
            // A truncation stands at the front of its batch, and a new term or vote shares its batch with no later one.
            if (raftWrite > 0 && (write.truncateFrom() > 0 || hardState.isPresent() || bytes >= config.entryBytes())) {
                break;
            }
            writes.pollFirst();
            truncateFrom = raftWrite == 0 ? write.truncateFrom() : truncateFrom;
            entries.addAll(write.entries());
            hardState = write.hardState();
            raftWrite = write.number();
            writeBytes -= 64;
            for (Entry entry : write.entries()) {
                bytes += entry.size();
                writeBytes -= entry.size();
            }
        }
        long lastDurable = entries.isEmpty()
                ? raft.durableIndex()
                : entries.get(entries.size() - 1).index();
        // What a later batch cuts off is not what was committed and applied at these indexes.
        for (io.skein.raft.Effect.Write later : writes) {
            if (later.truncateFrom() > 0) {
                lastDurable = Math.min(lastDurable, later.truncateFrom() - 1);
            }
        }
        Optional<Backlog.Taken> taken = hardState.isEmpty() && settleNow(raftWrite > 0, behind, now)
                ? backlog.take(config.settleBatchBytes(), lastDurable)
                : Optional.empty();
        if (raftWrite == 0 && taken.isEmpty()) {
            return null;
        }
        long compactTo = 0;
        if (taken.isPresent()) {
            settledTaken = taken.get().settled().index();
            // Compacting follows rows that are already there, not those of this batch.
            compactTo = mayCompact() ? logBudget.compactTo(settledVisible) : 0;
            for (long id : settleRequests) {
                settleWaiting.add(new SettleWaiting(id, applier.index()));
            }
            settleRequests.clear();
        }
        WriteBatch batch = new WriteBatch(
                ++batches,
                truncateFrom,
                entries,
                hardState,
                taken.map(Backlog.Taken::changes).orElse(List.of()),
                taken.map(Backlog.Taken::settled),
                compactTo,
                Math.min(raft.commitIndex(), lastDurable));
        inFlight.add(new InFlight(batch, raftWrite, now.nanos()));
        return batch;
    }

    /** Whether changes go with the next batch (DESIGN D16): worth it, old, asked for, or in the way. */
    private boolean settleNow(boolean withEntries, boolean behind, Now now) {
        if (backlog.isEmpty()) {
            return false;
        }
        if (behind || !settleRequests.isEmpty() || moreToSettleForRequests()) {
            return true;
        }
        long age = now.nanos() - backlog.oldestNanos();
        long old = config.settleAgeMs() * NANOS_PER_MS;
        // Without entries it would be a transaction of its own that the next publish waits for: only when none came for
        // a while, or when it is large.
        return withEntries
                ? backlog.bytes() >= config.settleBytes() || age >= old
                : backlog.bytes() >= config.settleBatchBytes() || age >= 2 * old;
    }

    private boolean moreToSettleForRequests() {
        return !settleWaiting.isEmpty()
                && settledTaken < settleWaiting.peekLast().index();
    }

    /** The log after a snapshot is kept while that is sent, but not for ever. */
    private boolean mayCompact() {
        return receivers.isEmpty() || logBudget.isTwiceOver();
    }

    /** When the next turn is due at the latest; {@link Long#MAX_VALUE} when none is. */
    long wakeNanos() {
        long next = Long.MAX_VALUE;
        if (!backlog.isEmpty() && !full && inFlight.isEmpty()) {
            next = backlog.oldestNanos() + 2 * config.settleAgeMs() * NANOS_PER_MS;
        }
        return retryFullAt == 0 ? next : Math.min(next, retryFullAt);
    }
}
