package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.skein.replica.Effect;
import io.skein.replica.Effect.Refuse.Reason;
import io.vertx.core.Future;
import org.junit.jupiter.api.Test;

class PendingAnswersTest {
    private static final long NEVER = Long.MAX_VALUE / 2;

    /** Whatever the id. */
    private static void ask(long id) {}

    /** Whose deadline has passed as soon as somebody waits, or never does. */
    private static PendingAnswers pending(long deadlineNanos) {
        return new PendingAnswers(new Replies(), ClusterListener.NONE, deadlineNanos);
    }

    @Test
    void aReadThatIsNotConfirmedInTimeIsNotExecuted() {
        PendingAnswers pending = pending(0);
        Future<Long> read = pending.read(PendingAnswersTest::ask);

        pending.sweep();

        assertEquals(
                Reason.NOT_LEADER, assertThrows(NotExecuted.class, read::await).reason());
    }

    @Test
    void aChangeOfMembersThatIsNotCommittedInTimeIsUnknown() {
        PendingAnswers pending = pending(0);
        Future<Long> change = pending.change(PendingAnswersTest::ask);

        pending.sweep();

        assertThrows(Indeterminate.class, change::await);
        assertEquals(0, pending.unanswered());
    }

    @Test
    void whoseDeadlineHasNotPassedWaitsOn() {
        PendingAnswers pending = pending(NEVER);
        Future<Long> read = pending.read(PendingAnswersTest::ask);
        Future<Long> change = pending.change(PendingAnswersTest::ask);

        pending.sweep();

        assertFalse(read.isComplete());
        assertFalse(change.isComplete());
        assertEquals(1, pending.unanswered());
    }

    @Test
    void anAnswerThatComesAfterTheDeadlineChangesNothing() {
        PendingAnswers pending = pending(0);
        Future<Long> read = pending.read(PendingAnswersTest::ask);
        Future<Long> change = pending.change(PendingAnswersTest::ask);
        pending.sweep();

        pending.on(new Effect.ReadReady(0, 7));
        pending.on(new Effect.Reconfigured(0, 7));

        assertThrows(NotExecuted.class, read::await);
        assertThrows(Indeterminate.class, change::await);
    }

    @Test
    void whoIsAnsweredInTimeHearsTheIndex() {
        PendingAnswers pending = pending(NEVER);
        Future<Long> read = pending.read(PendingAnswersTest::ask);
        Future<Long> change = pending.change(PendingAnswersTest::ask);

        pending.on(new Effect.ReadReady(0, 7));
        pending.on(new Effect.Reconfigured(0, 8));
        pending.sweep();

        assertEquals(7, read.await());
        assertEquals(8, change.await());
    }
}
