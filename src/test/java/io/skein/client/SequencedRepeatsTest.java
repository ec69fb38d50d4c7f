package io.skein.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.frame.Problem;
import io.skein.frame.PublishItem;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SequencedRepeatsTest {
    private final SequencedRepeats repeats = new SequencedRepeats();

    private List<Outgoing> numbered(int count) {
        List<Outgoing> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Outgoing outgoing = Outgoing.one(PublishItem.of("a", "x"), Promise.promise(), 0);
            repeats.number(outgoing);
            all.add(outgoing);
        }
        return all;
    }

    private static Problem gap(long expected) {
        return new Problem("sequence-gap", "", false, false, Map.of("expected", expected));
    }

    private static List<Long> sequences(List<Outgoing> all) {
        return all.stream().map(outgoing -> outgoing.sequence).toList();
    }

    @Test
    void sequencesBeginAtOne() {
        assertEquals(List.of(1L, 2L, 3L), sequences(numbered(3)));
    }

    @Test
    void whatIsLostIsSentAgainInItsOrderUnderItsNumbers() {
        List<Outgoing> all = numbered(3);
        repeats.again(all.get(2), null);
        repeats.again(all.get(0), null);
        repeats.again(all.get(1), null);
        assertEquals(all, repeats.take());
        assertEquals(List.of(1L, 2L, 3L), sequences(all));
        assertTrue(repeats.isEmpty());
    }

    @Test
    void whatFollowsOneThatWasRefusedForGoodMovesUp() {
        List<Outgoing> all = numbered(4);
        repeats.stored(all.get(0));
        // The second was refused for good.
        repeats.again(all.get(2), gap(2));
        repeats.again(all.get(3), gap(2));
        assertEquals(List.of(2L, 3L), sequences(repeats.take()));
        assertEquals(List.of(4L), sequences(numbered(1)));
    }

    @Test
    void behindOneThatIsToBeTriedAgainNothingMovesUp() {
        List<Outgoing> all = numbered(3);
        repeats.again(all.get(0), new Problem("no-leader", "", true, false, Map.of()));
        repeats.again(all.get(1), gap(1));
        repeats.again(all.get(2), gap(1));
        assertEquals(List.of(1L, 2L, 3L), sequences(repeats.take()));
    }

    @Test
    void aNumberThatWasAnsweredAsStoredIsNeverGivenAgain() {
        // The first was stored after the second had been refused: the refusal is out of date.
        List<Outgoing> all = numbered(2);
        repeats.stored(all.get(0));
        repeats.again(all.get(1), gap(1));
        assertEquals(List.of(2L), sequences(repeats.take()));
        assertFalse(repeats.isForgotten());
    }

    @Test
    void aServerThatKeepsExpectingWhatItHasStoredHasForgottenTheProducer() {
        List<Outgoing> all = numbered(2);
        repeats.stored(all.get(0));
        for (int i = 0; i < 5; i++) {
            assertFalse(repeats.isForgotten());
            repeats.again(all.get(1), gap(1));
            repeats.take();
        }
        repeats.again(all.get(1), gap(1));
        assertTrue(repeats.isForgotten());
        assertEquals(List.of(all.get(1)), repeats.drop());
    }
}
