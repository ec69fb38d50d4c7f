package io.skein.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.ConnectionPoolTooBusyException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SeatsTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final List<Promise<Integer>> begun = new ArrayList<>();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private Future<Integer> work() {
        Promise<Integer> end = Promise.promise();
        begun.add(end);
        return end.future();
    }

    private void on(Runnable what) throws Exception {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> {
            what.run();
            done.complete();
        });
        done.future().await(10, SECONDS);
    }

    @Test
    void whoFindsNoSeatWaitsUntilOneIsLeftAndComesInTheOrderOfAsking() throws Exception {
        Seats seats = new Seats(vertx, 2, 10);
        on(() -> {
            for (int i = 0; i < 4; i++) {
                seats.take(this::work);
            }
        });
        on(() -> assertEquals(2, begun.size()));
        on(() -> begun.get(1).complete(1));
        on(() -> assertEquals(3, begun.size()));
        on(() -> begun.get(0).fail("a page that failed leaves its seat too"));
        on(() -> assertEquals(4, begun.size()));
    }

    @Test
    void theAnswerComesOnTheContextOfWhoAsked() throws Exception {
        Seats seats = new Seats(vertx, 1, 10);
        AtomicReference<Context> answeredOn = new AtomicReference<>();
        Promise<Void> answered = Promise.promise();
        Context other = vertx.getOrCreateContext();
        on(() -> seats.take(this::work));
        other.runOnContext(v -> seats.take(this::work).onComplete(x -> {
            answeredOn.set(Vertx.currentContext());
            answered.complete();
        }));
        on(() -> begun.get(0).complete(0));
        while (begun.size() < 2) {
            Thread.onSpinWait();
        }
        other.runOnContext(v -> begun.get(1).complete(1));
        answered.future().await(10, SECONDS);
        assertEquals(other, answeredOn.get());
    }

    @Test
    void moreThanMayWaitAreRefused() throws Exception {
        Seats seats = new Seats(vertx, 1, 1);
        AtomicReference<Future<Integer>> third = new AtomicReference<>();
        on(() -> {
            seats.take(this::work);
            seats.take(this::work);
            third.set(seats.take(this::work));
        });
        assertInstanceOf(ConnectionPoolTooBusyException.class, third.get().cause());
    }

    @Test
    void workThatThrowsLeavesItsSeat() throws Exception {
        Seats seats = new Seats(vertx, 1, 1);
        Future<Integer> thrown = seats.take(() -> {
            throw new IllegalStateException("no");
        });
        assertThrows(IllegalStateException.class, () -> thrown.await(10, SECONDS));
        Future<Integer> next = seats.take(() -> Future.succeededFuture(1));
        assertFalse(next.failed());
        assertEquals(1, next.await(10, SECONDS));
    }
}
