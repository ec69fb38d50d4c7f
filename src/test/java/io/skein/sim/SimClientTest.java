package io.skein.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.client.ClientOptions;
import io.skein.client.SkeinClient;
import io.skein.client.SubscribeOptions;
import io.skein.client.Subscription;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What handlers of a cluster's own clients may do. */
@Timeout(60)
@SkeinTest(nodes = 3, shared = true)
class SimClientTest {
    /** What comes of it in a handler. */
    private static <T> T inHandler(Sim sim, String topic, Callable<T> deed) throws Exception {
        Promise<T> came = Promise.promise();
        Subscription subscription = sim.client()
                .subscribe(SubscribeOptions.of(topic), message -> {
                    try {
                        came.tryComplete(deed.call());
                    } catch (Exception | Error failed) {
                        came.tryFail(failed);
                    }
                })
                .await(20, TimeUnit.SECONDS);
        published(sim, topic);
        try {
            return came.future().await(20, TimeUnit.SECONDS);
        } finally {
            subscription.close();
        }
    }

    /** Also while a busy machine has the nodes elect another leader. */
    private static void published(Sim sim, String topic) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> Caller.of(sim).post("/t/" + topic, "x").status() == 201);
    }

    @Test
    void aHandlerThatStandsStillKeepsNoNodesApart(Sim sim) throws Exception {
        CountDownLatch stands = new CountDownLatch(1);
        CountDownLatch goesOn = new CountDownLatch(1);
        sim.client()
                .subscribe(SubscribeOptions.of("still"), message -> {
                    stands.countDown();
                    Hand.await(goesOn);
                })
                .await(20, TimeUnit.SECONDS);
        published(sim, "still");
        Hand.await(stands);

        try {
            published(sim, "others");
        } finally {
            goesOn.countDown();
        }
    }

    @Test
    void aHandlerMayCutALink(Sim sim) throws Exception {
        assertEquals(1, inHandler(sim, "cut", () -> {
            sim.cut("n1", "n2");
            int faults = sim.report().json().getJsonArray("faults").size();
            sim.heal();
            return faults;
        }));
    }

    @Test
    void aHandlerMayWaitForWhatAnotherClientHears(Sim sim) throws Exception {
        CountDownLatch heard = new CountDownLatch(1);
        sim.client()
                .subscribe(SubscribeOptions.of("answer"), message -> heard.countDown())
                .await(20, TimeUnit.SECONDS);

        assertTrue(inHandler(sim, "question", () -> {
            published(sim, "answer");
            return heard.await(10, TimeUnit.SECONDS);
        }));
    }

    @Test
    void aHandlerThatStandsStillForEverKeepsNoNodeAlive() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        Sim sim = Sim.start(1, 42);
        try {
            CountDownLatch stands = new CountDownLatch(1);
            sim.client()
                    .subscribe(SubscribeOptions.of("ever"), message -> {
                        stands.countDown();
                        Hand.await(never);
                    })
                    .await(20, TimeUnit.SECONDS);
            published(sim, "ever");
            Hand.await(stands);
            Caller node = Caller.of(sim);

            String said = assertThrows(IllegalStateException.class, sim::close).getMessage();

            assertTrue(said.contains("handler"), said);
            assertThrows(UncheckedIOException.class, () -> node.get("/healthz"));
        } finally {
            never.countDown();
            sim.close();
        }
    }

    @Test
    void aClusterMayBeClosedOnAThreadOfVertx() throws Exception {
        Vertx users = Vertx.vertx();
        try {
            Sim sim = Sim.start(1, 42);
            sim.client();
            users.executeBlocking(() -> {
                        sim.close();
                        return null;
                    })
                    .await(20, TimeUnit.SECONDS);
        } finally {
            users.close().await(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void nothingStaysOfAClientThatIsClosed() throws Exception {
        Clients clients = new Clients();
        try (Sim sim = Sim.start(1, 42)) {
            SkeinClient client = clients.connect(
                            ClientOptions.of("127.0.0.1", sim.url().getPort()))
                    .await(20, TimeUnit.SECONDS);
            assertEquals(1, clients.count());
            client.close().await(20, TimeUnit.SECONDS);
            Awaitility.await().until(() -> clients.count() == 0);
        }
    }

    @Test
    void aHandlerMayConnectAnotherClient(Sim sim) throws Exception {
        assertTrue(inHandler(sim, "connect", sim::client).isConnected());
    }

    @Test
    void aHandlerIsToldThatItCannotWaitForItsOwnEnd(Sim sim) {
        assertThrows(
                IllegalStateException.class,
                () -> inHandler(sim, "close", () -> {
                    sim.close();
                    return null;
                }));
    }
}
