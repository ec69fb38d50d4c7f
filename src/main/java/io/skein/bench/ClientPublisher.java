package io.skein.bench;

import io.skein.client.ClientOptions;
import io.skein.client.Published;
import io.skein.client.SkeinClient;
import io.skein.client.SkeinException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.List;

/**
 * Publishes through the client library, which makes its own batches and connects again by itself. Beside {@link
 * WebSocketPublisher} it shows what the library costs.
 */
final class ClientPublisher implements Publisher {
    private static final int BATCH_BYTES = 4 << 20;
    private static final long PENDING_BYTES = 256L << 20;

    private final Vertx vertx;
    private final ClientOptions options;
    private final Topics topics;
    private final Stamp stamp;
    private SkeinClient client;
    private Answers answers;

    /**
     * @param window messages under way
     * @param batch messages that the library sends together
     */
    ClientPublisher(Vertx vertx, Target target, Topics topics, Stamp stamp, int window, int batch) {
        this.vertx = vertx;
        this.topics = topics;
        this.stamp = stamp;
        options = ClientOptions.of(List.of(target.webSocket()))
                .withToken(target.token())
                .withAuthority(target.authority())
                .onlyThese()
                .withLimits(new ClientOptions.Limits(window, window, PENDING_BYTES, batch, BATCH_BYTES));
    }

    @Override
    public Future<Void> connect(Answers to) {
        answers = to;
        return SkeinClient.connect(vertx, options)
                .onSuccess(connected -> client = connected)
                .recover(failure -> Future.failedFuture(refused("publish", failure)))
                .mapEmpty();
    }

    /** The code at the end, as of frames by hand. */
    static IOException refused(String what, Throwable failure) {
        return new IOException(what + " refused: " + code(failure), failure);
    }

    @Override
    public void publish(long due, int count) {
        long now = System.nanoTime();
        var group = new Group(due, count);
        for (int i = 0; i < count; i++) {
            client.publish(topics.next(), stamp.body(now)).onComplete(group::stored, group::failed);
        }
    }

    /** Told as one, like a frame by hand: what is measured is the library, not the counting. */
    private final class Group {
        private final long due;
        private int open;
        private int stored;

        Group(long due, int count) {
            this.due = due;
            this.open = count;
        }

        void stored(Published published) {
            stored++;
            close();
        }

        void failed(Throwable failure) {
            answers.failed(due, 1, code(failure));
            close();
        }

        private void close() {
            if (--open == 0 && stored > 0) {
                answers.acked(due, stored);
            }
        }
    }

    private static String code(Throwable failure) {
        return failure instanceof SkeinException said
                ? said.code()
                : failure.getClass().getSimpleName();
    }

    @Override
    public Future<Void> close() {
        return client == null ? Future.succeededFuture() : client.close();
    }
}
