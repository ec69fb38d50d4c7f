package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Freshness;
import io.skein.node.RunningNode;
import io.skein.raft.NodeId;
import io.skein.store.Store;
import io.skein.store.StoreConfig;
import io.skein.store.StoreListener;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of a node's state for others: whose file is whose, and when nobody is given any. */
class SnapshotOffersTest {
    private static final NodeId NODE = new NodeId("n1");
    private static final long CLUSTER = 7;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();

    @TempDir
    private Path directory;

    private Store store;
    private Peers peers;
    private SnapshotExchange exchange;
    private Receiver second;
    private Receiver third;

    /** A peer that says that it is at work, until it says that it has it all. */
    private final class Receiver {
        final PeerNode node;
        final AtomicInteger chunks = new AtomicInteger();
        volatile boolean hasAll;

        Receiver(String id) {
            node = PeerNode.start(vertx, PeerNode.config(id, 0), CLUSTER, 2);
            node.onChunk = chunk -> {
                chunks.incrementAndGet();
                return Future.succeededFuture(new SnapshotAck(
                        chunk.snapshot(),
                        hasAll ? chunk.total() : 0,
                        hasAll ? SnapshotAck.Code.WHOLE : SnapshotAck.Code.BUSY));
            };
        }

        void awaitAsked() {
            int before = chunks.get();
            Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> chunks.get() > before);
        }
    }

    @BeforeEach
    void start() throws Exception {
        Path data = directory.resolve("n1");
        try (RunningNode node = new RunningNode(data)) {
            node.awaitVoters(1);
            // Rows come up to date for it.
            node.broker().scheduled(Optional.empty(), 1, Freshness.LINEARIZABLE).await(20, TimeUnit.SECONDS);
        }
        store = Store.open(vertx, StoreConfig.at(data), NODE, StoreListener.NONE)
                .await(20, TimeUnit.SECONDS);
        second = new Receiver("n2");
        third = new Receiver("n3");
        on(() -> {
            peers = new Peers(vertx, PeerConfig.of(NODE, "127.0.0.1", 0, 5000), second.node, PeerListener.NONE);
            peers.identity(CLUSTER, 1, false);
            peers.members(Map.of(second.node.id, second.node.address(), third.node.id, third.node.address()));
            exchange =
                    new SnapshotExchange(vertx, peers, PeerListener.NONE, directory.resolve("incoming"), new Nobody());
            return peers.listen();
        });
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> on(() ->
                        Future.succeededFuture(peers.isReachable(second.node.id) && peers.isReachable(third.node.id))));
    }

    /** Nothing is taken here. */
    private static final class Nobody implements SnapshotExchange.Taker {
        @Override
        public boolean isThere() {
            return false;
        }

        @Override
        public boolean wants(long index, long term) {
            return false;
        }

        @Override
        public Future<Void> take(io.skein.store.SnapshotFile snapshot) {
            throw new AssertionError("nothing was offered");
        }
    }

    @AfterEach
    void stop() throws Exception {
        on(() -> exchange.close());
        on(() -> peers.close());
        store.close().await(20, TimeUnit.SECONDS);
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    private interface Question<T> {
        Future<T> ask();
    }

    private <T> T on(Question<T> question) throws Exception {
        return Future.<T>future(answer -> loop.runOnContext(v -> question.ask().onComplete(answer)))
                .await(20, TimeUnit.SECONDS);
    }

    private void run(Runnable what) throws Exception {
        on(() -> {
            what.run();
            return Future.succeededFuture();
        });
    }

    private Future<Long> send(Receiver to) {
        return Future.future(
                sent -> loop.runOnContext(v -> exchange.send(to.node.id, store).onComplete(sent)));
    }

    private Path file(int number) {
        return store.directory().temporary().resolve("snapshot-" + number + ".db");
    }

    private void awaitGone(int number) {
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> !Files.exists(file(number)));
    }

    @Test
    void oneFileServesAllAndGoesWithTheLast() throws Exception {
        Future<Long> toSecond = send(second);
        Future<Long> toThird = send(third);
        second.awaitAsked();
        third.awaitAsked();
        second.hasAll = true;
        toSecond.await(20, TimeUnit.SECONDS);

        assertTrue(Files.exists(file(0)));
        assertFalse(Files.exists(file(1)));
        third.hasAll = true;
        toThird.await(20, TimeUnit.SECONDS);

        awaitGone(0);
    }

    @Test
    void aFileOfAnEarlierStateGoesWithItsOwnUsersAndNotWithOthers() throws Exception {
        Future<Long> earlier = send(second);
        second.awaitAsked();
        run(exchange::forget);
        Future<Long> later = send(third);
        third.awaitAsked();

        third.hasAll = true;
        later.await(20, TimeUnit.SECONDS);

        awaitGone(1);
        assertTrue(Files.exists(file(0)));
        second.hasAll = true;
        earlier.await(20, TimeUnit.SECONDS);
        awaitGone(0);
    }

    @Test
    void aStateThatIsNotTrustedIsGivenToNobodyNorTheRestOfIt() throws Exception {
        Future<Long> underWay = send(second);
        second.awaitAsked();

        run(exchange::distrust);

        assertThrows(Exception.class, () -> underWay.await(20, TimeUnit.SECONDS));
        assertThrows(IllegalStateException.class, () -> send(third).await(20, TimeUnit.SECONDS));
        assertEquals(0, third.chunks.get());
        awaitGone(0);
    }

    @Test
    void whatWasMadeOfAStateBeforeItWasDistrustedIsNotSentEither() throws Exception {
        Future<Long> being = Future.future(sent -> loop.runOnContext(v -> {
            exchange.send(second.node.id, store).onComplete(sent);
            exchange.distrust();
            exchange.forget();
        }));

        assertThrows(IllegalStateException.class, () -> being.await(20, TimeUnit.SECONDS));
        assertEquals(0, second.chunks.get());
    }

    @Test
    void anotherStateIsTrustedAgain() throws Exception {
        run(exchange::distrust);
        run(exchange::forget);
        second.hasAll = true;

        assertTrue(send(second).await(20, TimeUnit.SECONDS) > 0);
    }
}
