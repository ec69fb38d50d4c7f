package io.skein.store;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.machine.Brief;
import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.KeyChange;
import io.skein.replica.WriteBatch;
import io.skein.subscription.Mark;
import io.skein.subscription.OffsetRange;
import io.skein.subscription.Run;
import io.skein.subscription.SubscriptionChange;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.topic.Format;
import io.skein.topic.Publication;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every kind of change has rows, and they say what the change said. */
class RowsTest {
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

    private static TopicChange.Produced produced(String producer, long epoch, long number) {
        return new TopicChange.Produced(producer, epoch, number, 5, new byte[] {(byte) number});
    }

    private static KeyChange.KeyRemembered key(long index, Optional<Brief> brief) {
        return new KeyChange.KeyRemembered(
                new IdempotencyKey(1, index, 3), index, 0, 7, brief, brief.isPresent() ? new byte[0] : new byte[] {9});
    }

    private static final TopicName NAME = new TopicName("a");
    private static final TopicConfig CONFIG = TopicConfig.DEFAULT;

    private static List<Change> everyKind() {
        List<Change> changes = new ArrayList<>();
        changes.add(new TopicChange.Created(1, NAME, CONFIG, new Cursor(2, 0), 100));
        changes.add(new TopicChange.Appended(
                1, NAME, 0, new Cursor(2, 0), 100, 500, List.of(Author.message("x"), Author.message("y")), 200));
        changes.add(new TopicChange.Marked(1, 2, new Cursor(2, 1), 100, 100, 200));
        changes.add(new TopicChange.Configured(
                1, new TopicConfig(1, 2, 3, TopicConfig.OnFull.REJECT, Optional.of(Format.XML), 4, true)));
        changes.add(new TopicChange.Expired(1, 1));
        changes.add(new TopicChange.Trimmed(1, 1, new Cursor(2, 0), 100));
        changes.add(new TopicChange.Created(2, new TopicName("gone"), CONFIG, new Cursor(2, 2), 100));
        changes.add(new TopicChange.Deleted(2));
        for (int place = 3; place < 5; place++) {
            changes.add(new TopicChange.Scheduled(
                    new Cursor(2, place), 900, 100, Publication.of(NAME, Author.message("later"))));
        }
        changes.add(new TopicChange.Unscheduled(new Cursor(2, 3)));
        changes.add(produced("old epoch", 1, 1));
        changes.add(produced("old epoch", 2, 1));
        changes.add(produced("window", 1, 1));
        changes.add(produced("window", 1, 1024));
        changes.add(produced("window", 1, 1025));
        changes.add(produced("removed", 1, 1));
        changes.add(new TopicChange.ProducerRemoved("removed"));
        changes.add(produced("forgotten", 1, 1));
        changes.add(produced("forgotten", 1, 2));
        changes.add(new TopicChange.AnswersForgotten("forgotten", 2));
        changes.add(key(3, Optional.empty()));
        changes.add(key(4, Optional.of(new Brief(1, 2))));
        changes.add(key(5, Optional.empty()));
        changes.add(key(6, Optional.of(new Brief(1, 3))));
        changes.add(new KeyChange.KeysForgotten(4, 0));
        changes.add(new TopicChange.Pinned(1, 1));
        changes.add(new TopicChange.Pinned(1, 1));
        changes.add(new TopicChange.Pinned(1, 1));
        changes.add(new TopicChange.Unpinned(1, 1));
        subscriptions(changes);
        return changes;
    }

    private static Run run(long first, Run.State state) {
        return new Run(first, 1, state, 2, 700, new Cursor(2, 5), "w", -3);
    }

    private static void subscriptions(List<Change> changes) {
        SubscriptionConfig config = new SubscriptionConfig(
                new TopicFilter("a/#"), 1, 2, List.of(3L, 4L), Optional.of(NAME), SubscriptionConfig.Order.KEY, true);
        for (long id = 1; id <= 3; id++) {
            changes.add(new SubscriptionChange.Created(
                    id,
                    new SubscriptionName("s" + id),
                    SubscriptionConfig.of(new TopicFilter("a")),
                    new Cursor(2, 7),
                    9));
            for (long topic = 1; topic <= 3; topic++) {
                changes.add(new SubscriptionChange.Positioned(id, topic, 7, false));
                changes.add(new SubscriptionChange.RunSet(id, topic, run(4, Run.State.LEASED)));
                changes.add(new SubscriptionChange.RunSet(id, topic, run(5, Run.State.DELAYED)));
                changes.add(new SubscriptionChange.RunSet(id, topic, run(6, Run.State.READY)));
                changes.add(new SubscriptionChange.MarkSet(
                        id, new Mark(new Cursor(2, (int) (10 * id + topic)), topic, 0, 2, 1, "bad", 9)));
                changes.add(new SubscriptionChange.DeadSet(id, new OffsetRange(topic, 20, 5)));
            }
        }
        changes.add(new SubscriptionChange.Configured(1, config));
        changes.add(new SubscriptionChange.Counted(1, 1, 2, 3, 4, 5));
        changes.add(new SubscriptionChange.RunGone(1, 1, 4));
        changes.add(new SubscriptionChange.RunSet(1, 1, run(5, Run.State.PACED)));
        changes.add(new SubscriptionChange.MarkSet(1, new Mark(new Cursor(2, 11), 1, 1, 1, 1, "bad", 9)));
        changes.add(new SubscriptionChange.MarkGone(1, new Cursor(2, 12)));
        changes.add(new SubscriptionChange.DeadSet(1, new OffsetRange(1, 20, 6)));
        changes.add(new SubscriptionChange.DeadGone(1, 2, 20));
        changes.add(new SubscriptionChange.Positioned(1, 2, 0, true));
        changes.add(new SubscriptionChange.Left(2, 1));
        changes.add(new TopicChange.Created(3, new TopicName("gone too"), CONFIG, new Cursor(2, 9), 100));
        changes.add(new TopicChange.Deleted(3));
        changes.add(new SubscriptionChange.Deleted(3));
    }

    @Test
    void everyKindOfChangeIsWrittenAndReadBack() throws Exception {
        Set<Class<?>> restored = Set.of(
                TopicChange.Head.class,
                TopicChange.TtlSet.class,
                TopicChange.Waiting.class,
                TopicChange.LastTopic.class,
                SubscriptionChange.LastSubscription.class);
        Set<Class<?>> decided = Stream.of(TopicChange.class, SubscriptionChange.class, KeyChange.class)
                .flatMap(family -> Stream.of(family.getPermittedSubclasses()))
                .filter(kind -> !restored.contains(kind))
                .collect(toSet());
        List<Change> changes = everyKind();
        assertEquals(decided, changes.stream().map(Object::getClass).collect(toSet()), "what this test writes");

        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.on(() -> {
                changes.stream()
                        .filter(TopicChange.Appended.class::isInstance)
                        .forEach(change -> open.store.tail().append(Author.LINEAGE, (TopicChange.Appended) change));
                return null;
            });
            open.author.publish("ignored");
            open.author.publish("ignored");
            WriteBatch batch = open.author.settling();
            open.write(new WriteBatch(
                    batch.number(),
                    0,
                    batch.entries(),
                    batch.hardState(),
                    changes,
                    batch.settled(),
                    0,
                    batch.commitHint()));
        }

        Store store = Store.open(vertx, StoreConfig.at(directory), Author.NODE, StoreListener.NONE)
                .toCompletionStage()
                .toCompletableFuture()
                .get();
        List<String> rows = new ArrayList<>();
        store.image().rows().forEach(change -> rows.add(shown(change)));
        store.close().toCompletionStage().toCompletableFuture().get();
        assertEquals(
                List.of(
                        "LastTopic[topic=3]",
                        "Created[topic=1, name=a, config=TopicConfig[maxAgeMs=1, maxBytes=2, maxMessages=3,"
                                + " onFull=REJECT, format=Optional[XML], ttlMs=4, acknowledged=true],"
                                + " at=Cursor[index=2, place=0],"
                                + " time=100]",
                        "Trimmed[topic=1, lowWater=1, last=Cursor[index=2, place=0], trimmedBytes=100]",
                        "Marked[topic=1, end=2, last=Cursor[index=2, place=1], firstTime=100, lastTime=100,"
                                + " totalBytes=200]",
                        "Head[topic=1, nextOffset=2, totalBytes=200, last=Cursor[index=2, place=1], lastTime=100,"
                                + " openTime=-1]",
                        "Expired[topic=1, offset=1]",
                        "Pinned[topic=1, offset=1]",
                        "Pinned[topic=1, offset=1]",
                        "Waiting[at=Cursor[index=2, place=4], due=900]",
                        "old epoch 2 1 [1]",
                        "window 1 1024 [0]",
                        "window 1 1025 [1]",
                        "forgotten 1 2 []",
                        "LastSubscription[subscription=3]",
                        "Created[subscription=1, name=s1, config=SubscriptionConfig[filter=a/#, leaseMs=1,"
                                + " maxDeliveries=2, backoffMs=[3, 4], deadLetter=Optional[a], order=KEY, paused=true],"
                                + " at=Cursor[index=2, place=7], time=9]",
                        "Counted[subscription=1, turn=1, delivered=2, redelivered=3, acknowledged=4, rate=5]",
                        "Positioned[subscription=1, topic=1, next=7, clears=false]",
                        "Positioned[subscription=1, topic=2, next=0, clears=false]",
                        "RunSet[subscription=1, topic=1, run=Run[first=5, count=1, state=PACED, deliveries=2, time=700,"
                                + " lease=Cursor[index=2, place=5], consumer=w, key=-3]]",
                        "RunSet[subscription=1, topic=1, run=Run[first=6, count=1, state=READY, deliveries=2, time=700,"
                                + " lease=Cursor[index=2, place=5], consumer=w, key=-3]]",
                        "MarkSet[subscription=1, mark=Mark[at=Cursor[index=2, place=11], topic=1, first=1, count=1,"
                                + " deliveries=1, reason=bad, time=9]]",
                        "DeadSet[subscription=1, range=OffsetRange[topic=1, first=20, count=6]]",
                        "Created[subscription=2, name=s2, config=SubscriptionConfig[filter=a, leaseMs=30000,"
                                + " maxDeliveries=5, backoffMs=[1000, 10000], deadLetter=Optional.empty, order=TOPIC,"
                                + " paused=false], at=Cursor[index=2, place=7], time=9]",
                        "Counted[subscription=2, turn=0, delivered=0, redelivered=0, acknowledged=0, rate=0]",
                        "Positioned[subscription=2, topic=2, next=7, clears=false]",
                        "RunSet[subscription=2, topic=2, run=Run[first=4, count=1, state=LEASED, deliveries=2, time=700,"
                                + " lease=Cursor[index=2, place=5], consumer=w, key=-3]]",
                        "RunSet[subscription=2, topic=2, run=Run[first=5, count=1, state=DELAYED, deliveries=2,"
                                + " time=700, lease=Cursor[index=2, place=5], consumer=w, key=-3]]",
                        "RunSet[subscription=2, topic=2, run=Run[first=6, count=1, state=READY, deliveries=2, time=700,"
                                + " lease=Cursor[index=2, place=5], consumer=w, key=-3]]",
                        "MarkSet[subscription=2, mark=Mark[at=Cursor[index=2, place=21], topic=1, first=0, count=2,"
                                + " deliveries=1, reason=bad, time=9]]",
                        "MarkSet[subscription=2, mark=Mark[at=Cursor[index=2, place=22], topic=2, first=0, count=2,"
                                + " deliveries=1, reason=bad, time=9]]",
                        "DeadSet[subscription=2, range=OffsetRange[topic=1, first=20, count=5]]",
                        "DeadSet[subscription=2, range=OffsetRange[topic=2, first=20, count=5]]",
                        "key 5 Optional.empty",
                        "key 6 Optional[Brief[kind=1, number=3]]"),
                rows);
    }

    private static String shown(Change change) {
        if (change instanceof TopicChange.Produced p) {
            return p.producer() + " " + p.epoch() + " " + p.number() + " " + Arrays.toString(p.answer());
        }
        if (change instanceof KeyChange.KeyRemembered k) {
            return "key " + k.index() + " " + k.brief();
        }
        return change.toString();
    }

    @Test
    void answersGoWithTheirKeys() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            open.author.publish("ignored");
            open.author.deliveries();
            WriteBatch batch = open.author.settling();
            open.write(new WriteBatch(
                    batch.number(),
                    0,
                    batch.entries(),
                    batch.hardState(),
                    List.of(
                            key(3, Optional.empty()),
                            key(4, Optional.of(new Brief(1, 2))),
                            key(5, Optional.empty()),
                            new KeyChange.KeysForgotten(4, 0)),
                    batch.settled(),
                    0,
                    batch.commitHint()));

            assertEquals(Set.of("5"), new HashSet<>(open.sql("SELECT idx FROM answer")));
        }
    }
}
