package io.skein.store;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicName;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What nobody may see any more goes, in small steps. */
class SweepTest {
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

    private static void write(OpenStore open, String topic, int chunks) throws Exception {
        for (int i = 0; i < chunks; i++) {
            open.author.publish(topic, topic + i);
            open.author.take(new TopicCommand.Publish(
                    List.of(new Publication(new TopicName(topic), Author.message("ttl" + i), 0, 1_000_000, -1)),
                    false,
                    true,
                    Optional.empty()));
            open.settle();
        }
    }

    private static long count(OpenStore open, String from) throws Exception {
        return Long.parseLong(open.sql("SELECT count(*) FROM " + from).get(0));
    }

    @Test
    void oneBatchRemovesAFewRowsOfADeletedTopicAndTheRestGoesWithoutMore() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            write(open, "a", 60);
            write(open, "b", 3);
            open.author.delete("a");
            open.settle();
            long left = count(open, "chunk WHERE topic_id = 1");

            assertTrue(left >= 10, left + " chunks were left by the batch");
            await().until(() -> count(open, "sweep") == 0);
            assertEquals(0, count(open, "chunk WHERE topic_id = 1"));
            assertEquals(0, count(open, "ttl WHERE topic_id = 1"));
            assertEquals(0, count(open, "mark WHERE topic_id = 1"));
            assertEquals(3, count(open, "chunk WHERE topic_id = 2"));
            assertEquals(
                    6,
                    open.readRows(open.author.everything(), Cursor.ORIGIN, 10).size());
        }
    }

    @Test
    void aSweepThatWasInterruptedGoesOnAfterTheRestart() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            write(open, "a", 60);
            open.author.delete("a");
            open.settle();
        }
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            await().until(() -> count(open, "sweep") == 0);
            assertEquals(0, count(open, "chunk"));
        }
    }

    @Test
    void rowsStayForWhoHeldThemBeforeTheTrimAndForNobodyElse() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            write(open, "a", 5);
            write(open, "b", 5);
            Holds.Hold held = open.store.holds().open();
            open.author.delete("a");
            open.settle();
            assertEquals(5, count(open, "chunk WHERE topic_id = 1"));
            Holds.Hold later = open.store.holds().open();
            held.close();
            await().until(() -> count(open, "chunk WHERE topic_id = 1") == 0);
            open.author.delete("b");
            open.settle();
            assertEquals(5, count(open, "chunk WHERE topic_id = 2"));
            later.close();
            await().until(() -> count(open, "sweep") == 0);
            assertEquals(0, count(open, "chunk"));
        }
    }

    @Test
    void messagesThatGoWithTheirTopicInOneBatchAreRowsForWhoHeldThem() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            Holds.Hold held = open.store.holds().open();
            open.author.publish("a", "x");
            open.author.delete("a");
            open.settle();
            assertEquals(1, count(open, "chunk"));
            held.close();
            await().until(() -> count(open, "chunk") == 0);
            open.author.publish("b", "x");
            open.author.delete("b");
            open.settle();
            assertEquals(0, count(open, "chunk"));
        }
    }

    @Test
    void whatWasTrimmedBeforeAHoldBeganGoesWhileLaterTrimsWait() {
        Holds holds = new Holds();
        HeldTrims trims = new HeldTrims(holds);
        Holds.Hold first = holds.open();
        trims.trimmed(1, 10);
        Holds.Hold second = holds.open();
        trims.trimmed(1, 20);
        assertEquals(0, trims.limit(1, 20));
        first.close();
        assertEquals(10, trims.limit(1, 20));
        second.close();
        assertEquals(20, trims.limit(1, 20));
        trims.trimmed(1, 30);
        assertEquals(30, trims.limit(1, 30));
    }

    @Test
    void aHoldThatIsNeverClosedEndsByItself() {
        Holds holds = new Holds();
        holds.open();
        long now = System.nanoTime();
        assertFalse(holds.areOver(1, now));
        assertTrue(holds.areOver(1, now + Holds.LONGEST_NANOS));
    }

    @Test
    void aTrimRemovesTheChunksThatAreWhollyBelowAndHidesTheRest() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            for (int i = 0; i < 30; i++) {
                open.author.publish("a", "x" + i, "y" + i, "z" + i);
                open.settle();
            }
            open.author.configure("a", new TopicConfig(0, 0, 10, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0));
            open.author.publish("a", "last but one", "last");
            open.settle();
            await().until(() -> count(open, "sweep") == 0);

            assertEquals(4, count(open, "chunk"));
            assertEquals(10, count(open, "message"));
            assertEquals(
                    10, open.readRows(open.author.of("a"), Cursor.ORIGIN, 3).size());
        }
    }

    @Test
    void theChunkThatAloneKnowsWhatWentLastStaysUntilTheNextTrim() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            for (int i = 0; i < 30; i++) {
                open.author.publish("a", "x" + i, "y" + i);
                open.settle();
            }
            open.author.configure("a", new TopicConfig(0, 0, 10, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0));
            open.settle();
            await().until(() -> count(open, "sweep") == 0);
            assertEquals(6, count(open, "chunk"), "five, and the one before");
            assertEquals(10, count(open, "message"), "which nobody sees");

            for (int i = 30; i < 60; i++) {
                open.author.publish("a", "x" + i, "y" + i);
                open.settle();
            }
            await().until(() -> count(open, "sweep") == 0);
            assertEquals(5, count(open, "chunk"), "now each stretch is one message, and what goes is known without it");
        }
    }
}
