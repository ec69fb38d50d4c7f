package io.skein.store;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.skein.machine.Cursor;
import io.skein.replica.Image;
import io.skein.replica.WriteBatch;
import io.skein.topic.TopicChange;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;

/** A store on a real file, opened on an event loop as the replica's verticle does it, and its author. */
final class OpenStore implements AutoCloseable, StoreHandler {
    sealed interface Heard {
        record Done(long number) implements Heard {}

        record Full(long number) implements Heard {}

        record Broken(StoreFailure failure) implements Heard {}
    }

    final Vertx vertx;
    final StoreConfig config;
    final Store store;
    /** What it began with. */
    final Image image;

    final Author author;
    final BlockingQueue<Heard> heard = new LinkedBlockingQueue<>();
    final BlockingQueue<String> damage = new LinkedBlockingQueue<>();
    volatile boolean tight;
    private final Context context;

    private OpenStore(Vertx vertx, Context context, StoreConfig config, Store store) throws Exception {
        this.vertx = vertx;
        this.context = context;
        this.config = config;
        this.store = store;
        this.image = on(store::image);
        this.author = on(() -> {
            store.handler(this);
            Author again = new Author(image);
            again.deliveries().forEach(appended -> store.tail().append(Author.LINEAGE, appended));
            return again;
        });
    }

    static OpenStore at(Vertx vertx, Path directory) throws Exception {
        return at(vertx, StoreConfig.at(directory), StoreListener.NONE, Faults.NONE);
    }

    static OpenStore at(Vertx vertx, StoreConfig config, StoreListener listener, Faults faults) throws Exception {
        Context context = vertx.getOrCreateContext();
        CompletableFuture<Store> opened = new CompletableFuture<>();
        context.runOnContext(ignored -> vertx.executeBlocking(() -> DataDirectory.lock(config.dataDir()))
                .compose(directory -> Store.open(vertx, directory, config, Author.NODE, listener, faults)
                        .onFailure(failure -> directory.close()))
                .onSuccess(opened::complete)
                .onFailure(opened::completeExceptionally));
        try {
            return new OpenStore(vertx, context, config, opened.get(30, SECONDS));
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof Exception e ? e : failed;
        }
    }

    @Override
    public void written(long number) {
        heard.add(new Heard.Done(number));
    }

    @Override
    public void diskFull(long number) {
        heard.add(new Heard.Full(number));
    }

    @Override
    public void diskTight(boolean isTight) {
        tight = isTight;
    }

    @Override
    public void damaged(String what) {
        damage.add(what);
    }

    @Override
    public void failed(StoreFailure failure) {
        heard.add(new Heard.Broken(failure));
    }

    /** Does something on the store's context and waits for it. */
    <T> T on(Callable<T> action) throws Exception {
        return onLoop(() -> Future.succeededFuture(action.call()));
    }

    /** Does something on the store's context and waits for what it promises. */
    <T> T onLoop(Callable<Future<T>> action) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        context.runOnContext(ignored -> {
            try {
                action.call().onSuccess(done::complete).onFailure(done::completeExceptionally);
            } catch (Throwable failed) {
                done.completeExceptionally(failed);
            }
        });
        try {
            return done.get(30, SECONDS);
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof Exception e ? e : failed;
        }
    }

    /** A snapshot of what is settled, beside the data directory. */
    SnapshotFile snapshot(Path target) throws Exception {
        return onLoop(() -> store.snapshot(target));
    }

    /** Hands what was appended to the tail and the batch to the writer; does not wait. */
    void send(WriteBatch batch) throws Exception {
        List<TopicChange.Appended> deliveries = author.deliveries();
        on(() -> {
            deliveries.forEach(appended -> store.tail().append(Author.LINEAGE, appended));
            store.write(batch);
            return null;
        });
    }

    /** Writes a batch and waits until it is durable. */
    void write(WriteBatch batch) throws Exception {
        send(batch);
        Heard answer = hear();
        if (!answer.equals(new Heard.Done(batch.number()))) {
            throw new AssertionError(batch.number() + " was answered " + answer);
        }
    }

    void settle() throws Exception {
        write(author.settling());
    }

    /** The cluster is at this feature level, and so are the rows. */
    void raise(int level) throws Exception {
        author.raise(level);
        settle();
    }

    /** Settles everything and waits until every batch that was sent is durable. */
    void settleAll() throws Exception {
        WriteBatch last = author.settling();
        send(last);
        while (!hear().equals(new Heard.Done(last.number()))) {}
    }

    Heard hear() throws InterruptedException {
        Heard answer = heard.poll(30, SECONDS);
        if (answer == null) {
            throw new AssertionError("the writer says nothing");
        }
        return answer;
    }

    /** Everything in the scope after a cursor, page by page, over rows and tail. */
    List<StoredMessage> read(Scope scope, Cursor after, int limit) throws Exception {
        List<StoredMessage> all = new ArrayList<>();
        Cursor at = after;
        while (true) {
            Cursor from = at;
            StoredPage page = onLoop(() -> store.page(scope, from, limit, 1 << 20, author.time()));
            if (page.messages().isEmpty()) {
                return all;
            }
            all.addAll(page.messages());
            at = page.next();
        }
    }

    /** The same over rows alone. */
    List<StoredMessage> readRows(Scope scope, Cursor after, int limit) throws Exception {
        List<StoredMessage> all = new ArrayList<>();
        Cursor upTo = Cursor.endOf(author.settled().index());
        Cursor at = after;
        while (upTo.isAfter(at)) {
            Cursor from = at;
            StoredPage page = onLoop(() -> store.reader().page(scope, from, upTo, limit, 1 << 20, author.time()));
            if (!page.next().isAfter(from)) {
                throw new AssertionError("no progress from " + from + " to " + page.next());
            }
            all.addAll(page.messages());
            at = page.next();
        }
        return all;
    }

    Path file() {
        try {
            String generation =
                    Files.readString(config.dataDir().resolve("CURRENT")).strip();
            return config.dataDir().resolve(generation).resolve(DataDirectory.DATABASE);
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    /** The first column of every row of a query, as text, asked over a connection of its own. */
    List<String> sql(String query) throws SQLException {
        return sql(file(), query);
    }

    static List<String> sql(Path file, String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                ResultSet rows = connection.createStatement().executeQuery(query)) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }

    @Override
    public void close() {
        try {
            onLoop(store::close);
        } catch (Exception failed) {
            throw new AssertionError(failed);
        }
    }
}
