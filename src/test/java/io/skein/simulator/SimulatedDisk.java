package io.skein.simulator;

import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.Image;
import io.skein.replica.WriteBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * The disk of CLAIMS.md: batches become durable in order; a crash keeps the durable ones and a prefix of those in
 * flight; a batch is whole or absent. Beyond crashes it may lose its newest batches, with or without its side file, and
 * its bits may rot.
 */
final class SimulatedDisk {
    private final ArrayDeque<WriteBatch> inFlight = new ArrayDeque<>();
    /** From the entry after the compacted one. */
    private final List<Entry> log = new ArrayList<>();

    private final History history;
    private Rows rows;
    private HardState hardState = HardState.INITIAL;
    private WriteBatch.Settled settled = WriteBatch.Settled.NOTHING;
    private Image.TermStart compacted = new Image.TermStart(0, 0);
    private final TreeMap<Long, ClusterConfiguration> configurations = new TreeMap<>();
    private long lastBatch;
    private long commitHint;
    /** The newest batches that brought nothing but entries, oldest first: those that could be lost and leave a sound log. */
    private final ArrayDeque<Appended> tail = new ArrayDeque<>();

    /** The side file: the last batch as far as it knows; never rightly more than there is (DESIGN D10). */
    private long sentinel;

    /** What it knows to have lost. */
    private List<Entry> lost = List.of();

    private Damage damage = Damage.NONE;
    /** An entry, if that is what is damaged. */
    private long damagedIndex;

    /** The oldest batch was refused and has not come again. */
    private boolean full;

    /** Null when nothing is being received. */
    private Incoming incoming;

    SimulatedDisk(Rows rows, History history) {
        this.rows = rows;
        this.history = history;
    }

    private record Appended(int entries, long commitHint) {}

    /** What rots: a row is found by its checksum, the hash of the state by those of others. */
    enum Damage {
        NONE,
        ENTRY,
        ROWS,
        STATE
    }

    /** What a snapshot carries: rows, where they stand, and the configuration as of there (DESIGN D16). */
    record Snapshot(WriteBatch.Settled settled, long configurationIndex, ClusterConfiguration cluster, Rows rows) {
        /** As a file it has so many pieces. */
        int pieces() {
            return 1 + (int) (settled.index() % 7);
        }
    }

    /** A snapshot as a file, as far as it came: its pieces are there at once, and durable when they are flushed. */
    private static final class Incoming {
        final WriteBatch.Settled settled;
        final int pieces;
        final BitSet there = new BitSet();
        final BitSet flushed = new BitSet();

        Incoming(Snapshot snapshot) {
            settled = snapshot.settled();
            pieces = snapshot.pieces();
        }
    }

    Rows rows() {
        return rows;
    }

    HardState hardState() {
        return hardState;
    }

    boolean isEmpty() {
        return lastBatch == 0;
    }

    /** Durably; or it did, and will not deny it: a node that finds its disk gone backwards comes back as another. */
    boolean holds(long index, long term) {
        return index <= compacted.index()
                || index <= lastDurableIndex() && entry(index).term() == term
                || lost.stream().anyMatch(entry -> entry.index() == index && entry.term() == term);
    }

    /** Batches that {@link #lose} could take. */
    int losable() {
        return tail.size();
    }

    /**
     * The database goes back by so many batches, when the process is down.
     *
     * @param noticed the side file is still there and knows better
     */
    void lose(int batches, boolean noticed) {
        int kept = log.size();
        for (int i = 0; i < batches; i++) {
            Appended last = tail.pollLast();
            kept -= last.entries();
            commitHint = last.commitHint();
            lastBatch--;
        }
        List<Entry> gone = log.subList(kept, log.size());
        if (noticed) {
            lost = List.copyOf(gone);
            sentinel = lastBatch + batches;
        } else {
            sentinel = lastBatch;
        }
        gone.clear();
        configurations.tailMap(lastDurableIndex(), false).clear();
    }

    /**
     * Also without fsync the side file survives the end of the process, but not the loss of power. One that is needed does:
     * what nobody notices is {@link #lose}'s to decide.
     */
    void losePower(long batchesBehind) {
        if (!wentBackwards()) {
            sentinel = Math.max(0, sentinel - batchesBehind);
        }
    }

    /** Whether a start finds that the database went backwards. */
    boolean wentBackwards() {
        return sentinel > lastBatch;
    }

    /** Bits rot, when the process is down. Returns whether there was anything of that kind. */
    boolean rot(Damage what, SplittableRandom random) {
        if (what == Damage.ENTRY && log.isEmpty() || what != Damage.ENTRY && settled.index() == 0) {
            return false;
        }
        damage = what;
        if (what == Damage.ENTRY) {
            damagedIndex = compacted.index() + 1 + random.nextInt(log.size());
        } else if (what == Damage.STATE) {
            settled = new WriteBatch.Settled(settled.index(), settled.term(), settled.time(), settled.hash() ^ 1);
        }
        return true;
    }

    Damage damage() {
        return damage;
    }

    /** Whether a start reads what is damaged: it reads the log above the settled index. */
    boolean isStartDamaged() {
        return damage == Damage.ENTRY && damagedIndex > settled.index() && damagedIndex <= lastDurableIndex();
    }

    boolean isDamaged(long fromIndex) {
        return damage == Damage.ENTRY && damagedIndex >= fromIndex && damagedIndex <= lastDurableIndex();
    }

    /** Entries for a peer that lags; none when they are compacted away. */
    List<Entry> entries(long from, int maxBytes) {
        List<Entry> entries = new ArrayList<>();
        long bytes = 0;
        for (long index = from; index > compacted.index() && index <= lastDurableIndex(); index++) {
            bytes += entry(index).size();
            if (!entries.isEmpty() && bytes > maxBytes) {
                break;
            }
            entries.add(entry(index));
        }
        return entries;
    }

    /** All configurations in the log, and the last before it. */
    Iterable<ClusterConfiguration> configurations() {
        return configurations.values();
    }

    Snapshot snapshot() {
        var from = configurations.floorEntry(settled.index());
        return new Snapshot(settled, from.getKey(), from.getValue(), rows.copy());
    }

    /**
     * A piece of a snapshot comes, if it is the next; the file of another snapshot makes room.
     *
     * @param piece below 0: none
     * @return the piece that is wanted next; {@link Snapshot#pieces} when all are there
     */
    int receive(Snapshot snapshot, int piece) {
        if (incoming == null || !incoming.settled.equals(snapshot.settled())) {
            incoming = new Incoming(snapshot);
        }
        if (piece >= 0 && piece == incoming.there.nextClearBit(0) && piece < incoming.pieces) {
            incoming.there.set(piece);
        }
        return incoming.there.nextClearBit(0);
    }

    void flushIncoming() {
        incoming.flushed.or(incoming.there);
    }

    /** The process ends: of what was not flushed any subset is left. */
    void tearFiles(SplittableRandom random) {
        if (incoming != null) {
            for (int piece = 0; piece < incoming.pieces; piece++) {
                if (incoming.there.get(piece) && !incoming.flushed.get(piece) && random.nextBoolean()) {
                    incoming.there.clear(piece);
                }
            }
        }
    }

    /** Files that were being received are of no use after a start. */
    void emptyTemporary() {
        incoming = null;
    }

    /** Another generation: the snapshot's rows, an empty log after it; term and vote are kept, unless they are older. */
    void install(Snapshot snapshot) {
        WriteBatch.Settled to = snapshot.settled();
        if (to.index() <= settled.index()) {
            throw new AssertionError("disk: a snapshot of " + to.index() + " over rows at " + settled.index());
        }
        if (incoming == null
                || !incoming.settled.equals(to)
                || incoming.there.cardinality() < incoming.pieces
                || !incoming.flushed.equals(incoming.there)) {
            throw new AssertionError("disk: a generation counts of which not every piece is durable");
        }
        incoming = null;
        inFlight.clear();
        tail.clear();
        damage = Damage.NONE;
        log.clear();
        rows = snapshot.rows().copy();
        settled = to;
        compacted = new Image.TermStart(to.index(), to.term());
        configurations.clear();
        configurations.put(snapshot.configurationIndex(), snapshot.cluster());
        commitHint = to.index();
        lastBatch++;
        sentinel = lastBatch;
        if (hardState.term() < to.term()) {
            hardState = new HardState(to.term(), Optional.empty());
        }
    }

    void submit(WriteBatch batch) {
        if (full && batch.number() > lastBatch + 1) {
            return; // sent before the sender heard that the disk is full; it comes again behind the one that failed
        }
        full = false;
        if (inFlight.size() >= 2) {
            throw new AssertionError("disk: a third batch in flight");
        }
        inFlight.add(batch);
    }

    boolean isBusy() {
        return !inFlight.isEmpty();
    }

    /** The oldest batch in flight becomes durable; gives its number. */
    long complete() {
        WriteBatch batch = inFlight.pollFirst();
        write(batch);
        sentinel = batch.number();
        return batch.number();
    }

    /** The disk is full: what is in flight is rolled back, to be submitted again; gives the number of the oldest. */
    long refuse() {
        long number = inFlight.peekFirst().number();
        inFlight.clear();
        full = true;
        return number;
    }

    /** @param kept how many of the batches in flight reached the disk all the same */
    void crash(int kept) {
        for (int i = 0; i < kept; i++) {
            write(inFlight.pollFirst());
        }
        inFlight.clear();
        full = false;
    }

    int inFlight() {
        return inFlight.size();
    }

    long lastDurableIndex() {
        return compacted.index() + log.size();
    }

    long lastDurableTerm() {
        return log.isEmpty() ? compacted.term() : log.get(log.size() - 1).term();
    }

    WriteBatch.Settled settled() {
        return settled;
    }

    private void write(WriteBatch batch) {
        if (batch.number() != lastBatch + 1) {
            throw new AssertionError("disk: batch " + batch.number() + " after " + lastBatch);
        }
        lastBatch = batch.number();
        if (batch.truncateFrom() > 0) {
            check(batch.truncateFrom() > settled.index(), "settled entries truncated", batch);
            check(!batch.entries().isEmpty(), "a truncation without the entries that it makes room for", batch);
            log.subList((int) (batch.truncateFrom() - compacted.index() - 1), log.size())
                    .clear();
            configurations.tailMap(batch.truncateFrom(), true).clear();
        }
        for (Entry entry : batch.entries()) {
            check(entry.index() == lastDurableIndex() + 1, "a gap in the log", batch);
            history.wrote(
                    entry,
                    log.isEmpty() ? compacted.term() : log.get(log.size() - 1).term());
            log.add(entry);
            if (entry.kind() == Entry.Kind.CONFIGURATION) {
                configurations.put(entry.index(), ClusterConfiguration.decode(entry.payload()));
            }
        }
        if (batch.hardState().isPresent()) {
            history.voted(hardState, batch.hardState().get());
            hardState = batch.hardState().get();
        }
        batch.changes().forEach(rows::add);
        if (batch.settled().isPresent()) {
            WriteBatch.Settled to = batch.settled().get();
            check(to.index() > settled.index() && to.time() >= settled.time(), "rows went back", batch);
            check(to.index() <= lastDurableIndex(), "rows above the durable log", batch);
            check(entry(to.index()).term() == to.term(), "rows of another term than the log", batch);
            settled = to;
        } else {
            check(batch.changes().isEmpty(), "changes that settle nothing", batch);
        }
        if (batch.compactTo() > 0) {
            check(batch.compactTo() <= settled.index(), "log compacted above the settled index", batch);
            check(batch.compactTo() > compacted.index(), "log compacted twice", batch);
            long term = entry(batch.compactTo()).term();
            log.subList(0, (int) (batch.compactTo() - compacted.index())).clear();
            compacted = new Image.TermStart(batch.compactTo(), term);
        }
        check(batch.commitHint() <= lastDurableIndex(), "commit hint above the durable log", batch);
        if (isOnlyEntries(batch)) {
            tail.add(new Appended(batch.entries().size(), commitHint));
        } else {
            tail.clear();
        }
        commitHint = Math.max(commitHint, batch.commitHint());
    }

    private static boolean isOnlyEntries(WriteBatch batch) {
        return batch.truncateFrom() == 0
                && batch.hardState().isEmpty()
                && batch.settled().isEmpty()
                && batch.compactTo() == 0;
    }

    private Entry entry(long index) {
        return log.get((int) (index - compacted.index() - 1));
    }

    /** What a node finds here at start. */
    Image image() {
        List<Image.TermStart> terms = new ArrayList<>();
        long term = -1;
        for (Entry entry : log) {
            if (entry.term() != term) {
                term = entry.term();
                terms.add(new Image.TermStart(entry.index(), term));
            }
        }
        Long from = configurations.floorKey(settled.index());
        return new Image(
                lastBatch,
                hardState,
                compacted,
                terms,
                List.copyOf(log.subList((int) (settled.index() - compacted.index()), log.size())),
                lastDurableIndex(),
                settled,
                commitHint,
                configurations.tailMap(from == null ? 0 : from, true).entrySet().stream()
                        .map(c -> new Image.ConfigurationStart(c.getKey(), c.getValue()))
                        .toList(),
                rows.read());
    }

    private static void check(boolean holds, String what, WriteBatch batch) {
        if (!holds) {
            throw new AssertionError("disk: " + what + " by batch " + batch.number());
        }
    }
}
