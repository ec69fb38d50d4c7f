package io.skein.broker;

import io.skein.cluster.Proposer;
import io.skein.store.Damaged;
import io.skein.store.NoRoom;
import io.skein.store.SnapshotFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Backups of one node, one at a time: from when one is asked for until its file is let go. Whoever comes meanwhile is
 * refused, so that a file each is all that they take of the disk.
 */
final class LocalBackups {
    private static final Logger LOG = LoggerFactory.getLogger(LocalBackups.class);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Vertx vertx;
    private final String node;
    private final Proposer proposer;
    private final Supplier<Ground> ground;
    private final Function<Freshness, Future<Void>> settled;
    private final AtomicBoolean busy = new AtomicBoolean();

    /** @param settled completes when the rows hold all that somebody who asks so is to see */
    LocalBackups(
            Vertx vertx,
            String node,
            Proposer proposer,
            Supplier<Ground> ground,
            Function<Freshness, Future<Void>> settled) {
        this.vertx = vertx;
        this.node = node;
        this.proposer = proposer;
        this.ground = ground;
        this.settled = settled;
    }

    /** See {@link Broker#backup}. */
    Future<Backup> make(Freshness freshness, BooleanSupplier unwanted) {
        return make(freshness, unwanted, () -> ground.get().store().directory().temporary());
    }

    /** The same in another directory, under a name that ends with {@code .part}. */
    Future<Backup> makeIn(Path directory, Freshness freshness, BooleanSupplier unwanted) {
        return make(freshness, unwanted, () -> directory);
    }

    private Future<Backup> make(Freshness freshness, BooleanSupplier unwanted, Supplier<Path> directory) {
        if (!busy.compareAndSet(false, true)) {
            return Future.failedFuture(Refusal.of(
                    Refusal.Kind.TOO_MANY,
                    "backup-running",
                    "a backup is being made or fetched already; one at a time",
                    Map.of("retryAfterMs", 5_000L)));
        }
        return Future.succeededFuture()
                .compose(v -> settled.apply(freshness))
                .compose(v -> {
                    // A state that has just been replaced has other rows: then the copy fails, and is safe to repeat.
                    long cluster = ground.get().replica().clusterId();
                    Path target = directory.get().resolve(Backup.prefix(cluster, node) + ".backup.part");
                    return remove(target)
                            .compose(gone ->
                                    proposer.askFor(() -> ground.get().store().backup(target, unwanted)))
                            .map(this::backup);
                })
                .onFailure(failure -> busy.set(false))
                .recover(failure -> Future.failedFuture(refusal(failure)));
    }

    /** Of one that a process left behind when it ended. */
    private Future<Void> remove(Path target) {
        return vertx.executeBlocking(
                () -> {
                    Files.deleteIfExists(target);
                    return null;
                },
                false);
    }

    private Backup backup(SnapshotFile made) {
        String name = Backup.prefix(made.configuration().clusterId(), node) + "-"
                + TIME.format(Instant.ofEpochMilli(System.currentTimeMillis())) + "-"
                + made.settled().index() + ".db";
        return new Backup(
                made.path(),
                name,
                made.bytes(),
                made.settled().index(),
                made.settled().time(),
                made.sha256(),
                () -> remove(made.path())
                        .onFailure(failure -> LOG.warn("a backup stays that nobody needs: {}", failure.toString()))
                        .onComplete(done -> busy.set(false)));
    }

    private Throwable refusal(Throwable failure) {
        if (failure instanceof NoRoom no) {
            return Refusal.of(
                    Refusal.Kind.DISK_FULL,
                    "no-room",
                    "there is no room for a backup: it may take " + no.needed() + " bytes, " + no.free()
                            + " are free, of which " + no.kept() + " are to stay so",
                    Map.of("needed", no.needed(), "free", no.free(), "kept", no.kept()));
        }
        if (failure instanceof CancellationException || failure instanceof RejectedExecutionException) {
            return Refusal.unavailable("backup-ended", "the backup was given up: " + failure.getMessage());
        }
        if (failure instanceof Damaged) {
            // By the disk that it lies on or by the one that it comes from: the store finds out whether it is its own.
            LOG.warn("a backup is damaged, and nothing of it is kept", failure);
            return Refusal.unavailable(
                    "backup-failed",
                    "the copy is not what was written: " + failure.getMessage() + "; ask another node");
        }
        Ground here = ground.get();
        if (failure instanceof IllegalStateException
                || here != null && here.store().isClosed()) {
            return Refusal.unavailable("catching-up", "this node's state is being replaced, or is still empty");
        }
        if (failure instanceof IOException) {
            LOG.warn("a backup could not be made", failure);
            return Refusal.unavailable("backup-failed", "the backup could not be made: " + failure.getMessage());
        }
        return Refusal.from(failure);
    }
}
