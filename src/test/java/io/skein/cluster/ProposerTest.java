package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.replica.Effect.Refuse.Reason;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Questions on their way to the replica. */
class ProposerTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final Proposer proposer = new Proposer(vertx);
    private int turns;

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private void bind() {
        proposer.bind(context, () -> {
            turns++;
            proposer.drain();
            proposer.runTasks();
        });
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.await(30, TimeUnit.SECONDS);
    }

    private static Reason refused(Future<?> future) throws Exception {
        Throwable cause = await(future.<Throwable>map(answer -> new AssertionError("an answer: " + answer))
                .otherwise(failure -> failure));
        return ((NotExecuted) cause).reason();
    }

    @Test
    void aReplicaThatIsNotThereIsNotAsked() throws Exception {
        assertEquals(Reason.NOT_LEADER, refused(proposer.ask(() -> 1)));
        assertEquals(Reason.NOT_LEADER, refused(proposer.askFor(() -> Future.succeededFuture(1))));
        bind();
        assertEquals(1, await(proposer.ask(() -> 1)));
        proposer.unbind();
        assertEquals(Reason.NOT_LEADER, refused(proposer.ask(() -> 1)));
    }

    @Test
    void questionsAboveTheLimitAreRefusedAtOnce() throws Exception {
        bind();
        Promise<Void> free = Promise.promise();
        Promise<List<Future<Integer>>> asked = Promise.promise();
        // The replica's loop asks itself, so that nothing is answered meanwhile.
        context.runOnContext(v -> {
            List<Future<Integer>> questions = new ArrayList<>();
            for (int i = 0; i < Proposer.MAX_QUEUED_TASKS; i++) {
                int number = i;
                questions.add(proposer.ask(() -> number));
            }
            proposer.ask(() -> -1).onComplete(over -> free.handle(over.mapEmpty()));
            asked.complete(questions);
        });
        assertEquals(Reason.OVERLOADED, refused(free.future()));
        List<Future<Integer>> questions = await(asked.future());
        for (int i = 0; i < questions.size(); i += 1000) {
            assertEquals(i, await(questions.get(i)));
        }
        await(questions.get(questions.size() - 1));
        assertTrue(turns > 100, "in " + turns + " turns, between which the replica does other things");
        assertEquals(7, await(proposer.ask(() -> 7)));
    }

    @Test
    void whatWasAskedBeforeTheReplicaWentIsAnswered() throws Exception {
        bind();
        Promise<Future<Integer>> last = Promise.promise();
        context.runOnContext(v -> {
            for (int i = 0; i < 5000; i++) {
                proposer.ask(() -> 1).onFailure(failure -> {});
            }
            last.complete(proposer.ask(() -> 2));
            proposer.unbind();
        });
        assertEquals(2, await(await(last.future())));
    }

    @Test
    void aQuestionMayTakeItsTimeAndFail() throws Exception {
        bind();
        Promise<Integer> later = Promise.promise();
        Future<Integer> answer = proposer.askFor(later::future);
        Future<Integer> failing = proposer.askFor(() -> Future.failedFuture("no"));
        Future<Integer> throwing = proposer.askFor(() -> {
            throw new IllegalStateException("wrong");
        });
        assertEquals("no", await(failing.map("?").otherwise(Throwable::getMessage)));
        assertEquals("wrong", await(throwing.map("?").otherwise(Throwable::getMessage)));
        later.complete(5);
        assertEquals(5, await(answer));
    }
}
