package io.skein.topic;

import static io.skein.topic.TopicLog.expecting;
import static io.skein.topic.TopicLog.message;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.topic.TopicChange.AnswersForgotten;
import io.skein.topic.TopicChange.ProducerRemoved;
import io.skein.topic.TopicOutcome.Accepted;
import io.skein.topic.TopicOutcome.Published;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProducerTest {
    private final TopicLog log = new TopicLog();

    private static TopicLog limited(int producers, int window, int answerBytes) {
        return new TopicLog(new TopicLimits(100, producers, window, answerBytes, 10_000, 10, 10, 10));
    }

    private static Rejected no(Outcome outcome) {
        return (Rejected) outcome;
    }

    @Test
    void aRepeatGetsItsFirstAnswerAndAppendsNothing() {
        var first = (Published) log.sequenced("p", 1, 1, message("a", "x"), message("b", "y"));
        log.publishMany("a", 3);

        var again = (Published) log.sequenced("p", 1, 1, message("a", "x"), message("b", "y"));

        assertFalse(first.replayed());
        assertTrue(again.replayed());
        assertEquals(first.results(), again.results());
        assertTrue(log.changes.isEmpty());
        assertEquals(4, log.view("a").count());
    }

    @Test
    void theFirstSequenceIsOne() {
        Rejected rejected = no(log.sequenced("p", 0, 2, message("a", "x")));

        assertEquals(Rejection.SEQUENCE_GAP, rejected.reason());
        assertEquals(1, rejected.actual());
    }

    @Test
    void aSequenceBeyondTheNextIsAGap() {
        log.sequenced("p", 0, 1, message("a", "x"));

        assertEquals(2, no(log.sequenced("p", 0, 3, message("a", "x"))).actual());
        assertEquals(1, log.view("a").count());
    }

    @Test
    void aHigherEpochBeginsAtOneAndFencesTheLower() {
        log.sequenced("p", 3, 1, message("a", "x"));
        log.sequenced("p", 3, 2, message("a", "x"));

        assertEquals(1, no(log.sequenced("p", 4, 3, message("a", "x"))).actual());
        var fresh = (Published) log.sequenced("p", 4, 1, message("a", "x"));
        Rejected fenced = no(log.sequenced("p", 3, 3, message("a", "x")));

        assertFalse(fresh.replayed());
        assertEquals(Rejection.FENCED, fenced.reason());
        assertEquals(4, fenced.actual());
        assertEquals(Optional.of(4L), log.machine.epoch("p"));
        assertEquals(
                TopicLog.state(log.machine), TopicLog.state(log.restarted()), "answers of the lower epoch are gone");
    }

    @Test
    void aListWithASequenceIsAtomicAndItsNumberFreeWhenItIsRefused() {
        var refused = (Published) log.sequenced("p", 0, 1, message("a", "x"), expecting("a", 7));

        assertFalse(refused.tookEffect());
        assertTrue(log.changes.isEmpty());
        var taken = (Published) log.sequenced("p", 0, 1, message("a", "x"));
        assertFalse(taken.replayed());
    }

    @Test
    void aRepeatOlderThanTheWindowIsKnownButItsOffsetForgotten() {
        TopicLog small = limited(10, 3, 100_000);
        for (int i = 1; i <= 5; i++) {
            small.sequenced("p", 0, i, message("a", "x"), message("a", "y"));
        }

        var old = (Published) small.sequenced("p", 0, 2, message("a", "x"), message("a", "y"));
        var recent = (Published) small.sequenced("p", 0, 3, message("a", "x"), message("a", "y"));

        assertTrue(old.replayed());
        assertEquals(2, old.results().size());
        assertEquals(-1, ((Accepted) old.results().get(0)).offset());
        assertEquals(4, ((Accepted) recent.results().get(0)).offset());
        assertEquals(10, small.view("a").count());
    }

    @Test
    void theWindowHoldsTheLast1024() {
        for (int i = 1; i <= 1_100; i++) {
            log.sequenced("p", 0, i, message("a", "x"));
        }

        assertEquals(-1, replayedOffset(76));
        assertEquals(76, replayedOffset(77));
        assertEquals(1_099, replayedOffset(1_100));
        assertEquals(TopicLog.state(log.machine), TopicLog.state(log.restarted()));
    }

    private long replayedOffset(long number) {
        var published = (Published) log.sequenced("p", 0, number, message("a", "x"));
        return ((Accepted) published.results().get(0)).offset();
    }

    @Test
    void oneProducerTooManyIsRefusedWhileAllAreBusy() {
        TopicLog small = limited(2, 10, 100_000);
        small.sequenced("p", 0, 1, message("a", "x"));
        small.sequenced("q", 0, 1, message("a", "x"));

        assertEquals(
                Rejection.TOO_MANY_PRODUCERS,
                no(small.sequenced("r", 0, 1, message("a", "x"))).reason());
    }

    @Test
    void theLongestIdleProducerGivesWay() {
        TopicLog small = limited(2, 10, 100_000);
        small.sequenced("p", 0, 1, message("a", "x"));
        small.time += 1;
        small.sequenced("q", 0, 1, message("a", "x"));
        small.time += 10_000;

        small.sequenced("r", 0, 1, message("a", "x"));

        assertEquals("p", small.changes(ProducerRemoved.class).get(0).producer());
        assertTrue(small.machine.epoch("p").isEmpty());
        assertEquals(TopicLog.state(small.machine), TopicLog.state(small.restarted()));
    }

    @Test
    void theLongestIdleLoseTheirAnswersWhenAllTogetherAreTooMany() {
        TopicLog small = limited(100, 1_000, 2_000);
        small.sequenced("idle", 0, 1, message("a", "x"));
        small.time++;
        int given = 0;
        while (small.changes(AnswersForgotten.class).isEmpty()) {
            small.sequenced("busy", 0, ++given, message("a", "x"));
        }

        assertEquals("idle", small.changes(AnswersForgotten.class).get(0).producer());
        var repeat = (Published) small.sequenced("idle", 0, 1, message("a", "x"));
        assertTrue(repeat.replayed(), "still known as a repeat");
        assertEquals(-1, ((Accepted) repeat.results().get(0)).offset());
        assertEquals(TopicLog.state(small.machine), TopicLog.state(small.restarted()));
    }

    @Test
    void aProducerWithoutANameOrWithOddNumbersIsMalformed() {
        assertEquals(
                Rejection.MALFORMED,
                no(log.sequenced("", 0, 1, message("a", "x"))).reason());
        assertEquals(
                Rejection.MALFORMED,
                no(log.sequenced("p".repeat(129), 0, 1, message("a", "x"))).reason());
        assertEquals(
                Rejection.MALFORMED,
                no(log.sequenced("p", -1, 1, message("a", "x"))).reason());
        assertEquals(
                Rejection.MALFORMED,
                no(log.sequenced("p", 0, 0, message("a", "x"))).reason());
    }
}
