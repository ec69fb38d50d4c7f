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
 * Snapshots of this node's state for peers that lack what is compacted here (thesis §5). One file serves all who need one
 * while it is there; it goes with the last of them. On the replica's context.
 */
final class SnapshotExchange {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotExchange.class);

    private final Vertx vertx;
    private final SnapshotSender sender;
    private Future<SnapshotFile> current;
    private int users;
    private long made;

    SnapshotExchange(Vertx vertx, Peers peers) {
        this.vertx = vertx;
        this.sender = new SnapshotSender(vertx, peers, SnapshotPace.DEFAULT);
    }

    /** Completes with the index of the snapshot that the peer has now. */
    Future<Long> send(NodeId peer, Store store) {
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
                .onFailure(failure -> LOG.warn("no snapshot for {}: {}", peer, failure.toString()))
                .onComplete(done -> {
                    if (--users == 0) {
                        current = null;
                        if (mine.succeeded()) {
                            delete(mine.result().file());
                        }
                    }
                });
    }

    void close() {
        sender.close();
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
    static void discard(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            LOG.warn("a snapshot that was received stays: {}", failure.toString());
        }
    }
}
