package io.skein.topic;

import static io.skein.topic.TopicLog.keep;
import static io.skein.topic.TopicLog.message;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which topics lost messages, asked without looking at those that did not; and which match, without looking for long. */
class TrimsTest {
    private final TopicLog log = new TopicLog();

    private static List<String> names(List<TopicTrim> trims) {
        return trims.stream().map(trim -> trim.name().value()).toList();
    }

    private static List<TopicFilter> filters(String... filters) {
        return List.of(filters).stream().map(TopicFilter::new).toList();
    }

    private void publish(String... topics) {
        for (String topic : topics) {
            log.publish(message(topic, "x"));
        }
    }

    @Test
    void onlyTopicsTrimmedSinceAreTold() {
        for (String topic : List.of("a", "b", "c")) {
            log.configure(topic, keep(1, 0, 0));
        }
        publish("a", "b", "c", "a", "b", "c");
        long known = log.machine.trims();
        assertEquals(3, known);
        assertEquals(List.of("a", "b", "c"), names(log.machine.trimmedSince(0, 10)));
        assertEquals(List.of(), log.machine.trimmedSince(known, 10));

        publish("c", "a", "c");
        assertEquals(List.of("a", "c"), names(log.machine.trimmedSince(known, 10)), "each once, by its latest");
        TopicTrim first = log.machine.trimmedSince(known, 1).get(0);
        assertEquals(List.of("c"), names(log.machine.trimmedSince(first.number(), 10)), "the rest");
        assertEquals(2, first.lowWater());
        assertEquals(log.view("a").lastTrimmed(), first.last());
    }

    @Test
    void aTopicThatIsGoneHasLostNothing() {
        log.configure("a", keep(1, 0, 0));
        publish("a", "a");
        log.apply(new TopicCommand.Delete(new TopicName("a")));
        assertEquals(List.of(), log.machine.trimmedSince(0, 10));
        assertEquals(List.of(), log.machine.trimmedSince(log.machine.trimsEndedBy(Cursor.ORIGIN), 10));
    }

    @Test
    void trimsAfterACursorAreThoseThatAScanOfAllTopicsFinds() {
        Random random = new Random(7);
        List<Cursor> cursors = new ArrayList<>(List.of(Cursor.ORIGIN));
        for (int round = 0; round < 2_000; round++) {
            String topic = "t/" + random.nextInt(30);
            int what = random.nextInt(20);
            if (what == 0) {
                log.apply(new TopicCommand.Delete(new TopicName(topic)));
            } else if (what < 4) {
                log.configure(topic, keep(random.nextInt(200), 0, random.nextInt(3) * 400));
            } else {
                publish(topic);
            }
            cursors.add(new Cursor(log.index, 0));
            if (round % 50 == 0) {
                check(log.machine, cursors.get(random.nextInt(cursors.size())));
            }
        }
        check(log.machine, Cursor.ORIGIN);
        check(log.restarted(), cursors.get(cursors.size() / 2));
    }

    private static void check(TopicMachine machine, Cursor after) {
        List<TopicView> expected = new ArrayList<>(machine.all());
        expected.removeIf(topic -> !topic.lastTrimmed().isAfter(after));
        expected.sort(Comparator.comparing(TopicView::lastTrimmed));
        List<TopicTrim> found = new ArrayList<>();
        long from = machine.trimsEndedBy(after);
        while (true) {
            List<TopicTrim> some = machine.trimmedSince(from, 3);
            found.addAll(some);
            if (some.size() < 3) {
                break;
            }
            from = some.get(2).number();
        }
        found.removeIf(trim -> !trim.last().isAfter(after));
        found.sort(Comparator.comparing(TopicTrim::last));
        assertEquals(
                expected.stream().map(TopicView::id).toList(),
                found.stream().map(TopicTrim::topicId).toList());
        for (int i = 0; i < found.size(); i++) {
            assertEquals(expected.get(i).lowWater(), found.get(i).lowWater());
        }
        long trimmed =
                machine.all().stream().filter(topic -> topic.lowWater() > 0).count();
        assertEquals(trimmed, machine.trimmedSince(0, Integer.MAX_VALUE).size());
    }

    @Test
    void whoIsFarEnoughAsksForNoTrimsButTheLatest() {
        for (int i = 0; i < 600; i++) {
            log.configure("t/" + i, keep(1, 0, 0));
        }
        for (int i = 0; i < 1_200; i++) {
            publish("t/" + i % 600);
        }
        Cursor now = new Cursor(log.index, 0);
        assertEquals(log.machine.trims(), log.machine.trimsEndedBy(now));
        publish("t/7", "t/8");
        assertTrue(
                log.machine.trimmedSince(log.machine.trimsEndedBy(now), 10_000).size() <= 600);
        assertEquals(0, log.machine.trimsEndedBy(Cursor.ORIGIN));
        for (int i = 0; i < 1_000; i++) {
            publish("t/9");
        }
        Cursor later = new Cursor(log.index, 0);
        publish("t/9");
        assertEquals(List.of(), log.machine.trimmedSince(log.machine.trimsEndedBy(later), 10_000), "ended there");
        publish("t/9");
        assertEquals(List.of("t/9"), names(log.machine.trimmedSince(log.machine.trimsEndedBy(later), 10_000)));
    }

    @Test
    void fewTopicsAreFoundAndManyAreSaidToBeManyWithoutLookingAtAll() {
        for (int i = 0; i < 500; i++) {
            publish("site/" + i + "/heat");
        }
        publish("other", "site/7/cold");
        assertEquals(
                2, log.machine.few(filters("site/7/+"), 16, 100).orElseThrow().size());
        assertEquals(
                2,
                log.machine
                        .few(filters("other", "site/7/cold", "no/such"), 16, 100)
                        .orElseThrow()
                        .size());
        assertEquals(Optional.empty(), log.machine.few(filters("site/+/heat"), 16, 100));
        assertEquals(Optional.empty(), log.machine.few(filters("site/+/cold"), 16, 100), "one, but far to look for");
        assertEquals(
                1,
                log.machine
                        .few(filters("site/+/cold"), 16, 10_000)
                        .orElseThrow()
                        .size());
        assertEquals(Optional.of(List.of()), log.machine.few(filters("none/#"), 16, 100));
    }
}
