package io.skein.store;

import io.skein.machine.Cursor;
import io.skein.raft.NodeId;
import io.skein.replica.Image;
import io.skein.replica.WriteBatch;
import io.skein.replica.WriteBatch.Settled;
import io.skein.store.WriterEvent.Damage;
import io.skein.store.WriterEvent.DiskFull;
import io.skein.store.WriterEvent.DiskTight;
import io.skein.store.WriterEvent.Failed;
import io.skein.store.WriterEvent.Written;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * A node's disk, as the replica's verticle sees it. Confined to the context that opened it; {@link #reader} may be used
 * from any.
 */
public final class Store {
    private record InFlight(long number, long settled) {}

    private final Vertx vertx;
    private final NodeId id;
    private final DataDirectory directory;
    private final WriterVerticle writer;
    private final String deployment;
    private final Tail tail;
    private final Reader reader;
    private final SqlDesk sql;
    private final Scrubber scrubber;
    private final Snapshots snapshots;
    private final StoreListener listener;
    private final Holds holds;
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();
    private Image image;
    private boolean isBroken;
    private volatile boolean isClosed;
    /** Found before there was a handler; null when there is none. */
    private String damage;

    private StoreHandler handler;
    private MessageConsumer<WriterEvent> consumer;

    private Store(
            Vertx vertx,
            NodeId id,
            DataDirectory directory,
            StoreConfig config,
            StoreListener listener,
            Holds holds,
            Faults faults,
            WriterVerticle writer,
            String deployment) {
        this.holds = holds;
        this.vertx = vertx;
        this.id = id;
        this.directory = directory;
        this.writer = writer;
        this.listener = listener;
        this.deployment = deployment;
        image = writer.takeImage();
        tail = new Tail(config.tailBytes(), image.settled().index());
        Consumer<String> damaged = what -> {
            listener.damaged(what);
            vertx.eventBus().send(WriterVerticle.answerAddress(id), new Damage(what), ByReference.options());
        };
        reader = new Reader(vertx, writer.file(), config, damaged);
        sql = new SqlDesk(vertx, writer.file(), SqlBudget.DEFAULT);
        scrubber = reader.scrubber(vertx, config.scrubBytesPerSecond(), listener);
        snapshots = new Snapshots(vertx, id, writer.file(), config, damaged, faults);
    }

    /**
     * Locks the data directory, opens the database and brings it up to date.
     *
     * @return fails with {@link DataDirectoryInUse}, {@link WentBackwards}, {@link UnusableDatabase}, {@link Damaged}, or
     *     what the disk says
     */
    public static Future<Store> open(Vertx vertx, StoreConfig config, NodeId id, StoreListener listener) {
        return vertx.executeBlocking(() -> DataDirectory.lock(config.dataDir()))
                .compose(directory ->
                        open(vertx, directory, config, id, listener).onFailure(failure -> directory.close()));
    }

    /** The same in a directory that is locked already; {@link #close} lets it go. */
    public static Future<Store> open(
            Vertx vertx, DataDirectory directory, StoreConfig config, NodeId id, StoreListener listener) {
        return open(vertx, directory, config, id, listener, Faults.NONE);
    }

    /** Loads SQLite, which takes a moment the first time in a process, for who has something else to do meanwhile. Blocks. */
    public static void load() {
        Database.load();
    }

    /** The same, over a disk with troubles of its own. */
    public static Future<Store> open(
            Vertx vertx,
            DataDirectory directory,
            StoreConfig config,
            NodeId id,
            StoreListener listener,
            DiskTrouble disk) {
        return open(vertx, directory, config, id, listener, (Faults) disk);
    }

    static Future<Store> open(
            Vertx vertx,
            DataDirectory directory,
            StoreConfig config,
            NodeId id,
            StoreListener listener,
            Faults faults) {
        ByReference.register(vertx);
        Holds holds = new Holds();
        WriterVerticle writer = new WriterVerticle(id, directory, config, listener, holds, faults);
        return vertx.deployVerticle(writer, WriterVerticle.deployment(id)).map(deployment -> {
            Store store = new Store(vertx, id, directory, config, listener, holds, faults, writer, deployment);
            store.listen();
            return store;
        });
    }

    /**
     * Lets what {@link WentBackwards} complained about count as it is: from the next opening on, the database is taken
     * to hold all that was ever written. For an operator who has no other copy. Blocks.
     */
    public static void acceptLoss(DataDirectory directory) {
        try {
            Optional<Path> generation = directory.generation();
            if (generation.isPresent()) {
                Files.deleteIfExists(generation.get().resolve(Sentinel.FILE));
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("data directory " + directory.path(), failed);
        }
    }

    /**
     * Whose database lies in a directory; empty when there is none, or nothing of a node in it. Blocks.
     *
     * @throws UnusableDatabase when it is not one of Skein, or a newer one's
     */
    public static Optional<NodeId> owner(DataDirectory directory) {
        try {
            Optional<Path> file = directory
                    .generation()
                    .map(generation -> generation.resolve(DataDirectory.DATABASE))
                    .filter(Files::exists);
            return file.isEmpty() ? Optional.empty() : Database.owner(file.get(), StoreConfig.at(directory.path()));
        } catch (IOException failed) {
            throw new UncheckedIOException("data directory " + directory.path(), failed);
        } catch (SQLException damaged) {
            throw new Damaged("the database in " + directory.path() + ": " + damaged.getMessage(), damaged);
        }
    }

    /**
     * Moves everything that a node has in a directory into {@code aside-<epoch ms>} within it, for an operator to look
     * at; the newest three are kept. The next opening makes a new node there, with a new incarnation. The store is
     * closed. Blocks.
     *
     * @return where it lies now; empty when there was nothing
     * @throws IllegalStateException when the store is open
     */
    public static Optional<Path> setAside(DataDirectory directory) {
        try {
            return directory.setAside(System.currentTimeMillis());
        } catch (IOException failed) {
            throw new UncheckedIOException("data directory " + directory.path(), failed);
        }
    }

    /**
     * Looks at a snapshot that came from another node, whole: reads all of it. The store may be open meanwhile.
     *
     * @param announced by the sender, like size and checksum: {@link SnapshotFile}
     * @return fails with {@link Damaged} when it is not what was announced, {@link UnusableDatabase} when this Skein
     *     cannot use it
     */
    public static Future<SnapshotFile> verify(
            Vertx vertx, Path received, Settled announced, long bytes, String sha256) {
        return vertx.executeBlocking(() -> Installation.verify(received, announced, bytes, sha256), false);
    }

    /**
     * The same, of bytes that are known to be those that were sent.
     *
     * @param index settled index that was announced; {@code term} is that entry's
     */
    public static Future<SnapshotFile> inspect(Vertx vertx, Path received, long index, long term, long bytes) {
        return vertx.executeBlocking(() -> Installation.inspect(received, index, term, bytes), false);
    }

    /**
     * Makes a snapshot that was {@link #verify verified} this node's database; its file is moved away. The store is closed
     * ({@link #closeKeepingDirectory}) and opened again afterwards. Incarnation, term, vote and the number of the last
     * batch stay; the log is empty and compacted up to the snapshot's index.
     *
     * @return fails with {@link WentBackwards} when the node no longer knows what it promised, with
     *     {@link IllegalArgumentException} when the snapshot is of another cluster or ends at or below what is committed
     *     here, with {@link IllegalStateException} when the store is open, or with what the disk says; the database is
     *     then the one before
     */
    public static Future<Void> install(
            Vertx vertx, DataDirectory directory, StoreConfig config, NodeId id, SnapshotFile snapshot) {
        return install(vertx, directory, config, id, snapshot, Faults.NONE);
    }

    static Future<Void> install(
            Vertx vertx, DataDirectory directory, StoreConfig config, NodeId id, SnapshotFile snapshot, Faults faults) {
        return vertx.executeBlocking(
                () -> {
                    new Installation(directory, config, id, faults).install(snapshot);
                    return null;
                },
                false);
    }

    private void listen() {
        consumer = vertx.eventBus().localConsumer(WriterVerticle.answerAddress(id), message -> hear(message.body()));
        scrubber.start();
    }

    private void hear(WriterEvent event) {
        if (event instanceof Written written) {
            while (!inFlight.isEmpty() && inFlight.peekFirst().number() <= written.number()) {
                tail.settledVisible(inFlight.pollFirst().settled());
            }
            listener.queued(inFlight.size());
            handler.written(written.number());
        } else if (event instanceof DiskFull full) {
            handler.diskFull(full.number());
        } else if (event instanceof DiskTight space) {
            handler.diskTight(space.tight());
        } else if (event instanceof Damage found) {
            if (handler == null) {
                damage = found.what();
            } else {
                handler.damaged(found.what());
            }
        } else if (event instanceof Failed failed) {
            if (!isBroken) {
                isBroken = true;
                handler.failed(failed.failure());
            }
        } else {
            throw new AssertionError(event);
        }
    }

    /** What the node finds at its start. Given once: it is large. */
    public Image image() {
        if (image == null) {
            throw new IllegalStateException("the image was taken already");
        }
        Image taken = image;
        image = null;
        return taken;
    }

    /** Made at random with the database and lost with it; never 0. */
    public long incarnation() {
        return writer.incarnation();
    }

    /** Set before the first {@link #write}. */
    public Store handler(StoreHandler listening) {
        handler = listening;
        if (damage != null) {
            listening.damaged(damage);
            damage = null;
        }
        return this;
    }

    /**
     * Has a batch written, with the messages that its changes appended and that were given to the {@link #tail} before.
     * Batches come in order of their numbers; one that met a full disk is given again, and then those after it.
     */
    public void write(WriteBatch batch) {
        List<StoredMessage> messages = List.of();
        long settledBefore = settledBefore(batch.number());
        long settled = batch.settled().map(WriteBatch.Settled::index).orElse(settledBefore);
        if (settled > settledBefore) {
            messages = tail.take(settledBefore, settled);
        }
        inFlight.add(new InFlight(batch.number(), settled));
        listener.queued(inFlight.size());
        vertx.eventBus().send(WriterVerticle.address(id), new WriteOrder(batch, messages), ByReference.options());
    }

    /** Where rows stand before this batch; a batch that is written again takes its old place and those after it too. */
    private long settledBefore(long number) {
        while (!inFlight.isEmpty() && inFlight.peekLast().number() >= number) {
            inFlight.pollLast();
        }
        return inFlight.isEmpty() ? tail.visible() : inFlight.peekLast().settled();
    }

    public Tail tail() {
        return tail;
    }

    public Reader reader() {
        return reader;
    }

    /** Rows stay for those who are about to read them; from any thread. */
    public Holds holds() {
        return holds;
    }

    /** Bytes on the disk, as of a moment ago. */
    public Sizes sizes() {
        return writer.sizes();
    }

    /**
     * Messages after a cursor: older ones from rows, the newest from the tail, without a gap between them.
     *
     * @param appliedTime stamp of the last applied entry; what expired by then is left out
     */
    public Future<StoredPage> page(Scope scope, Cursor after, int limit, long maxBytes, long appliedTime) {
        if (tail.covers(after)) {
            return Future.succeededFuture(tail.page(scope, after, limit, maxBytes, appliedTime));
        }
        Cursor upTo = Cursor.endOf(tail.visible());
        return reader.page(scope, after, upTo, limit, maxBytes, appliedTime).compose(page -> {
            if (page.messages().isEmpty() && tail.covers(page.next())) {
                return Future.succeededFuture(tail.page(scope, page.next(), limit, maxBytes, appliedTime));
            }
            return Future.succeededFuture(new StoredPage(page.messages(), page.next(), false));
        });
    }

    /** The cursor just before the message of a topic with this offset; empty when there is no such message. */
    public Future<Optional<Cursor>> locate(long topicId, long offset) {
        Optional<Cursor> found = tail.find(topicId, offset).map(m -> Reader.before(m.cursor()));
        return found.isPresent() ? Future.succeededFuture(found) : reader.locate(topicId, offset);
    }

    /**
     * The cursor just before the first message that was stamped at {@code time} or later, of whatever topic; empty when
     * there is none. It parts every topic, and so every filter, rightly.
     */
    public Future<Optional<Cursor>> locateTime(long time) {
        Optional<Cursor> inTail = tail.firstAt(time).map(m -> Reader.before(m.cursor()));
        if (tail.beginsBefore(time)) {
            return Future.succeededFuture(inTail);
        }
        return reader.locateTime(time).map(inRows -> inRows.isPresent() ? inRows : inTail);
    }

    /**
     * Makes a file with the replicated state as of the settled index, while everything goes on, and checks every row of
     * it. One is made at a time and a few may wait. What is applied and not settled is not in it: the caller settles
     * first. The file is the caller's to delete; below {@link DataDirectory#temporary} it goes at the next start.
     *
     * @param target does not exist
     * @return fails with {@link Damaged}, which the handler hears of too, with
     *     {@link java.util.concurrent.CancellationException} when the store closes meanwhile, with
     *     {@link java.util.concurrent.RejectedExecutionException} when too many wait, with {@link IllegalStateException}
     *     when nothing is settled yet, or with what the disk says; there is no file then
     */
    public Future<SnapshotFile> snapshot(Path target) {
        return snapshots.make(target);
    }

    /**
     * The same as {@link #snapshot}, at a pace that leaves what commits beside it room.
     *
     * @param unwanted asked from another thread, now and then; once true the work ends with a
     *     {@link java.util.concurrent.CancellationException}
     * @return fails as {@link #snapshot} does, and with {@link NoRoom}
     */
    public Future<SnapshotFile> backup(Path target, BooleanSupplier unwanted) {
        return snapshots.backup(target, unwanted);
    }

    /**
     * Makes a directory that nobody has used the data of a new node, which holds what a backup holds and begins with the
     * batch it is given. Blocks. Whatever stops it, the directory has all of it or counts as unused.
     *
     * @param backup {@link BackupFile#verify verified}
     * @param first what the node writes first, of its incarnation and what it finds
     * @throws NoRoom when it does not fit
     * @throws Damaged when the file is no longer what was verified
     * @throws IllegalStateException when the directory is used
     */
    public static void restore(
            DataDirectory directory, BackupFile backup, NodeId node, BiFunction<Long, Image, WriteBatch> first)
            throws IOException {
        new Restoration(directory, StoreConfig.at(directory.path()), node).restore(backup, first);
    }

    /** Where people ask in SQL; from any thread. */
    public SqlDesk sql() {
        return sql;
    }

    /** Where the store keeps its files. */
    public DataDirectory directory() {
        return directory;
    }

    /** Whether it was told to close: reads fail from then on. From any thread. */
    public boolean isClosed() {
        return isClosed;
    }

    /** Ends after everything that was ordered is written. The store is of no use afterwards. */
    public Future<Void> close() {
        return closeKeepingDirectory()
                .eventually(() -> vertx.executeBlocking(() -> {
                    directory.close();
                    return null;
                }));
    }

    /** The same, but the directory stays locked: for an {@link #install}, {@link #setAside} or {@link #open} after it. */
    public Future<Void> closeKeepingDirectory() {
        isClosed = true;
        scrubber.stop();
        return snapshots
                .close()
                .eventually(sql::close)
                .eventually(reader::close)
                .eventually(() -> vertx.undeploy(deployment))
                .eventually(() -> consumer.unregister());
    }
}
