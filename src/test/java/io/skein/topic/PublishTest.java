package io.skein.topic;

import static io.skein.topic.TopicLog.body;
import static io.skein.topic.TopicLog.cursor;
import static io.skein.topic.TopicLog.delayed;
import static io.skein.topic.TopicLog.expecting;
import static io.skein.topic.TopicLog.keep;
import static io.skein.topic.TopicLog.message;
import static io.skein.topic.TopicLog.offset;
import static io.skein.topic.TopicLog.only;
import static io.skein.topic.TopicLog.refuse;
import static io.skein.topic.TopicLog.sized;
import static io.skein.topic.TopicLog.why;
import static io.skein.topic.TopicLog.withTtl;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.machine.Moment;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.topic.TopicCommand.Publish;
import io.skein.topic.TopicOutcome.Published;
import io.skein.wire.Limits;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PublishTest {
    private final TopicLog log = new TopicLog();

    @Test
    void theFirstPublishMakesTheTopicAndGetsOffsetZero() {
        var result = log.one(message("orders", "a"));

        assertEquals(0, offset(result));
        assertEquals(new Cursor(log.index, 0), cursor(result));
        assertEquals(
                List.of(new TopicChange.Created(
                        1, new TopicName("orders"), TopicConfig.DEFAULT, new Cursor(log.index, 0), log.time)),
                log.changes(TopicChange.Created.class));
        assertEquals(1, log.view("orders").nextOffset());
    }

    @Test
    void offsetsAreDensePerTopic() {
        log.publish(message("a", "1"), message("b", "1"), message("a", "2"));

        assertEquals(2, offset(log.one(message("a", "3"))));
        assertEquals(1, offset(log.one(message("b", "2"))));
    }

    @Test
    void aPublishThatMayNotCreateIsRefusedForAnUnknownTopic() {
        var outcome =
                (Published) log.apply(new Publish(List.of(message("orders", "a")), false, false, Optional.empty()));

        assertEquals(Rejection.UNKNOWN_TOPIC, why(outcome.results().get(0)).reason());
        assertTrue(log.changes.isEmpty());
        assertFalse(outcome.tookEffect());
    }

    @Test
    void messagesOfAListForOneTopicAreOneChange() {
        log.publish(message("a", "1"), message("a", "2"), message("b", "1"), message("b", "2"), message("a", "3"));

        var appended = log.changes(TopicChange.Appended.class);
        assertEquals(
                List.of(2, 2, 1),
                appended.stream().map(change -> change.messages().size()).toList());
        assertEquals(
                List.of(0L, 0L, 2L),
                appended.stream().map(TopicChange.Appended::firstOffset).toList());
        assertEquals(
                List.of(0, 2, 4),
                appended.stream().map(change -> change.first().place()).toList());
    }

    @Test
    void messagesWithDifferentExpiriesAreDifferentChanges() {
        log.publish(message("a", "1"), withTtl("a", 500), withTtl("a", 500), message("a", "2"));

        assertEquals(
                List.of(1, 2, 1),
                log.changes(TopicChange.Appended.class).stream()
                        .map(change -> change.messages().size())
                        .toList());
    }

    @Test
    void aRefusedMessageLeavesItsPlaceEmpty() {
        var results = log.publish(message("a", "1"), expecting("a", 7), message("a", "2"))
                .results();

        assertEquals(Rejection.WRONG_OFFSET, why(results.get(1)).reason());
        assertEquals(new Cursor(log.index, 2), cursor(results.get(2)));
        assertEquals(1, offset(results.get(2)));
        assertEquals(2, log.changes(TopicChange.Appended.class).size(), "places are not consecutive");
    }

    @Test
    void theListBeginsAtThePlaceOfTheMoment() {
        var decision = log.machine.decide(
                new Moment(99, 17, 2_000_000),
                new Publish(List.of(message("a", "1"), message("a", "2")), false, true, Optional.empty()));

        assertEquals(
                new Cursor(99, 18),
                cursor(((Published) decision.outcome()).results().get(1)));
    }

    @Test
    void aMessageOfAListSeesThoseBeforeIt() {
        log.configure("a", refuse(2, 0));

        var results = log.publish(expecting("a", 0), expecting("a", 1), message("a", "3"))
                .results();

        assertEquals(1, offset(results.get(1)));
        assertEquals(Rejection.TOPIC_FULL, why(results.get(2)).reason());
    }

    @Test
    void aWrongExpectedOffsetIsRefusedWithTheActualOne() {
        log.publishMany("a", 3);

        Rejected rejected = why(log.one(expecting("a", 2)));

        assertEquals(Rejection.WRONG_OFFSET, rejected.reason());
        assertEquals(3, rejected.actual());
        assertEquals(3, offset(log.one(expecting("a", 3))));
    }

    @Test
    void anExpectedOffsetOfAnUnknownTopicIsZero() {
        assertEquals(0, why(log.one(expecting("new", 1))).actual());
        assertTrue(log.machine.find(new TopicName("new")).isEmpty(), "a refused message makes no topic");
        assertEquals(0, offset(log.one(expecting("new", 0))));
    }

    @Test
    void anAtomicListIsTakenWhole() {
        var outcome = log.atomic(message("a", "1"), message("b", "1"));

        assertEquals(
                List.of(0L, 0L),
                outcome.results().stream().map(TopicLog::offset).toList());
    }

    @Test
    void anAtomicListWithOneRefusalIsRefusedWhole() {
        log.publishMany("a", 1);

        var outcome = log.atomic(message("new", "1"), expecting("a", 9), message("a", "2"));

        assertEquals(
                List.of(Rejection.ABORTED, Rejection.WRONG_OFFSET, Rejection.ABORTED),
                outcome.results().stream().map(r -> why(r).reason()).toList());
        assertTrue(log.changes.isEmpty());
        assertFalse(outcome.tookEffect());
        assertTrue(log.machine.find(new TopicName("new")).isEmpty());
    }

    @Test
    void aTopicThatRejectsWhenFullSaysCountAndLimit() {
        log.configure("a", refuse(2, 0));
        log.publishMany("a", 2);

        Rejected rejected = why(log.one(message("a", "3")));

        assertEquals(new Rejected(Rejection.TOPIC_FULL, "topic \"a\" is full: 2 of 2 messages", 2), rejected);
    }

    @Test
    void aTopicThatRejectsWhenFullSaysBytesAndLimit() {
        log.configure("a", refuse(0, 1_000));
        log.one(sized("a", 900));

        Rejected rejected = why(log.one(sized("a", 101)));

        assertEquals(
                new Rejected(
                        Rejection.TOPIC_FULL, "topic \"a\" is full: 900 of 1000 bytes, 101 more do not fit", 1_000),
                rejected);
        assertEquals(1, offset(log.one(sized("a", 100))));
    }

    @Test
    void aMessageThatNeverFitsIsTooLargeAlsoWhereTheOldestGiveWay() {
        log.configure("a", keep(0, 1_000, 0));
        log.one(sized("a", 500));

        assertEquals(Rejection.TOO_LARGE, why(log.one(sized("a", 1_001))).reason());
        assertEquals(1, log.view("a").count());
    }

    @Test
    void aTopicOfOneFormatTakesNoOther() {
        log.configure("a", only(Format.JSON));

        var raw = why(log.one(Publication.of(new TopicName("a"), body(Format.RAW, "{}"))));
        var broken = why(log.one(Publication.of(new TopicName("a"), body(Format.JSON, "{"))));

        assertEquals("topic \"a\" takes JSON: this one says RAW", raw.detail());
        assertEquals(Rejection.INVALID_FORMAT, broken.reason());
        assertEquals(0, offset(log.one(Publication.of(new TopicName("a"), body(Format.JSON, "{}")))));
    }

    @Test
    void aTopicOfXmlTakesWellFormedXml() {
        log.configure("a", only(Format.XML));

        assertEquals(
                Rejection.INVALID_FORMAT,
                why(log.one(Publication.of(new TopicName("a"), body(Format.XML, "<a>"))))
                        .reason());
        assertEquals(0, offset(log.one(Publication.of(new TopicName("a"), body(Format.XML, "<a/>")))));
    }

    @Test
    void aDelayedMessageOfTheWrongFormatIsRefusedAtOnce() {
        log.configure("a", only(Format.JSON));

        assertEquals(Rejection.INVALID_FORMAT, why(log.one(delayed("a", 10))).reason());
    }

    @Test
    void nobodyPublishesToTheSystemsTopics() {
        assertEquals(
                Rejection.MALFORMED, why(log.one(message("$dead/billing", "x"))).reason());
        assertEquals(
                Rejection.MALFORMED, why(log.one(delayed("$dead/billing", 5))).reason());
    }

    @Test
    void aListOfNothingOrOfTooManyIsMalformed() {
        assertEquals(Rejection.MALFORMED, rejection(new Publish(List.of(), false, true, Optional.empty())));
        assertEquals(
                Rejection.MALFORMED,
                rejection(new Publish(
                        Collections.nCopies(Limits.MAX_BATCH_MESSAGES + 1, message("a", "")),
                        false,
                        true,
                        Optional.empty())));
    }

    private Rejection rejection(Publish publish) {
        return ((Rejected) log.apply(publish)).reason();
    }

    @Test
    void whatNoDoorLetsThroughIsRefusedHereToo() {
        var name = new TopicName("a");
        Message plain = body(Format.RAW, "");
        var longKey = new Message("k".repeat(Limits.MAX_KEY_BYTES + 1), List.of(), Format.RAW, "", new byte[0]);
        var manyHeaders = new Message(
                "", Collections.nCopies(Limits.MAX_HEADERS + 1, new Header("h", "v")), Format.RAW, "", new byte[0]);

        assertEquals(
                Rejection.MALFORMED,
                why(log.one(new Publication(name, plain, -1, 0, -1))).reason());
        assertEquals(
                Rejection.MALFORMED,
                why(log.one(new Publication(name, plain, 0, Limits.MAX_DURATION_MS + 1, -1)))
                        .reason());
        assertEquals(
                Rejection.MALFORMED,
                why(log.one(new Publication(name, plain, 5, 0, 3))).reason(),
                "a delayed message has no offset to expect");
        assertEquals(
                Rejection.TOO_LARGE, why(log.one(Publication.of(name, longKey))).reason());
        assertEquals(
                Rejection.TOO_LARGE,
                why(log.one(Publication.of(name, manyHeaders))).reason());
    }

    @Test
    void oneTopicTooManyIsRefused() {
        var small = new TopicLog(new TopicLimits(2, 1, 1, 1_000, 1, 1, 1, 1));

        var results = small.publish(message("a", ""), message("b", ""), message("c", ""), message("a", ""))
                .results();

        assertEquals(Rejection.TOO_MANY_TOPICS, why(results.get(2)).reason());
        assertEquals(1, offset(results.get(3)));
        assertEquals(Rejection.TOO_MANY_TOPICS, ((Rejected) small.configure("c", TopicConfig.DEFAULT)).reason());
    }

    @Test
    void aPublishTakesAsManyPlacesAsItHasMessages() {
        assertEquals(3, new Publish(Collections.nCopies(3, message("a", "")), false, true, Optional.empty()).places());
        assertEquals(1, new Publish(List.of(), false, true, Optional.empty()).places());
        assertEquals(1, new TopicCommand.Expire().places());
    }
}
