package io.skein.cluster;

import io.skein.cluster.SnapshotAck.Code;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes snapshots, one at a time, piece by piece, into a directory of its own. What is there when a connection or this
 * process ends is gone on with, as long as the same snapshot is offered. A snapshot of a higher index replaces a part of
 * a lower; any other one waits until nobody sends the first any more.
 *
 * <p>Takes nothing while nobody waits for {@link #next}. Confined to the context on which it was made; files are touched
 * on workers.
 */
public final class SnapshotReceiver {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotReceiver.class);
    /** Pieces that wait for the disk; a sender has a window of a few under way. */
    private static final int MAX_WAITING = 64;
    /** After which a part of which nothing more comes makes room for another snapshot. */
    private static final long ABANDONED_NANOS = 10_000_000_000L;

    private final Vertx vertx;
    private final Path directory;
    private Optional<Promise<ReceivedSnapshot>> wanted = Optional.empty();
    private Optional<PartialSnapshot> part = Optional.empty();
    private Optional<ReceivedSnapshot> last = Optional.empty();
    /** What touches the disk, one after the other. */
    private Future<SnapshotAck> disk = Future.succeededFuture();

    private int waiting;
    private long tookNanos;
    private boolean isPreparing;
    private boolean isClosed;

    /** @param directory of this receiver alone; made when it is needed. Parts of other snapshots in it are deleted */
    public SnapshotReceiver(Vertx vertx, Path directory) {
        this.vertx = vertx;
        this.directory = directory;
    }

    /** The next snapshot that is here whole. Once it came, nothing more is taken until this is asked again. */
    public Future<ReceivedSnapshot> next() {
        if (wanted.isEmpty()) {
            wanted = Optional.of(Promise.promise());
            last = Optional.empty();
        }
        return wanted.get().future();
    }

    /** Bytes of the snapshot that is being taken which are here; -1 when none is. */
    public long receivedBytes() {
        return part.map(PartialSnapshot::written).orElse(-1L);
    }

    /** Never fails: what cannot be taken is answered so. */
    public Future<SnapshotAck> take(SnapshotChunk chunk) {
        if (last.filter(whole -> whole.snapshot() == chunk.snapshot()).isPresent()) {
            return answer(chunk, chunk.total(), Code.WHOLE);
        }
        if (isClosed || wanted.isEmpty() || waiting >= MAX_WAITING || isPreparing || !makeRoom(chunk)) {
            return answer(chunk, 0, Code.BUSY);
        }
        tookNanos = System.nanoTime();
        waiting++;
        disk = disk.transform(before -> store(chunk)).onComplete(done -> waiting--);
        return disk;
    }

    /** Keeps what is here for the next time. */
    public Future<Void> close() {
        isClosed = true;
        wanted.ifPresent(promise -> promise.tryFail(new IOException("this node stops")));
        wanted = Optional.empty();
        return disk.transform(before -> letGo(PartialSnapshot::close));
    }

    /** Whether this one is being taken, or may be. */
    private boolean makeRoom(SnapshotChunk chunk) {
        return part.filter(other -> !other.isOf(chunk))
                .map(other -> chunk.index() > other.index() || System.nanoTime() - tookNanos > ABANDONED_NANOS)
                .orElse(true);
    }

    private Future<SnapshotAck> store(SnapshotChunk chunk) {
        if (isClosed || wanted.isEmpty() || !makeRoom(chunk)) {
            return answer(chunk, 0, Code.BUSY);
        }
        if (part.filter(open -> open.isOf(chunk)).isPresent()) {
            return store(part.get(), chunk);
        }
        // What is there may take long to read; meanwhile others, and the same again, are asked to wait.
        isPreparing = true;
        return letGo(PartialSnapshot::close)
                .compose(gone -> vertx.executeBlocking(() -> PartialSnapshot.open(directory, chunk), false))
                .compose(opened -> {
                    part = Optional.of(opened);
                    return store(opened, chunk);
                })
                .recover(failure -> cannot(chunk, failure))
                .onComplete(done -> isPreparing = false);
    }

    private Future<SnapshotAck> store(PartialSnapshot open, SnapshotChunk chunk) {
        return vertx.executeBlocking(() -> open.store(chunk), false)
                .compose(code -> {
                    switch (code) {
                        case WHOLE -> whole(open);
                        case DISCARDED -> {
                            LOG.warn(
                                    "a snapshot of {} bytes was not what its hash says; it begins anew", chunk.total());
                            part = Optional.empty();
                        }
                        default -> {
                            // Goes on.
                        }
                    }
                    return answer(chunk, code == Code.DISCARDED ? 0 : open.written(), code);
                })
                .recover(failure -> cannot(chunk, failure));
    }

    private void whole(PartialSnapshot open) {
        part = Optional.empty();
        ReceivedSnapshot received = open.received();
        last = Optional.of(received);
        Promise<ReceivedSnapshot> taker = wanted.orElseThrow();
        wanted = Optional.empty();
        taker.tryComplete(received);
    }

    private Future<SnapshotAck> cannot(SnapshotChunk chunk, Throwable failure) {
        LOG.error("a snapshot cannot be stored", failure);
        return letGo(PartialSnapshot::close).transform(any -> answer(chunk, 0, Code.FAILED));
    }

    /** Something to do with a part, on a worker. */
    private interface Ending {
        void end(PartialSnapshot part) throws IOException;
    }

    private Future<Void> letGo(Ending ending) {
        Optional<PartialSnapshot> open = part;
        part = Optional.empty();
        return open.map(gone -> vertx.<Void>executeBlocking(
                        () -> {
                            ending.end(gone);
                            return null;
                        },
                        false))
                .orElseGet(Future::succeededFuture);
    }

    private static Future<SnapshotAck> answer(SnapshotChunk chunk, long nextOffset, Code code) {
        return Future.succeededFuture(new SnapshotAck(chunk.snapshot(), nextOffset, code));
    }
}
