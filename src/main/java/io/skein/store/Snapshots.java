package io.skein.store;

import io.skein.raft.NodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes snapshots of the live database, for peers and as backups, one after the other on a thread of its own. Confined
 * to the store's context.
 */
final class Snapshots {
    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    /** Asked for and not ready; more are refused. */
    private static final int MAX_ASKED = 8;

    private static final long LONGEST_HOURS = 24;

    private final Path live;
    private final StoreConfig config;
    private final Consumer<String> damaged;
    private final Faults faults;
    private final WorkerExecutor worker;
    private Future<?> last = Future.succeededFuture();
    private int asked;
    /** Of those, what peers wait for; written on the store's context alone. */
    private volatile int urgent;

    private volatile boolean stopped;

    /** @param damaged told of rows that are not what was written, on whatever thread; not of a backup's */
    Snapshots(Vertx vertx, NodeId id, Path live, StoreConfig config, Consumer<String> damaged, Faults faults) {
        this.live = live;
        this.config = config;
        this.damaged = damaged;
        this.faults = faults;
        worker = vertx.createSharedWorkerExecutor("skein-snapshot-" + id, 1, LONGEST_HOURS, TimeUnit.HOURS);
    }

    /** Fails with {@link RejectedExecutionException} when too many were asked for, and as {@link SnapshotCopy#make} does. */
    Future<SnapshotFile> make(Path target) {
        urgent = urgent + 1;
        return make(() -> {
                    try {
                        return copy(target, () -> false, CopyPace.urgent());
                    } catch (Exception failed) {
                        if (isDamage(failed)) {
                            damaged.accept(failed.getMessage());
                        }
                        throw failed;
                    }
                })
                .onComplete(ignored -> urgent = urgent - 1);
    }

    /**
     * The same at leisure: what commits beside it comes first, until a peer waits for the next. Damage is nobody's but the
     * caller's: a backup lies on whatever disk its operator has for it, and a node must not doubt itself for that disk; it
     * reads its own rows through anyway.
     *
     * @param unwanted asked on the thread that copies; once true the work ends with a {@code CancellationException}
     */
    Future<SnapshotFile> backup(Path target, BooleanSupplier unwanted) {
        return make(() -> copy(target, unwanted, CopyPace.leisurely(() -> urgent > 0)));
    }

    private Future<SnapshotFile> make(Callable<SnapshotFile> copy) {
        if (stopped || asked >= MAX_ASKED) {
            return Future.failedFuture(new RejectedExecutionException(
                    stopped ? "the store closes" : asked + " snapshots are waited for already"));
        }
        asked++;
        Future<SnapshotFile> made = worker.executeBlocking(() -> told(copy), false);
        last = made.onComplete(ignored -> asked--);
        return made;
    }

    /** What SQLite says of it is what the disk says. */
    private static SnapshotFile told(Callable<SnapshotFile> copy) throws Exception {
        try {
            return copy.call();
        } catch (SQLException failed) {
            throw new IOException(failed.getMessage(), failed);
        }
    }

    private static boolean isDamage(Exception failed) {
        return failed instanceof Damaged || Database.isDamage(failed);
    }

    private SnapshotFile copy(Path target, BooleanSupplier unwanted, CopyPace pace) throws IOException, SQLException {
        long begin = System.nanoTime();
        SnapshotFile snapshot = new SnapshotCopy(
                        live, target, 2 * config.reserveBytes(), faults, () -> stopped || unwanted.getAsBoolean(), pace)
                .make();
        LOG.info(
                "made a snapshot up to entry {}: {} bytes in {} ms",
                snapshot.settled().index(),
                snapshot.bytes(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
        return snapshot;
    }

    /** Ends the one that is being made; its file goes. */
    Future<Void> close() {
        stopped = true;
        return last.<Void>mapEmpty().otherwiseEmpty().eventually(worker::close);
    }
}
