package io.skein.topic;

import static io.skein.topic.TopicLog.keep;
import static io.skein.topic.TopicLog.message;
import static io.skein.topic.TopicLog.offset;
import static io.skein.topic.TopicLog.refuse;
import static io.skein.topic.TopicLog.sized;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.machine.Moment;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.topic.TopicOutcome.Done;
import io.skein.wire.Limits;
import org.junit.jupiter.api.Test;

class TopicConfigurationTest {
    private final TopicLog log = new TopicLog();

    @Test
    void configuringMakesATopicOrChangesIt() {
        assertEquals(new Done(true), log.configure("a", keep(5, 0, 0)));
        assertEquals(new Done(false), log.configure("a", keep(6, 0, 0)));

        assertEquals(keep(6, 0, 0), log.view("a").config());
        assertEquals(0, log.view("a").nextOffset());
    }

    @Test
    void configuringTheSameAgainChangesNothing() {
        log.configure("a", keep(5, 0, 0));
        log.configure("a", keep(5, 0, 0));

        assertTrue(log.changes.isEmpty());
    }

    @Test
    void aLowerCountTrimsAtOnce() {
        log.publishMany("a", 50);

        log.configure("a", keep(10, 0, 0));

        assertEquals(40, log.view("a").lowWater());
        assertEquals(10, log.view("a").count());
    }

    @Test
    void aLowerCountThatRefusesTrimsNothing() {
        log.publishMany("a", 50);

        log.configure("a", refuse(10, 0));

        assertEquals(50, log.view("a").count());
    }

    @Test
    void lowerBytesNeverTakeMoreThanAsked() {
        for (int i = 0; i < 100; i++) {
            log.one(sized("a", 1_000));
        }

        log.configure("a", keep(0, 99_500, 0));

        assertEquals(100, log.view("a").count(), "the one open stretch holds all of them");
        for (int i = 0; i < 99; i++) {
            log.one(sized("a", 1_000));
        }
        assertEquals(0, log.view("a").lowWater(), "without that stretch there would be less than may be kept");
        log.one(sized("a", 1_000));
        assertTrue(log.view("a").lowWater() >= 100, "now there is not");
        assertTrue(log.view("a").bytes() <= 99_500);
        assertTrue(log.view("a").bytes() >= 89_500);
    }

    @Test
    void aLowerAgeTrimsAtOnce() {
        log.publishMany("a", 5);
        log.time += 10_000;

        log.configure("a", keep(0, 0, 5_000));

        assertEquals(5, log.view("a").lowWater());
        assertEquals(0, log.view("a").count());
    }

    @Test
    void limitsBelowZeroAndEndlessAgesAreMalformed() {
        assertEquals(Rejection.MALFORMED, ((Rejected) log.configure("a", keep(-1, 0, 0))).reason());
        assertEquals(Rejection.MALFORMED, ((Rejected) log.configure("a", keep(0, -1, 0))).reason());
        assertEquals(
                Rejection.MALFORMED, ((Rejected) log.configure("a", keep(0, 0, Limits.MAX_DURATION_MS + 1))).reason());
    }

    @Test
    void theSystemsTopicsAreNotMadeByConfiguringThem() {
        assertEquals(Rejection.MALFORMED, ((Rejected) log.configure("$dead/x", TopicConfig.DEFAULT)).reason());
    }

    @Test
    void aDeletedTopicIsGone() {
        log.publishMany("a", 3);

        assertEquals(new Done(false), log.apply(new TopicCommand.Delete(new TopicName("a"))));

        assertTrue(log.machine.find(new TopicName("a")).isEmpty());
        assertEquals(new TopicTotals(0, 0, 0, 0), log.machine.totals());
    }

    @Test
    void anUnknownTopicIsNotDeleted() {
        assertEquals(
                Rejection.UNKNOWN_TOPIC, ((Rejected) log.apply(new TopicCommand.Delete(new TopicName("a")))).reason());
    }

    @Test
    void aTopicMadeAgainHasANewIdAndBeginsAtOffsetZero() {
        log.publishMany("a", 3);
        long before = log.view("a").id();
        log.apply(new TopicCommand.Delete(new TopicName("a")));

        assertEquals(0, offset(log.one(message("a", "again"))));

        assertTrue(log.view("a").id() > before);
        assertEquals(new Cursor(log.index, 0), log.view("a").created());
    }

    @Test
    void anIdIsNotUsedTwiceAfterARestart() {
        log.publishMany("a", 1);
        log.apply(new TopicCommand.Delete(new TopicName("a")));

        TopicMachine restarted = log.restarted();

        assertEquals(TopicLog.state(log.machine), TopicLog.state(restarted));
        var decision = restarted.decide(
                new Moment(50, 0, 5_000_000), new TopicCommand.Configure(new TopicName("b"), TopicConfig.DEFAULT));
        assertEquals(2, ((TopicChange.Created) decision.changes().get(0)).topic());
    }
}
