package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.machine.Lineage;
import io.skein.store.StoredMessage;
import io.skein.topic.Publication;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics that lose their oldest messages all the while, and readers of all of them that are slow. */
class GapsTest {
    private static final int TOPICS = 8;

    @TempDir
    private Path directory;

    /** Checks while it listens: a topic's offsets go on without a hole, or a gap was told of before. */
    private static final class Auditor implements Subscriber {
        private final Hall hall;
        private final Map<String, Long> next = new HashMap<>();
        private final Set<String> gapsSince = new HashSet<>();
        private final List<String> wrong = new ArrayList<>();
        private boolean anyGap;
        private int gaps;
        private int falseAlarms;
        private int messages;
        private String cursor = "";
        private volatile Subscription subscription;

        Auditor(Hall hall) {
            this.hall = hall;
        }

        @Override
        public synchronized boolean deliver(List<StoredMessage> delivered, String lastCursor) {
            for (StoredMessage message : delivered) {
                check(message);
            }
            messages += delivered.size();
            cursor = lastCursor;
            return true;
        }

        private void check(StoredMessage message) {
            long expected = next.getOrDefault(message.topic(), 0L);
            boolean told = anyGap && gapsSince.add(message.topic());
            if (message.offset() < expected || message.offset() > expected && !told) {
                wrong.add(message.topic() + ": " + message.offset() + " after " + (expected - 1));
            }
            next.put(message.topic(), message.offset() + 1);
        }

        @Override
        public synchronized void gap(String requested, String resumedAt, long lost) {
            anyGap = true;
            gaps++;
            gapsSince.clear();
            Map<String, Long> seen = Map.copyOf(next);
            hall.proposer
                    .ask(() -> hall.topics.all().stream()
                            .allMatch(topic -> topic.lowWater()
                                    <= seen.getOrDefault(topic.name().value(), 0L)))
                    .onSuccess(nothingWent -> falseAlarm(nothingWent ? 1 : 0))
                    .onFailure(failure -> falseAlarm(1));
        }

        private synchronized void falseAlarm(int one) {
            falseAlarms += one;
        }

        @Override
        public void ended(String reason, boolean retry) {}

        synchronized Map<String, Long> next() {
            return Map.copyOf(next);
        }

        synchronized String cursor() {
            return cursor;
        }
    }

    private static void open(Hall hall, Context loop, Auditor auditor, From from) throws Exception {
        Hall.await(hall.<Void>onLoopOf(
                loop,
                () -> hall.broker
                        .subscribe(new Subscribe(Hall.filters("t/+"), from, 5, "test", ""), auditor)
                        .map(handle -> {
                            auditor.subscription = handle;
                            return null;
                        })));
    }

    private static void stress(Path directory, long tailBytes, long seed) throws Exception {
        Random random = new Random(seed);
        try (Hall hall = new Hall(directory, tailBytes, 10_000)) {
            for (int i = 0; i < TOPICS; i++) {
                // The last ones keep everything; of the others some in stretches, some exactly.
                hall.keep("t/" + i, i < TOPICS - 2 ? 10 << i : 0, 0);
            }
            Context loop = hall.loopApart();
            List<Auditor> auditors = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                auditors.add(new Auditor(hall));
                open(hall, loop, auditors.get(i), From.EARLIEST);
            }
            Map<String, Long> published = new HashMap<>();
            for (int round = 0; round < 250; round++) {
                String topic = "t/" + random.nextInt(TOPICS);
                int count = 1 + random.nextInt(40);
                hall.publish(topic, count);
                published.merge(topic, (long) count, Long::sum);
                int who = random.nextInt(auditors.size());
                Auditor auditor = auditors.get(who);
                long credit = random.nextInt(30 * (who + 1));
                loop.runOnContext(v -> auditor.subscription.credit(credit));
                if (round % 50 == 49 && !auditor.cursor().isEmpty()) {
                    // Goes away and comes back with its cursor: every gap from there on is told of again.
                    Hall.await(hall.<Void>onLoopOf(loop, () -> {
                        auditor.subscription.close();
                        return Future.succeededFuture();
                    }));
                    open(hall, loop, auditor, From.parse(auditor.cursor()));
                }
            }
            for (Auditor auditor : auditors) {
                loop.runOnContext(v -> auditor.subscription.credit(Subscribe.UNLIMITED));
            }
            for (Auditor auditor : auditors) {
                Awaitility.await().until(() -> auditor.next().equals(published));
                assertEquals(List.of(), auditor.wrong);
                assertEquals(0, auditor.falseAlarms, "of " + auditor.gaps + " gaps so many were none");
            }
            assertTrue(auditors.stream().anyMatch(auditor -> auditor.gaps > 0), "somebody was too slow");
        }
    }

    /** A limit that is lowered ends a trim within a stretch: what went last is known to rows only. */
    @Test
    void whoHasSeenAllThatWentIsToldOfNoGap() throws Exception {
        try (Hall hall = new Hall(directory, 0, 10_000)) {
            hall.keep("a", 2000, 0);
            for (int i = 0; i < 40; i++) {
                hall.publish("a", 1);
                hall.settle();
                hall.publish("b", 1);
                hall.settle();
            }
            List<StoredMessage> all = hall.read(From.EARLIEST, "+").messages();
            hall.keep("a", 30, 0);
            hall.settle();
            Awaitility.await().until(() -> hall.chunks() <= 71);

            for (int i = 9; i < 25; i++) {
                Cursor a = all.get(2 * i).cursor();
                Cursor b = all.get(2 * i + 1).cursor();
                for (Cursor seen : List.of(a, Cursor.endOf(a.index()), b, Cursor.endOf(b.index()))) {
                    From from = new From.After(new Lineage.Text(hall.lineage().id(), seen));
                    assertEquals(List.of(), hall.read(from, "a", "b").gaps(), "after " + i + ": " + seen);
                    assertEquals(i + 1, hall.read(from, "a").messages().get(0).offset());
                }
            }
            for (int i = 0; i < 9; i++) {
                Cursor b = all.get(2 * i + 1).cursor();
                From from = new From.After(new Lineage.Text(hall.lineage().id(), b));
                assertEquals(
                        List.of("a"),
                        hall.read(from, "+").gaps().stream()
                                .map(Page.Gap::topic)
                                .toList());
            }
        }
    }

    @Test
    void nobodyIsToldOfAGapBecauseManyTopicsAreInDoubt() throws Exception {
        try (Hall hall = new Hall(directory, 0, 10_000)) {
            List<Publication> oneEach = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                hall.keep("a/" + i, 2000, 0);
                oneEach.add(Hall.message("a/" + i, "x"));
            }
            List<Cursor> rounds = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                PublishAck round = Hall.await(hall.broker.publish(
                        new Publish(oneEach, false, Optional.empty(), "test", "", Optional.empty())));
                rounds.add(Cursor.endOf(round.index()));
                hall.settle();
            }
            for (int i = 0; i < 60; i++) {
                hall.keep("a/" + i, 30, 0);
            }
            hall.settle();
            From all = new From.After(new Lineage.Text(hall.lineage().id(), rounds.get(9)));
            assertEquals(List.of(), hall.read(all, "a/+").gaps());
            From notAll = new From.After(new Lineage.Text(hall.lineage().id(), rounds.get(8)));
            assertEquals(60, hall.read(notAll, "a/+").gaps().size());
        }
    }

    @Test
    void whoIsSlowIsToldOfEveryHoleInRows() throws Exception {
        stress(directory, 0, 1);
    }

    @Test
    void whoIsSlowIsToldOfEveryHoleBetweenRowsAndTail() throws Exception {
        stress(directory, 200_000, 2);
    }

    @Test
    void whoIsSlowIsToldOfEveryHoleInTheTail() throws Exception {
        stress(directory, 32L << 20, 3);
    }
}
