package io.skein.topic;

import static io.skein.topic.TopicLog.delayed;
import static io.skein.topic.TopicLog.message;
import static io.skein.topic.TopicLog.sized;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TopicViewsTest {
    private final TopicLog log = new TopicLog();

    private List<String> matching(String filter) {
        return log.machine.matching(new TopicFilter(filter)).stream()
                .map(view -> view.name().value())
                .toList();
    }

    @Test
    void aTopicIsFoundByNameAndById() {
        log.publish(sized("a", 100), sized("a", 150));

        TopicView view = log.view("a");

        assertEquals(
                new TopicView(
                        1,
                        new TopicName("a"),
                        TopicConfig.DEFAULT,
                        0,
                        2,
                        2,
                        250,
                        Cursor.ORIGIN,
                        new Cursor(log.index, 0),
                        log.time,
                        log.time),
                view);
        assertEquals(view, log.machine.find(1).orElseThrow());
        assertTrue(log.machine.find(2).isEmpty());
    }

    @Test
    void totalsFollowEveryChange() {
        log.publish(sized("a", 100), sized("b", 150), delayed("c", 5));
        assertEquals(new TopicTotals(2, 2, 250, 1), log.machine.totals());

        log.configure("a", TopicLog.keep(0, 0, 1_000));
        log.passTo(log.time + 2_000);

        assertEquals(new TopicTotals(3, 2, 150 + 65, 0), log.machine.totals());
    }

    @Test
    void matchingTopicsComeSortedByName() {
        log.publish(
                message("b", ""),
                message("a/x", ""),
                message("a", ""),
                message("a-b", ""),
                message("a/x/y", ""),
                message("ab/x", ""));

        assertEquals(List.of("a", "a-b", "a/x", "a/x/y", "ab/x", "b"), matching("#"));
        assertEquals(List.of("a", "a/x", "a/x/y"), matching("a/#"));
        assertEquals(List.of("a/x"), matching("a/+"));
        assertEquals(List.of("a/x", "ab/x"), matching("+/x"));
        assertEquals(List.of("a", "a-b", "b"), matching("+"));
        assertEquals(List.of("b"), matching("b"));
        assertEquals(List.of(), matching("c/#"));
        assertEquals(6, log.machine.all().size());
    }

    @Test
    void matchingIsWhatEveryNameSaysOfItself() {
        var random = new Random(9);
        String[] levels = {"a", "b", "ab", "a-", "$s", "ü"};
        for (int i = 0; i < 300; i++) {
            var name = new StringBuilder("t");
            for (int n = random.nextInt(4); n > 0; n--) {
                name.append('/').append(levels[random.nextInt(levels.length)]);
            }
            log.one(message(name.toString(), ""));
        }
        List<String> all = log.machine.all().stream().map(v -> v.name().value()).toList();
        for (String filter :
                List.of("#", "+", "t/#", "t/+", "t/a/#", "t/a/+", "t/+/b", "+/a/#", "t/a", "t/+/+/b", "t/ab/#")) {
            assertEquals(
                    all.stream()
                            .filter(name -> new TopicFilter(filter).matches(name))
                            .toList(),
                    matching(filter),
                    filter);
        }
    }
}
