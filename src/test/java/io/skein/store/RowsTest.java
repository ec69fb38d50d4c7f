package io.skein.store;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.machine.Brief;
import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.KeyChange;
import io.skein.replica.WriteBatch;
import io.skein.topic.Format;
import io.skein.topic.Publication;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicConfig;
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
                1, new TopicConfig(1, 2, 3, TopicConfig.OnFull.REJECT, Optional.of(Format.XML), 4)));
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
        return changes;
    }

    @Test
    void everyKindOfChangeIsWrittenAndReadBack() throws Exception {
        Set<Class<?>> restored = Set.of(
                TopicChange.Head.class,
                TopicChange.TtlSet.class,
                TopicChange.Waiting.class,
                TopicChange.LastTopic.class);
        Set<Class<?>> decided = Stream.of(TopicChange.class, KeyChange.class)
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
                        "LastTopic[topic=2]",
                        "Created[topic=1, name=a, config=TopicConfig[maxAgeMs=1, maxBytes=2, maxMessages=3,"
                                + " onFull=REJECT, format=Optional[XML], ttlMs=4], at=Cursor[index=2, place=0],"
                                + " time=100]",
                        "Trimmed[topic=1, lowWater=1, last=Cursor[index=2, place=0], trimmedBytes=100]",
                        "Marked[topic=1, end=2, last=Cursor[index=2, place=1], firstTime=100, lastTime=100,"
                                + " totalBytes=200]",
                        "Head[topic=1, nextOffset=2, totalBytes=200, last=Cursor[index=2, place=1], lastTime=100,"
                                + " openTime=-1]",
                        "Expired[topic=1, offset=1]",
                        "Waiting[at=Cursor[index=2, place=4], due=900]",
                        "old epoch 2 1 [1]",
                        "window 1 1024 [0]",
                        "window 1 1025 [1]",
                        "forgotten 1 2 []",
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
