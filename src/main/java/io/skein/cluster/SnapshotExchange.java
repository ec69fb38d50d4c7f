package io.skein.cluster;

import io.skein.raft.NodeId;
import io.skein.store.Store;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
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
        /** Whether one up to that entry would bring it further. */
        boolean wants(long index, long term);

        /** What was received, whole and looked through: it takes the place of what there is. */
        void take(io.skein.store.SnapshotFile snapshot);
    }

    private final Vertx vertx;
    private final SnapshotSender sender;
    private final PeerListener listener;
    private final SnapshotReceiver receiver;
    private final Taker taker;
    private boolean isAwaiting;
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

    /** A piece of a snapshot that a peer offers. */
    Future<SnapshotAck> chunk(SnapshotChunk chunk) {
        return taker.wants(chunk.index(), chunk.term())
                ? receiver.take(chunk)
                : Future.succeededFuture(SnapshotAck.refused(chunk));
    }

    /** Once for each snapshot: who asks again while one is awaited would hear of the same twice. */
    void await() {
        if (isAwaiting) {
            return;
        }
        isAwaiting = true;
        receiver.next()
                .onSuccess(this::received)
                .onFailure(failure -> LOG.debug("no snapshot: {}", failure.toString()));
    }

    private void received(ReceivedSnapshot received) {
        isAwaiting = false;
        Store.inspect(vertx, received.file(), received.index(), received.term(), received.bytes())
                .onComplete(looked -> {
                    if (isClosed) {
                        return;
                    }
                    if (looked.succeeded() && taker.wants(received.index(), received.term())) {
                        LOG.info("installs a snapshot up to entry {}", received.index());
                        taker.take(looked.result());
                        return;
                    }
                    if (looked.failed()) {
                        LOG.warn("a snapshot cannot be used", looked.cause());
                    }
                    discard(received.file());
                    await();
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
