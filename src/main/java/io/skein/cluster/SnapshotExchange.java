package io.skein.cluster;

import io.skein.raft.NodeId;
import io.skein.store.Store;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots of this node's state for peers that lack what is compacted here (thesis §5), and those of others that this
 * node needs. One file serves all who need one while it is there; it goes with the last of them. On the replica's
 * context; files are touched on workers.
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
    /** Of the state as it is. */
    private Optional<Offer> current = Optional.empty();

    private long made;
    private boolean isDistrusted;

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
        if (!taker.isThere()) {
            return answer(chunk, 0, SnapshotAck.Code.BUSY);
        }
        if (!taker.wants(chunk.index(), chunk.term())) {
            return answer(chunk, chunk.total(), SnapshotAck.Code.WHOLE);
        }
        if (isTaking) {
            return answer(chunk, 0, SnapshotAck.Code.BUSY);
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
                .recover(failure -> {
                    LOG.error("a snapshot cannot be used", failure);
                    useless = OptionalLong.of(received.snapshot());
                    return Future.succeededFuture();
                })
                .compose(taken -> isClosed ? Future.succeededFuture() : delete(received.file()))
                .onComplete(gone -> {
                    // Not before the file is gone: the next one may have its name.
                    isTaking = false;
                    if (!isClosed) {
                        await();
                    }
                });
    }

    /** A file that is made, or being made, and who is sent it. */
    private static final class Offer {
        final Future<SnapshotFile> file;
        int users;
        boolean isVoid;

        Offer(Future<SnapshotFile> file) {
            this.file = file;
        }
    }

    /** Completes with the index of the snapshot that the peer has now. */
    Future<Long> send(NodeId peer, Store store) {
        if (isDistrusted) {
            return Future.failedFuture(distrusted());
        }
        long start = System.nanoTime();
        Offer offer = current.orElseGet(() -> new Offer(make(store)));
        current = Optional.of(offer);
        offer.users++;
        return offer.file
                .compose(file -> {
                    if (offer.isVoid) {
                        return Future.failedFuture(distrusted());
                    }
                    LOG.info("sends {} a snapshot of {} bytes up to entry {}", peer, file.bytes(), file.index());
                    return sender.send(peer, file).map(file.index());
                })
                .onSuccess(index -> listener.snapshotSent(peer, System.nanoTime() - start))
                .onFailure(failure -> LOG.warn("no snapshot for {}: {}", peer, failure.toString()))
                .onComplete(done -> left(offer));
    }

    private Future<SnapshotFile> make(Store store) {
        Path target = store.directory().temporary().resolve("snapshot-" + made++ + ".db");
        return store.snapshot(target)
                .map(made -> new SnapshotFile(
                        Long.parseUnsignedLong(made.sha256().substring(0, 16), 16),
                        made.path(),
                        made.bytes(),
                        HexFormat.of().parseHex(made.sha256()),
                        made.settled().index(),
                        made.settled().term()));
    }

    private void left(Offer offer) {
        if (--offer.users > 0) {
            return;
        }
        if (current.equals(Optional.of(offer))) {
            current = Optional.empty();
        }
        if (offer.file.succeeded()) {
            delete(offer.file.result().file()).onFailure(ignored -> {});
        }
    }

    private static IllegalStateException distrusted() {
        return new IllegalStateException("the state here is not to be trusted");
    }

    /** The state here is not what it should be: nobody is given it, also not the rest of it, until it is another one. */
    void distrust() {
        isDistrusted = true;
        current.ifPresent(offer -> offer.isVoid = true);
        sender.close();
    }

    /** The state is another one from now on. */
    void forget() {
        isDistrusted = false;
        current = Optional.empty();
    }

    /** What has come in is kept for the next time. */
    Future<Void> close() {
        isClosed = true;
        sender.close();
        return receiver.close();
    }

    /** What was sent, or has taken the place of what there was, or cannot. */
    private Future<Void> delete(Path file) {
        return vertx.<Void>executeBlocking(
                        () -> {
                            Files.deleteIfExists(file);
                            return null;
                        },
                        false)
                .onFailure(failure -> LOG.warn("a snapshot stays that nobody needs: {}", failure.toString()));
    }
}
