package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.SubscriberInfo;
import io.skein.topic.Format;
import io.skein.topic.TopicFilter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SubscriberDoorTest {
    private DoorSetup setup;

    @BeforeEach
    void open() throws Exception {
        setup = new DoorSetup();
    }

    @AfterEach
    void close() throws Exception {
        setup.close();
    }

    private void awaitStreams(int count) {
        await().atMost(10, SECONDS).until(() -> setup.broker.streams() == count);
    }

    @Test
    void aSubscriberGetsTheHistoryOldestFirstAndThenWhatComes() throws Exception {
        for (int i = 0; i < 250; i++) {
            setup.publish("news", Format.RAW, "old " + i);
        }
        try (PadClient client = PadClient.subscriber(setup.port())) {
            client.send("SUBSCRIBE:news\n");
            assertEquals("FORMAT:RAW|old 0", client.line());
            for (int i = 0; i < 250; i++) {
                setup.publish("news", Format.RAW, "new " + i);
            }
            List<String> lines = client.lines(499);
            assertEquals("FORMAT:RAW|old 249", lines.get(248));
            assertEquals(
                    IntStream.range(0, 250).mapToObj(i -> "FORMAT:RAW|new " + i).toList(), lines.subList(249, 499));
        }
    }

    @Test
    void aDeliveryIsOneLineThatStillParses() throws Exception {
        setup.publish("t", Format.JSON, "{\n  \"a\": \"b\\n\",\r\n  \"c\": 1\n}");
        setup.publish("t", Format.XML, "<a>\n<b/>\r</a>");
        setup.publish("t", Format.RAW, "two\nlines");
        try (PadClient client = PadClient.subscriber(setup.port())) {
            client.send("SUBSCRIBE:t\n");
            assertEquals(
                    List.of(
                            "FORMAT:JSON|{   \"a\": \"b\\n\",   \"c\": 1 }",
                            "FORMAT:XML|<a> <b/> </a>",
                            "FORMAT:RAW|two lines"),
                    client.lines(3));
        }
    }

    @Test
    void whatAPublisherSendsASubscriberGets() throws Exception {
        try (PadClient subscriber = PadClient.subscriber(setup.port());
                PadClient publisher = PadClient.publisher(setup.port())) {
            subscriber.send("SUBSCRIBE:știri");
            publisher.send("FORMAT:JSON|{\"Topic\":\"știri\",\"Value\":\"ploaie 🌧\"}");
            assertEquals("FORMAT:JSON|{\"Topic\":\"știri\",\"Value\":\"ploaie 🌧\"}", subscriber.line());
            publisher.send("FORMAT:XML|<Message><Topic>știri</Topic></Message>");
            assertEquals("FORMAT:XML|<Message><Topic>știri</Topic></Message>", subscriber.line());
        }
    }

    @Test
    void commandsMayComeAsSegmentsAndTheRoleMayBeTheirBeginning() throws Exception {
        setup.publish("a", Format.RAW, "1");
        setup.publish("b", Format.RAW, "2");
        try (PadClient client = new PadClient(setup.port())) {
            client.send("SUBSCRIBE:a");
            assertEquals("FORMAT:RAW|1", client.line());
            client.send("SUBSCRIBE:b");
            assertEquals("FORMAT:RAW|2", client.line());
            client.send("PING");
            assertEquals("PONG", client.line());
        }
    }

    @Test
    void allAndFiltersMatchMany() throws Exception {
        for (String topic : List.of("a", "a/b", "a/b/c", "x/b", "$system")) {
            setup.publish(topic, Format.RAW, topic);
        }
        assertEquals(List.of("a", "a/b", "a/b/c", "x/b"), received("all", 4));
        assertEquals(List.of("a", "a/b", "a/b/c", "x/b"), received("#", 4));
        assertEquals(List.of("a", "a/b", "a/b/c"), received("a/#", 3));
        assertEquals(List.of("a/b", "x/b"), received("+/b", 2));
    }

    private List<String> received(String filter, int count) throws IOException {
        try (PadClient client = PadClient.subscriber(setup.port())) {
            client.send("SUBSCRIBE:" + filter + "\n");
            List<String> lines = client.lines(count);
            client.send("PING\n");
            assertEquals("PONG", client.line(), "nothing more than " + lines);
            return lines.stream().map(line -> line.replace("FORMAT:RAW|", "")).toList();
        }
    }

    @Test
    void afterUnsubscribeNothingMoreComes() throws Exception {
        try (PadClient client = PadClient.subscriber(setup.port())) {
            client.send("SUBSCRIBE:a\nSUBSCRIBE:b\n");
            awaitStreams(2);
            client.send("UNSUBSCRIBE:a\n");
            awaitStreams(1);
            setup.publish("a", Format.RAW, "no");
            setup.publish("b", Format.RAW, "yes");
            assertEquals("FORMAT:RAW|yes", client.line());
            client.send("SUBSCRIBE:a\n");
            assertEquals("FORMAT:RAW|no", client.line(), "a new subscription begins with the history");
        }
    }

    @Test
    void aMessageThatSeveralFiltersMatchComesOnce() throws Exception {
        setup.publish("a", Format.RAW, "1");
        try (PadClient client = PadClient.subscriber(setup.port())) {
            client.send("SUBSCRIBE:a\nSUBSCRIBE:a\nSUBSCRIBE:all\nSUBSCRIBE:+\n");
            awaitStreams(3);
            setup.publish("a", Format.RAW, "2");
            setup.publish("b", Format.RAW, "3");
            assertEquals(List.of("FORMAT:RAW|1", "FORMAT:RAW|2", "FORMAT:RAW|3"), client.lines(3));
            client.send("PING\n");
            assertEquals("PONG", client.line());
        }
    }

    /** Filters that overlap come and go while the history is replayed; what stays must be complete and single. */
    @Test
    void whateverIsUnsubscribedTheRestHasNoGapAndNoDouble() throws Exception {
        List<String> topics = List.of("a/x", "a/y", "b/x", "b/y", "c");
        List<String> filters = List.of("#", "a/#", "+/x", "b/y", "c", "+/y", "b/#");
        for (int seed = 0; seed < 12; seed++) {
            Random random = new Random(seed);
            List<String> sent = new ArrayList<>();
            try (DoorSetup fresh = new DoorSetup(many())) {
                for (int i = 0; i < 600; i++) {
                    String topic = topics.get(random.nextInt(topics.size()));
                    fresh.publish(topic, Format.RAW, topic + " " + i);
                    sent.add(topic + " " + i);
                }
                List<String> chosen = new ArrayList<>(filters);
                Collections.shuffle(chosen, random);
                String kept = chosen.get(0);
                String wanted = chosen.get(1);
                try (PadClient client = PadClient.subscriber(fresh.port())) {
                    Collections.shuffle(chosen, random);
                    for (String filter : chosen) {
                        client.send("SUBSCRIBE:" + filter + "\n");
                    }
                    for (String filter : chosen) {
                        if (!filter.equals(kept) && !filter.equals(wanted)) {
                            client.send("UNSUBSCRIBE:" + filter + "\n");
                        }
                    }
                    fresh.publish("c", Format.RAW, "c end");
                    fresh.publish("a/x", Format.RAW, "a/x end");
                    fresh.publish("a/y", Format.RAW, "a/y end");
                    fresh.publish("b/x", Format.RAW, "b/x end");
                    fresh.publish("b/y", Format.RAW, "b/y end");
                    sent.addAll(List.of("c end", "a/x end", "a/y end", "b/x end", "b/y end"));
                    TopicFilter one = new TopicFilter(kept);
                    TopicFilter two = new TopicFilter(wanted);
                    List<String> mine = sent.stream()
                            .filter(m -> one.matches(m.split(" ")[0]) || two.matches(m.split(" ")[0]))
                            .toList();
                    List<String> got = new ArrayList<>();
                    while (!new HashSet<>(got).containsAll(mine)) {
                        got.add(client.line().replace("FORMAT:RAW|", ""));
                    }
                    client.send("PING\n");
                    for (String line = client.line(); !line.equals("PONG"); line = client.line()) {
                        got.add(line.replace("FORMAT:RAW|", ""));
                    }
                    assertEquals(new HashSet<>(got).size(), got.size(), "doubles, seed " + seed);
                    for (String topic : topics) {
                        List<String> inOrder = got.stream()
                                .filter(m -> m.startsWith(topic + " "))
                                .toList();
                        assertEquals(sent.stream().filter(inOrder::contains).toList(), inOrder, "order, seed " + seed);
                    }
                }
            }
        }
    }

    private static TcpConfig many() {
        TcpConfig c = DoorSetup.limits(0);
        return new TcpConfig(
                c.host(),
                0,
                c.maxConnections(),
                c.maxFrameBytes(),
                4096,
                c.maxQueuedMessages(),
                c.maxQueuedBytes(),
                c.maxHeldBytes(),
                64,
                c.roleTimeoutMs(),
                c.tickMs(),
                c.textQuietTicks(),
                c.restQuietTicks(),
                c.silenceMs(),
                c.maxSilences(),
                c.keepTryingMs());
    }

    @Test
    void whatIsNoFilterAndTooManyFiltersAreRefusedInALine() throws Exception {
        try (PadClient client = PadClient.subscriber(setup.port())) {
            client.send("SUBSCRIBE:a//b\nSUBSCRIBE:\nUNSUBSCRIBE:#/a\n");
            for (String line : client.lines(3)) {
                assertTrue(line.startsWith("ERR malformed "), line);
            }
            client.send("SUBSCRIBE:1\nSUBSCRIBE:2\nSUBSCRIBE:3\nSUBSCRIBE:4\nSUBSCRIBE:5\n");
            assertEquals("ERR too-many a subscriber has at most 4 filters", client.line());
            awaitStreams(4);
        }
        awaitStreams(0);
    }

    @Test
    void aLineAboveTheLimitCloses() throws Exception {
        try (PadClient client = PadClient.subscriber(setup.port())) {
            client.send("SUBSCRIBE:" + "x".repeat(1000));
            assertEquals("", client.untilClosed());
        }
    }

    private static TcpConfig hasty() {
        TcpConfig c = DoorSetup.limits(0);
        return new TcpConfig(
                c.host(),
                0,
                c.maxConnections(),
                c.maxFrameBytes(),
                c.maxLineBytes(),
                c.maxQueuedMessages(),
                c.maxQueuedBytes(),
                c.maxHeldBytes(),
                c.maxFilters(),
                c.roleTimeoutMs(),
                c.tickMs(),
                c.textQuietTicks(),
                c.restQuietTicks(),
                30,
                3,
                c.keepTryingMs());
    }

    @Test
    void whoIsSilentForTooLongIsClosed() throws Exception {
        try (DoorSetup impatient = new DoorSetup(hasty());
                PadClient client = PadClient.subscriber(impatient.port())) {
            client.send("SUBSCRIBE:a\n");
            assertEquals("", client.untilClosed());
            await().atMost(10, SECONDS).until(() -> impatient.broker.streams() == 0);
        }
    }

    @Test
    void whoIsSilentAndDoesNotReadIsClosedToo() throws Exception {
        try (DoorSetup impatient = new DoorSetup(hasty())) {
            for (int i = 0; i < 250; i++) { // 15 MB, more than the sockets hold
                impatient.publish("big", Format.RAW, i + " " + "x".repeat(60_000));
            }
            try (PadClient client = PadClient.subscriber(impatient.port())) {
                client.send("SUBSCRIBE:big\n");
                await().atMost(10, SECONDS)
                        .until(() -> impatient.allowances.unsent().held() > 0);
                await().atMost(10, SECONDS).until(() -> impatient.broker.connections() == 0);
                assertEquals(0, impatient.broker.streams());
            }
        }
    }

    @Test
    void ofThoseWhoReadNothingTheLongestStandingIsCutWhenTooMuchWaits() throws Exception {
        int most = 8 << 20; // a page of this broker has 6 MB
        List<PadClient> silent = new ArrayList<>();
        try (DoorSetup small = new DoorSetup(DoorSetup.limits(0), most)) {
            for (int i = 0; i < 100; i++) {
                small.publish("big", Format.RAW, i + " " + "x".repeat(60_000));
            }
            for (int i = 0; i < 6; i++) {
                silent.add(PadClient.subscriber(small.port()).send("SUBSCRIBE:big\n"));
            }
            await().atMost(20, SECONDS).until(() -> small.allowances.unsent().gaveWay() > 0);
            assertTrue(small.allowances.unsent().held() <= most);
            await().atMost(20, SECONDS).until(() -> small.broker.streams() < 6);
        } finally {
            for (PadClient client : silent) {
                client.close();
            }
        }
    }

    @Test
    void aSlowReaderIsWaitedForAndMissesNothing() throws Exception {
        String body = "x".repeat(4000);
        int count = 4000; // 16 MB, more than the sockets hold
        for (int i = 0; i < count; i++) {
            setup.publish("big", Format.RAW, i + " " + body);
        }
        try (PadClient client = PadClient.subscriber(setup.port())) {
            client.send("SUBSCRIBE:big\n");
            // What is delivered without being read comes to a halt.
            await().atMost(20, SECONDS).until(() -> delivered() > 0 && isStill(this::delivered));
            assertTrue(delivered() < count);
            for (int i = 0; i < count; i++) {
                assertEquals("FORMAT:RAW|" + i + " " + body, client.line());
            }
            client.send("PING\n");
            assertEquals("PONG", client.line());
        }
    }

    private static boolean isStill(LongSupplier figure) {
        long before = figure.getAsLong();
        try {
            await().pollInterval(10, MILLISECONDS)
                    .during(150, MILLISECONDS)
                    .atMost(500, MILLISECONDS)
                    .until(() -> figure.getAsLong() == before);
            return true;
        } catch (ConditionTimeoutException moving) {
            return false;
        }
    }

    private long delivered() {
        return setup.broker.subscribers(10).await().stream()
                .mapToLong(SubscriberInfo::delivered)
                .sum();
    }

    @Test
    void whoPingsWithoutReadingIsNotRead() throws Exception {
        try (PadClient client = PadClient.subscriber(setup.port())) {
            byte[] pings = "PING\n".repeat(10_000).getBytes(UTF_8);
            AtomicLong sent = new AtomicLong();
            Thread sender = new Thread(() -> {
                try {
                    while (true) {
                        client.send(pings);
                        sent.addAndGet(pings.length);
                    }
                } catch (IOException closed) {
                    // the test is over
                }
            });
            sender.start();
            await().atMost(20, SECONDS).until(() -> sent.get() > 0 && isStill(sent::get));
            assertEquals("PONG", client.line());
        }
    }

    @Test
    void whenTheStreamEndsTheConnectionIsClosed() throws Exception {
        try (PadClient client = PadClient.subscriber(setup.port())) {
            client.send("SUBSCRIBE:a\n");
            awaitStreams(1);
            setup.broker.endAll("draining", true);
            assertEquals("", client.untilClosed());
        }
    }

    /** As {@code printf ... | nc -q2} does. */
    @Test
    void whoEndsItsSideAtOnceStillGetsTheHistoryAndIsClosedThen() throws Exception {
        for (int i = 0; i < 500; i++) {
            setup.publish("news", Format.RAW, "old " + i);
        }
        try (PadClient client = new PadClient(setup.port())) {
            client.send("SUBSCRISUBSCRIBE:news\nPING").end();
            assertEquals("PONG", client.line());
            assertEquals(
                    IntStream.range(0, 500).mapToObj(i -> "FORMAT:RAW|old " + i).toList(),
                    client.untilClosed().lines().toList());
        }
        awaitStreams(0);
    }

    @Test
    void whoHasEndedItsSideIsNotCountedAsConnected() throws Exception {
        try (PadClient client = PadClient.subscriber(setup.port())) {
            client.send("SUBSCRIBE:news\n");
            awaitStreams(1);
            client.end();
            await().atMost(10, SECONDS).until(() -> setup.broker.connections() == 0);
            assertEquals("", client.untilClosed());
        }
    }

    @Test
    void connectionsAreCountedAndEndWithTheirSockets() throws Exception {
        try (PadClient one = PadClient.subscriber(setup.port());
                PadClient two = PadClient.publisher(setup.port())) {
            one.send("SUBSCRIBE:a\n");
            two.send("FORMAT:RAW|x\n");
            awaitStreams(1);
            await().atMost(10, SECONDS).until(() -> setup.broker.connections() == 2);
        }
        await().atMost(10, SECONDS).until(() -> setup.broker.connections() == 0 && setup.broker.streams() == 0);
    }

    @Test
    void moreConnectionsThanAllowedAreClosedAtOnce() throws Exception {
        List<PadClient> open = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                open.add(PadClient.subscriber(setup.port()));
            }
            await().atMost(10, SECONDS).until(() -> setup.broker.connections() == 100);
            try (PadClient over = new PadClient(setup.port())) {
                assertThrows(IOException.class, over::line);
            }
        } finally {
            for (PadClient client : open) {
                client.close();
            }
        }
    }
}
