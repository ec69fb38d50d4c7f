package io.skein.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The room's own collections against the JDK's. */
class StructuresTest {
    @Test
    void aDueHeapGivesTheEarliestInTotalOrder() {
        var random = new Random(3);
        var heap = new DueHeap();
        var expected = new TreeSet<String>();
        for (int i = 0; i < 20_000; i++) {
            if (random.nextInt(3) > 0 || heap.isEmpty()) {
                int time = 100 + random.nextInt(400);
                int high = 100 + random.nextInt(900);
                int low = 10_000 + i;
                heap.push(time, high, low);
                expected.add(time + "." + high + "." + low);
            } else {
                assertEquals(expected.pollFirst(), heap.time() + "." + heap.high() + "." + heap.low());
                heap.pop();
            }
            assertEquals(expected.size(), heap.size());
        }
        while (!heap.isEmpty()) {
            assertEquals(expected.pollFirst(), heap.time() + "." + heap.high() + "." + heap.low());
            heap.pop();
        }
    }

    @Test
    void aTimetableFindsWhatIsInItAndForgetsWhatWent() {
        var random = new Random(4);
        var table = new Timetable();
        var expected = new TreeMap<Long, Long>();
        long next = 0;
        for (int i = 0; i < 30_000; i++) {
            int what = random.nextInt(100);
            if (what < 50) {
                next += 1 + random.nextInt(3);
                long time = random.nextInt(1_000);
                table.add(next >> 2, (int) next & 3, time);
                expected.put(next, time);
            } else if (what < 98) {
                long one = Math.max(0, next - random.nextInt(200));
                assertEquals(expected.getOrDefault(one, -1L), table.time(one >> 2, (int) one & 3));
                assertEquals(expected.remove(one) != null, table.remove(one >> 2, (int) one & 3));
            } else {
                long below = Math.max(0, next - random.nextInt(400)) & ~3;
                table.removeBelow(below >> 2);
                expected.headMap(below).clear();
            }
            assertEquals(expected.size(), table.size());
        }
        List<Long> found = new ArrayList<>();
        table.forEach((high, low, time) -> found.add((high << 2 | low) * 1_000 + time));
        assertEquals(
                expected.entrySet().stream()
                        .map(e -> e.getKey() * 1_000 + e.getValue())
                        .toList(),
                found);
    }

    @Test
    void expiredOffsetsCountByRange() {
        var random = new Random(5);
        var offsets = new ExpiredOffsets();
        var expected = new TreeSet<Long>();
        long low = 0;
        for (int i = 0; i < 20_000; i++) {
            long offset = low + random.nextInt(5_000);
            assertEquals(expected.add(offset), offsets.add(offset));
            assertEquals(expected.contains(offset + 1), offsets.contains(offset + 1));
            long from = low + random.nextInt(5_000);
            long to = from + random.nextInt(3_000);
            assertEquals(expected.subSet(from, to).size(), offsets.count(from, to));
            if (random.nextInt(10) == 0) {
                low += random.nextInt(300);
                var gone = expected.headSet(low);
                assertEquals(gone.size(), offsets.removeBelow(low));
                gone.clear();
            }
        }
        List<Long> all = new ArrayList<>();
        offsets.forEach(all::add);
        assertEquals(List.copyOf(expected), all);
    }
}
