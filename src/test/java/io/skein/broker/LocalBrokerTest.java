package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.skein.cluster.ReplicaStatus;
import io.skein.raft.Role;
import io.skein.store.StoredMessage;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the broker says of positions that retention overtook, and of rows that do not come up to date. */
class LocalBrokerTest {
    @TempDir
    private Path directory;

    private static List<Long> offsets(Page page) {
        return page.messages().stream().map(StoredMessage::offset).toList();
    }

    private static Refusal gone(Hall hall, String cursor) {
        Refusal refusal = assertThrows(Refusal.class, () -> hall.read(From.parse(cursor), "a"));
        assertEquals(Refusal.Kind.GONE, refusal.kind());
        return refusal;
    }

    private static final List<Long> KEPT = List.of(5L, 6L, 7L, 8L, 9L);

    /** Ten messages with others between them, in one chunk or in one each, then the first five trimmed. */
    private static List<String> trimmed(Hall hall, boolean oneChunk) throws Exception {
        List<Publication> messages = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            messages.add(Hall.message("a", "x"));
            messages.add(Hall.message("b", "x"));
        }
        int each = oneChunk ? 20 : 1;
        for (int i = 0; i < 20; i += each) {
            Hall.await(hall.broker.publish(
                    new Publish(messages.subList(i, i + each), false, Optional.empty(), "test", "", Optional.empty())));
            hall.settle();
        }
        List<String> cursors = hall.read(From.EARLIEST, "a").messages().stream()
                .map(message -> hall.lineage().text(message.cursor()))
                .toList();
        hall.keep("a", 5, 0);
        hall.settle();
        return cursors;
    }

    private static void assertGoneUpToTheEarliest(Hall hall, List<String> cursors) throws Exception {
        assertEquals(KEPT, offsets(hall.read(From.EARLIEST, "a")));
        String earliest = (String) gone(hall, cursors.get(3)).facts().get("earliest");
        assertEquals(KEPT, offsets(hall.read(From.parse(earliest), "a")));
        assertEquals(
                earliest,
                Hall.await(hall.broker.topic(new TopicName("a"), Freshness.LINEARIZABLE))
                        .earliest()
                        .orElseThrow(),
                "the topic says the same as the refusal");
        assertEquals(List.of(6L, 7L, 8L, 9L), offsets(hall.read(From.parse(cursors.get(5)), "a")));
        assertEquals(List.of(), offsets(hall.read(From.parse(cursors.get(9)), "a")));
    }

    private void assertExact(long tailBytes) throws Exception {
        try (Hall hall = new Hall(directory, tailBytes, 10_000)) {
            List<String> cursors = trimmed(hall, true);
            assertGoneUpToTheEarliest(hall, cursors);
            // The fifth was the last that went: whoever has had it has lost nothing.
            assertEquals(KEPT, offsets(hall.read(From.parse(cursors.get(4)), "a")));
        }
    }

    @Test
    void aTrimmedTopicIsGoneExactlyUpToItsEarliestInTheTail() throws Exception {
        assertExact(32L << 20);
    }

    @Test
    void aTrimmedTopicIsGoneExactlyUpToItsEarliestInRows() throws Exception {
        assertExact(0);
    }

    @Test
    void theEarliestIsNotGoneAlsoWhenNothingIsLeftOfWhatWas() throws Exception {
        try (Hall hall = new Hall(directory, 0, 10_000)) {
            List<String> cursors = trimmed(hall, false);
            Awaitility.await().until(() -> hall.chunks() == 16);
            assertGoneUpToTheEarliest(hall, cursors);
        }
    }

    @Test
    void rowsThatDoNotComeUpToDateAreSaidToBeBehind() throws Exception {
        try (Hall hall = new Hall(directory, 0, 200)) {
            hall.publish("a", 1);
            CountDownLatch letGo = hall.holdWriter();
            Future<PublishAck> waits = hall.publishing("a", 1, "x");
            Refusal behind = assertThrows(
                    Refusal.class,
                    () -> Hall.await(hall.broker.scheduled(Optional.empty(), 10, Freshness.LINEARIZABLE)));
            letGo.countDown();
            assertEquals("rows-behind", behind.code());
            assertEquals(Refusal.Kind.UNAVAILABLE, behind.kind());
            Hall.await(waits);
            assertEquals(
                    0,
                    Hall.await(hall.broker.scheduled(Optional.empty(), 10, Freshness.LINEARIZABLE))
                            .messages()
                            .size());
        }
    }

    @Test
    void streamsAreToldHowTheNodeIsWhenThatChanges() throws Exception {
        try (Hall hall = new Hall(directory, 32L << 20, 10_000)) {
            Context loop = hall.loopApart();
            Listener before = new Listener().open(hall, loop, From.LATEST, 1000, "a");
            ReplicaStatus well = hall.replica.status();
            hall.ask(() -> {
                hall.broker.applied().moved(leaderless(well));
                hall.broker.applied().moved(leaderless(well));
                hall.broker.applied().moved(well);
                return null;
            });
            Awaitility.await().until(() -> before.heard().equals(List.of("status no-leader", "status ok")));
            hall.publish("a", 1);
            Awaitility.await().until(() -> before.heard().equals(List.of("status no-leader", "status ok", "a0")));
        }
    }

    private static ReplicaStatus leaderless(ReplicaStatus of) {
        return stands(of, "", of.standing());
    }

    private static ReplicaStatus stands(ReplicaStatus of, String leader, ReplicaStatus.Standing standing) {
        return new ReplicaStatus(
                Role.FOLLOWER,
                leader,
                of.term(),
                of.commitIndex(),
                of.appliedIndex(),
                of.settledIndex(),
                of.firstIndex(),
                of.lastIndex(),
                of.stateHash(),
                of.time(),
                true,
                false,
                standing,
                of.members(),
                of.featureLevel());
    }

    @Test
    void aNodeThatItsClusterDoesNotCountServesNothing() throws Exception {
        try (Hall hall = new Hall(directory, 32L << 20, 10_000)) {
            hall.publish("a", 1);
            Listener listener = new Listener().open(hall, hall.loopApart(), From.LATEST, 1000, "a");
            ReplicaStatus removed = stands(hall.replica.status(), "", ReplicaStatus.Standing.REMOVED);
            hall.ask(() -> {
                hall.broker.applied().moved(removed);
                return null;
            });
            Awaitility.await().until(() -> listener.heard().equals(List.of("ended removed")));
        }
    }

    @Test
    void aStrongReadGoesThroughTheLogAndNoOtherDoes() throws Exception {
        try (Hall hall = new Hall(directory, 32L << 20, 10_000)) {
            hall.publish("a", 1);
            long index = hall.broker.status().lastLogIndex();
            for (Freshness.Level level : Freshness.Level.values()) {
                Freshness freshness = new Freshness(level, 0);
                assertEquals(
                        1,
                        Hall.await(hall.onLoop(() -> hall.broker.topics(Optional.empty(), freshness)))
                                .size());
                assertEquals(
                        level == Freshness.Level.STRONG ? index + 1 : index,
                        hall.broker.status().appliedIndex(),
                        level.name());
            }
        }
    }

    @Test
    void topicsAreSaidOnceTheNodeHasWhatItsClientHasSeenElsewhere() throws Exception {
        try (Hall hall = new Hall(directory, 32L << 20, 10_000)) {
            hall.publish("a", 1);
            long ahead = hall.broker.status().appliedIndex() + 1;
            Freshness freshness = new Freshness(Freshness.Level.NONE, ahead);
            Future<TopicInfo> waits = hall.onLoop(() -> hall.broker.topic(new TopicName("a"), freshness));
            hall.publish("a", 1);
            assertEquals(2, Hall.await(waits).view().nextOffset());
            Freshness tooFar = new Freshness(Freshness.Level.NONE, ahead + 100);
            Refusal behind = assertThrows(
                    Refusal.class, () -> Hall.await(hall.onLoop(() -> hall.broker.topics(Optional.empty(), tooFar))));
            assertEquals("behind", behind.code());
        }
    }

    @Test
    void aReadThatWaitsIsAStreamAndOneTooManyIsRefused() throws Exception {
        try (Hall hall = new Hall(directory, 32L << 20, 10_000, 2)) {
            hall.publish("a", 1);
            Future<Page> first = waiting(hall);
            Future<Page> second = waiting(hall);
            Awaitility.await().until(() -> hall.broker.status().figures().subscribers() == 2);
            Refusal third = assertThrows(Refusal.class, () -> Hall.await(waiting(hall)));
            assertEquals(Refusal.Kind.TOO_MANY, third.kind());
            assertEquals(1, hall.read(From.EARLIEST, "a").messages().size(), "who does not wait is no stream");
            hall.publish("a", 1);
            assertEquals(List.of(1L), offsets(Hall.await(first)));
            assertEquals(List.of(1L), offsets(Hall.await(second)));
            Awaitility.await().until(() -> hall.broker.status().figures().subscribers() == 0);
            Future<Page> again = waiting(hall);
            Awaitility.await().until(() -> hall.broker.status().figures().subscribers() == 1);
            hall.publish("a", 1);
            assertEquals(List.of(2L), offsets(Hall.await(again)));
        }
    }

    private static Future<Page> waiting(Hall hall) {
        return hall.onLoop(
                () -> hall.broker.read(new Read(Hall.filters("a"), From.LATEST, 10, 30_000, Freshness.LINEARIZABLE)));
    }

    @Test
    void readsThatWaitForAnIndexHaveALimitToo() throws Exception {
        try (Hall hall = new Hall(directory, 32L << 20, 10_000, 1)) {
            hall.publish("a", 1);
            long ahead = hall.broker.status().appliedIndex() + 1;
            Future<Page> waits = ahead(hall, ahead);
            Refusal second = assertThrows(Refusal.class, () -> Hall.await(ahead(hall, ahead)));
            assertEquals("overloaded", second.code());
            hall.publish("a", 1);
            assertEquals(List.of(0L, 1L), offsets(Hall.await(waits)));
            Future<Page> again = ahead(hall, ahead + 1);
            hall.publish("a", 1);
            assertEquals(List.of(0L, 1L, 2L), offsets(Hall.await(again)));
        }
    }

    private static Future<Page> ahead(Hall hall, long index) {
        return hall.onLoop(() -> hall.broker.read(new Read(
                Hall.filters("a"), From.EARLIEST, 10, 30_000, new Freshness(Freshness.Level.LINEARIZABLE, index))));
    }

    @Test
    void aTimeToComeBeginsWithTheFirstMessageOfThatTime() throws Exception {
        try (Hall hall = new Hall(directory, 0, 10_000)) {
            hall.publish("a", 3);
            hall.settle();
            long soon = hall.broker.status().time() + 1000;
            Listener live = new Listener().open(hall, hall.loopApart(), new From.Time(soon), 1000, "a");
            Page none = hall.read(new From.Time(soon), "a");
            assertEquals(List.of(), offsets(none));
            assertEquals(Instant.ofEpochMilli(soon).toString(), none.next(), "who comes again asks for the same");
            Future<Page> poll = hall.onLoop(() -> hall.broker.read(
                    new Read(Hall.filters("a"), new From.Time(soon), 10, 30_000, Freshness.LINEARIZABLE)));
            long published = 3;
            while (hall.broker.status().time() < soon) {
                hall.publish("a", 1);
                published++;
            }
            hall.publish("a", 1);
            published++;
            List<StoredMessage> all = hall.read(new From.Offset(Math.max(0, published - 100)), "a")
                    .messages();
            long first = all.stream()
                    .filter(message -> message.time() >= soon)
                    .findFirst()
                    .orElseThrow()
                    .offset();
            long end = published;
            Awaitility.await().until(() -> live.messages() == end - first);
            assertEquals(Listener.told("a", first, end), live.heard());
            assertEquals(first, Hall.await(poll).messages().get(0).offset());
            assertEquals(
                    first, hall.read(new From.Time(soon), "a").messages().get(0).offset());
        }
    }

    @Test
    void whatIsAskedOfAReplicaThatIsGoneIsRefused() throws Exception {
        try (Hall hall = new Hall(directory, 0, 10_000)) {
            hall.stopReplica();

            Refusal refusal = assertThrows(Refusal.class, () -> Hall.await(hall.broker.transfer("n1")));

            assertEquals(Refusal.Kind.UNAVAILABLE, refusal.kind());
        }
    }
}
