package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.machine.IdempotencyKey;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicName;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes in, rows, changes out. */
class StoreTest {
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

    @Test
    void anEmptyNodeHasNothingButAnIncarnationThatStays() throws Exception {
        long incarnation;
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            incarnation = open.store.incarnation();
            assertEquals(0, open.author.settled().index());
        }

        try (OpenStore open = OpenStore.at(vertx, directory)) {
            assertEquals(incarnation, open.store.incarnation());
            assertNotEquals(0, incarnation);
        }
    }

    @Test
    void whatWasPublishedIsReadBackFromRows() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.author.publish("orders", "one", "two");
            open.author.publish("invoices", "three");
            open.author.publish("orders", "four");
            open.settle();

            List<StoredMessage> all = open.readRows(open.author.everything(), Cursor.ORIGIN, 2);
            assertEquals(List.of("one", "two", "three", "four"), bodies(all));
            List<StoredMessage> orders = open.readRows(open.author.of("orders"), Cursor.ORIGIN, 2);
            assertEquals(List.of("one", "two", "four"), bodies(orders));
            assertEquals(
                    List.of(0L, 1L, 2L),
                    orders.stream().map(StoredMessage::offset).toList());
        }
    }

    @Test
    void aRestartGivesTheSameStateWhereverTheRowsStood() throws Exception {
        List<String> before;
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            everyKindOfChange(open.author);
            open.settle();
            everyKindOfChange(open.author);
            open.write(open.author.logOnly());
            before = open.author.state();
        }

        try (OpenStore open = OpenStore.at(vertx, directory)) {
            assertEquals(before, open.author.state());
            open.settle();
        }

        try (OpenStore open = OpenStore.at(vertx, directory)) {
            assertEquals(before, open.author.state());
        }
    }

    static void everyKindOfChange(Author author) {
        TopicName short_ = new TopicName("short");
        author.configure("short", new TopicConfig(0, 0, 3, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0));
        for (int i = 0; i < 5; i++) {
            author.publish("short", "s" + i, "t" + i);
            author.publish("long/" + i % 2, "l" + i);
        }
        author.take(new TopicCommand.Publish(
                List.of(
                        new Publication(short_, Author.message("mayfly"), 0, 10, -1),
                        new Publication(short_, Author.message("tortoise"), 0, 1_000_000, -1),
                        new Publication(short_, Author.message("late"), 5000, 0, -1)),
                false,
                true,
                Optional.empty()));
        author.later(20);
        author.take(new TopicCommand.Expire());
        long numbered = author.time();
        for (int i = 1; i <= 3; i++) {
            author.take(new TopicCommand.Publish(
                    List.of(Publication.of(new TopicName("produced"), Author.message("p" + i))),
                    false,
                    true,
                    Optional.of(new TopicCommand.Sequence("robot", numbered, i))));
        }
        for (int i = 0; i < 3; i++) {
            author.take(
                    new TopicCommand.Publish(
                            List.of(
                                    Publication.of(new TopicName("keyed/a"), Author.message("k" + i)),
                                    Publication.of(new TopicName("keyed/b"), Author.message("k" + i))),
                            false,
                            true,
                            Optional.empty()),
                    Optional.of(new IdempotencyKey(author.time(), i, 5)));
        }
        author.publish("doomed", "gone");
        author.delete("doomed");
    }

    static List<String> bodies(List<StoredMessage> messages) {
        return messages.stream()
                .map(m -> new io.vertx.core.json.JsonObject(new String(m.json(), StandardCharsets.UTF_8))
                        .getString("body"))
                .toList();
    }

    @Test
    void theViewShowsMessagesOneByOne() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.author.publish("orders", "one", "two");
            open.settle();

            assertEquals(
                    List.of("0 one key text/plain", "1 two key text/plain"),
                    open.sql("SELECT \"offset\" || ' ' || body || ' ' || key || ' ' || content_type FROM message"
                            + " WHERE topic = 'orders' ORDER BY \"offset\""));
            assertTrue(open.sql("SELECT headers FROM message").get(0).contains("blue"));
        }
    }
}
