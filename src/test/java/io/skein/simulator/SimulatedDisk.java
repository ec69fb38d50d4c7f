package io.skein.simulator;

import io.skein.machine.Change;
import io.skein.machine.Lineage;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.Image;
import io.skein.replica.WriteBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The disk of CLAIMS.md: batches become durable in order; a crash keeps the durable ones and a prefix of those in
 * flight; a batch is whole or absent.
 */
final class SimulatedDisk {
    private final ArrayDeque<WriteBatch> inFlight = new ArrayDeque<>();
    private final TreeMap<Long, Entry> log = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>();
    private HardState hardState = HardState.INITIAL;
    private WriteBatch.Settled settled = WriteBatch.Settled.NOTHING;
    private Image.TermStart compacted = new Image.TermStart(0, 0);
    private ClusterConfiguration configuration =
            new ClusterConfiguration(new Configuration(List.of()), 0, new Lineage(0), 0);
    private long lastBatch;
    private long commitHint;

    void submit(WriteBatch batch) {
        inFlight.add(batch);
    }

    boolean isBusy() {
        return !inFlight.isEmpty();
    }

    /** The oldest batch in flight becomes durable; gives its number. */
    long complete() {
        WriteBatch batch = inFlight.pollFirst();
        write(batch);
        return batch.number();
    }

    /** The disk is full: what is in flight is rolled back, to be submitted again; gives the number of the oldest. */
    long refuse() {
        long number = inFlight.peekFirst().number();
        inFlight.clear();
        return number;
    }

    /** @param kept how many of the batches in flight reached the disk all the same */
    void crash(int kept) {
        for (int i = 0; i < kept; i++) {
            write(inFlight.pollFirst());
        }
        inFlight.clear();
    }

    int inFlight() {
        return inFlight.size();
    }

    long lastDurableIndex() {
        return log.isEmpty() ? compacted.index() : log.lastKey();
    }

    long settledIndex() {
        return settled.index();
    }

    List<Change> changes() {
        return changes;
    }

    private void write(WriteBatch batch) {
        check(batch.number() == lastBatch + 1, "batch " + batch.number() + " after " + lastBatch);
        lastBatch = batch.number();
        if (batch.truncateFrom() > 0) {
            check(batch.truncateFrom() > settled.index(), "settled entries truncated from " + batch.truncateFrom());
            log.tailMap(batch.truncateFrom(), true).clear();
        }
        for (Entry entry : batch.entries()) {
            check(entry.index() == lastDurableIndex() + 1, "entry " + entry.index() + " after " + lastDurableIndex());
            log.put(entry.index(), entry);
            if (entry.kind() == Entry.Kind.CONFIGURATION) {
                configuration = ClusterConfiguration.decode(entry.payload());
            }
        }
        batch.hardState().ifPresent(state -> {
            check(state.term() >= hardState.term(), "term went back to " + state.term());
            hardState = state;
        });
        changes.addAll(batch.changes());
        batch.settled().ifPresent(to -> {
            check(to.index() >= settled.index(), "settled went back to " + to.index());
            check(to.index() <= lastDurableIndex(), "settled " + to.index() + " above the durable log");
            settled = to;
        });
        if (batch.compactTo() > 0) {
            check(batch.compactTo() <= settled.index(), "log compacted above the settled index");
            long term = log.get(batch.compactTo()).term();
            compacted = new Image.TermStart(batch.compactTo(), term);
            log.headMap(batch.compactTo(), true).clear();
        }
        check(batch.commitHint() <= lastDurableIndex(), "commit hint above the durable log");
        commitHint = Math.max(commitHint, batch.commitHint());
    }

    /** What a node finds here at start; {@code rows} is what the machines are rebuilt from. */
    Image image(Iterable<Change> rows) {
        List<Image.TermStart> terms = new ArrayList<>();
        long term = -1;
        for (Entry entry : log.values()) {
            if (entry.term() != term) {
                term = entry.term();
                terms.add(new Image.TermStart(entry.index(), term));
            }
        }
        return new Image(
                lastBatch,
                hardState,
                compacted,
                terms,
                List.copyOf(log.tailMap(settled.index(), false).values()),
                lastDurableIndex(),
                settled,
                commitHint,
                configuration.configuration(),
                configuration.clusterId(),
                configuration.lineage(),
                rows);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("disk: " + what);
        }
    }
}
