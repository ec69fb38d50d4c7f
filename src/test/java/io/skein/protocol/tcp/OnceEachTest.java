package io.skein.protocol.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OnceEachTest {
    private static final List<String> TOPICS = List.of("a/x", "a/y", "b/x", "b/y", "c");
    private static final List<String> FILTERS = List.of("#", "a/#", "+/x", "b/y", "c", "+/y", "b/#", "a/x");

    private final OnceEach onceEach = new OnceEach();

    private boolean take(OnceEach.Position position, long index) {
        return onceEach.take(position, "t", new Cursor(index, 0));
    }

    @Test
    void whoComesFirstWrites() {
        var one = onceEach.begin(new TopicFilter("t"));
        var two = onceEach.begin(new TopicFilter("#"));
        assertTrue(take(one, 1));
        assertFalse(take(two, 1));
        assertTrue(take(two, 2));
        assertFalse(take(one, 2));
    }

    @Test
    void whatAFilterWroteBeforeItWasGivenUpIsNotWrittenAgain() {
        var behind = onceEach.begin(new TopicFilter("t"));
        var ahead = onceEach.begin(new TopicFilter("#"));
        assertTrue(take(ahead, 1));
        assertTrue(take(ahead, 2));
        onceEach.giveUp(ahead);
        assertEquals(1, behind.leftAhead());
        assertFalse(take(behind, 1));
        assertFalse(take(behind, 2));
        assertTrue(take(behind, 3));
        assertEquals(0, behind.leftAhead());
    }

    @Test
    void whatAFilterHadNotWrittenWhenItWasGivenUpIsWrittenByTheOther() {
        var ahead = onceEach.begin(new TopicFilter("t"));
        var behind = onceEach.begin(new TopicFilter("#"));
        assertTrue(take(ahead, 1));
        onceEach.giveUp(behind);
        assertTrue(take(ahead, 2));
    }

    @Test
    void aFilterBegunAgainReplaysEverything() {
        var first = onceEach.begin(new TopicFilter("t"));
        assertTrue(take(first, 1));
        onceEach.giveUp(first);
        assertTrue(take(onceEach.begin(new TopicFilter("t")), 1));
    }

    /** Streams go on at random speeds; filters are given up at random moments. */
    @Test
    void everyMessageOfTheFiltersThatStayIsWrittenOnceAndInOrder() {
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            OnceEach written = new OnceEach();
            List<String> log = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                log.add(TOPICS.get(random.nextInt(TOPICS.size())));
            }
            List<TopicFilter> filters = new ArrayList<>();
            List<OnceEach.Position> positions = new ArrayList<>();
            List<Integer> next = new ArrayList<>();
            for (String filter : FILTERS) {
                if (random.nextBoolean()) {
                    filters.add(new TopicFilter(filter));
                    positions.add(written.begin(filters.get(filters.size() - 1)));
                    next.add(0);
                }
            }
            List<Integer> out = new ArrayList<>();
            Set<Integer> going = new HashSet<>();
            for (int i = 0; i < filters.size(); i++) {
                going.add(i);
            }
            while (going.stream().anyMatch(i -> next.get(i) < log.size())) {
                int stream = random.nextInt(filters.size());
                if (!going.contains(stream)) {
                    continue;
                }
                if (going.size() > 1 && random.nextInt(60) == 0) {
                    going.remove(stream);
                    written.giveUp(positions.get(stream));
                    continue;
                }
                for (int steps = random.nextInt(8); steps > 0 && next.get(stream) < log.size(); steps--) {
                    int index = next.get(stream);
                    next.set(stream, index + 1);
                    if (filters.get(stream).matches(log.get(index))
                            && written.take(positions.get(stream), log.get(index), new Cursor(index + 1, 0))) {
                        out.add(index);
                    }
                }
            }
            assertEquals(new HashSet<>(out).size(), out.size(), "doubles, seed " + seed);
            for (int index = 0; index < log.size(); index++) {
                String topic = log.get(index);
                boolean wanted = going.stream().anyMatch(i -> filters.get(i).matches(topic));
                assertTrue(!wanted || out.contains(index), "gap at " + index + ", seed " + seed);
            }
            for (String topic : TOPICS) {
                List<Integer> one =
                        out.stream().filter(i -> log.get(i).equals(topic)).toList();
                assertEquals(one.stream().sorted().toList(), one, "order, seed " + seed);
            }
        }
    }
}
