package io.skein.topic;

import static io.skein.topic.TopicLog.keep;
import static io.skein.topic.TopicLog.message;
import static io.skein.topic.TopicLog.offset;
import static io.skein.topic.TopicLog.refuse;
import static io.skein.topic.TopicLog.sized;
import static io.skein.topic.TopicLog.withTtl;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.machine.Due;
import io.skein.machine.Rejection;
import io.skein.topic.TopicChange.Appended;
import io.skein.topic.TopicChange.Marked;
import io.skein.topic.TopicChange.Trimmed;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private final TopicLog log = new TopicLog();

    @Test
    void aTopicWithoutLimitsKeepsEverything() {
        log.publishMany("a", 3_000);
        log.passTo(log.time + 1_000_000_000_000L);

        assertEquals(3_000, log.view("a").count());
        assertEquals(Long.MAX_VALUE, log.machine.nextDue());
    }

    @Test
    void theCountIsExact() {
        log.configure("a", keep(500, 0, 0));
        for (int i = 1; i <= 1_200; i++) {
            log.one(message("a", "m"));
            assertEquals(Math.min(i, 500), log.view("a").count());
        }
    }

    @Test
    void theCursorOfTheLastThatWentIsExactInATopicOfFewMessages() {
        log.configure("a", keep(3, 0, 0));
        log.publishMany("a", 3);
        long first = log.index - 2;
        log.publishMany("a", 2);

        assertEquals(new Cursor(first + 1, 0), log.view("a").lastTrimmed());
    }

    @Test
    void theCursorOfTheLastThatWentIsAtMostAHundredthTooLate() {
        log.configure("a", keep(1_000, 0, 0));
        log.publishMany("a", 1_005);
        long first = log.index - 1_004;

        Cursor last = log.view("a").lastTrimmed();

        assertTrue(last.index() >= first + 4 && last.index() < first + 4 + 10, last.toString());
    }

    @Test
    void aTopicOfOneMessageNeedsNoMarks() {
        log.configure("a", keep(1, 0, 0));
        log.publishMany("a", 5);

        assertEquals(4, log.view("a").lowWater());
        assertEquals(new Cursor(log.index - 1, 0), log.view("a").lastTrimmed());
        assertTrue(log.changes(Marked.class).isEmpty());
    }

    @Test
    void aListLongerThanATopicKeepsItsEnd() {
        log.configure("a", keep(3, 0, 0));
        log.publish(Collections.nCopies(10, message("a", "m")).toArray(Publication[]::new));

        assertEquals(7, log.view("a").lowWater());
        assertEquals(new Cursor(log.index, 6), log.view("a").lastTrimmed());
        assertEquals(1, log.changes(Trimmed.class).size(), "one trim for the command");
        assertEquals(
                10,
                log.changes(Appended.class).stream()
                        .mapToInt(change -> change.messages().size())
                        .sum(),
                "those who follow live see all of them");
    }

    @Test
    void bytesStayWithinTheLimitAndAboveNineTenthsOfIt() {
        log.configure("a", keep(0, 100_000, 0));
        for (int i = 0; i < 1_000; i++) {
            log.one(sized("a", 500));
            long bytes = log.view("a").bytes();
            assertTrue(bytes <= 100_000, "" + bytes);
            assertTrue(i < 200 || bytes >= 90_000, "" + bytes);
        }
    }

    @Test
    void theOldestGiveWayToALargeMessage() {
        log.configure("a", keep(0, 10_000, 0));
        for (int i = 0; i < 20; i++) {
            log.one(sized("a", 500));
        }

        log.one(sized("a", 9_900));

        assertEquals(9_900, log.view("a").bytes());
        assertEquals(1, log.view("a").count());
    }

    @Test
    void marksAreCutEvery1024Messages() {
        log.publishMany("a", 1_024);
        assertTrue(log.changes(Marked.class).isEmpty());

        log.publishMany("a", 1);

        assertEquals(1_024, log.changes(Marked.class).get(0).end());
    }

    @Test
    void marksAreCutBefore256KiB() {
        log.publish(Collections.nCopies(5, sized("a", 100 << 10)).toArray(Publication[]::new));

        assertEquals(
                List.of(2L, 4L),
                log.changes(Marked.class).stream().map(Marked::end).toList());
        assertEquals(3, log.changes(Appended.class).size(), "an Appended never spans a mark");
    }

    @Test
    void messagesGoWhenTheirStretchIsOverAge() {
        log.configure("a", keep(0, 0, 100_000));
        for (int i = 0; i < 30; i++) {
            log.one(message("a", "m"));
            log.time += 1_999;
        }
        long first = log.time - 30 * 2_000 + 1;

        log.passTo(first + 100_000 + 20_000);

        long low = log.view("a").lowWater();
        assertTrue(low >= 4 && low <= 11, "two stretches of a tenth of the age: " + low);
    }

    @Test
    void theOpenStretchGoesWholeOnceItsLastMessageIsOverAge() {
        log.configure("a", keep(0, 0, 60_000));
        log.publishMany("a", 3);
        long last = log.time;

        assertEquals(last + 60_000, log.machine.nextDue());
        assertEquals(List.of(), log.machine.due(last + 59_999, 10));
        assertEquals(List.of(new Due.Propose(new TopicCommand.Expire())), log.machine.due(last + 60_000, 10));
        log.passTo(last + 60_000);

        assertEquals(0, log.view("a").count());
        assertEquals(0, log.view("a").bytes());
        assertEquals(Long.MAX_VALUE, log.machine.nextDue());
        assertEquals(3, offset(log.one(message("a", "next"))));
    }

    @Test
    void theLowerOfAgeAndTtlCounts() {
        var config = new TopicConfig(60_000, 0, 0, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 5_000);
        log.configure("a", config);
        log.publishMany("a", 1);

        log.passTo(log.time + 5_001);

        assertEquals(0, log.view("a").count());
    }

    @Test
    void aPublishFindsRoomThatAgeMade() {
        log.configure("a", new TopicConfig(5_000, 0, 2, TopicConfig.OnFull.REJECT, Optional.empty(), 0));
        log.publishMany("a", 2);
        log.time += 5_000;

        assertEquals(2, offset(log.one(message("a", "3"))));
    }

    @Test
    void aRefusedPublishStillCarriesTheTrimThatTimeHadMadeDue() {
        log.configure("a", keep(0, 0, 5_000));
        log.publishMany("a", 2);
        log.time += 5_000;

        log.one(TopicLog.expecting("a", 0));

        assertEquals(1, log.changes(Trimmed.class).size());
    }

    @Test
    void aMessageExpiresByItsOwnTtl() {
        log.publish(withTtl("a", 1_000), message("a", "stays"));
        long expiry = log.time + 1_000;

        assertEquals(expiry, log.machine.nextDue());
        log.passTo(expiry);

        assertEquals(1, log.view("a").count());
        assertEquals(0, log.view("a").lowWater(), "its stretch still holds a living one");
        assertEquals(List.of(), log.machine.due(expiry + 1, 10));
    }

    @Test
    void aStretchOfWhichAllExpiredIsTrimmed() {
        log.publish(withTtl("a", 1_000), withTtl("a", 2_000));
        log.passTo(log.time + 1_500);
        assertEquals(0, log.view("a").lowWater());

        log.passTo(log.time + 1_500);

        assertEquals(2, log.view("a").lowWater());
        assertEquals(0, log.view("a").bytes());
    }

    @Test
    void expiredMessagesLeaveRoomInAFullTopic() {
        log.configure("a", refuse(2, 0));
        log.publish(message("a", "stays"), withTtl("a", 100));
        log.time += 100;

        assertEquals(2, offset(log.one(message("a", "3"))));
    }

    @Test
    void expiredMessagesAreNotCountedWhenTheOldestGiveWay() {
        log.configure("a", keep(3, 0, 0));
        log.publish(message("a", "0"), withTtl("a", 100), message("a", "2"));
        log.time += 100;
        log.publish(message("a", "3"));
        assertEquals(0, log.view("a").lowWater());
        assertEquals(3, log.view("a").count());

        log.publish(message("a", "4"));

        assertEquals(1, log.view("a").lowWater());
        assertEquals(3, log.view("a").count());
    }

    @Test
    void oneTtlTooManyIsRefusedAndExpiredOnesDoNotCount() {
        var small = new TopicLog(new TopicLimits(10, 1, 1, 1_000, 1, 2, 1, 10));
        var results = small.publish(withTtl("a", 100), withTtl("a", 500), withTtl("a", 500))
                .results();
        assertEquals(Rejection.TOO_MANY_TTL, TopicLog.why(results.get(2)).reason());

        small.time += 100;

        assertEquals(2, offset(small.one(withTtl("a", 500))));
    }

    @Test
    void expiriesOfATrimmedOrDeletedTopicAreForgotten() {
        log.configure("a", keep(1, 0, 0));
        log.publish(withTtl("a", 100), message("a", "x"), withTtl("b", 200));
        assertEquals(log.time + 200, log.machine.nextDue());

        log.apply(new TopicCommand.Delete(new TopicName("b")));

        assertEquals(Long.MAX_VALUE, log.machine.nextDue());
    }

    @Test
    void manyExpiriesAreSettledInSteps() {
        var small = new TopicLog(new TopicLimits(10, 1, 1, 1_000, 1, 1_000, 1, 7));
        small.publish(Collections.nCopies(20, withTtl("a", 100)).toArray(Publication[]::new));
        small.time += 100;

        small.apply(new TopicCommand.Expire());

        assertEquals(7, small.changes(TopicChange.Expired.class).size());
        assertEquals(13, small.view("a").count());
        small.passTo(small.time);
        assertEquals(0, small.view("a").count());
    }

    @Test
    void manyTopicsOverAgeAreSettledInSteps() {
        var small = new TopicLog(new TopicLimits(100, 1, 1, 1_000, 1, 1_000, 1, 7));
        for (int i = 0; i < 20; i++) {
            small.configure("t" + i, keep(0, 0, 5_000));
            small.one(message("t" + i, "m"));
        }
        small.time += 5_000;

        small.apply(new TopicCommand.Expire());

        assertEquals(7, small.changes(Trimmed.class).size());
        assertEquals(13, small.machine.totals().messages());
        small.passTo(small.time);
        assertEquals(0, small.machine.totals().messages());
    }

    @Test
    void ttlsAreCountedUntilTheyExpireOrTheirTopicForgetsThem() {
        var small = new TopicLog(new TopicLimits(10, 1, 1, 1_000, 1, 3, 1, 10));
        small.configure("a", keep(1, 0, 0));
        small.one(withTtl("a", 1_000));
        small.one(withTtl("b", 1_000));
        small.one(withTtl("b", 1_000));
        assertEquals(
                Rejection.TOO_MANY_TTL,
                TopicLog.why(small.one(withTtl("b", 1_000))).reason());

        small.one(message("a", "takes the place of the first"));
        assertEquals(2, offset(small.one(withTtl("b", 1_000))), "a trim frees one");
        small.apply(new TopicCommand.Delete(new TopicName("b")));

        for (int i = 0; i < 3; i++) {
            assertEquals(i, offset(small.one(withTtl("b", 1_000))), "a deletion frees three");
        }
        assertEquals(
                Rejection.TOO_MANY_TTL,
                TopicLog.why(small.one(withTtl("b", 1_000))).reason());
    }

    @Test
    void agesThatWereChangedToAndFroAreSettledInTheSameStepsEverywhere() {
        var small = new TopicLog(new TopicLimits(10, 1, 1, 1_000, 1, 10, 1, 2));
        for (String topic : List.of("a", "b", "c")) {
            small.configure(topic, keep(0, 0, 10_000));
            small.one(message(topic, "m"));
        }
        small.configure("a", keep(0, 0, 5_000));
        small.configure("a", keep(0, 0, 10_000));
        small.machine.nextDue();
        small.shadow = small.restarted();
        small.time += 20_000;

        small.apply(new TopicCommand.Expire());

        assertEquals(2, small.changes(Trimmed.class).size());
    }
}
