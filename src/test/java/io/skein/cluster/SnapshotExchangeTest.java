package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.broker.Freshness;
import io.skein.cluster.SnapshotAck.Code;
import io.skein.node.RunningNode;
import io.skein.raft.NodeId;
import io.skein.store.Store;
import io.skein.store.StoreConfig;
import io.skein.store.StoreListener;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node says of a snapshot that it is offered: that it has it, once it is installed and not before. */
class SnapshotExchangeTest {
    private static final NodeId NODE = new NodeId("n1");

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();

    @TempDir
    private Path directory;

    private SnapshotFile offered;
    private byte[] bytes;
    private SnapshotExchange exchange;

    /** A node whose state can be replaced. */
    private static final class State implements SnapshotExchange.Taker {
        final Promise<Void> installed = Promise.promise();
        volatile boolean isThere = true;
        volatile boolean wants = true;
        volatile int taken;

        @Override
        public boolean isThere() {
            return isThere;
        }

        @Override
        public boolean wants(long index, long term) {
            return wants;
        }

        @Override
        public Future<Void> take(io.skein.store.SnapshotFile snapshot) {
            taken++;
            return installed.future();
        }
    }

    private final State state = new State();

    @BeforeEach
    void makeASnapshot() throws Exception {
        try (RunningNode node = new RunningNode(directory.resolve("other"))) {
            node.awaitVoters(1);
            // Rows come up to date for it.
            node.broker().scheduled(Optional.empty(), 1, Freshness.LINEARIZABLE).await(20, TimeUnit.SECONDS);
        }
        Store store = Store.open(vertx, StoreConfig.at(directory.resolve("other")), NODE, StoreListener.NONE)
                .await(20, TimeUnit.SECONDS);
        var made = store.snapshot(directory.resolve("made.db")).await(20, TimeUnit.SECONDS);
        offered = new SnapshotFile(
                7,
                made.path(),
                made.bytes(),
                HexFormat.of().parseHex(made.sha256()),
                made.settled().index(),
                made.settled().term());
        bytes = Files.readAllBytes(made.path());
        store.close().await(20, TimeUnit.SECONDS);
        exchange = on(() -> {
            Peers peers = new Peers(vertx, PeerConfig.of(NODE, "127.0.0.1", 0, 5000), null, PeerListener.NONE);
            return Future.succeededFuture(
                    new SnapshotExchange(vertx, peers, PeerListener.NONE, directory.resolve("incoming"), state));
        });
    }

    @AfterEach
    void close() throws Exception {
        on(() -> exchange.close());
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    private interface Question<T> {
        Future<T> ask();
    }

    private <T> T on(Question<T> question) throws Exception {
        return Future.<T>future(answer -> loop.runOnContext(v -> question.ask().onComplete(answer)))
                .await(20, TimeUnit.SECONDS);
    }

    private Code ask(SnapshotFile file) throws Exception {
        return on(() -> exchange.chunk(SnapshotChunk.of(file, 0, new byte[0]))).code();
    }

    /** All of it; what is said to its last piece. */
    private Code send(SnapshotFile file, byte[] content) throws Exception {
        Code last = Code.NEXT;
        for (int at = 0; at < content.length; at += 1 << 16) {
            SnapshotChunk chunk = SnapshotChunk.of(
                    file, at, Arrays.copyOfRange(content, at, Math.min(content.length, at + (1 << 16))));
            last = on(() -> exchange.chunk(chunk)).code();
        }
        return last;
    }

    private void awaitTaken() {
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> state.taken == 1);
    }

    @Test
    void aSnapshotIsSaidToBeHereOnceItIsInstalled() throws Exception {
        assertEquals(Code.BUSY, send(offered, bytes));
        awaitTaken();
        assertEquals(Code.BUSY, ask(offered));

        state.wants = false;
        state.installed.complete();

        assertEquals(Code.WHOLE, ask(offered));
    }

    @Test
    void noOtherSnapshotIsTakenWhileOneIsInstalled() throws Exception {
        send(offered, bytes);
        awaitTaken();

        SnapshotFile next = new SnapshotFile(8, offered.file(), offered.bytes(), offered.sha256(), 99, 9);
        assertEquals(Code.BUSY, ask(next));

        state.installed.complete();
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> ask(next) == Code.NEXT);
    }

    @Test
    void whatBringsNothingMoreIsSaidToBeHereAlsoWhileAnotherIsInstalled() throws Exception {
        send(offered, bytes);
        awaitTaken();

        state.wants = false;

        assertEquals(Code.WHOLE, ask(offered));
    }

    @Test
    void whatBringsNothingMoreIsSaidToBeHere() throws Exception {
        state.wants = false;

        assertEquals(Code.WHOLE, ask(offered));
        assertEquals(0, state.taken);
    }

    @Test
    void aSnapshotThatCannotBeInstalledIsNotTakenOnceMore() throws Exception {
        send(offered, bytes);
        awaitTaken();

        state.installed.fail("no");

        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> ask(offered) == Code.FAILED);
        try (Stream<Path> left = Files.list(directory.resolve("incoming"))) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void whatIsNoSnapshotIsNotTakenOnceMore() throws Exception {
        byte[] nonsense = "this is no database".getBytes(StandardCharsets.US_ASCII);
        SnapshotFile wrong = new SnapshotFile(
                9,
                offered.file(),
                nonsense.length,
                MessageDigest.getInstance("SHA-256").digest(nonsense),
                1,
                1);

        assertEquals(Code.BUSY, send(wrong, nonsense));

        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> ask(wrong) == Code.FAILED);
        assertEquals(0, state.taken);
        assertEquals(Code.NEXT, ask(offered));
    }

    @Test
    void whileNobodyIsThereItIsWaitedFor() throws Exception {
        state.isThere = false;

        assertEquals(Code.BUSY, ask(offered));
    }
}
