package io.skein.topic;

import static io.skein.topic.TopicLog.body;
import static io.skein.topic.TopicLog.cursor;
import static io.skein.topic.TopicLog.delayed;
import static io.skein.topic.TopicLog.message;
import static io.skein.topic.TopicLog.offset;
import static io.skein.topic.TopicLog.only;
import static io.skein.topic.TopicLog.refuse;
import static io.skein.topic.TopicLog.why;
import static io.skein.topic.TopicLog.withTtl;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.machine.Due;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.topic.TopicOutcome.Delayed;
import io.skein.topic.TopicOutcome.Done;
import io.skein.topic.TopicOutcome.Published;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private final TopicLog log = new TopicLog();

    private Cursor schedule(Publication publication) {
        return ((Delayed) log.one(publication)).cursor();
    }

    private Rejection rejection(TopicCommand command) {
        return ((Rejected) log.apply(command)).reason();
    }

    @Test
    void aDelayedMessageGetsNoOffsetYet() {
        var result = log.one(delayed("a", 500));

        assertEquals(new Delayed(new Cursor(log.index, 0), log.time + 500), result);
        assertTrue(log.machine.find(new TopicName("a")).isEmpty(), "its topic is made when it is due");
        assertEquals(1, log.machine.totals().scheduled());
        assertEquals(log.time + 500, log.machine.nextDue());
    }

    @Test
    void whenDueItIsFetchedAndReleasedWithANewCursor() {
        Cursor at = schedule(delayed("a", 500));
        long due = log.time + 500;

        assertEquals(List.of(), log.machine.due(due - 1, 10));
        assertEquals(List.of(new Due.Fetch(at)), log.machine.due(due, 10));
        // A leader that found it due and lost its term may have been ahead of the next one's stamps.
        assertEquals(Rejection.NOT_SCHEDULED, rejection(new TopicCommand.Release(at, delayed("a", 500))));
        log.time = due;
        var outcome = (Published) log.apply(new TopicCommand.Release(at, delayed("a", 500)));

        assertEquals(0, offset(outcome.results().get(0)));
        assertEquals(new Cursor(log.index, 0), cursor(outcome.results().get(0)));
        assertEquals(List.of(), log.machine.due(due, 10));
        assertEquals(Long.MAX_VALUE, log.machine.nextDue());
    }

    @Test
    void theMostOverdueComesFirstAndAtMostTheLimit() {
        Cursor late = schedule(delayed("a", 900));
        Cursor early = schedule(delayed("a", 100));
        Cursor middle = schedule(delayed("a", 500));

        assertEquals(List.of(new Due.Fetch(early), new Due.Fetch(middle)), log.machine.due(log.time + 10_000, 2));
        assertEquals(3, log.machine.due(log.time + 10_000, 10).size());
        assertEquals(new Due.Fetch(late), log.machine.due(log.time + 10_000, 10).get(2));
    }

    @Test
    void expiriesAndDelaysThatAreDueComeTogether() {
        Cursor at = schedule(delayed("a", 100));
        log.one(withTtl("b", 500));

        assertEquals(
                List.of(new Due.Fetch(at), new Due.Propose(new TopicCommand.Expire())),
                log.machine.due(log.time + 1_000, 10));
    }

    @Test
    void aMessageIsReleasedOnce() {
        Cursor at = schedule(delayed("a", 1));
        log.apply(new TopicCommand.Release(at, delayed("a", 1)));

        assertEquals(Rejection.NOT_SCHEDULED, rejection(new TopicCommand.Release(at, delayed("a", 1))));
        assertEquals(1, log.view("a").count());
    }

    @Test
    void aCancelledMessageIsNotReleased() {
        Cursor at = schedule(delayed("a", 1));

        assertEquals(new Done(false), log.apply(new TopicCommand.Cancel(at)));

        assertEquals(Rejection.NOT_SCHEDULED, rejection(new TopicCommand.Cancel(at)));
        assertEquals(Rejection.NOT_SCHEDULED, rejection(new TopicCommand.Release(at, delayed("a", 1))));
        assertEquals(Long.MAX_VALUE, log.machine.nextDue());
    }

    @Test
    void aReleaseIgnoresWhatWouldRefuseAPublish() {
        var name = new TopicName("a");
        Cursor broken = schedule(new Publication(name, body(Format.JSON, "{"), 5, 0, -1));
        log.configure("a", only(Format.JSON));
        log.time += 5;
        log.apply(new TopicCommand.Release(broken, new Publication(name, body(Format.JSON, "{"), 5, 0, -1)));
        log.configure("a", refuse(1, 100));
        Cursor full = schedule(delayed("a", 1));
        log.time += 1;
        log.apply(new TopicCommand.Release(full, delayed("a", 1)));

        assertEquals(2, log.view("a").count());
    }

    @Test
    void aReleaseMakesItsTopicEvenAboveTheLimit() {
        var small = new TopicLog(new TopicLimits(1, 1, 1, 1_000, 1, 1, 10, 10));
        small.one(delayed("late", 1));
        small.one(message("only", "x"));

        small.passTo(small.time + 10);

        assertEquals(1, small.view("late").count());
    }

    @Test
    void aDeletedTopicIsMadeAgainByItsDelayedMessages() {
        log.publishMany("a", 3);
        schedule(delayed("a", 100));
        log.apply(new TopicCommand.Delete(new TopicName("a")));

        log.passTo(log.time + 200);

        assertEquals(1, log.view("a").nextOffset());
    }

    @Test
    void theTtlOfADelayedMessageBeginsWithItsRelease() {
        schedule(new Publication(new TopicName("a"), body(Format.RAW, "x"), 1_000, 500, -1));
        log.passTo(log.time + 1_001);
        long released = log.view("a").lastTime();

        assertEquals(released + 500, log.machine.nextDue());
        assertEquals(1, log.view("a").count());
    }

    @Test
    void oneDelayedMessageTooManyIsRefused() {
        var small = new TopicLog(new TopicLimits(10, 1, 1, 1_000, 1, 1, 2, 10));

        var results =
                small.publish(delayed("a", 5), delayed("a", 5), delayed("a", 5)).results();

        assertEquals(Rejection.TOO_MANY_SCHEDULED, why(results.get(2)).reason());
    }

    @Test
    void delayedAndPresentMessagesMixInOneList() {
        var results = log.publish(message("a", "1"), delayed("a", 5), message("a", "2"))
                .results();

        assertEquals(1, offset(results.get(2)));
        assertEquals(new Cursor(log.index, 1), ((Delayed) results.get(1)).cursor());
    }
}
