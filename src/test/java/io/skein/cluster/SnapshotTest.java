package io.skein.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.cluster.SnapshotAck.Code;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SnapshotTest {
    private static final long CLUSTER = 0xC1;
    private static final int CHUNK = 16 << 10;
    private static final int BYTES = 40 * CHUNK + 123;
    private static final SnapshotPace PACE = new SnapshotPace(CHUNK, 4, 20, 5_000, 5_000);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final List<SnapshotChunk> came = new CopyOnWriteArrayList<>();
    private final List<SnapshotAck> acked = new CopyOnWriteArrayList<>();
    private PeerNode leader;
    private SnapshotSender sender;
    private SnapshotFile file;

    @BeforeEach
    void aLeaderWithAFile() throws IOException {
        leader = PeerNode.start(vertx, PeerNode.config("n1", 0), CLUSTER, 1);
        leader.run(p -> sender = new SnapshotSender(vertx, p, PACE));
        file = file("snapshot.db", BYTES, 1, 700);
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private SnapshotFile file(String name, int size, long seed, long index) throws IOException {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        Path path = Files.write(directory.resolve(name), bytes);
        return SnapshotFile.of(vertx, path, index, 3).await();
    }

    private PeerNode follower(String id, int port) {
        return PeerNode.start(vertx, PeerNode.config(id, port), CLUSTER, 2);
    }

    /** Takes what comes, and keeps what came and what was answered. */
    private SnapshotReceiver receiver(PeerNode node) {
        SnapshotReceiver[] made = new SnapshotReceiver[1];
        node.run(p -> {
            SnapshotReceiver receiver = new SnapshotReceiver(vertx, parts(node));
            made[0] = receiver;
            node.onChunk = chunk -> {
                came.add(chunk);
                return receiver.take(chunk).onSuccess(acked::add);
            };
        });
        return made[0];
    }

    private Path parts(PeerNode node) {
        return directory.resolve(node.id + "-parts");
    }

    private static Future<ReceivedSnapshot> next(PeerNode node, SnapshotReceiver receiver) {
        return node.later(p -> receiver.next());
    }

    private Future<Void> send(PeerNode to) {
        leader.knows(to);
        await().until(() -> leader.reaches(to));
        return leader.later(p -> sender.send(to.id, file));
    }

    private void assertWhole(ReceivedSnapshot received) throws IOException {
        assertArrayEquals(Files.readAllBytes(file.file()), Files.readAllBytes(received.file()));
        assertEquals(file.index(), received.index());
        assertEquals(file.term(), received.term());
        assertEquals(file.bytes(), received.bytes());
        try (Stream<Path> left = Files.list(received.file().getParent())) {
            assertEquals(List.of(received.file()), left.toList());
        }
    }

    private long answered(Code code) {
        return acked.stream().filter(ack -> ack.code() == code).count();
    }

    @Test
    void aSnapshotArrivesWhole() throws IOException {
        PeerNode follower = follower("n2", 0);
        Future<ReceivedSnapshot> received = next(follower, receiver(follower));

        send(follower).await();

        assertWhole(received.await());
        assertEquals(0, answered(Code.AGAIN));
        assertEquals(
                BYTES, came.stream().mapToInt(chunk -> chunk.bytes().length).sum());
    }

    @Test
    void oneFileServesTwoPeersAtOnce() throws IOException {
        PeerNode two = follower("n2", 0);
        PeerNode three = follower("n3", 0);
        Future<ReceivedSnapshot> first = next(two, receiver(two));
        Future<ReceivedSnapshot> second = next(three, receiver(three));
        leader.knows(two, three);
        await().until(() -> leader.reaches(two) && leader.reaches(three));

        leader.on(p -> Future.all(sender.send(two.id, file), sender.send(three.id, file)));

        assertWhole(first.await());
        assertWhole(second.await());
    }

    @Test
    void afterACutInTheMiddleItGoesOnWithWhatIsThere() throws IOException {
        PeerNode follower = follower("n2", 0);
        SnapshotReceiver before = receiver(follower);
        follower.run(p -> before.next().onFailure(ignored -> {}));
        Promise<Void> half = Promise.promise();
        follower.onChunk = chunk -> {
            if (chunk.offset() >= BYTES / 2) {
                half.tryComplete();
                return Promise.<SnapshotAck>promise().future();
            }
            return before.take(chunk);
        };
        Future<Void> sent = send(follower);
        half.future().await();
        follower.kill();
        assertFalse(sent.isComplete());

        PeerNode again = follower("n2", follower.port());
        Future<ReceivedSnapshot> received = next(again, receiver(again));
        sent.await();

        assertWhole(received.await());
        long least = came.stream()
                .filter(chunk -> !chunk.isQuestion())
                .mapToLong(SnapshotChunk::offset)
                .min()
                .orElseThrow();
        assertTrue(least >= BYTES / 2 - CHUNK, "begins again at " + least);
    }

    @Test
    void aPieceDamagedOnTheWayIsAskedForAgain() throws IOException {
        PeerNode follower = follower("n2", 0);
        SnapshotReceiver receiver = receiver(follower);
        Future<ReceivedSnapshot> received = next(follower, receiver);
        AtomicBoolean damaged = new AtomicBoolean();
        follower.onChunk = chunk -> {
            came.add(chunk);
            if (chunk.offset() >= BYTES / 3 && damaged.compareAndSet(false, true)) {
                chunk.bytes()[77] ^= 4;
            }
            return receiver.take(chunk).onSuccess(acked::add);
        };

        send(follower).await();

        assertWhole(received.await());
        assertTrue(answered(Code.AGAIN) > 0);
        assertEquals(0, answered(Code.DISCARDED));
    }

    @Test
    void damageInWhatWasThereBeforeIsFoundAtTheEndAndItBeginsAnew() throws IOException {
        PeerNode follower = follower("n2", 0);
        Files.createDirectories(parts(follower));
        Files.write(parts(follower).resolve(Long.toHexString(file.snapshot()) + ".part"), new byte[5 * CHUNK]);
        Future<ReceivedSnapshot> received = next(follower, receiver(follower));

        send(follower).await();

        assertWhole(received.await());
        assertEquals(1, answered(Code.DISCARDED));
    }

    @Test
    void aFileThatIsNotWhatItsHashSaysIsGivenUp() throws IOException {
        PeerNode follower = follower("n2", 0);
        Future<ReceivedSnapshot> received = next(follower, receiver(follower));
        file = new SnapshotFile(file.snapshot(), file.file(), file.bytes(), new byte[32], file.index(), file.term());

        assertThrows(IOException.class, () -> send(follower).await());

        assertFalse(received.isComplete());
        try (Stream<Path> left = Files.list(parts(follower))) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void aFileThatBecomesShorterIsGivenUp() throws IOException {
        PeerNode follower = follower("n2", 0);
        Future<ReceivedSnapshot> received = next(follower, receiver(follower));
        Files.write(file.file(), new byte[CHUNK + 1]);

        assertThrows(IOException.class, () -> send(follower).await());

        assertFalse(received.isComplete());
    }

    @Test
    void whoDoesNotWantASnapshotEndsTheTransfer() {
        PeerNode follower = follower("n2", 0);

        assertThrows(IOException.class, () -> send(follower).await());
    }

    @Test
    void whoIsBusyIsWaitedFor() throws IOException {
        PeerNode follower = follower("n2", 0);
        SnapshotReceiver receiver = receiver(follower);
        Future<Void> sent = send(follower);
        await().until(() -> answered(Code.BUSY) > 1);

        Future<ReceivedSnapshot> received = next(follower, receiver);
        sent.await();

        assertWhole(received.await());
    }

    @Test
    void aSnapshotThatIsHereIsNotTakenAgainUntilTheNextIsWanted() throws IOException {
        PeerNode follower = follower("n2", 0);
        Future<ReceivedSnapshot> received = next(follower, receiver(follower));
        send(follower).await();
        assertWhole(received.await());
        came.clear();

        send(follower).await();

        assertEquals(1, came.size());
        assertEquals(Code.WHOLE, acked.get(acked.size() - 1).code());
    }

    @Test
    void aWindowIsUnderWayAndNeverMore() throws IOException {
        PeerNode follower = follower("n2", 0);
        SnapshotReceiver receiver = receiver(follower);
        Future<ReceivedSnapshot> received = next(follower, receiver);
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        follower.onChunk = chunk -> {
            most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
            return vertx.timer(3, TimeUnit.MILLISECONDS).compose(v -> {
                underWay.decrementAndGet();
                return receiver.take(chunk);
            });
        };

        send(follower).await();

        assertWhole(received.await());
        assertEquals(PACE.window(), most.get());
    }

    @Test
    void aTransferThatIsStoppedFails() {
        PeerNode follower = follower("n2", 0);
        follower.onChunk = chunk -> Promise.<SnapshotAck>promise().future();
        Future<Void> sent = send(follower);

        leader.run(p -> sender.stop(follower.id));

        assertThrows(IOException.class, sent::await);
    }

    @Test
    void aHigherSnapshotReplacesAPartOfALowerAndALowerWaits() throws IOException {
        PeerNode follower = follower("n2", 0);
        SnapshotReceiver receiver = receiver(follower);
        Future<ReceivedSnapshot> received = next(follower, receiver);
        SnapshotFile low = file("low.db", 3 * CHUNK, 2, 600);
        SnapshotFile middle = file("middle.db", 3 * CHUNK, 3, 650);
        byte[] lowBytes = Files.readAllBytes(low.file());
        byte[] piece = Arrays.copyOf(lowBytes, CHUNK);

        assertEquals(Code.NEXT, take(follower, receiver, SnapshotChunk.of(middle, 0, new byte[0])));
        assertEquals(Code.BUSY, take(follower, receiver, SnapshotChunk.of(low, 0, piece)));
        assertEquals(Code.NEXT, take(follower, receiver, SnapshotChunk.of(file, 0, new byte[0])));
        assertEquals(Code.BUSY, take(follower, receiver, SnapshotChunk.of(middle, 0, new byte[0])));

        send(follower).await();
        assertWhole(received.await());
    }

    private static Code take(PeerNode node, SnapshotReceiver receiver, SnapshotChunk chunk) {
        return node.on(p -> receiver.take(chunk)).code();
    }

    @Test
    void aSnapshotGoesOnBehindTheMessagesOfReplicas() throws IOException {
        PeerNode follower = follower("n2", 0);
        Future<ReceivedSnapshot> received = next(follower, receiver(follower));
        Future<Void> sent = send(follower);
        leader.run(p -> {
            for (int i = 1; i <= 500; i++) {
                p.send(follower.id, PeerNode.number(i));
            }
        });

        sent.await();

        assertWhole(received.await());
        await().until(() -> follower.heard.size() == 500);
    }
}
