package io.skein.store;

import io.skein.machine.Cursor;
import io.skein.raft.NodeId;
import io.skein.replica.Image;
import io.skein.replica.WriteBatch;
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
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

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
    private final Scrubber scrubber;
    private final StoreListener listener;
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();
    private Image image;
    private boolean isBroken;
    private StoreHandler handler;
    private MessageConsumer<WriterEvent> consumer;

    private Store(
            Vertx vertx,
            NodeId id,
            DataDirectory directory,
            StoreConfig config,
            StoreListener listener,
            WriterVerticle writer,
            String deployment) {
        this.vertx = vertx;
        this.id = id;
        this.directory = directory;
        this.writer = writer;
        this.listener = listener;
        this.deployment = deployment;
        image = writer.takeImage();
        tail = new Tail(config.tailBytes(), image.settled().index());
        reader = new Reader(vertx, writer.file(), config, listener);
        scrubber = reader.scrubber(vertx, config.scrubBytesPerSecond());
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

    static Future<Store> open(
            Vertx vertx,
            DataDirectory directory,
            StoreConfig config,
            NodeId id,
            StoreListener listener,
            Faults faults) {
        ByReference.register(vertx);
        WriterVerticle writer = new WriterVerticle(id, directory, config, listener, faults);
        return vertx.deployVerticle(writer, WriterVerticle.deployment(id)).map(deployment -> {
            Store store = new Store(vertx, id, directory, config, listener, writer, deployment);
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
                Files.deleteIfExists(generation.get().resolve("sentinel"));
            }
        } catch (IOException failed) {
            throw new UncheckedIOException("data directory " + directory.path(), failed);
        }
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

    /** Ends after everything that was ordered is written. The store is of no use afterwards. */
    public Future<Void> close() {
        scrubber.stop();
        return reader.close()
                .eventually(() -> vertx.undeploy(deployment))
                .eventually(() -> consumer.unregister())
                .eventually(() -> vertx.executeBlocking(() -> {
                    directory.close();
                    return null;
                }));
    }
}
