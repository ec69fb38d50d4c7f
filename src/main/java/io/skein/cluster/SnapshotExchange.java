package io.skein.cluster;

import io.skein.raft.NodeId;
import io.skein.store.Store;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots of this node's state for peers that lack what is compacted here (thesis §5), and those of others that this
 * node needs. One file serves all who need one while it is there; it goes with the last of them. On the replica's
 * context.
 */
final class SnapshotExchange {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotExchange.class);

    /** Whoever a snapshot is for. */
    interface Taker {
        /** Somebody is there who could say. */
        boolean isThere();

        /** Whether one up to that entry would bring it further; otherwise all that it would bring is there. */
        boolean wants(long index, long term);

        /** What was received, whole and looked through: completes when it has taken the place of what there was. */
        Future<Void> take(io.skein.store.SnapshotFile snapshot);
    }

    private final Vertx vertx;
    private final SnapshotSender sender;
    private final PeerListener listener;
    private final SnapshotReceiver receiver;
    private final Taker taker;
    /** One that came is being looked through or installed. */
    private boolean isTaking;
    /** One that came and was of no use. */
    private OptionalLong useless = OptionalLong.empty();

    private boolean isClosed;
    private Future<SnapshotFile> current;
    private int users;
    private long made;

    /** @param incoming where a snapshot is kept while it comes in */
    SnapshotExchange(Vertx vertx, Peers peers, PeerListener listener, Path incoming, Taker taker) {
        this.vertx = vertx;
        this.sender = new SnapshotSender(vertx, peers, SnapshotPace.DEFAULT);
        this.listener = listener;
        this.receiver = new SnapshotReceiver(vertx, incoming);
        this.taker = taker;
        await();
    }

    /**
     * A piece of a snapshot that a peer offers. It is said to be here when it is installed and not before: a leader that
     * heard so earlier would find this node's log as short as it was, and offer the next one.
     */
    Future<SnapshotAck> chunk(SnapshotChunk chunk) {
        if (isTaking || !taker.isThere()) {
            return answer(chunk, 0, SnapshotAck.Code.BUSY);
        }
        if (!taker.wants(chunk.index(), chunk.term())) {
            return answer(chunk, chunk.total(), SnapshotAck.Code.WHOLE);
        }
        return useless.equals(OptionalLong.of(chunk.snapshot()))
                ? Future.succeededFuture(SnapshotAck.refused(chunk))
                : receiver.take(chunk)
                        .compose(ack -> ack.code() == SnapshotAck.Code.WHOLE
                                ? answer(chunk, 0, SnapshotAck.Code.BUSY)
                                : Future.succeededFuture(ack));
    }

    private static Future<SnapshotAck> answer(SnapshotChunk chunk, long next, SnapshotAck.Code code) {
        return Future.succeededFuture(new SnapshotAck(chunk.snapshot(), next, code));
    }

    private void await() {
        receiver.next()
                .onSuccess(this::received)
                .onFailure(failure -> LOG.debug("no snapshot: {}", failure.toString()));
    }

    private void received(ReceivedSnapshot received) {
        isTaking = true;
        Store.inspect(vertx, received.file(), received.index(), received.term(), received.bytes())
                .compose(looked -> {
                    if (isClosed || !taker.wants(received.index(), received.term())) {
                        return Future.succeededFuture();
                    }
                    LOG.info("installs a snapshot up to entry {}", received.index());
                    return taker.take(looked);
                })
                .onComplete(taken -> {
                    isTaking = false;
                    if (taken.failed()) {
                        LOG.error("a snapshot cannot be used", taken.cause());
                        useless = OptionalLong.of(received.snapshot());
                    }
                    if (!isClosed) {
                        discard(received.file());
                        await();
                    }
                });
    }

    /** Completes with the index of the snapshot that the peer has now. */
    Future<Long> send(NodeId peer, Store store) {
        long start = System.nanoTime();
        if (current == null) {
            Path target = store.directory().temporary().resolve("snapshot-" + made++ + ".db");
            current = store.snapshot(target)
                    .map(made -> new SnapshotFile(
                            Long.parseUnsignedLong(made.sha256().substring(0, 16), 16),
                            made.path(),
                            made.bytes(),
                            HexFormat.of().parseHex(made.sha256()),
                            made.settled().index(),
                            made.settled().term()));
        }
        Future<SnapshotFile> mine = current;
        users++;
        return mine.compose(file -> {
                    LOG.info("sends {} a snapshot of {} bytes up to entry {}", peer, file.bytes(), file.index());
                    return sender.send(peer, file).map(file.index());
                })
                .onSuccess(index -> listener.snapshotSent(peer, System.nanoTime() - start))
                .onFailure(failure -> LOG.warn("no snapshot for {}: {}", peer, failure.toString()))
                .onComplete(done -> {
                    if (--users == 0 && current == mine) {
                        current = null;
                    }
                    if (users == 0) {
                        if (mine.succeeded()) {
                            delete(mine.result().file());
                        }
                    }
                });
    }

    /** The state is another one from now on. */
    void forget() {
        current = null;
    }

    /** What has come in is kept for the next time. */
    Future<Void> close() {
        isClosed = true;
        sender.close();
        return receiver.close();
    }

    private void delete(Path file) {
        vertx.executeBlocking(
                        () -> {
                            Files.deleteIfExists(file);
                            return null;
                        },
                        false)
                .onFailure(failure -> LOG.warn("a snapshot that was sent stays: {}", failure.toString()));
    }

    /** Only a whole snapshot may take the place of what a node has; anything less is thrown away. */
    private static void discard(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            LOG.warn("a snapshot that was received stays: {}", failure.toString());
        }
    }
}
