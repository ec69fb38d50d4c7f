package io.skein.store;

import io.skein.raft.NodeId;
import io.skein.replica.Image;
import io.skein.store.WriterEvent.DiskFull;
import io.skein.store.WriterEvent.DiskTight;
import io.skein.store.WriterEvent.Failed;
import io.skein.store.WriterEvent.Written;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns the only connection that writes, on a worker thread of its own. Orders come over the event bus and are answered
 * over it when they are durable; those that came while a transaction was being written share the next. After a failure
 * that leaves the disk in doubt it says so once and does nothing more.
 *
 * <p>One-way messages, because a request has a timeout and a slow disk is not a failure; and the consumer is never
 * paused, because a paused consumer discards.
 */
final class WriterVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(WriterVerticle.class);

    /** Batches of one transaction, and their bytes. */
    private static final int GROUP_BATCHES = 16;

    private static final long GROUP_BYTES = 8L << 20;
    /** After this long without an order the writer cleans up. */
    private static final long IDLE_MS = 50;

    private final NodeId id;
    private final DataDirectory directory;
    private final StoreConfig config;
    private final StoreListener listener;
    private final Holds holds;
    private final Faults faults;
    private final ArrayDeque<WriteOrder> orders = new ArrayDeque<>();

    private OpenDatabase opened;
    private WorkerExecutor worker;
    /** The checkpoint beside the writer that is under way; null when there is none. */
    private Future<Object> beside;

    private BatchWriter writer;
    private CommitReport report;
    private Checkpointer checkpointer;
    private Room room;
    private Image image;
    private boolean flushing;
    /** A batch was rolled back for want of room and has not come again. */
    private boolean full;

    private boolean tight;
    private StoreFailure failure;
    private boolean sentinelFailed;
    private boolean closed;
    private boolean active;
    private long timer = -1;
    private volatile Sizes sizes = new Sizes(0, 0);

    WriterVerticle(
            NodeId id,
            DataDirectory directory,
            StoreConfig config,
            StoreListener listener,
            Holds holds,
            Faults faults) {
        this.id = id;
        this.directory = directory;
        this.config = config;
        this.listener = listener;
        this.holds = holds;
        this.faults = faults;
    }

    /** Where orders for this node's writer go. */
    static String address(NodeId id) {
        return "skein.store." + id + ".order";
    }

    /** Where the writer of this node answers. */
    static String answerAddress(NodeId id) {
        return "skein.store." + id + ".written";
    }

    static DeploymentOptions deployment(NodeId id) {
        return new DeploymentOptions()
                .setThreadingModel(ThreadingModel.WORKER)
                .setWorkerPoolName("skein-writer-" + id)
                .setWorkerPoolSize(1)
                .setInstances(1);
    }

    @Override
    public Future<?> start() throws Exception {
        try {
            open();
        } catch (Exception | Error cause) {
            close();
            throw cause;
        }
        vertx.eventBus().<WriteOrder>localConsumer(address(id), message -> take(message.body()));
        return Future.succeededFuture();
    }

    private void open() throws IOException, SQLException {
        directory.use(true);
        opened = OpenDatabase.open(directory, config, id, listener, faults);
        image = opened.image();
        writer = new BatchWriter(opened.connection(), opened.progress(), holds, faults);
        report = new CommitReport(listener, opened.progress().settled().index());
        checkpointer = new Checkpointer(opened.connection(), opened.file(), config, listener, faults);
        worker = vertx.createSharedWorkerExecutor("skein-checkpoint-" + id, 1);
        room = new Room(opened.connection(), directory, config.reserveBytes());
        measure();
        armTimer();
    }

    Image takeImage() {
        Image taken = image;
        image = null;
        return taken;
    }

    long incarnation() {
        return opened.incarnation();
    }

    Path file() {
        return opened.file();
    }

    Sizes sizes() {
        return sizes;
    }

    private void take(WriteOrder order) {
        if (failure != null) {
            send(new Failed(failure));
            return;
        }
        if (closed) {
            return;
        }
        orders.add(order);
        if (!flushing) {
            flushing = true;
            // Runs behind the orders that have arrived already: they share the transaction.
            context.runOnContext(ignored -> flush());
        }
    }

    private void flush() {
        flushing = false;
        try {
            while (!orders.isEmpty() && failure == null && !closed) {
                dropStale();
                if (!orders.isEmpty()) {
                    writeGroup(nextGroup());
                }
            }
            active = true;
            armTimer();
        } catch (Exception | Error cause) {
            fail(cause);
        }
    }

    /** Sent before the sender heard that the disk is full; they come again behind the one that failed. */
    private void dropStale() {
        while (full
                && !orders.isEmpty()
                && orders.peekFirst().batch().number() > writer.progress().batch() + 1) {
            orders.pollFirst();
        }
    }

    private List<WriteOrder> nextGroup() {
        List<WriteOrder> group = new ArrayList<>();
        long bytes = 0;
        while (!orders.isEmpty() && group.size() < GROUP_BATCHES) {
            long size = orders.peekFirst().batch().size();
            if (!group.isEmpty() && bytes + size > GROUP_BYTES) {
                break;
            }
            bytes += size;
            group.add(orders.pollFirst());
        }
        return group;
    }

    private void writeGroup(List<WriteOrder> group) throws SQLException, IOException {
        WriteOrder first = group.get(0);
        long next = writer.progress().batch() + 1;
        if (full && first.batch().number() > next) {
            // Sent before the sender heard that the one before was rolled back: it sends them all again.
            return;
        }
        long start = System.nanoTime();
        try {
            writer.write(group);
        } catch (SQLException cause) {
            if (!Database.isFull(cause)) {
                throw cause;
            }
            if (group.size() > 1) {
                // Perhaps the first still fits alone.
                for (WriteOrder order : group) {
                    writeGroup(List.of(order));
                }
                return;
            }
            diskFull(first.batch().number(), cause);
            return;
        }
        long nanos = System.nanoTime() - start;
        full = false;
        // Before anybody is told, so that it holds every batch that was promised when the process ends here.
        markSentinel();
        group.forEach(order -> send(new Written(order.batch().number())));
        report.committed(group, nanos, writer.commitNanos());
        afterCommit(group);
    }

    private void afterCommit(List<WriteOrder> group) throws SQLException, IOException {
        checkpoint(checkpointer.need());
        room.written(group.stream().mapToLong(order -> order.batch().size()).sum());
        sayRoom();
    }

    private void checkpoint(Checkpointer.Need need) throws SQLException, IOException {
        // Only a log that is too long is worth waiting for the checkpoint that is under way.
        if (beside != null && need != Checkpointer.Need.RESTART) {
            return;
        }
        try {
            if (need == Checkpointer.Need.RESTART) {
                checkpointer.restart();
            } else if (need == Checkpointer.Need.BETWEEN || tight) {
                // While room is short the write-ahead log must not take more of it.
                checkpointer.between();
            } else if (need == Checkpointer.Need.BESIDE) {
                checkpointBeside();
                return;
            } else {
                return;
            }
            opened.sentinel().sync();
            measure();
        } catch (SQLException cause) {
            checkpointFailed(cause);
        }
    }

    private void checkpointBeside() {
        checkpointer.besideBegins();
        Future<Object> running = worker.executeBlocking(() -> {
            checkpointer.beside();
            opened.sentinel().sync();
            return null;
        });
        // Known before its end is waited for: one that has ended already says so here and now.
        beside = running;
        running.onComplete(done -> {
            beside = null;
            try {
                measure();
                // Whoever closes takes the worker away.
                if (done.failed() && !closed && !Database.isFull(done.cause())) {
                    fail(done.cause());
                }
            } catch (IOException cause) {
                fail(cause);
            }
        });
    }

    /** A sentinel that stays behind does no harm, so its failure is no reason to stop. */
    private void markSentinel() {
        try {
            opened.sentinel()
                    .write(new Sentinel.Mark(
                            opened.incarnation(), writer.progress().batch()));
            sentinelFailed = false;
        } catch (IOException cause) {
            if (!sentinelFailed) {
                LOG.warn("the sentinel cannot be written", cause);
            }
            sentinelFailed = true;
        }
    }

    private void diskFull(long number, SQLException cause) throws SQLException, IOException {
        if (!full) {
            LOG.warn("disk full: {}", cause.getMessage());
        }
        full = true;
        room.full();
        // Makes the space of the write-ahead log free for the next transaction.
        checkpoint(Checkpointer.Need.BETWEEN);
        sayRoom();
        send(new DiskFull(number));
    }

    private void sayRoom() {
        if (room.isTight() != tight) {
            tight = room.isTight();
            LOG.warn(tight ? "the disk is tight: only what frees room is taken" : "the disk has room again");
            listener.diskFull(tight);
            send(new DiskTight(tight));
        }
    }

    /** What is committed stays in the write-ahead log, which only grows: no reason to stop for want of space. */
    private static void checkpointFailed(SQLException cause) throws SQLException {
        if (!Database.isFull(cause)) {
            throw cause;
        }
    }

    private void armTimer() {
        if (timer == -1 && !closed && failure == null) {
            timer = vertx.setTimer(IDLE_MS, ignored -> whenIdle());
        }
    }

    private void whenIdle() {
        timer = -1;
        if (failure != null || closed) {
            return;
        }
        try {
            if (active) {
                active = false;
                armTimer();
                return;
            }
            if (writer.sweepLeft()) {
                sweep();
                armTimer();
            } else if (checkpointer.waitingBytes() > 0 && beside == null) {
                checkpointBeside();
            }
            room.look();
            sayRoom();
            if (tight) {
                armTimer();
            }
        } catch (SQLException cause) {
            try {
                checkpointFailed(cause);
                // A tight disk is looked at again, also when what was to be done meanwhile found no room.
                room.look();
                sayRoom();
                armTimer();
            } catch (SQLException worse) {
                fail(worse);
            }
        } catch (Exception | Error cause) {
            fail(cause);
        }
    }

    private void sweep() throws SQLException, IOException {
        writer.sweep();
        checkpoint(checkpointer.need());
    }

    private void measure() throws IOException {
        Path wal = opened.file().resolveSibling(DataDirectory.DATABASE + "-wal");
        sizes = new Sizes(Files.size(opened.file()), Files.exists(wal) ? Files.size(wal) : 0);
    }

    private void send(WriterEvent event) {
        vertx.eventBus().send(answerAddress(id), event, ByReference.options());
    }

    private void fail(Throwable cause) {
        failure = StoreFailure.of(cause);
        orders.clear();
        LOG.error("the store of node {} failed; this process must end", id, cause);
        send(new Failed(failure));
    }

    @Override
    public Future<?> stop() {
        flush();
        closed = true;
        Future<?> running = beside == null ? Future.succeededFuture() : beside.otherwiseEmpty();
        return running.compose(ignored -> worker.close()).compose(ignored -> {
            try {
                close();
                return Future.succeededFuture();
            } catch (SQLException | IOException cause) {
                return Future.failedFuture(cause);
            }
        });
    }

    private void close() throws SQLException, IOException {
        closed = true;
        if (timer != -1) {
            vertx.cancelTimer(timer);
        }
        if (checkpointer != null) {
            checkpointer.close();
        }
        if (opened != null) {
            opened.close();
        }
        directory.use(false);
    }
}
