package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.frame.MessageJson;
import io.skein.node.RunningNode;
import io.skein.store.StoredMessage;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams over a real node: from any point to live, whatever the subscriber does meanwhile. */
class SessionTest {
    @TempDir
    private Path directory;

    private RunningNode node;

    @BeforeEach
    void start() throws Exception {
        node = new RunningNode(directory);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    /** Takes a stream on an event loop of its own; gives little credit, sleeps now and then, comes back. */
    private final class Taker implements Subscriber {
        private final Context context = node.vertx().getOrCreateContext();
        private final Random random;
        private final List<StoredMessage> taken = new ArrayList<>();
        private final List<String> gaps = new ArrayList<>();
        private Subscription subscription;
        private long credit;

        Taker(long seed) {
            random = new Random(seed);
        }

        Taker open(From from, String... filters) throws Exception {
            Promise<Void> open = Promise.promise();
            List<TopicFilter> parsed =
                    List.of(filters).stream().map(TopicFilter::new).toList();
            credit = 1 + random.nextInt(20);
            context.runOnContext(v -> node.broker()
                    .subscribe(new Subscribe(parsed, from, credit, "test", ""), this)
                    .<Void>map(handle -> {
                        subscription = handle;
                        return null;
                    })
                    .onComplete(open));
            open.future().await(20, TimeUnit.SECONDS);
            return this;
        }

        @Override
        public synchronized boolean deliver(List<StoredMessage> messages, String lastCursor) {
            taken.addAll(messages);
            credit -= messages.size();
            assertTrue(credit >= 0, "more than the credit came");
            boolean pause = random.nextInt(4) == 0;
            long more = 1 + random.nextInt(50);
            credit += more;
            node.vertx().setTimer(1 + random.nextInt(5), id -> {
                if (subscription != null) {
                    subscription.credit(more);
                    subscription.resume();
                }
            });
            return !pause;
        }

        @Override
        public synchronized void gap(String requested, String resumedAt, long lost) {
            gaps.add(resumedAt);
        }

        @Override
        public void ended(String reason, boolean retry) {}

        synchronized int count() {
            return taken.size();
        }

        synchronized List<Long> offsets(String topic) {
            return taken.stream()
                    .filter(m -> m.topic().equals(topic))
                    .map(StoredMessage::offset)
                    .toList();
        }
    }

    private Future<PublishAck> publish(String topic, int count) {
        List<Publication> messages = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            messages.add(Publication.of(
                    new TopicName(topic),
                    new Message("", List.of(), Format.RAW, "", "some text".getBytes(StandardCharsets.UTF_8))));
        }
        return node.broker().publish(new Publish(messages, false, Optional.empty(), "test", "", Optional.empty()));
    }

    private static void assertDense(List<Long> offsets, long from, long to) {
        assertEquals(to - from, offsets.size(), "from " + from + " to before " + to);
        for (int i = 0; i < offsets.size(); i++) {
            assertEquals(from + i, offsets.get(i));
        }
    }

    @Test
    void subscribersThatJoinWhileItRainsSeeEveryMessageOnce() throws Exception {
        Random random = new Random(3);
        List<Taker> takers = new ArrayList<>();
        long a = 0;
        long b = 0;
        for (int round = 0; round < 120; round++) {
            int count = 1 + random.nextInt(30);
            Future<PublishAck> published = publish(round % 3 == 0 ? "b/x" : "a", count);
            if (round % 3 == 0) {
                b += count;
            } else {
                a += count;
            }
            if (round % 10 == 0) {
                takers.add(new Taker(round).open(From.EARLIEST, "a", "b/#"));
            }
            if (random.nextBoolean()) {
                published.await(20, TimeUnit.SECONDS);
            }
        }
        long total = a + b;
        for (Taker taker : takers) {
            Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> taker.count() >= total);
            assertDense(taker.offsets("a"), 0, a);
            assertDense(taker.offsets("b/x"), 0, b);
            List<StoredMessage> taken = taker.taken;
            for (int i = 1; i < taken.size(); i++) {
                assertTrue(taken.get(i).cursor().isAfter(taken.get(i - 1).cursor()), "in the order of the log");
            }
        }
    }

    @Test
    void aStreamBeginsWithTheOffsetAskedForAndALatestOneWithTheNext() throws Exception {
        publish("a", 50).await(20, TimeUnit.SECONDS);
        Taker fromOffset = new Taker(1).open(new From.Offset(20), "a");
        Taker latest = new Taker(2).open(From.LATEST, "a");
        publish("a", 10).await(20, TimeUnit.SECONDS);
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> fromOffset.count() >= 40 && latest.count() >= 10);
        assertDense(fromOffset.offsets("a"), 20, 60);
        assertDense(latest.offsets("a"), 50, 60);
    }

    @Test
    void aStreamGoesOnAfterACursorWithoutRepeatingIt() throws Exception {
        publish("a", 30).await(20, TimeUnit.SECONDS);
        Page page = node.broker()
                .read(new Read(List.of(new TopicFilter("a")), From.EARLIEST, 10, 0, Freshness.LINEARIZABLE))
                .await(20, TimeUnit.SECONDS);
        Taker taker = new Taker(1).open(From.parse(page.next()), "a");
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> taker.count() >= 20);
        assertDense(taker.offsets("a"), 10, 30);
    }

    @Test
    void aPositionThatRetentionOvertookIsAGapAndThenGoesOn() throws Exception {
        publish("a", 10).await(20, TimeUnit.SECONDS);
        Page first = node.broker()
                .read(new Read(List.of(new TopicFilter("a")), From.EARLIEST, 3, 0, Freshness.LINEARIZABLE))
                .await(20, TimeUnit.SECONDS);
        node.broker()
                .configure(
                        new TopicName("a"),
                        new TopicConfig(0, 0, 2, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0),
                        Optional.empty())
                .await(20, TimeUnit.SECONDS);
        Taker taker = new Taker(1).open(From.parse(first.next()), "a");
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> taker.count() >= 2);
        assertEquals(1, taker.gaps.size());
        assertDense(taker.offsets("a"), 8, 10);
    }

    @Test
    void aLongPollIsAnsweredByTheFirstMessage() throws Exception {
        publish("a", 1).await(20, TimeUnit.SECONDS);
        Promise<Page> answer = Promise.promise();
        node.vertx()
                .runOnContext(v -> node.broker()
                        .read(new Read(List.of(new TopicFilter("a")), From.LATEST, 10, 20_000, Freshness.LINEARIZABLE))
                        .onComplete(answer));
        Future<Page> waiting = answer.future();
        // Until then "latest" is not resolved, and may well be behind the next message.
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> node.broker().status().figures().subscribers() == 1);
        publish("a", 1).await(20, TimeUnit.SECONDS);
        Page page = waiting.await(20, TimeUnit.SECONDS);
        assertEquals(1, page.messages().size());
        assertEquals(1, MessageJson.decode(page.messages().get(0).json()).offset());
    }

    /** Takes one page and nothing more until it wakes up. */
    private final class Sleeper implements Subscriber {
        private final List<Long> offsets = new ArrayList<>();
        private long bytes;
        private boolean awake;
        private Subscription subscription;

        @Override
        public synchronized boolean deliver(List<StoredMessage> messages, String lastCursor) {
            messages.forEach(message -> offsets.add(message.offset()));
            bytes += messages.stream().mapToLong(m -> m.json().length).sum();
            return awake;
        }

        synchronized void wakeUp(Context context) {
            awake = true;
            context.runOnContext(v -> subscription.resume());
        }

        synchronized long bytes() {
            return bytes;
        }

        synchronized List<Long> offsets() {
            return List.copyOf(offsets);
        }

        @Override
        public void gap(String requested, String resumedAt, long lost) {}

        @Override
        public void ended(String reason, boolean retry) {}
    }

    @Test
    void howeverManySubscribersStandStillLittleWaitsForThem() throws Exception {
        int count = 500;
        int messages = 600;
        byte[] body = "x".repeat(1024).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < messages; i++) {
            Publication message = Publication.of(new TopicName("a"), new Message("", List.of(), Format.RAW, "", body));
            node.broker()
                    .publish(new Publish(List.of(message), false, Optional.empty(), "test", "", Optional.empty()))
                    .await(20, TimeUnit.SECONDS);
        }
        Context context = node.vertx().getOrCreateContext();
        List<Sleeper> sleepers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Sleeper sleeper = new Sleeper();
            Promise<Void> open = Promise.promise();
            context.runOnContext(v -> node.broker()
                    .subscribe(
                            new Subscribe(
                                    List.of(new TopicFilter("a")), From.EARLIEST, Subscribe.UNLIMITED, "test", ""),
                            sleeper)
                    .<Void>map(handle -> {
                        sleeper.subscription = handle;
                        return null;
                    })
                    .onComplete(open));
            open.future().await(20, TimeUnit.SECONDS);
            sleepers.add(sleeper);
        }
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> sleepers.stream().allMatch(sleeper -> sleeper.bytes() > 0));

        long held = sleepers.stream().mapToLong(Sleeper::bytes).sum();
        long most = Sessions.MUCH_HELD_BYTES + Sessions.PAGE_BYTES + count * (Sessions.SMALL_PAGE_BYTES + 2048L);
        assertTrue(held <= most, held + " bytes, at most " + most);

        Sleeper last = sleepers.get(count - 1);
        last.wakeUp(context);
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> last.offsets().size() >= messages);
        assertDense(last.offsets(), 0, messages);
    }
}
