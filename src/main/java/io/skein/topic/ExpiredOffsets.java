package io.skein.topic;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** Offsets of a topic's messages whose own TTL is over: one bit each until they are trimmed (DESIGN D17). */
final class ExpiredOffsets {
    private static final int PAGE_BITS = 10;
    private static final int WORDS = 1 << (PAGE_BITS - 6);

    private final TreeMap<Long, long[]> pages = new TreeMap<>();

    /** @return whether it was not there yet */
    boolean add(long offset) {
        long[] page = pages.computeIfAbsent(offset >> PAGE_BITS, p -> new long[WORDS]);
        int word = (int) (offset >> 6) & (WORDS - 1);
        long bit = 1L << offset;
        boolean fresh = (page[word] & bit) == 0;
        page[word] |= bit;
        return fresh;
    }

    boolean contains(long offset) {
        long[] page = pages.get(offset >> PAGE_BITS);
        return page != null && (page[(int) (offset >> 6) & (WORDS - 1)] & 1L << offset) != 0;
    }

    /** How many lie in [from, to). */
    long count(long from, long to) {
        long count = 0;
        if (from < to) {
            for (var page : pages.subMap(from >> PAGE_BITS, true, (to - 1) >> PAGE_BITS, true)
                    .entrySet()) {
                count += count(page, from, to);
            }
        }
        return count;
    }

    private static long count(Map.Entry<Long, long[]> page, long from, long to) {
        long count = 0;
        long first = page.getKey() << PAGE_BITS;
        for (int word = 0; word < WORDS; word++, first += 64) {
            long bits = page.getValue()[word];
            if (bits == 0 || first + 64 <= from || first >= to) {
                continue;
            }
            if (from > first) {
                bits &= -1L << (from - first);
            }
            if (to < first + 64) {
                bits &= (1L << (to - first)) - 1;
            }
            count += Long.bitCount(bits);
        }
        return count;
    }

    /** Forgets those below {@code lowWater} and says how many they were. */
    long removeBelow(long lowWater) {
        long removed = 0;
        while (!pages.isEmpty() && pages.firstKey() < lowWater >> PAGE_BITS) {
            for (long bits : pages.pollFirstEntry().getValue()) {
                removed += Long.bitCount(bits);
            }
        }
        long[] page = pages.get(lowWater >> PAGE_BITS);
        if (page != null) {
            int within = (int) (lowWater & ((1 << PAGE_BITS) - 1));
            for (int word = 0; word <= within >> 6; word++) {
                long gone = word < within >> 6 ? page[word] : page[word] & ((1L << within) - 1);
                removed += Long.bitCount(gone);
                page[word] &= ~gone;
            }
        }
        return removed;
    }

    /** Ascending. */
    void forEach(LongConsumer each) {
        pages.forEach((number, page) -> {
            for (int word = 0; word < WORDS; word++) {
                for (long bits = page[word]; bits != 0; bits &= bits - 1) {
                    each.accept((number << PAGE_BITS) + word * 64L + Long.numberOfTrailingZeros(bits));
                }
            }
        });
    }
}
