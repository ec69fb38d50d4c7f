package io.skein.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What this step changes, what is on its way to the disk, and what has arrived there.
 *
 * <p>Writes are numbered from 1 in this life of the node, leave at most one each step, and complete in order.
 *
 * <p>{@code durableIndex} is the highest index up to which the log <em>in memory</em> is on disk. A write under way knows
 * how far it will carry that (its cap). A later truncation from k caps all of them at k - 1: what they bring from k on
 * is no longer the log, even if later still the very same entries return (the ABA race of asynchronous writes).
 *
 * <p>Invariants: {@code written <= issued}; caps never fall with the number; {@code durableIndex <= lastIndex}.
 */
final class Durability {
    private final Log log;

    /** The changes of the step that is running. */
    private final List<Entry> appended = new ArrayList<>();

    private long truncateFrom;
    private boolean hardStateChanged;

    /** Caps of the writes {@code written + 1} to {@code issued}, each at its number modulo the length. */
    private long[] caps = new long[64];

    private long written;
    private long issued;
    private long durableIndex;
    private long hardStateWrite;

    Durability(Log log) {
        this.log = log;
        this.durableIndex = log.lastIndex();
    }

    /** Term or vote changed; they go with this step's write. */
    void hardStateChanged() {
        hardStateChanged = true;
        hardStateWrite = issued + 1;
    }

    void appended(Entry entry) {
        appended.add(entry);
    }

    void truncatedFrom(long index) {
        assert appended.isEmpty() && truncateFrom == 0 : "one truncation a step, before what it makes room for";
        truncateFrom = index;
        durableIndex = Math.min(durableIndex, index - 1);
        for (long number = written + 1; number <= issued; number++) {
            int slot = slotOf(number);
            caps[slot] = Math.min(caps[slot], index - 1);
        }
    }

    /** The write of this step, if it changed anything that must last. */
    Optional<Effect.Write> takeWrite(long term, Optional<NodeId> votedFor) {
        if (!changed()) {
            return Optional.empty();
        }
        issued++;
        if (issued - written > caps.length) {
            grow();
        }
        caps[slotOf(issued)] = log.lastIndex();
        var write = new Effect.Write(
                issued,
                truncateFrom,
                List.copyOf(appended),
                hardStateChanged ? Optional.of(new HardState(term, votedFor)) : Optional.empty());
        appended.clear();
        truncateFrom = 0;
        hardStateChanged = false;
        return Optional.of(write);
    }

    void onWritten(long number) {
        assert number > written && number <= issued
                : "write " + number + " completed; " + written + " had, " + issued + " were issued";
        // Caps never fall, so the last one says it all.
        durableIndex = Math.max(durableIndex, caps[slotOf(number)]);
        written = number;
        assert durableIndex <= log.lastIndex() : "durable " + durableIndex + " of " + log.lastIndex();
    }

    long durableIndex() {
        return durableIndex;
    }

    /** Whether term and vote, as they are now, are on disk. */
    boolean isHardStateWritten() {
        return hardStateWrite <= written;
    }

    boolean isWritten(long number) {
        return number <= written;
    }

    /** The write that brings term and vote to the disk; 0 when they came from there. */
    long hardStateWrite() {
        return hardStateWrite;
    }

    /** The write after which everything as it is now is on disk. */
    long newestWrite() {
        return changed() ? issued + 1 : issued;
    }

    long underway() {
        return issued - written;
    }

    private boolean changed() {
        return hardStateChanged || truncateFrom != 0 || !appended.isEmpty();
    }

    private int slotOf(long number) {
        return (int) (number & caps.length - 1);
    }

    private void grow() {
        var larger = new long[caps.length * 2];
        for (long number = written + 1; number < issued; number++) {
            larger[(int) (number & larger.length - 1)] = caps[slotOf(number)];
        }
        caps = larger;
    }
}
