package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.vertx.core.Context;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams that read rows while the topics under them change. */
class CatchUpTest {
    @TempDir
    private Path directory;

    private Hall hall;

    @BeforeEach
    void start() throws Exception {
        hall = new Hall(directory, 0, 10_000);
    }

    @AfterEach
    void stop() throws Exception {
        hall.close();
    }

    /** Four chunks of five messages, in rows only. */
    private void publishFourChunks() throws Exception {
        for (int i = 0; i < 4; i++) {
            hall.publish("a", 5);
            hall.settle();
        }
        assertEquals(0, hall.ask(() -> hall.store().tail().messages()));
        assertEquals(4, hall.chunks());
    }

    /** A stream that has been told by the replica where to read, and has not read yet. */
    private CountDownLatch holdBeforeRows(Context loop, Listener listener) throws Exception {
        CountDownLatch letGo = Hall.hold(loop, () -> listener.subscription().credit(1000));
        hall.ask(() -> "after the stream's own question");
        return letGo;
    }

    @Test
    void whatIsTrimmedWhileRowsAreReadIsAGap() throws Exception {
        publishFourChunks();
        Context loop = hall.loopApart();
        Listener listener = new Listener().open(hall, loop, From.EARLIEST, 0, "a");
        CountDownLatch letGo = holdBeforeRows(loop, listener);
        hall.keep("a", 5, 0);
        Awaitility.await().until(() -> hall.chunks() == 2);
        letGo.countDown();
        Awaitility.await().until(() -> listener.messages() == 5);
        List<String> expected = new ArrayList<>(List.of("gap"));
        expected.addAll(Listener.told("a", 15, 20));
        assertEquals(expected, listener.heard());
    }

    @Test
    void whatIsTrimmedToTheLastWhileRowsAreReadIsAGapToo() throws Exception {
        publishFourChunks();
        Context loop = hall.loopApart();
        Listener listener = new Listener().open(hall, loop, From.EARLIEST, 0, "a");
        CountDownLatch letGo = holdBeforeRows(loop, listener);
        hall.keep("a", 0, 1);
        Awaitility.await().until(() -> hall.chunks() == 0);
        letGo.countDown();
        Awaitility.await().until(() -> listener.heard().equals(List.of("gap")));
        hall.keep("a", 0, 0);
        hall.publish("a", 2);
        Awaitility.await().until(() -> listener.messages() == 2);
        assertEquals(List.of("gap", "a20", "a21"), listener.heard());
    }

    @Test
    void whatWasTrimmedBeforeAStreamFromTheEarliestBeganIsNoGap() throws Exception {
        publishFourChunks();
        hall.keep("a", 5, 0);
        Listener listener = new Listener().open(hall, hall.loopApart(), From.EARLIEST, 1000, "a");
        Awaitility.await().until(() -> listener.messages() == 5);
        assertEquals(Listener.told("a", 15, 20), listener.heard());
    }

    @Test
    void anOffsetCountsForTheTopicThatHadItAndNotForTheNextOfItsName() throws Exception {
        hall.publish("a", 10);
        Listener listener = new Listener().open(hall, hall.loopApart(), new From.Offset(5), 1000, "a");
        Awaitility.await().until(() -> listener.messages() == 5);
        Hall.await(hall.broker.delete(new TopicName("a"), Optional.empty()));
        hall.publish("a", 3);
        hall.publish("a", 3);
        Awaitility.await().until(() -> listener.messages() == 11);
        List<String> expected = Listener.told("a", 5, 10);
        expected.addAll(Listener.told("a", 0, 6));
        assertEquals(expected, listener.heard());
    }

    @Test
    void anOffsetOfATopicThatIsYetToComeCountsForIt() throws Exception {
        hall.publish("b", 1);
        Listener listener = new Listener().open(hall, hall.loopApart(), new From.Offset(2), 1000, "a");
        hall.publish("a", 2);
        hall.publish("a", 3);
        Awaitility.await().until(() -> listener.messages() == 3);
        assertEquals(Listener.told("a", 2, 5), listener.heard());
    }

    @Test
    void aSecondTrimWithinTheSameStretchIsAGapToo() throws Exception {
        publishFourChunks();
        // So many may stay that the twenty are one stretch, whose end is all that is known of where a trim in it ended.
        hall.keep("a", 18, 0);
        Context loop = hall.loopApart();
        Listener listener = new Listener().open(hall, loop, From.EARLIEST, 0, "a");
        hall.keep("a", 12, 0);
        loop.runOnContext(v -> listener.subscription().credit(3));
        Awaitility.await().until(() -> listener.messages() == 3);
        hall.keep("a", 5, 0);
        loop.runOnContext(v -> listener.subscription().credit(100));
        Awaitility.await().until(() -> listener.messages() == 8);
        List<String> expected = new ArrayList<>(List.of("gap"));
        expected.addAll(Listener.told("a", 8, 11));
        expected.add("gap");
        expected.addAll(Listener.told("a", 15, 20));
        assertEquals(expected, listener.heard());
    }

    @Test
    void aTrimOfWhatWasReadIsNoGap() throws Exception {
        publishFourChunks();
        Context loop = hall.loopApart();
        Listener listener = new Listener().open(hall, loop, From.EARLIEST, 0, "#");
        loop.runOnContext(v -> listener.subscription().credit(10));
        Awaitility.await().until(() -> listener.messages() == 10);
        hall.publish("b", 3);
        hall.keep("a", 10, 0);
        loop.runOnContext(v -> listener.subscription().credit(100));
        Awaitility.await().until(() -> listener.messages() == 23);
        List<String> expected = Listener.told("a", 0, 20);
        expected.addAll(Listener.told("b", 0, 3));
        assertEquals(expected, listener.heard());
    }

    @Test
    void aTrimBeforeMessagesThatHaveExpiredIsAGap() throws Exception {
        hall.publish("a", 5);
        // The sixth to the tenth expire by themselves, and are the first that retention keeps.
        List<Publication> expiring = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Publication plain = Hall.message("a", "x");
            expiring.add(new Publication(plain.topic(), plain.message(), 0, 1, plain.expectOffset()));
        }
        Hall.await(hall.broker.publish(new Publish(expiring, false, Optional.empty(), "test", "", Optional.empty())));
        Context loop = hall.loopApart();
        Listener listener = new Listener().open(hall, loop, From.EARLIEST, 0, "a");
        Awaitility.await().until(() -> {
            hall.publish("b", 1);
            return hall.ask(() ->
                            hall.topics.find(new TopicName("a")).orElseThrow().count())
                    == 5;
        });
        hall.publish("a", 5);
        hall.settle();
        hall.keep("a", 9, 0);
        assertEquals(
                1,
                hall.ask(
                        () -> hall.topics.find(new TopicName("a")).orElseThrow().lowWater()));
        loop.runOnContext(v -> listener.subscription().credit(1));
        Awaitility.await().until(() -> listener.messages() == 1);
        hall.keep("a", 5, 0);
        loop.runOnContext(v -> listener.subscription().credit(100));
        Awaitility.await().until(() -> listener.messages() == 6);
        List<String> expected = new ArrayList<>(List.of("gap", "a1", "gap"));
        expected.addAll(Listener.told("a", 10, 15));
        assertEquals(expected, listener.heard());
    }

    @Test
    void whoComesBackWithTheCursorOfAGapMissesNoOtherTopic() throws Exception {
        hall.publish("a", 10);
        hall.publish("b", 2);
        hall.publish("a", 10);
        hall.settle();
        String start = hall.read(From.EARLIEST, "a").messages().stream()
                .findFirst()
                .map(message -> hall.lineage().text(message.cursor()))
                .orElseThrow();
        hall.keep("a", 10, 0);
        Listener listener = new Listener().open(hall, hall.loopApart(), From.parse(start), 1000, "#");
        Awaitility.await().until(() -> listener.messages() == 12);
        assertEquals("gap", listener.heard().get(0));
        Page resumed = hall.read(From.parse(listener.resumedAt()), "#");
        assertEquals(12, resumed.messages().size());
    }

    @Test
    void whatWasToldIsNotToldAgainBeforeItIsReached() throws Exception {
        hall.publish("b", 6);
        hall.publish("a", 10);
        hall.settle();
        Context loop = hall.loopApart();
        Listener listener = new Listener().open(hall, loop, From.EARLIEST, 0, "#");
        hall.keep("a", 5, 0);
        for (int credit = 3; credit <= 12; credit += 3) {
            int due = Math.min(credit, 11);
            loop.runOnContext(v -> listener.subscription().credit(3));
            Awaitility.await().until(() -> listener.messages() == due);
        }
        List<String> expected = new ArrayList<>(List.of("gap"));
        expected.addAll(Listener.told("b", 0, 6));
        expected.addAll(Listener.told("a", 5, 10));
        assertEquals(expected, listener.heard());
    }
}
