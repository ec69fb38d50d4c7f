package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.topic.TopicConfig;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages over rows and tail: nothing left out, nothing twice, in the order of the log. */
class ReadingTest {
    @TempDir
    Path directory;

    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private OpenStore withTail(long tailBytes) throws Exception {
        StoreConfig config = new StoreConfig(
                directory, StoreConfig.Durability.RELAXED, 4096, 1 << 20, 4 << 20, tailBytes, 3, 1000, 0, 0);
        return OpenStore.at(vertx, config, StoreListener.NONE, Faults.NONE);
    }

    private static List<Cursor> cursors(List<StoredMessage> messages) {
        return messages.stream().map(StoredMessage::cursor).toList();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void readersSeeEveryMessageOnceWhileOthersArePublishedAndSettled(long seed) throws Exception {
        Random random = new Random(seed);
        try (OpenStore open = withTail(random.nextInt(30_000))) {
            List<StoredMessage> published = new ArrayList<>();
            Map<Cursor, List<StoredMessage>> readers = new HashMap<>();
            Map<Cursor, Cursor> positions = new HashMap<>();
            for (int step = 0; step < 150; step++) {
                for (int i = random.nextInt(5); i >= 0; i--) {
                    String topic = "t/" + (int) Math.abs(random.nextGaussian() * 12);
                    open.author.publish(topic, "x".repeat(random.nextInt(600)), "y");
                }
                var deliveries = open.author.deliveries();
                open.on(() -> {
                    deliveries.forEach(
                            appended -> published.addAll(open.store.tail().append(Author.LINEAGE, appended)));
                    if (random.nextInt(3) == 0) {
                        open.store.write(open.author.settling());
                    }
                    return null;
                });
                if (random.nextInt(10) == 0) {
                    Cursor start = published.isEmpty() || random.nextBoolean()
                            ? Cursor.ORIGIN
                            : published.get(random.nextInt(published.size())).cursor();
                    positions.putIfAbsent(start, start);
                    readers.putIfAbsent(start, new ArrayList<>());
                }
                for (Cursor reader : List.copyOf(positions.keySet())) {
                    int limit = 1 + random.nextInt(200);
                    Scope scope = open.author.everything();
                    StoredPage page = open.onLoop(
                            () -> open.store.page(scope, positions.get(reader), limit, 20_000, open.author.time()));
                    assertTrue(page.messages().size() <= limit);
                    readers.get(reader).addAll(page.messages());
                    positions.put(reader, page.next());
                }
            }
            open.settleAll();
            for (Cursor reader : positions.keySet()) {
                readers.get(reader)
                        .addAll(open.read(open.author.everything(), positions.get(reader), 1 + random.nextInt(100)));
                assertEquals(
                        cursors(published.stream()
                                .filter(m -> m.cursor().isAfter(reader))
                                .toList()),
                        cursors(readers.get(reader)),
                        "seed " + seed + ", from " + reader);
            }
            checkScopes(open, published, random);
        }
    }

    /** One topic, a few topics, and topics by a filter, from anywhere. */
    private static void checkScopes(OpenStore open, List<StoredMessage> published, Random random) throws Exception {
        for (int round = 0; round < 20; round++) {
            List<String> names = new ArrayList<>();
            for (int i = 1 + random.nextInt(5); i > 0; i--) {
                names.add("t/" + random.nextInt(30));
            }
            Scope few = open.author.of(names.stream().distinct().toArray(String[]::new));
            Scope many = new Scope(List.of(), few.lowWater());
            Cursor from = published.get(random.nextInt(published.size())).cursor();
            List<Cursor> expected = cursors(published.stream()
                    .filter(m -> m.cursor().isAfter(from) && names.contains(m.topic()))
                    .toList());
            int limit = 1 + random.nextInt(50);
            if (!few.few().isEmpty()) {
                assertEquals(expected, cursors(open.read(few, from, limit)));
                assertEquals(expected, cursors(open.readRows(few, from, limit)));
            }
            assertEquals(expected, cursors(open.read(many, from, limit)));
            assertEquals(expected, cursors(open.readRows(many, from, limit)));
        }
    }

    @Test
    void aPageIsBoundedByBytesButAlwaysHoldsOneMessage() throws Exception {
        try (OpenStore open = withTail(0)) {
            open.author.publish("big", "x".repeat(300_000), "y".repeat(300_000), "z");
            open.settle();

            StoredPage page = open.onLoop(
                    () -> open.store.page(open.author.of("big"), Cursor.ORIGIN, 100, 1000, open.author.time()));

            assertEquals(1, page.messages().size());
            assertEquals(3, open.read(open.author.of("big"), Cursor.ORIGIN, 100).size());
        }
    }

    @Test
    void chunksAreNoLongerThanAQuarterOfAMebibyteUnlessOneMessageIs() throws Exception {
        try (OpenStore open = withTail(0)) {
            open.author.publish("big", "x".repeat(300_000));
            for (int i = 0; i < 600; i++) {
                open.author.publish("small", "y".repeat(1000));
            }
            open.settle();

            assertEquals(
                    List.of("1"), open.sql("SELECT count(*) FROM chunk WHERE length(body) > " + Chunk.MAX_BODY_BYTES));
            assertEquals(List.of("3"), open.sql("SELECT count(*) FROM chunk WHERE count > 1"));
        }
    }

    @Test
    void expiredMessagesAreLeftOutOfPagesAndOfTheView() throws Exception {
        try (OpenStore open = withTail(0)) {
            StoreTest.everyKindOfChange(open.author);
            open.settle();

            List<StoredMessage> seen = open.readRows(open.author.of("short"), Cursor.ORIGIN, 100);

            assertEquals(List.of("t4", "tortoise"), StoreTest.bodies(seen));
            assertEquals(
                    List.of("t4", "tortoise"),
                    open.sql("SELECT body FROM message WHERE topic = 'short' ORDER BY \"offset\""));
        }
    }

    @Test
    void deletedTopicsAreLeftOutAtOnceAlsoWhileTheirRowsAreStillThere() throws Exception {
        try (OpenStore open = withTail(0)) {
            open.author.publish("a", "one");
            open.author.publish("b", "two");
            open.settle();
            open.author.delete("a");

            assertEquals(List.of("two"), StoreTest.bodies(open.readRows(open.author.everything(), Cursor.ORIGIN, 10)));
        }
    }

    @Test
    void anOffsetIsFoundInRowsAndInTheTail() throws Exception {
        try (OpenStore open = withTail(0)) {
            for (int i = 0; i < 3000; i++) {
                open.author.publish("a", "m" + i);
                open.author.publish("other", "o");
                if (i % 500 == 499) {
                    open.settle();
                }
            }
            open.author.publish("a", "m3000");
            var deliveries = open.author.deliveries();
            open.on(() -> {
                deliveries.forEach(appended -> open.store.tail().append(Author.LINEAGE, appended));
                return null;
            });
            long id = open.author.id("a");

            for (long offset : List.of(0L, 1L, 499L, 500L, 1024L, 2999L, 3000L)) {
                Cursor before = open.onLoop(() -> open.store.locate(id, offset)).orElseThrow();
                StoredPage page =
                        open.onLoop(() -> open.store.page(open.author.of("a"), before, 1, 1000, open.author.time()));
                assertEquals(List.of("m" + offset), StoreTest.bodies(page.messages()));
            }
            assertEquals(Optional.empty(), open.onLoop(() -> open.store.locate(id, 3001)));
        }
    }

    @Test
    void aTimePartsTheLogWhereItsStampsReachIt() throws Exception {
        Random random = new Random(3);
        try (OpenStore open = withTail(4_000)) {
            assertEquals(Optional.empty(), open.onLoop(() -> open.store.locateTime(0)));
            for (int i = 0; i < 300; i++) {
                open.author.publish("t/" + random.nextInt(4), "m" + i);
                open.author.later(random.nextInt(50));
                if (random.nextInt(6) == 0) {
                    open.settle();
                }
            }
            open.settle();
            List<StoredMessage> all = open.read(open.author.everything(), Cursor.ORIGIN, 1000);
            assertEquals(300, all.size());

            for (int round = 0; round < 300; round++) {
                long time = all.get(0).time()
                        - 5
                        + random.nextInt((int) (open.author.time() - all.get(0).time()) + 10);
                Optional<Cursor> found = open.onLoop(() -> open.store.locateTime(time));
                List<Cursor> expected =
                        cursors(all.stream().filter(m -> m.time() >= time).toList());
                assertEquals(expected.isEmpty(), found.isEmpty());
                if (found.isPresent()) {
                    assertEquals(expected, cursors(open.read(open.author.everything(), found.get(), 1000)));
                }
            }
        }
    }

    @Test
    void delayedMessagesAreListedAndFetchedWhole() throws Exception {
        try (OpenStore open = withTail(0)) {
            StoreTest.everyKindOfChange(open.author);
            open.settle();

            List<Reader.Waiting> waiting = open.onLoop(() -> open.store.reader().scheduled(Cursor.ORIGIN, 10));
            assertEquals(1, waiting.size());
            Reader.Waiting fetched = open.onLoop(() ->
                            open.store.reader().fetchScheduled(waiting.get(0).at()))
                    .orElseThrow();
            assertEquals("late", new String(fetched.publication().message().body(), "UTF-8"));
            assertEquals(
                    Author.message("late").headers(),
                    fetched.publication().message().headers());
            assertEquals(5000, fetched.publication().delayMs());
            assertEquals(List.of(), open.onLoop(() -> open.store.reader().scheduled(fetched.at(), 10)));
        }
    }

    @Test
    void longAnswersAreKeptForRepeats() throws Exception {
        try (OpenStore open = withTail(0)) {
            StoreTest.everyKindOfChange(open.author);
            open.settle();
            String[] place = open.sql("SELECT idx || ' ' || place FROM answer LIMIT 1")
                    .get(0)
                    .split(" ");

            Optional<byte[]> answer =
                    open.onLoop(() -> open.store.reader().answer(Long.parseLong(place[0]), Integer.parseInt(place[1])));

            assertTrue(open.author.machine.decode(answer.orElseThrow()).tookEffect());
            assertEquals(Optional.empty(), open.onLoop(() -> open.store.reader().answer(1, 0)));
        }
    }

    @Test
    void entriesOfTheLogAreReadInBoundedPieces() throws Exception {
        try (OpenStore open = withTail(0)) {
            for (int i = 0; i < 50; i++) {
                open.author.publish("a", "x".repeat(1000));
            }
            open.settle();

            var entries = open.onLoop(() -> open.store.reader().entries(3, 40, 10_000));
            assertEquals(3, entries.get(0).index());
            assertTrue(entries.size() >= 5 && entries.size() <= 10, entries.size() + " entries");
            assertEquals(
                    1, open.onLoop(() -> open.store.reader().entries(3, 40, 1)).size());
            assertEquals(
                    38,
                    open.onLoop(() -> open.store.reader().entries(3, 40, 1 << 20))
                            .size());
            assertEquals(List.of(), open.onLoop(() -> open.store.reader().entries(100, 140, 1 << 20)));
        }
    }

    @Test
    void aTopicThatKeepsItsLastMessagesShowsThemAlone() throws Exception {
        try (OpenStore open = withTail(0)) {
            open.author.configure(
                    "last", new TopicConfig(0, 0, 5, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0));
            for (int i = 0; i < 40; i++) {
                open.author.publish("last", "m" + i);
                if (i % 7 == 0) {
                    open.settle();
                }
            }
            open.settle();

            List<String> expected = List.of("m35", "m36", "m37", "m38", "m39");
            assertEquals(expected, StoreTest.bodies(open.readRows(open.author.of("last"), Cursor.ORIGIN, 3)));
            assertEquals(expected, open.sql("SELECT body FROM message WHERE topic = 'last' ORDER BY \"offset\""));
        }
    }
}
