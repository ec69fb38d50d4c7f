package io.skein.topic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Cursor;
import io.skein.machine.Outcome;
import io.skein.topic.TopicCommand.Publish;
import io.skein.topic.TopicCommand.Sequence;
import io.skein.topic.TopicConfig.OnFull;
import io.skein.topic.TopicOutcome.Accepted;
import io.skein.topic.TopicOutcome.Published;
import io.skein.topic.TopicOutcome.Result;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random commands against a machine and against a list of every message ever accepted. After each one: what the machine
 * says of its topics is true of the list, nobody lost more than the limits ask for, and a machine made from the rows or
 * from the snapshot is the same.
 */
class TopicModelTest {
    private static final int STEPS = 600;

    private record Kept(long offset, Cursor cursor, long time, long expiresAt, int size) {}

    /** Every message of a topic, never trimmed; and the largest stretch that its limits so far allowed. */
    private static final class Model {
        final List<Kept> all = new ArrayList<>();
        long lowWater;
        TopicConfig config = TopicConfig.DEFAULT;
        /** Whether the configuration was never changed while there were messages. */
        boolean steady = true;
    }

    private final Map<Long, Model> models = new HashMap<>();
    private final TreeMap<String, Long> expectedSequences = new TreeMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void theMachineAgreesWithAListOfAllMessages(long seed) {
        var random = new Random(seed);
        var log = new TopicLog(new TopicLimits(5, 3, 4, 700, 5_000, 20, 10, 7));
        for (int step = 0; step < STEPS; step++) {
            step(random, log);
            check(log);
            if (random.nextInt(20) == 0) {
                log.shadow = log.restarted();
            }
            assertEquals(TopicLog.state(log.machine), TopicLog.state(log.restarted()), "seed " + seed);
            assertEquals(TopicLog.state(log.machine), TopicLog.state(log.copied()), "seed " + seed);
        }
        assertTrue(models.values().stream().anyMatch(m -> m.lowWater > 10), "seed " + seed + " trimmed little");
    }

    private void step(Random random, TopicLog log) {
        log.time += random.nextInt(10) == 0 ? random.nextInt(4_000) : random.nextInt(20);
        int what = random.nextInt(100);
        if (what < 70) {
            publish(random, log);
        } else if (what < 74) {
            configure(random, log);
        } else if (what < 75) {
            log.apply(new TopicCommand.Delete(name(random)));
        } else if (what < 78 && !log.rows.scheduled().isEmpty()) {
            List<Cursor> waiting = log.rows.scheduled();
            log.apply(new TopicCommand.Cancel(waiting.get(random.nextInt(waiting.size()))));
        } else {
            log.passTo(log.time);
            learn(log);
            assertTrue(log.machine.nextDue() > log.time + 1, "something is still due");
        }
    }

    private static TopicName name(Random random) {
        return new TopicName("t" + random.nextInt(6));
    }

    private void publish(Random random, TopicLog log) {
        List<Publication> messages = new ArrayList<>();
        int count = random.nextInt(4) == 0 ? 1 + random.nextInt(8) : 1;
        TopicName name = name(random);
        for (int i = 0; i < count; i++) {
            if (random.nextInt(4) == 0) {
                name = name(random);
            }
            var message = new Message(
                    "", List.of(), random.nextInt(9) == 0 ? Format.JSON : Format.RAW, "", new byte[random.nextInt(60)]);
            long delay = random.nextInt(12) == 0 ? 1 + random.nextInt(500) : 0;
            long ttl = random.nextInt(5) == 0 ? 1 + random.nextInt(1_000) : 0;
            long expect = random.nextInt(15) == 0 ? random.nextInt(50) : -1;
            messages.add(new Publication(name, message, delay, ttl, expect));
        }
        Optional<Sequence> sequence = Optional.empty();
        if (random.nextInt(4) == 0) {
            String producer = "p" + random.nextInt(5);
            long next = expectedSequences.getOrDefault(producer, 1L);
            sequence = Optional.of(new Sequence(producer, 0, Math.max(1, next - random.nextInt(3))));
        }
        boolean atomic = random.nextInt(3) == 0;
        Outcome outcome = log.apply(new Publish(messages, atomic, random.nextInt(20) > 0, sequence));
        learn(log);
        if (outcome instanceof Published published) {
            for (Result result : published.results()) {
                if (result instanceof Accepted accepted && !published.replayed()) {
                    assertEquals(log.index, accepted.cursor().index());
                }
            }
        }
        for (TopicChange.Produced produced : log.changes(TopicChange.Produced.class)) {
            expectedSequences.put(produced.producer(), produced.number() + 1);
        }
        for (TopicChange.ProducerRemoved removed : log.changes(TopicChange.ProducerRemoved.class)) {
            expectedSequences.remove(removed.producer());
        }
    }

    private void configure(Random random, TopicLog log) {
        long messages = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(random.nextBoolean() ? 20 : 300);
        long bytes = random.nextInt(2) == 0 ? 0 : 300 + random.nextInt(10_000);
        long age = random.nextInt(2) == 0 ? 0 : 500 + random.nextInt(20_000);
        OnFull onFull = random.nextInt(3) == 0 ? OnFull.REJECT : OnFull.DROP_OLDEST;
        Optional<Format> format = random.nextInt(6) == 0 ? Optional.of(Format.RAW) : Optional.empty();
        log.apply(new TopicCommand.Configure(name(random), new TopicConfig(age, bytes, messages, onFull, format, 0)));
        learn(log);
    }

    /** Follows what was appended from the changes, which subscribers see, and holds offsets and cursors to their law. */
    private void learn(TopicLog log) {
        for (TopicView view : log.machine.all()) {
            Model model = models.computeIfAbsent(view.id(), id -> new Model());
            if (!view.config().equals(model.config)) {
                model.steady &= model.all.isEmpty();
                model.config = view.config();
            }
        }
        for (TopicChange.Appended change : appended(log)) {
            Model model = models.computeIfAbsent(change.topic(), id -> new Model());
            assertEquals(model.all.size(), change.firstOffset(), "offsets are dense");
            long bytes = 0;
            for (int i = 0; i < change.messages().size(); i++) {
                Cursor cursor =
                        new Cursor(change.first().index(), change.first().place() + i);
                if (!model.all.isEmpty()) {
                    assertTrue(
                            cursor.isAfter(model.all.get(model.all.size() - 1).cursor()), "cursors rise");
                }
                int size = change.messages().get(i).size();
                bytes += size;
                model.all.add(new Kept(change.firstOffset() + i, cursor, change.time(), change.expiresAt(), size));
            }
            assertEquals(bytes, change.bytes());
        }
    }

    private long learnt;

    private List<TopicChange.Appended> appended(TopicLog log) {
        List<TopicChange.Appended> fresh = log.appended.stream()
                .filter(change -> change.first().index() > learnt)
                .toList();
        learnt = log.index;
        return fresh;
    }

    private void check(TopicLog log) {
        long messages = 0;
        long bytes = 0;
        for (TopicView view : log.machine.all()) {
            check(log, view, models.get(view.id()));
            messages += view.count();
            bytes += view.bytes();
        }
        var totals = new TopicTotals(
                log.machine.all().size(), messages, bytes, log.rows.scheduled().size());
        assertEquals(totals, log.machine.totals());
    }

    private static void check(TopicLog log, TopicView view, Model model) {
        assertEquals(model.all.size(), view.nextOffset());
        assertTrue(view.lowWater() >= model.lowWater, "the low water never falls");
        assertTrue(view.lowWater() <= view.nextOffset());

        List<Kept> kept = model.all.subList((int) view.lowWater(), model.all.size());
        // With at most 7 expiries a command the machine may lag behind the clock, never run ahead of it.
        long unexpired = kept.stream().filter(m -> m.expiresAt() > log.time).count();
        assertTrue(view.count() >= unexpired, view + ": " + unexpired + " are unexpired");
        if (log.machine.nextDue() > log.time) {
            assertEquals(unexpired, view.count(), view.toString());
        }

        if (view.lowWater() > 0) {
            Cursor gone = model.all.get((int) view.lowWater() - 1).cursor();
            assertTrue(!gone.isAfter(view.lastTrimmed()), "a gap would be missed");
            assertTrue(!view.lastTrimmed()
                    .isAfter(model.all.get(model.all.size() - 1).cursor()));
            boolean exact = view.config().maxMessages() <= 100;
            if (model.steady && exact) {
                assertEquals(gone, view.lastTrimmed(), view.toString());
            }
        }

        long trueBytes = kept.stream().mapToLong(Kept::size).sum();
        if (model.steady && view.config().maxMessages() <= 100) {
            assertEquals(trueBytes, view.bytes(), view.toString());
        }
        if (model.steady) {
            limits(view, model, kept, trueBytes, log.time);
        }
        model.lowWater = view.lowWater();
    }

    /** Within the limits, and nothing went that they did not ask for. */
    private static void limits(TopicView view, Model model, List<Kept> kept, long trueBytes, long now) {
        TopicConfig config = view.config();
        if (config.maxMessages() > 0) {
            long unreleased = config.onFull() == OnFull.REJECT ? 10 : 0;
            assertTrue(view.count() <= config.maxMessages() + unreleased, view.toString());
        }
        if (config.maxBytes() > 0 && config.onFull() == OnFull.DROP_OLDEST && kept.size() > 1) {
            assertTrue(view.bytes() <= config.maxBytes(), view.toString());
        }
        if (view.lowWater() <= model.lowWater) {
            return;
        }
        Kept lastGone = model.all.get((int) view.lowWater() - 1);
        boolean overAge = config.ageMs() > 0 && lastGone.time() + config.ageMs() <= now;
        boolean expired = lastGone.expiresAt() <= now;
        boolean overCount = config.onFull() == OnFull.DROP_OLDEST
                && config.maxMessages() > 0
                && view.count() >= config.maxMessages();
        // With the stretch that went last, and what came for it, the bytes would have been above the limit.
        long stretch = Math.max(config.maxBytes() / 10, 200) + 200;
        boolean overBytes = config.onFull() == OnFull.DROP_OLDEST
                && config.maxBytes() > 0
                && trueBytes + stretch > config.maxBytes();
        assertTrue(overAge || expired || overCount || overBytes, "went without need: " + lastGone + " of " + view);
    }
}
