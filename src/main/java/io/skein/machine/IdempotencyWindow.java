package io.skein.machine;

import io.skein.machine.KeyChange.KeyRemembered;
import io.skein.machine.KeyChange.KeysForgotten;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Which keyed commands were taken lately, and what they were answered (API.md section 2, DESIGN D17). The replica asks
 * {@link #check} before it decides a keyed command, and adds the changes of {@link #remember} to those of the decision.
 *
 * <p>A key is kept for {@value #KEPT_MS} ms at least and {@value #LONGEST_MS} ms at most. When {@value #KEYS} are kept,
 * the oldest goes for a new one if it is past the first figure, else the new one is refused. Forgetting is part of the
 * log, by stamps, at most {@value #FORGOTTEN_AT_ONCE} keys for each that comes.
 *
 * <p>A full window takes less than 64 bytes for each key: a ring in the order of the log, which is that of time, and an
 * open-addressed table of positions in it.
 */
public final class IdempotencyWindow {
    public static final long KEPT_MS = 10 * 60 * 1000;
    public static final long LONGEST_MS = 60 * 60 * 1000;
    public static final int KEYS = 1_000_000;
    private static final int FORGOTTEN_AT_ONCE = 16;
    private static final byte NO_BRIEF = -1;
    private static final byte[] NO_ANSWER = {};

    /** What a key says about the command that carries it. */
    public sealed interface Verdict {}

    /** Never seen, or forgotten: decide it. */
    public record Fresh() implements Verdict {}

    /**
     * The same command was taken at this moment.
     *
     * @param brief its answer; when empty it is the row kept for (index, place)
     */
    public record Replay(Moment at, Optional<Brief> brief) implements Verdict {}

    /** The key came with another body. */
    public record Reused() implements Verdict {
        public Rejected rejected() {
            return Rejected.of(Rejection.KEY_REUSED, "this idempotency key was used for another request");
        }
    }

    /** @param retryAfterMs when the oldest key may go */
    public record Full(int keys, long retryAfterMs) implements Verdict {
        public Rejected rejected() {
            return new Rejected(
                    Rejection.TOO_MANY_KEYS,
                    keys + " idempotency keys were used within " + KEPT_MS / 60_000 + " minutes; the next is free in "
                            + retryAfterMs + " ms",
                    keys);
        }
    }

    private static final Verdict FRESH = new Fresh();
    private static final Verdict REUSED = new Reused();

    private final int limit;

    // The ring: position p holds one key.
    private long[] scopeHighs;
    private long[] scopeLows;
    private long[] bodies;
    private long[] indexes;
    private long[] times;
    private long[] numbers;
    private int[] places;
    private byte[] kinds;
    private int head;
    private int size;

    /** Positions plus one, linear probing; 0 is free. */
    private int[] table;

    public IdempotencyWindow() {
        this(KEYS);
    }

    /** @param limit keys kept at most; the same on every node */
    public IdempotencyWindow(int limit) {
        this.limit = limit;
        allocate(Math.min(limit, 64));
    }

    public int size() {
        return size;
    }

    public Verdict check(IdempotencyKey key, long time) {
        int position = find(key.scopeHigh(), key.scopeLow());
        if (position >= 0 && time - times[position] < LONGEST_MS) {
            if (bodies[position] != key.bodyHash()) {
                return REUSED;
            }
            return new Replay(
                    new Moment(indexes[position], places[position], times[position]),
                    kinds[position] == NO_BRIEF
                            ? Optional.empty()
                            : Optional.of(new Brief(kinds[position], numbers[position])));
        }
        if (size >= limit && time - times[head] < KEPT_MS) {
            return new Full(size, times[head] + KEPT_MS - time);
        }
        return FRESH;
    }

    /**
     * The changes by which a key just found {@link Fresh} is remembered with its outcome, and older ones go; none when
     * the command was refused, because it may be taken later.
     */
    public List<Change> remember(IdempotencyKey key, Moment at, Outcome outcome, Machine machine) {
        if (!outcome.tookEffect()) {
            return List.of();
        }
        List<Change> changes = new ArrayList<>(2);
        int forgotten = 0;
        while (forgotten < Math.min(size, FORGOTTEN_AT_ONCE)
                && (at.time() - times[position(forgotten)] >= LONGEST_MS || size - forgotten >= limit)) {
            forgotten++;
        }
        if (forgotten > 0) {
            int last = position(forgotten - 1);
            changes.add(new KeysForgotten(indexes[last], places[last]));
        }
        Optional<Brief> brief = machine.brief(at, outcome).filter(b -> b.kind() >= 0 && b.kind() <= Byte.MAX_VALUE);
        changes.add(new KeyRemembered(
                key,
                at.index(),
                at.place(),
                at.time(),
                brief,
                brief.isPresent() ? NO_ANSWER : machine.encode(outcome)));
        return changes;
    }

    public boolean owns(Change change) {
        return change instanceof KeyChange;
    }

    public void evolve(Change change) {
        if (change instanceof KeyRemembered remembered) {
            add(remembered);
        } else if (change instanceof KeysForgotten forgotten) {
            while (size > 0
                    && (indexes[head] < forgotten.index()
                            || indexes[head] == forgotten.index() && places[head] <= forgotten.place())) {
                removeFirst();
            }
        } else {
            throw new AssertionError("unknown change " + change);
        }
    }

    /** The changes that rebuild the window, in log order; answers that are rows are left out. */
    public void snapshot(Consumer<Change> into) {
        for (int i = 0; i < size; i++) {
            int p = position(i);
            into.accept(new KeyRemembered(
                    new IdempotencyKey(scopeHighs[p], scopeLows[p], bodies[p]),
                    indexes[p],
                    places[p],
                    times[p],
                    kinds[p] == NO_BRIEF ? Optional.empty() : Optional.of(new Brief(kinds[p], numbers[p])),
                    NO_ANSWER));
        }
    }

    /** Bytes of the arrays. */
    long memory() {
        return indexes.length * (6L * Long.BYTES + Integer.BYTES + 1) + table.length * (long) Integer.BYTES;
    }

    private void add(KeyRemembered change) {
        assert size == 0 || isAfterLast(change) : change + " does not come last";
        if (size == indexes.length) {
            grow();
        }
        int p = position(size);
        scopeHighs[p] = change.key().scopeHigh();
        scopeLows[p] = change.key().scopeLow();
        bodies[p] = change.key().bodyHash();
        indexes[p] = change.index();
        times[p] = change.time();
        places[p] = change.place();
        kinds[p] = change.brief().map(b -> (byte) b.kind()).orElse(NO_BRIEF);
        numbers[p] = change.brief().map(Brief::number).orElse(0L);
        size++;
        put(p);
    }

    private boolean isAfterLast(KeyRemembered change) {
        int last = position(size - 1);
        return change.index() > indexes[last] || change.index() == indexes[last] && change.place() > places[last];
    }

    private int position(int i) {
        int p = head + i;
        return p >= indexes.length ? p - indexes.length : p;
    }

    private void grow() {
        // Above the limit only if a longer window was read back from rows.
        int capacity = size < limit ? Math.min(limit, size + size / 2 + 1) : size + size / 2 + 1;
        long[][] from = {scopeHighs, scopeLows, bodies, indexes, times, numbers};
        int[] oldPlaces = places;
        byte[] oldKinds = kinds;
        int oldHead = head;
        allocate(capacity);
        long[][] to = {scopeHighs, scopeLows, bodies, indexes, times, numbers};
        int tail = size - oldHead;
        for (int i = 0; i < from.length; i++) {
            System.arraycopy(from[i], oldHead, to[i], 0, tail);
            System.arraycopy(from[i], 0, to[i], tail, oldHead);
        }
        System.arraycopy(oldPlaces, oldHead, places, 0, tail);
        System.arraycopy(oldPlaces, 0, places, tail, oldHead);
        System.arraycopy(oldKinds, oldHead, kinds, 0, tail);
        System.arraycopy(oldKinds, 0, kinds, tail, oldHead);
        for (int p = 0; p < size; p++) {
            put(p);
        }
    }

    private void allocate(int capacity) {
        scopeHighs = new long[capacity];
        scopeLows = new long[capacity];
        bodies = new long[capacity];
        indexes = new long[capacity];
        times = new long[capacity];
        numbers = new long[capacity];
        places = new int[capacity];
        kinds = new byte[capacity];
        head = 0;
        // Between one and two thirds full; a million keys take 2^21 slots.
        table = new int[Integer.highestOneBit(Math.max(2, capacity + capacity / 2)) * 2];
    }

    private int slot(long high, long low) {
        long mixed = (high ^ Long.rotateLeft(low, 32)) * 0x9E3779B97F4A7C15L;
        return (int) (mixed >>> 32) & (table.length - 1);
    }

    private int find(long high, long low) {
        for (int slot = slot(high, low); table[slot] != 0; slot = slot + 1 & table.length - 1) {
            int p = table[slot] - 1;
            if (scopeHighs[p] == high && scopeLows[p] == low) {
                return p;
            }
        }
        return -1;
    }

    /** Puts a position in; it takes the place of an older one of the same key that is past its time. */
    private void put(int position) {
        long high = scopeHighs[position];
        long low = scopeLows[position];
        int slot = slot(high, low);
        while (table[slot] != 0 && (scopeHighs[table[slot] - 1] != high || scopeLows[table[slot] - 1] != low)) {
            slot = slot + 1 & table.length - 1;
        }
        table[slot] = position + 1;
    }

    private void removeFirst() {
        int slot = slot(scopeHighs[head], scopeLows[head]);
        while (table[slot] != 0 && table[slot] != head + 1) {
            slot = slot + 1 & table.length - 1;
        }
        if (table[slot] != 0) {
            close(slot);
        }
        head = position(1);
        size--;
    }

    /** Frees a slot and moves up those behind it that would not be found any more. */
    private void close(int free) {
        int hole = free;
        int slot = free;
        while (true) {
            slot = slot + 1 & table.length - 1;
            if (table[slot] == 0) {
                break;
            }
            int p = table[slot] - 1;
            int home = slot(scopeHighs[p], scopeLows[p]);
            // Moves when its home is not cyclically within (hole, slot].
            if ((slot - home & table.length - 1) >= (slot - hole & table.length - 1)) {
                table[hole] = table[slot];
                hole = slot;
            }
        }
        table[hole] = 0;
    }
}
