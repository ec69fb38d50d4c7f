package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Freshness;
import io.skein.broker.Publish;
import io.skein.broker.Refusal;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PublisherDoorTest {
    private DoorSetup setup;

    @BeforeEach
    void open() throws Exception {
        setup = new DoorSetup();
    }

    @AfterEach
    void close() throws Exception {
        setup.close();
    }

    private void awaitPublished(List<String> expected) {
        await().atMost(10, SECONDS).untilAsserted(() -> assertEquals(expected, setup.published()));
    }

    @Test
    void aPublisherNeedsNoTerminator() throws Exception {
        try (PadClient client = PadClient.publisher(setup.port())) {
            client.send("FORMAT:JSON|{\"Topic\":\"sports\",\"v\":1}FORMAT:XML|<Message><Topic>news</Topic></Message>");
            awaitPublished(List.of(
                    "JSON sports {\"Topic\":\"sports\",\"v\":1}", "XML news <Message><Topic>news</Topic></Message>"));
            client.send("FORMAT:RAW|hello");
            await().atMost(10, SECONDS).until(() -> setup.published().contains("RAW default hello"));
        }
    }

    @Test
    void roleAndFramesMayComeInOneSegmentOrInMany() throws Exception {
        String all = "PUBLISHFORMAT:RAW|întâi\nFORMAT:JSON|{\"Topic\":\"a\"}";
        List<String> messages = List.of("RAW default întâi", "JSON a {\"Topic\":\"a\"}");
        try (PadClient client = new PadClient(setup.port())) {
            client.send(all);
            awaitPublished(messages);
        }
        try (PadClient client = new PadClient(setup.port())) {
            for (byte b : all.getBytes(UTF_8)) {
                client.send(new byte[] {b});
            }
            await().atMost(10, SECONDS).until(() -> setup.published().size() == 4);
            assertEquals(messages, setup.published().subList(2, 4));
        }
    }

    @Test
    void whatIsNoRoleIsClosedAtOnce() throws Exception {
        for (String nonsense :
                List.of("GET / HTTP/1.1\r\n", "PUBLISX", "publish", "PUB\nISH", "\n", "SUBSCRX", "P\u0000")) {
            try (PadClient client = new PadClient(setup.port())) {
                client.send(nonsense);
                assertEquals("", client.untilClosed(), nonsense);
            }
        }
        assertEquals(List.of(), setup.published());
    }

    @Test
    void whoDoesNotSayItsRoleInTimeIsClosed() throws Exception {
        TcpConfig c = DoorSetup.limits(0);
        TcpConfig hasty = new TcpConfig(
                c.host(),
                0,
                c.maxConnections(),
                c.maxFrameBytes(),
                c.maxLineBytes(),
                c.maxQueuedMessages(),
                c.maxQueuedBytes(),
                c.maxHeldBytes(),
                c.maxFilters(),
                20,
                c.tickMs(),
                c.textQuietTicks(),
                c.restQuietTicks(),
                c.silenceMs(),
                c.maxSilences(),
                c.keepTryingMs());
        try (DoorSetup impatient = new DoorSetup(hasty);
                PadClient client = new PadClient(impatient.port())) {
            client.send("PUBLI");
            assertEquals("", client.untilClosed());
        }
    }

    @Test
    void aPublisherWhoDidNotAskGetsNotOneByte() throws Exception {
        setup.broker.refuseNext(Refusal.of(Rejected.of(Rejection.TOPIC_FULL, "full")));
        try (PadClient client = PadClient.publisher(setup.port())) {
            client.send("FORMAT:RAW|refused\n");
            await().atMost(10, SECONDS).until(() -> setup.published().size() == 1);
            client.send("FORMAT:RAW|stored\nFORMAT:JSON|{broken\n").end();
            assertEquals("", client.untilClosed());
        }
        await().atMost(10, SECONDS).until(() -> setup.published().size() == 3);
    }

    @Test
    void whoAsksGetsOneLineForEachInOrder() throws Exception {
        try (PadClient client = PadClient.publisher(setup.port())) {
            client.send("FORMAT:RAW;ACK|a\nFORMAT:RAW|no answer\nFORMAT:JSON;ACK|{\"Topic\":\"t\"}FORMAT:RAW;ACK|b\n"
                    + "FORMAT:JSON;ACK|{broken}\n");
            assertEquals(List.of("OK default 0", "OK t 0", "OK default 2", "OK default 3"), client.lines(4));
            assertEquals(
                    List.of(
                            "RAW default a",
                            "RAW default no answer",
                            "JSON t {\"Topic\":\"t\"}",
                            "RAW default b",
                            "RAW default FORMAT:JSON;ACK|{broken}"),
                    setup.published());
        }
    }

    @Test
    void whoAsksIsToldWhyNot() throws Exception {
        setup.broker.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "no leader\nis known"));
        setup.broker.refuseNext(Refusal.of(Refusal.Kind.INDETERMINATE, "indeterminate", "nobody knows"));
        setup.broker.maxBodyBytes(10);
        try (PadClient client = PadClient.publisher(setup.port())) {
            client.send("FORMAT:RAW;ACK|a\n");
            assertEquals("ERR no-leader no leader is known", client.line());
            client.send("FORMAT:RAW;ACK|b\n");
            assertEquals("ERR indeterminate nobody knows", client.line());
            client.send("FORMAT:RAW;ACK|eleven bytes\nFORMAT:RAW;ACK|c\n");
            assertEquals(List.of("ERR too-large at most 10 bytes", "OK default 0"), client.lines(2));
        }
    }

    /** As {@code printf ... | nc -q1} does: the end of the bytes comes with them. */
    @Test
    void whoEndsItsSideAtOnceStillHearsEveryAnswer() throws Exception {
        setup.broker.maxBodyBytes(10);
        for (int i = 0; i < 300; i++) {
            try (PadClient client = new PadClient(setup.port())) {
                client.send("PUBLISHFORMAT:RAW;ACK|a\nFORMAT:RAW;ACK|eleven bytes\nFORMAT:RAW;ACK|b")
                        .end();
                assertEquals(
                        "OK default " + 2 * i + "\nERR too-large at most 10 bytes\nOK default " + (2 * i + 1) + "\n",
                        client.untilClosed());
            }
        }
    }

    @Test
    void whoEndsItsSideHearsAnswersThatTakeTheirTime() throws Exception {
        setup.broker.hold();
        setup.broker.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "no leader is known"));
        try (PadClient client = new PadClient(setup.port())) {
            client.send("PUBLISHFORMAT:RAW;ACK|a\n").end();
            await().atMost(10, SECONDS).until(() -> setup.broker.heldPublishes() == 1);
            setup.broker.release();
            assertEquals("ERR no-leader no leader is known\n", client.untilClosed());
        }
        await().atMost(10, SECONDS).until(() -> setup.broker.connections() == 0);
    }

    @Test
    void whoEndsItsSideWhileItIsPausedLosesNothing() throws Exception {
        setup.broker.hold();
        StringBuilder frames = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            frames.append("FORMAT:RAW;ACK|").append("x".repeat(300)).append('\n');
        }
        try (PadClient client = PadClient.publisher(setup.port())) {
            client.send(frames.toString()).end();
            await().atMost(10, SECONDS).until(() -> setup.broker.heldPublishes() == 1 && held() >= 20 << 10);
            setup.broker.release();
            assertEquals(
                    IntStream.range(0, 500).mapToObj(i -> "OK default " + i).toList(),
                    client.untilClosed().lines().toList());
        }
    }

    @Test
    void whoHasEndedItsSideIsNotCountedAsConnectedWhileItsMessagesWait() throws Exception {
        setup.broker.hold();
        try (PadClient client = PadClient.publisher(setup.port())) {
            client.send("FORMAT:RAW;ACK|a\n");
            await().atMost(10, SECONDS).until(() -> setup.broker.heldPublishes() == 1);
            client.end();
            await().atMost(10, SECONDS).until(() -> setup.broker.connections() == 0);
            setup.broker.release();
            assertEquals("OK default 0\n", client.untilClosed());
        }
    }

    @Test
    void whoHasEndedItsSideKeepsItsPlaceUntilItIsClosed() throws Exception {
        setup.broker.takeConnections(1);
        setup.broker.hold();
        try (PadClient client = PadClient.publisher(setup.port())) {
            client.send("FORMAT:RAW;ACK|a\n");
            await().atMost(10, SECONDS).until(() -> setup.broker.heldPublishes() == 1);
            client.end();
            await().atMost(10, SECONDS).until(() -> setup.broker.connections() == 0);
            try (PadClient over = new PadClient(setup.port())) {
                assertEquals("", over.untilClosed());
            }
            setup.broker.release();
            assertEquals("OK default 0\n", client.untilClosed());
        }
        await().atMost(10, SECONDS).until(() -> {
            try (PadClient next = PadClient.publisher(setup.port())) {
                next.send("FORMAT:RAW;ACK|b\n");
                return next.line().equals("OK default 1");
            } catch (IOException closed) {
                return false; // the place is not free yet
            }
        });
    }

    @Test
    void aTopicThatIsNoneGoesToDefault() throws Exception {
        List<String> wrong = List.of("a//b", "a/+/b", "#", "$rrmq/x", "a\\u0001b", "x".repeat(200), "\\ud800");
        try (PadClient client = PadClient.publisher(setup.port())) {
            for (int i = 0; i < wrong.size(); i++) {
                client.send("FORMAT:JSON;ACK|{\"Topic\":\"" + wrong.get(i) + "\"}");
                assertEquals("OK default " + i, client.line());
            }
        }
    }

    @Test
    void whatWasSentBeforeTheConnectionWasClosedIsStoredInOrder() throws Exception {
        setup.broker.hold();
        List<String> expected = new ArrayList<>();
        try (PadClient client = PadClient.publisher(setup.port())) {
            for (int i = 0; i < 3000; i++) {
                client.send("FORMAT:RAW|message " + i + "\n");
                expected.add("RAW default message " + i);
            }
            client.send("FORMAT:RAW|the last, without end");
            expected.add("RAW default the last, without end");
        }
        await().atMost(10, SECONDS).until(() -> setup.broker.heldPublishes() == 1);
        setup.broker.release();
        awaitPublished(expected);
    }

    @Test
    void aPublisherThatIsFasterThanTheBrokerIsPaused() throws Exception {
        setup.broker.hold();
        String message = "x".repeat(1000);
        int count = 40_000; // more than any socket buffer on the way
        CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
            try (PadClient client = PadClient.publisher(setup.port())) {
                for (int i = 0; i < count; i++) {
                    client.send("FORMAT:RAW|" + message + "\n");
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        await().atMost(10, SECONDS).until(() -> setup.broker.heldPublishes() == 1 && held() >= 64 << 10);
        for (int i = 0; i < 100; i++) {
            assertTrue(held() <= (64 << 10) + 3 * (64 << 10), "held " + held());
        }
        assertTrue(!sent.isDone(), "the sender never waited");
        setup.broker.release();
        sent.get(30, SECONDS);
        await().atMost(30, SECONDS).until(() -> setup.published().size() == count);
        assertTrue(setup.broker.publishes().stream().allMatch(p -> p.messages().size() <= 1024));
        await().atMost(10, SECONDS).until(() -> held() == 0);
    }

    private long held() throws Exception {
        return setup.figure(() -> setup.door.held().bytes());
    }

    @Test
    void aSilentPublishersMessagesAreOfferedAgainUnderTheSameKey() throws Exception {
        setup.broker.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "no leader"));
        setup.broker.refuseNext(Refusal.of(Refusal.Kind.INDETERMINATE, "indeterminate", "who knows"));
        setup.broker.refuseNext(Refusal.of(Refusal.Kind.DISK_FULL, "disk-full", "full"));
        try (PadClient client = PadClient.publisher(setup.port())) {
            client.send("FORMAT:RAW|a\n");
        } // it does not even wait
        await().atMost(10, SECONDS).until(() -> setup.broker.publishes().size() == 4);
        List<Publish> tries = setup.broker.publishes();
        assertEquals(1, tries.stream().map(Publish::idempotencyKey).distinct().count(), "keys of the same command");
        assertTrue(tries.get(0).idempotencyKey().isPresent());
        assertEquals(
                1,
                setup.broker
                        .topic(new TopicName("default"), Freshness.NONE)
                        .await(10, SECONDS)
                        .view()
                        .count());
    }

    private static TcpConfig holding(long maxHeldBytes, long keepTryingMs) {
        TcpConfig c = DoorSetup.limits(0);
        return new TcpConfig(
                c.host(),
                0,
                c.maxConnections(),
                c.maxFrameBytes(),
                c.maxLineBytes(),
                c.maxQueuedMessages(),
                c.maxQueuedBytes(),
                maxHeldBytes,
                c.maxFilters(),
                c.roleTimeoutMs(),
                c.tickMs(),
                c.textQuietTicks(),
                c.restQuietTicks(),
                c.silenceMs(),
                c.maxSilences(),
                keepTryingMs);
    }

    @Test
    void whoWaitsForALimitStopsNobodyElse() throws Exception {
        try (DoorSetup narrow = new DoorSetup(holding(16 << 10, 30_000));
                PadClient limited = PadClient.publisher(narrow.port());
                PadClient other = PadClient.publisher(narrow.port())) {
            narrow.broker.limit("limited");
            String frame = "FORMAT:JSON|{\"Topic\":\"limited\",\"v\":\"" + "x".repeat(300) + "\"}\n";
            limited.send(frame.repeat(500));
            await().atMost(10, SECONDS)
                    .until(() -> narrow.broker.publishes().stream()
                            .anyMatch(tried -> tried.messages().size() == 1));
            for (int i = 0; i < 100; i++) {
                other.send("FORMAT:RAW;ACK|x\n");
                assertEquals("OK default " + i, other.line());
            }
            narrow.broker.lift("limited");
            await().atMost(20, SECONDS).until(() -> narrow.stored("limited") == 500);
        }
    }

    @Test
    void whatALimitHeldBackAndWhoseSenderHasGoneIsCounted() throws Exception {
        try (DoorSetup hasty = new DoorSetup(holding(1 << 20, 0))) {
            hasty.broker.limit("limited");
            hasty.broker.hold();
            try (PadClient client = PadClient.publisher(hasty.port())) {
                client.send(
                                "FORMAT:JSON|{\"Topic\":\"limited\",\"v\":1}\nFORMAT:JSON|{\"Topic\":\"limited\",\"v\":2}\n")
                        .end();
                await().atMost(10, SECONDS)
                        .until(() -> hasty.broker.heldPublishes() == 1 && hasty.broker.connections() == 0);
                hasty.broker.release();
                assertEquals("", client.untilClosed());
            }
            assertEquals(List.of("rate-limited", "rate-limited"), hasty.refused);
        }
    }

    @Test
    void whenTheKeysAreUsedUpMessagesAreStoredWithoutOne() throws Exception {
        setup.broker.refuseNext(Refusal.of(Rejected.of(Rejection.TOO_MANY_KEYS, "too many")));
        try (PadClient client = PadClient.publisher(setup.port())) {
            client.send("FORMAT:RAW|a\n");
            await().atMost(10, SECONDS).until(() -> setup.broker.publishes().size() == 2);
        }
        assertEquals(Optional.empty(), setup.broker.publishes().get(1).idempotencyKey());
    }

    @Test
    void aCommandRefusedAsAWholeIsSplit() throws Exception {
        setup.broker.hold();
        try (PadClient client = PadClient.publisher(setup.port())) {
            client.send("FORMAT:RAW;ACK|first\n");
            await().atMost(10, SECONDS).until(() -> setup.broker.heldPublishes() == 1);
            client.send("FORMAT:RAW;ACK|a\nFORMAT:RAW;ACK|b\nFORMAT:RAW;ACK|c\n");
            await().atMost(10, SECONDS).until(() -> held() >= 4 * 128);
            setup.broker.refuseNext(Refusal.of(Refusal.Kind.TOO_LARGE, "too-large", "the first"));
            setup.broker.refuseNext(Refusal.of(Refusal.Kind.TOO_LARGE, "too-large", "together"));
            setup.broker.refuseNext(Refusal.of(Refusal.Kind.TOO_LARGE, "too-large", "a alone"));
            setup.broker.release();
            assertEquals(
                    List.of("ERR too-large the first", "ERR too-large a alone", "OK default 0", "OK default 1"),
                    client.lines(4));
        }
    }

    @Test
    void aFrameAboveTheLimitClosesAfterTheAnswersBefore() throws Exception {
        try (PadClient client = PadClient.publisher(setup.port())) {
            client.send("FORMAT:RAW;ACK|a\nFORMAT:RAW;ACK|" + "x".repeat(70_000) + "\n");
            assertEquals("OK default 0\nERR too-large a frame is at most 65536 bytes\n", client.untilClosed());
        }
        try (PadClient client = PadClient.publisher(setup.port())) {
            client.send("FORMAT:RAW|b\nFORMAT:JSON|[" + "1,".repeat(40_000));
            assertEquals("", client.untilClosed());
        }
        assertEquals(List.of("RAW default a", "RAW default b"), setup.published());
        assertEquals(List.of("too-large", "too-large"), setup.refused);
    }

    @Test
    void aConnectionTooManyOfAllDoorsIsClosed() throws Exception {
        setup.broker.takeConnections(1);
        try (PadClient first = PadClient.publisher(setup.port());
                PadClient second = new PadClient(setup.port())) {
            assertEquals("", second.untilClosed());
            first.send("FORMAT:RAW;ACK|a\n");
            assertEquals("OK default 0", first.line());
        }
    }

    @Test
    void unfinishedFramesOfManyTogetherAreBounded() throws Exception {
        List<PadClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 10; i++) { // 10 times 40 kB, 256 KiB are allowed
                clients.add(PadClient.publisher(setup.port()).send("FORMAT:JSON|[\"" + "x".repeat(40_000)));
            }
            await().atMost(10, SECONDS).until(() -> setup.refused.contains("overloaded"));
            assertTrue(setup.allowances.unfinished().held() <= 256 << 10);
        } finally {
            for (PadClient client : clients) {
                client.close();
            }
        }
        await().atMost(10, SECONDS).until(() -> setup.allowances.unfinished().held() == 0);
    }

    @Test
    void anyBytesHarmNobodyElse() throws Exception {
        Random random = new Random(20260805);
        for (int i = 0; i < 60; i++) {
            byte[] bytes = new byte[random.nextInt(5000)];
            random.nextBytes(bytes);
            try (PadClient client = new PadClient(setup.port())) {
                client.send(List.of("PUBLISH", "SUBSCRI", "").get(i % 3)).send(bytes);
            } catch (IOException closed) {
                // that may happen to such a client
            }
        }
        try (PadClient client = PadClient.publisher(setup.port())) {
            client.send("FORMAT:JSON;ACK|{\"Topic\":\"still-here\"}");
            assertEquals("OK still-here 0", client.line());
        }
        await().atMost(10, SECONDS).until(() -> setup.broker.connections() == 0);
    }

    @Test
    void messagesOfSeveralPublishersAreAllStored() throws Exception {
        List<Future<Void>> all = new ArrayList<>();
        for (int p = 0; p < 8; p++) {
            int publisher = p;
            all.add(setup.vertx.executeBlocking(() -> {
                try (PadClient client = PadClient.publisher(setup.port())) {
                    for (int i = 0; i < 500; i++) {
                        client.send("FORMAT:JSON|{\"Topic\":\"p" + publisher + "\",\"i\":" + i + "}");
                    }
                }
                return null;
            }));
        }
        Future.all(all).await(30, SECONDS);
        await().atMost(20, SECONDS).until(() -> setup.published().size() == 4000);
        for (int p = 0; p < 8; p++) {
            String topic = "p" + p;
            assertEquals(
                    IntStream.range(0, 500)
                            .mapToObj(i -> "JSON " + topic + " {\"Topic\":\"" + topic + "\",\"i\":" + i + "}")
                            .collect(Collectors.toList()),
                    setup.published().stream()
                            .filter(m -> m.startsWith("JSON " + topic + " "))
                            .toList());
        }
    }

    @Test
    void whatWasReadIsStoredBeforeTheDoorStops() throws Exception {
        setup.broker.hold();
        try (PadClient client = PadClient.publisher(setup.port())) {
            client.send("FORMAT:RAW;ACK|a\nFORMAT:RAW|b\n");
            await().atMost(10, SECONDS).until(() -> held() >= 2 * 128);
            Future<Void> stopped = setup.vertx.undeploy(setup.deployment);
            setup.broker.release();
            stopped.await(10, SECONDS);
            assertEquals("OK default 0\n", client.untilClosed());
        }
        assertEquals(List.of("RAW default a", "RAW default b"), setup.published());
    }
}
