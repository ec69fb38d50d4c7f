package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers on their way to the loops of those who wait. */
class RepliesTest {
    private final Vertx vertx = Vertx.vertx();
    private final Replies replies = new Replies();

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private Replies.Home home() throws Exception {
        Context context = vertx.getOrCreateContext();
        Promise<Replies.Home> home = Promise.promise();
        context.runOnContext(v -> home.complete(Replies.Home.here(vertx)));
        return home.future().await(20, TimeUnit.SECONDS);
    }

    @Test
    void whoThrowsOverAnAnswerDoesNotKeepTheOthersFromTheirs() throws Exception {
        Replies.Home home = home();
        Promise<String> before = Promise.promise();
        Promise<String> defective = Promise.promise();
        Promise<String> broken = Promise.promise();
        Promise<String> after = Promise.promise();
        Promise<String> failed = Promise.promise();
        Future<String> first = before.future();
        defective.future().onSuccess(answer -> {
            throw new IllegalStateException("a door's defect");
        });
        broken.future().onFailure(failure -> {
            throw new AssertionError("another's");
        });
        replies.complete(home, before, "1");
        replies.complete(home, defective, "2");
        replies.fail(home, broken, new Indeterminate("3"));
        replies.complete(home, after, "4");
        replies.fail(home, failed, new Indeterminate("5"));
        replies.flush();
        assertEquals("1", first.await(20, TimeUnit.SECONDS));
        assertEquals("4", after.future().await(20, TimeUnit.SECONDS));
        assertEquals(
                "5",
                failed.future()
                        .map("no failure")
                        .otherwise(Throwable::getMessage)
                        .await(20, TimeUnit.SECONDS));
    }

    @Test
    void answersComeOnTheLoopOfWhoeverWaits() throws Exception {
        Replies.Home home = home();
        Promise<String> promise = Promise.promise();
        Future<Thread> thread = promise.future().map(answer -> Thread.currentThread());
        replies.complete(home, promise, "here");
        replies.flush();
        assertEquals(home.loop(), thread.await(20, TimeUnit.SECONDS));
    }
}
