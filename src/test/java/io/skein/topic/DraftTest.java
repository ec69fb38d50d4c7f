package io.skein.topic;

import static io.skein.topic.TopicLog.keep;
import static io.skein.topic.TopicLog.message;
import static io.skein.topic.TopicLog.sized;
import static io.skein.topic.TopicLog.withTtl;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Rejection;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What machines on top want of topics: pins, trims, copies; and what they are told. */
class DraftTest {
    private final TopicLog log = new TopicLog();

    private long id(String topic) {
        return log.view(topic).id();
    }

    private TopicReach reach(String topic) {
        return log.machine.reach(new TopicName(topic)).orElseThrow();
    }

    @Test
    void aPinnedMessageOutlivesTheCount() {
        log.configure("a", keep(3, 0, 0));
        log.publishMany("a", 3);
        log.draft(draft -> draft.pin(id("a"), 1));
        log.publishMany("a", 10);

        assertEquals(1, log.view("a").lowWater());
    }

    @Test
    void whatWasPinnedTwiceStaysUntilBothAreTakenBack() {
        log.configure("a", keep(1, 0, 0));
        log.publishMany("a", 1);
        log.draft(draft -> {
            draft.pin(id("a"), 0);
            draft.pin(id("a"), 0);
        });
        log.draft(draft -> draft.unpin(id("a"), 0));
        log.publishMany("a", 1);
        assertEquals(0, log.view("a").lowWater());

        log.draft(draft -> draft.unpin(id("a"), 0));
        log.publishMany("a", 1);
        assertEquals(2, log.view("a").lowWater());
    }

    @Test
    void whatAPinAloneHeldBackGoesWithIt() {
        log.configure("a", keep(3, 0, 0));
        log.publishMany("a", 2);
        log.draft(draft -> draft.pin(id("a"), 1));
        log.publishMany("a", 10);

        log.draft(draft -> draft.unpin(id("a"), 1));

        assertEquals(3, log.view("a").count());
    }

    @Test
    void aPinnedMessageOutlivesItsAgeAndNothingIsDueMeanwhile() {
        log.configure("a", keep(0, 0, 5_000));
        log.publishMany("a", 1);
        log.draft(draft -> draft.pin(id("a"), 0));
        log.passTo(log.time + 60_000);
        assertEquals(1, log.view("a").count());
        assertEquals(Long.MAX_VALUE, log.machine.nextDue());

        log.draft(draft -> draft.unpin(id("a"), 0));
        log.passTo(log.time + 1);
        assertEquals(0, log.view("a").count());
    }

    @Test
    void aPinHoldsBytesAndExpiredStretchesToo() {
        log.configure("a", keep(0, 1_000, 0));
        log.publish(withTtl("a", 10));
        log.draft(draft -> draft.pin(id("a"), 0));
        log.passTo(log.time + 1_000);
        for (int i = 0; i < 30; i++) {
            log.one(sized("a", 100));
        }
        assertEquals(0, log.view("a").lowWater());

        log.draft(draft -> draft.unpin(id("a"), 0));
        log.one(sized("a", 100));
        assertTrue(log.view("a").bytes() <= 1_000);
    }

    @Test
    void whereTheCountWouldTakeAWholeStretchAllBeforeAPinGoes() {
        log.publishMany("a", 1);
        log.publish(withTtl("a", 10));
        log.publish(withTtl("a", 10));
        log.draft(draft -> draft.pin(id("a"), 2));
        log.passTo(log.time + 1_000);
        for (int i = 0; i < 4; i++) {
            log.one(sized("a", 256 << 10));
        }

        log.configure("a", keep(2, 0, 0));
        log.publishMany("a", 1);

        assertEquals(2, log.view("a").lowWater());
        assertEquals(5, log.view("a").count());
    }

    @Test
    void aPinTakesEffectBeforeWhatIsOverAgeGoesInTheSameCommand() {
        log.configure("a", keep(0, 0, 5_000));
        log.publishMany("a", 1);
        log.time += 5_000;

        log.draft(draft -> draft.pin(id("a"), 0));

        assertEquals(1, log.view("a").count());
    }

    @Test
    void aQueueIsTrimmedToTheOffsetThatIsAsked() {
        log.publishMany("a", 10);
        log.draft(draft -> draft.trimBelow(id("a"), 4));
        assertEquals(4, log.view("a").lowWater());

        log.draft(draft -> draft.trimBelow(id("a"), 100));
        assertEquals(10, log.view("a").lowWater());
        assertEquals(0, log.view("a").bytes());
    }

    @Test
    void aTrimStopsAtAPin() {
        log.publishMany("a", 10);
        log.draft(draft -> draft.pin(id("a"), 6));
        log.draft(draft -> draft.trimBelow(id("a"), 8));

        assertEquals(6, log.view("a").lowWater());
    }

    @Test
    void aCopyMakesItsTopicAndAsksForNoLimits() {
        log.configure("full", TopicLog.refuse(1, 0));
        log.publishMany("full", 1);
        log.draft(draft -> {
            draft.copy(new TopicName("full"), TopicLog.body(Format.RAW, "x"), 0);
            draft.copy(new TopicName("$dead/a"), TopicLog.body(Format.RAW, "x"), 1);
        });

        assertEquals(2, log.view("full").count());
        assertEquals(1, log.view("$dead/a").count());
    }

    @Test
    void whoFollowsAllTopicsHasASayInHowManyThereAre() {
        var followers = new TopicFollowers() {
            @Override
            public int of(TopicName name) {
                return name.value().startsWith("a") ? 2 : 0;
            }

            @Override
            public long room() {
                return 3;
            }
        };
        log.machine.followedBy(followers);
        log.shadow.followedBy(followers);

        var results = log.publish(message("a/1", "x"), message("b", "x"), message("a/2", "x"))
                .results();

        assertTrue(results.get(0) instanceof TopicOutcome.Accepted);
        assertTrue(results.get(1) instanceof TopicOutcome.Accepted);
        assertEquals(Rejection.TOO_MANY_TOPICS, TopicLog.why(results.get(2)).reason());
    }

    @Test
    void whatIsExpiredIsPassedOver() {
        log.publish(message("a", "0"), withTtl("a", 10), withTtl("a", 10), message("a", "3"), withTtl("a", 50));
        long now = log.time;

        assertEquals(0, reach("a").firstLive(0, now));
        assertEquals(1, reach("a").firstLive(1, now));
        assertEquals(3, reach("a").firstLive(1, now + 10));
        assertEquals(5, reach("a").firstLive(4, now + 50));
        assertEquals(1, reach("a").liveEnd(0, 5, now + 10));
        assertEquals(5, reach("a").liveEnd(0, 5, now));

        log.passTo(now + 20);
        assertEquals(3, reach("a").firstLive(1, log.time));
        assertEquals(3, reach("a").count(0, 5));
        assertEquals(1, reach("a").count(1, 4));
    }

    @Test
    void aStampNearAnOffsetIsNeverAfterIt() {
        log.configure("a", keep(2_000, 0, 0));
        for (int i = 0; i < 3_000; i++) {
            log.one(message("a", "m"));
        }
        long last = log.time;
        for (int offset = 1_000; offset < 3_000; offset++) {
            long stamp = last - (2_999 - offset);
            long near = reach("a").timeNear(offset);
            assertTrue(near <= stamp && near > stamp - 30, offset + ": " + near + " is not " + stamp);
        }
    }

    /** A twin of the topic is not pinned: when nothing is pinned any more, both have lost the same. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void pinsOnlyPutOffWhatRetentionWants(long seed) {
        var random = new Random(seed);
        TopicConfig config = keep(random.nextInt(30), random.nextInt(3) * 2_000L, random.nextInt(2) * 5_000L);
        log.configure("pinned", config);
        log.configure("twin", config);
        var pins = new TreeMap<Long, Integer>();
        for (int step = 0; step < 300; step++) {
            int what = random.nextInt(10);
            if (what < 7) {
                int size = 64 + random.nextInt(200);
                long ttl = random.nextInt(4) == 0 ? 1 + random.nextInt(200) : 0;
                for (String name : new String[] {"pinned", "twin"}) {
                    log.one(new Publication(
                            new TopicName(name), sized(name, size).message(), 0, ttl, -1));
                }
            } else if (what == 7 && log.view("pinned").count() > 0) {
                TopicView view = log.view("pinned");
                long offset = view.lowWater() + random.nextInt((int) (view.nextOffset() - view.lowWater()));
                log.draft(draft -> draft.pin(view.id(), offset));
                pins.merge(offset, 1, Integer::sum);
            } else if (what == 8 && !pins.isEmpty()) {
                long offset = pins.firstKey();
                log.draft(draft -> draft.unpin(id("pinned"), offset));
                pins.computeIfPresent(offset, (at, times) -> times == 1 ? null : times - 1);
            } else {
                log.passTo(log.time + random.nextInt(300));
            }
            assertTrue(pins.isEmpty() || log.view("pinned").lowWater() <= pins.firstKey());
            assertEquals(TopicLog.state(log.machine), TopicLog.state(log.restarted()), "seed " + seed);
            assertEquals(TopicLog.state(log.machine), TopicLog.state(log.copied()), "seed " + seed);
        }
        pins.forEach((offset, times) -> {
            for (int i = 0; i < times; i++) {
                log.draft(draft -> draft.unpin(id("pinned"), offset));
            }
        });
        log.one(sized("pinned", 300));
        log.one(sized("twin", 300));
        log.passTo(log.time + 60_000);
        log.one(sized("pinned", 300));
        log.one(sized("twin", 300));
        if (config.maxBytes() == 0) {
            assertEquals(log.view("twin").count(), log.view("pinned").count(), "seed " + seed);
        }
    }
}
