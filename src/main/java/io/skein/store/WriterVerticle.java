package io.skein.store;

import io.skein.raft.NodeId;
import io.skein.replica.Image;
import io.skein.store.WriterEvent.DiskFull;
import io.skein.store.WriterEvent.Failed;
import io.skein.store.WriterEvent.Written;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    private final Faults faults;
    private final ArrayDeque<WriteOrder> orders = new ArrayDeque<>();

    private Connection connection;
    private Sentinel sentinel;
    private BatchWriter writer;
    private Checkpointer checkpointer;
    private Path file;
    private Image image;
    private long incarnation;
    private boolean flushing;
    private boolean full;
    private boolean failed;
    private boolean closed;
    private boolean active;
    private long timer = -1;
    private volatile Sizes sizes = new Sizes(0, 0);

    WriterVerticle(NodeId id, DataDirectory directory, StoreConfig config, StoreListener listener, Faults faults) {
        this.id = id;
        this.directory = directory;
        this.config = config;
        this.listener = listener;
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
        } catch (Exception | Error failure) {
            close();
            throw failure;
        }
        vertx.eventBus().<WriteOrder>localConsumer(address(id), message -> take(message.body()));
        return Future.succeededFuture();
    }

    private void open() throws IOException, SQLException {
        Optional<Path> current = directory.generation();
        boolean isNew = current.isEmpty();
        Path generation = isNew ? directory.newGeneration() : current.get();
        file = generation.resolve(DataDirectory.DATABASE);
        sentinel = new Sentinel(generation.resolve("sentinel"));
        if (!isNew && !Files.exists(file)) {
            throw new WentBackwards("the database " + file + " is gone"
                    + sentinel.read()
                            .map(mark -> "; it had reached batch " + mark.batch())
                            .orElse(""));
        }
        connection = Database.openWriter(file, config);
        faults.opened(connection);
        Database.migrate(connection, file);
        Database.initialize(connection, file, id);
        incarnation = Database.number(connection, "SELECT incarnation FROM node");
        ImageLoader loader = new ImageLoader(connection);
        Progress progress = loader.progress();
        if (isNew) {
            sentinel.reset(new Sentinel.Mark(incarnation, progress.batch()));
            directory.switchTo(generation);
        } else {
            compareWithSentinel(progress);
        }
        image = loader.image(progress);
        writer = new BatchWriter(connection, progress, faults);
        checkpointer = new Checkpointer(connection, config, listener, faults);
        measure();
        armTimer();
    }

    private void compareWithSentinel(Progress progress) throws IOException {
        Optional<String> problem = sentinel.read().flatMap(mark -> problem(mark, progress));
        if (problem.isPresent()) {
            if (config.durability() == StoreConfig.Durability.FSYNC) {
                throw new WentBackwards(problem.get());
            }
            LOG.warn("{}; going on, because durability is relaxed", problem.get());
            listener.wentBackwards(problem.get());
        }
        if (problem.isPresent() || sentinel.read().isEmpty()) {
            sentinel.reset(new Sentinel.Mark(incarnation, progress.batch()));
        }
    }

    private Optional<String> problem(Sentinel.Mark mark, Progress progress) {
        if (mark.incarnation() != incarnation) {
            return Optional.of("the database " + file + " is not the one that was here before");
        }
        if (mark.batch() > progress.batch()) {
            return Optional.of("the database " + file + " went backwards: it ends with batch " + progress.batch()
                    + " (log index " + progress.lastIndex() + "), but batch " + mark.batch()
                    + " had been written; the last " + (mark.batch() - progress.batch()) + " are missing");
        }
        return Optional.empty();
    }

    Image takeImage() {
        Image taken = image;
        image = null;
        return taken;
    }

    long incarnation() {
        return incarnation;
    }

    Path file() {
        return file;
    }

    Sizes sizes() {
        return sizes;
    }

    private void take(WriteOrder order) {
        if (failed || closed) {
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
            while (!orders.isEmpty() && !failed && !closed) {
                writeGroup(nextGroup());
            }
            active = true;
            armTimer();
        } catch (Exception | Error failure) {
            fail(failure);
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
        } catch (SQLException failure) {
            if (!Database.isFull(failure)) {
                throw failure;
            }
            if (group.size() > 1) {
                // Perhaps the first still fits alone.
                for (WriteOrder order : group) {
                    writeGroup(List.of(order));
                }
                return;
            }
            diskFull(first.batch().number(), failure);
            return;
        }
        long nanos = System.nanoTime() - start;
        if (full) {
            full = false;
            listener.diskFull(false);
            LOG.info("the disk takes data again");
        }
        // Before anybody is told, so that it holds every batch that was promised when the process ends here.
        markSentinel();
        group.forEach(order -> send(new Written(order.batch().number())));
        report(group, nanos);
        try {
            if (checkpointer.afterCommit()) {
                sentinel.sync();
                measure();
            }
        } catch (SQLException failure) {
            checkpointFailed(failure);
        }
    }

    private void report(List<WriteOrder> group, long nanos) {
        int entries = 0;
        int changes = 0;
        long bytes = 0;
        for (WriteOrder order : group) {
            entries += order.batch().entries().size();
            changes += order.batch().changes().size();
            bytes += order.batch().size();
        }
        listener.committed(group.size(), entries, changes, bytes, nanos, writer.commitNanos());
    }

    private void markSentinel() throws IOException {
        sentinel.write(new Sentinel.Mark(incarnation, writer.progress().batch()));
    }

    private void diskFull(long number, SQLException failure) throws IOException {
        if (!full) {
            full = true;
            listener.diskFull(true);
            LOG.warn("disk full: {}", failure.getMessage());
        }
        if (directory.giveUpReserve()) {
            LOG.warn("gave up the reserve of {} bytes, so that trims can free space", config.reserveBytes());
        }
        send(new DiskFull(number));
    }

    /** What is committed stays in the write-ahead log, which only grows: no reason to stop for want of space. */
    private void checkpointFailed(SQLException failure) throws SQLException, IOException {
        if (!Database.isFull(failure)) {
            throw failure;
        }
        if (directory.giveUpReserve()) {
            LOG.warn("disk full at a checkpoint; gave up the reserve of {} bytes", config.reserveBytes());
        }
    }

    private void armTimer() {
        if (timer == -1 && !closed && !failed) {
            timer = vertx.setTimer(IDLE_MS, ignored -> whenIdle());
        }
    }

    private void whenIdle() {
        timer = -1;
        if (failed || closed) {
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
            } else if (checkpointer.waitingBytes() > 0) {
                if (checkpointer.whenIdle()) {
                    sentinel.sync();
                }
                measure();
            }
            if (!full) {
                directory.makeReserve(config.reserveBytes());
            }
        } catch (SQLException failure) {
            try {
                checkpointFailed(failure);
            } catch (SQLException | IOException worse) {
                fail(worse);
            }
        } catch (Exception | Error failure) {
            fail(failure);
        }
    }

    private void sweep() throws SQLException {
        writer.sweep();
        checkpointer.afterCommit();
    }

    private void measure() throws IOException {
        Path wal = file.resolveSibling(DataDirectory.DATABASE + "-wal");
        sizes = new Sizes(Files.size(file), Files.exists(wal) ? Files.size(wal) : 0);
    }

    private void send(WriterEvent event) {
        vertx.eventBus().send(answerAddress(id), event, ByReference.options());
    }

    private void fail(Throwable failure) {
        failed = true;
        orders.clear();
        LOG.error("the store of node {} failed; this process must end", id, failure);
        send(new Failed(StoreFailure.of(failure)));
    }

    @Override
    public Future<?> stop() throws Exception {
        flush();
        close();
        return Future.succeededFuture();
    }

    private void close() throws SQLException, IOException {
        closed = true;
        if (timer != -1) {
            vertx.cancelTimer(timer);
        }
        try {
            if (connection != null) {
                connection.close();
            }
        } finally {
            if (sentinel != null) {
                sentinel.close();
            }
        }
    }
}
