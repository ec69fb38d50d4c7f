package io.skein.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import java.util.ArrayDeque;
import java.util.function.Supplier;

/**
 * So many pages are read at a time; who finds no seat waits, first come, first served, and holds its question only.
 *
 * <p>Why: a page in the making holds the heads of up to some hundred chunks, which is more than the page itself, and when
 * a fast publisher leaves many subscribers behind they all ask at the same moment. More pages at once than connections
 * can serve are no faster. Safe from any thread; work begins and completes on the context of its caller.
 */
final class Seats {
    private final Vertx vertx;
    private final int most;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private int free;

    /** @param most that wait; more are refused as reads are that find no connection */
    Seats(Vertx vertx, int seats, int most) {
        this.vertx = vertx;
        this.free = seats;
        this.most = most;
    }

    <T> Future<T> take(Supplier<Future<T>> work) {
        Context caller = vertx.getOrCreateContext();
        Promise<T> done = Promise.promise();
        Runnable sit = () -> Future.succeededFuture().compose(v -> work.get()).onComplete(result -> {
            leave();
            done.handle(result);
        });
        synchronized (waiting) {
            if (free == 0) {
                if (waiting.size() == most) {
                    return Future.failedFuture(new ConnectionPoolTooBusyException(most + " reads wait already"));
                }
                waiting.add(() -> caller.runOnContext(v -> sit.run()));
                return done.future();
            }
            free--;
        }
        sit.run();
        return done.future();
    }

    private void leave() {
        Runnable next;
        synchronized (waiting) {
            next = waiting.poll();
            if (next == null) {
                free++;
            }
        }
        if (next != null) {
            next.run();
        }
    }
}
