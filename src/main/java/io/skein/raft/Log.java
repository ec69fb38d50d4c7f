package io.skein.raft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The log as far as it is in memory: its end as entries, and for all of it down to the compacted index where each term
 * begins, so that the term of any entry is known without reading (a few numbers for each change of leader).
 *
 * <p>Invariants: {@code compactedIndex < firstInMemory <= lastIndex + 1}; indexes are contiguous, terms never fall.
 */
final class Log {
    /** The term of an entry that is compacted away or does not exist. */
    static final long UNKNOWN = -1;

    private Entry[] ring = new Entry[64];
    private int head;
    private int count;
    private long firstInMemory;
    private long lastIndex;
    private long memoryBytes;

    /** Runs of one term: from start on. The first begins at the compacted index (or at 0, the entry before all). */
    private long[] runStart = new long[16];

    private long[] runTerm = new long[16];
    private int runs;

    Log(LogStart start) {
        addRun(start.compactedIndex(), start.compactedTerm());
        for (LogStart.TermStart begin : start.terms()) {
            if (begin.index() > start.compactedIndex() && begin.term() != lastTerm()) {
                assert begin.index() > runStart[runs - 1] && begin.index() <= start.lastIndex()
                        : begin + " is no start";
                addRun(begin.index(), begin.term());
            }
        }
        lastIndex = start.lastIndex() - start.entries().size();
        firstInMemory = lastIndex + 1;
        assert firstInMemory > start.compactedIndex() : "entries from " + firstInMemory + " are compacted";
        for (Entry entry : start.entries()) {
            // The runs of these are there already when the disk named them.
            long known = termIn(entry.index());
            assert known <= entry.term() : "entry " + entry.index() + " of term " + entry.term() + ", not " + known;
            if (known < entry.term()) {
                assert runStart[runs - 1] < entry.index() : "term " + entry.term() + " is no start";
                addRun(entry.index(), entry.term());
            }
            push(entry);
        }
        assert lastIndex == start.lastIndex();
    }

    long lastIndex() {
        return lastIndex;
    }

    long lastTerm() {
        return runTerm[runs - 1];
    }

    long compactedIndex() {
        return runStart[0];
    }

    long firstInMemory() {
        return firstInMemory;
    }

    long memoryBytes() {
        return memoryBytes;
    }

    /** 0 for index 0, {@link #UNKNOWN} below the compacted index and above the last. */
    long termOf(long index) {
        return index > lastIndex || index < runStart[0] ? UNKNOWN : termIn(index);
    }

    Entry entry(long index) {
        assert index >= firstInMemory && index <= lastIndex
                : "entry " + index + " is not in memory: " + firstInMemory + " to " + lastIndex;
        return ring[head + (int) (index - firstInMemory) & ring.length - 1];
    }

    void append(Entry entry) {
        assert entry.index() == lastIndex + 1 : "entry " + entry.index() + " after " + lastIndex;
        assert entry.term() >= lastTerm() : "entry of term " + entry.term() + " after term " + lastTerm();
        if (entry.term() > lastTerm()) {
            addRun(entry.index(), entry.term());
        }
        push(entry);
    }

    /** Removes the entries at and above this index. */
    void truncateFrom(long index) {
        assert index >= firstInMemory && index <= lastIndex
                : "truncation from " + index + ", in memory " + firstInMemory + " to " + lastIndex;
        while (lastIndex >= index) {
            int slot = head + count - 1 & ring.length - 1;
            memoryBytes -= ring[slot].size();
            ring[slot] = null;
            count--;
            lastIndex--;
        }
        while (runs > 1 && runStart[runs - 1] >= index) {
            runs--;
        }
    }

    /** From this index on, at least one entry, as many as the limits allow. */
    List<Entry> slice(long from, int maxEntries, int maxBytes) {
        Entry first = entry(from);
        if (from == lastIndex) {
            return List.of(first);
        }
        var entries = new ArrayList<Entry>();
        entries.add(first);
        long bytes = first.size();
        for (long index = from + 1; index <= lastIndex && entries.size() < maxEntries; index++) {
            Entry entry = entry(index);
            bytes += entry.size();
            if (bytes > maxBytes) {
                break;
            }
            entries.add(entry);
        }
        return entries;
    }

    /**
     * The highest index, at or below the given one, whose term is at most the given one; the compacted index when there
     * is none above it. Both sides use it to step over whole terms when logs do not match (§5.3).
     */
    long lastIndexWithTermAtMost(long index, long term) {
        long at = Math.min(index, lastIndex);
        for (int run = runs - 1; run > 0; run--) {
            if (runStart[run] <= at) {
                if (runTerm[run] <= term) {
                    return at;
                }
                at = runStart[run] - 1;
            }
        }
        return runTerm[0] <= term ? Math.max(at, runStart[0]) : runStart[0];
    }

    /** Drops the entries at and below this index from memory; they stay on disk, their terms stay known. */
    void forget(long index) {
        assert index <= lastIndex : "forgetting " + index + " of " + lastIndex;
        while (firstInMemory <= index) {
            memoryBytes -= ring[head].size();
            ring[head] = null;
            head = head + 1 & ring.length - 1;
            count--;
            firstInMemory++;
        }
    }

    /** The disk no longer holds entries at and below this index: nor are their terms needed. */
    void compactedTo(long index) {
        assert index < firstInMemory : "compacting " + index + ", in memory from " + firstInMemory;
        if (index <= runStart[0]) {
            return;
        }
        int keep = runOf(index);
        runs -= keep;
        System.arraycopy(runStart, keep, runStart, 0, runs);
        System.arraycopy(runTerm, keep, runTerm, 0, runs);
        runStart[0] = index;
    }

    private long termIn(long index) {
        return runTerm[runOf(index)];
    }

    private int runOf(long index) {
        // Nearly always the last run or one of the last.
        int run = runs - 1;
        while (run > 0 && runStart[run] > index) {
            run--;
        }
        return run;
    }

    private void addRun(long start, long term) {
        assert runs == 0 || term > runTerm[runs - 1] : "term " + term + " after " + runTerm[runs - 1];
        if (runs == runStart.length) {
            runStart = Arrays.copyOf(runStart, runs * 2);
            runTerm = Arrays.copyOf(runTerm, runs * 2);
        }
        runStart[runs] = start;
        runTerm[runs] = term;
        runs++;
    }

    private void push(Entry entry) {
        assert entry.index() == lastIndex + 1 : "entry " + entry.index() + " after " + lastIndex;
        if (count == ring.length) {
            var larger = new Entry[count * 2];
            for (int i = 0; i < count; i++) {
                larger[i] = ring[head + i & ring.length - 1];
            }
            ring = larger;
            head = 0;
        }
        ring[head + count & ring.length - 1] = entry;
        count++;
        lastIndex++;
        memoryBytes += entry.size();
    }
}
