package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.replica.Effect.Refuse.Reason;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AwaitedRowsTest {
    private static final long NEVER = Long.MAX_VALUE / 2;

    private final ArrayDeque<Runnable> afterTurn = new ArrayDeque<>();
    private final List<Long> questions = new ArrayList<>();
    private final AwaitedRows rows = rows(NEVER);

    private AwaitedRows rows(long deadlineNanos) {
        return new AwaitedRows(afterTurn::add, questions::add, deadlineNanos);
    }

    private void endTurn() {
        while (!afterTurn.isEmpty()) {
            afterTurn.pollFirst().run();
        }
    }

    private static Reason reason(Future<Long> refused) {
        return assertThrows(NotExecuted.class, refused::await).reason();
    }

    @Test
    void allOfOneTurnShareOneQuestion() {
        Future<Long> one = rows.forClient();
        Future<Long> two = rows.forItself();
        endTurn();

        rows.settled(1, 7);

        assertEquals(List.of(1L), questions);
        assertEquals(7, one.await());
        assertEquals(7, two.await());
    }

    @Test
    void whoComesWhileAQuestionIsUnderWayIsAnsweredByTheNext() {
        rows.forClient();
        endTurn();
        Future<Long> later = rows.forClient();
        Future<Long> last = rows.forClient();
        endTurn();

        rows.settled(1, 7);

        assertFalse(later.isComplete());
        endTurn();
        assertEquals(List.of(1L, 2L), questions);
        rows.settled(2, 8);
        assertEquals(8, later.await());
        assertEquals(8, last.await());
    }

    @Test
    void theReplicaIsAskedAfterTheTurn() {
        rows.forClient();
        assertEquals(List.of(), questions);
    }

    @Test
    void clientsDoNotTakeThePlaceOfWhatTheNodeItselfWaitsFor() {
        List<Future<Long>> clients = new ArrayList<>();
        for (int i = 0; i < AwaitedRows.MAX_CLIENTS; i++) {
            clients.add(rows.forClient());
            endTurn();
        }

        assertEquals(Reason.OVERLOADED, reason(rows.forClient()));
        Future<Long> own = rows.forItself();
        assertFalse(own.isComplete());
        rows.settled(1, 7);
        assertTrue(clients.get(0).succeeded());
        assertFalse(rows.forClient().isComplete());
        endTurn();
        rows.settled(2, 8);
        assertEquals(8, own.await());
    }

    @Test
    void whoWaitsForRowsThatDoNotComeHearsSoAndLeavesTheirPlace() {
        AwaitedRows rows = rows(0);
        Future<Long> asked = rows.forClient();
        endTurn();
        Future<Long> next = rows.forClient();

        rows.sweep();

        assertEquals(Reason.OVERLOADED, reason(asked));
        assertEquals(Reason.OVERLOADED, reason(next));
        for (int i = 0; i < AwaitedRows.MAX_CLIENTS; i++) {
            assertFalse(rows.forClient().isComplete());
        }
    }

    @Test
    void anAnswerThatComesAfterTheDeadlineLetsTheNextGoOn() {
        AwaitedRows rows = rows(0);
        rows.forClient();
        endTurn();
        rows.sweep();
        Future<Long> next = rows.forClient();
        endTurn();
        assertEquals(List.of(1L), questions);

        rows.settled(1, 7);
        endTurn();
        rows.settled(2, 8);

        assertEquals(8, next.await());
    }

    @Test
    void whoWaitsWhenTheReplicaEndsHearsSo() {
        Future<Long> asked = rows.forClient();
        endTurn();
        Future<Long> next = rows.forItself();

        rows.end();

        assertEquals(Reason.NOT_LEADER, reason(asked));
        assertEquals(Reason.NOT_LEADER, reason(next));
        assertEquals(Reason.NOT_LEADER, reason(rows.forClient()));
    }
}
