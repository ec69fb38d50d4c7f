package io.skein.machine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.IdempotencyWindow.Fresh;
import io.skein.machine.IdempotencyWindow.Full;
import io.skein.machine.IdempotencyWindow.Replay;
import io.skein.machine.IdempotencyWindow.Reused;
import io.skein.machine.IdempotencyWindow.Verdict;
import io.skein.machine.KeyChange.KeyRemembered;
import io.skein.machine.KeyChange.KeysForgotten;
import io.skein.wire.CommandProto;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyWindowTest {
    private static final long MINUTE = 60_000;
    private static final Machine MACHINE = new Answers();

    private final IdempotencyWindow window = new IdempotencyWindow();
    private long index = 100;

    /** Small answers fit in brief, large ones do not. */
    private record Answer(long number) implements Outcome {}

    private static final class Answers implements Machine {
        @Override
        public boolean owns(Command command) {
            return false;
        }

        @Override
        public boolean owns(Change change) {
            return false;
        }

        @Override
        public Decision decide(Moment at, Command command) {
            throw new AssertionError();
        }

        @Override
        public void evolve(Change change) {
            throw new AssertionError();
        }

        @Override
        public long nextDue() {
            return Long.MAX_VALUE;
        }

        @Override
        public List<Due> due(long time, int limit) {
            return List.of();
        }

        @Override
        public void snapshot(Consumer<Change> into) {}

        @Override
        public CommandProto toProto(Command command) {
            throw new AssertionError();
        }

        @Override
        public Optional<Command> fromProto(CommandProto proto) {
            throw new AssertionError();
        }

        @Override
        public Optional<Brief> brief(Moment at, Outcome outcome) {
            long number = ((Answer) outcome).number();
            return number < 1_000 ? Optional.of(new Brief(3, number)) : Optional.empty();
        }

        @Override
        public Outcome fromBrief(Moment at, Brief brief) {
            return new Answer(brief.number());
        }

        @Override
        public byte[] encode(Outcome outcome) {
            return outcome.toString().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Outcome decode(byte[] outcome) {
            throw new AssertionError();
        }
    }

    private static IdempotencyKey key(long scope, long body) {
        return new IdempotencyKey(scope * 31, scope, body);
    }

    private List<Change> take(IdempotencyWindow into, long scope, long time, long answer) {
        List<Change> changes = into.remember(key(scope, 1), new Moment(++index, 0, time), new Answer(answer), MACHINE);
        changes.forEach(into::evolve);
        return changes;
    }

    private Verdict check(IdempotencyWindow in, long scope, long time) {
        return in.check(key(scope, 1), time);
    }

    @Test
    void aKeyNeverSeenIsFresh() {
        assertEquals(new Fresh(), check(window, 1, 0));
    }

    @Test
    void aRepeatIsAnsweredWithTheFirstMomentAndBrief() {
        take(window, 1, 5_000, 42);

        assertEquals(new Replay(new Moment(index, 0, 5_000), Optional.of(new Brief(3, 42))), check(window, 1, 6_000));
    }

    @Test
    void anAnswerTooLargeForMemoryIsARow() {
        List<Change> changes = take(window, 1, 5_000, 1_000_000);

        assertArrayEquals(MACHINE.encode(new Answer(1_000_000)), ((KeyRemembered) changes.get(0)).answer());
        assertEquals(new Replay(new Moment(index, 0, 5_000), Optional.empty()), check(window, 1, 6_000));
    }

    @Test
    void anotherBodyUnderTheSameKeyIsReused() {
        take(window, 1, 5_000, 42);

        Verdict verdict = window.check(key(1, 2), 6_000);

        assertEquals(Rejection.KEY_REUSED, ((Reused) verdict).rejected().reason());
    }

    @Test
    void whatWasRefusedIsNotRemembered() {
        List<Change> changes =
                window.remember(key(1, 1), new Moment(1, 0, 1), Rejected.of(Rejection.TOPIC_FULL, "full"), MACHINE);

        assertEquals(List.of(), changes);
    }

    @Test
    void bothHalvesOfTheScopeCount() {
        take(window, 1, 5_000, 42);

        assertEquals(new Fresh(), window.check(new IdempotencyKey(31, 2, 1), 5_001));
        assertEquals(new Fresh(), window.check(new IdempotencyKey(32, 1, 1), 5_001));
    }

    @Test
    void aKeyIsKeptForAnHourAndNoLonger() {
        take(window, 1, 0, 42);

        assertTrue(check(window, 1, 60 * MINUTE - 1) instanceof Replay);
        assertEquals(new Fresh(), check(window, 1, 60 * MINUTE));
    }

    @Test
    void aKeyUsedAgainAfterItsTimeIsRememberedAnew() {
        for (int i = 0; i < 40; i++) {
            take(window, i, i, i);
        }
        take(window, 39, 61 * MINUTE, 77);

        assertEquals(40 + 1 - 16, window.size(), "16 are forgotten at once");
        assertEquals(
                77,
                ((Replay) check(window, 39, 61 * MINUTE)).brief().orElseThrow().number());
        for (int i = 100; i < 103; i++) {
            take(window, i, 61 * MINUTE, 1);
        }
        assertEquals(4, window.size());
        assertEquals(
                77,
                ((Replay) check(window, 39, 61 * MINUTE)).brief().orElseThrow().number());
    }

    @Test
    void aFullWindowRefusesNewKeysWithinTenMinutes() {
        var small = new IdempotencyWindow(3);
        for (int i = 1; i <= 3; i++) {
            take(small, i, i * 1_000, 1);
        }

        Verdict verdict = check(small, 4, 5_000);

        assertEquals(new Full(3, 10 * MINUTE - 4_000), verdict);
        assertEquals(Rejection.TOO_MANY_KEYS, ((Full) verdict).rejected().reason());
        assertTrue(check(small, 1, 5_000) instanceof Replay, "those it knows are answered");
    }

    @Test
    void inAFullWindowTheOldestGoesOnceItsTenMinutesAreOver() {
        var small = new IdempotencyWindow(3);
        for (int i = 1; i <= 3; i++) {
            take(small, i, i * 1_000, 1);
        }
        assertEquals(new Fresh(), check(small, 4, 1_000 + 10 * MINUTE));

        List<Change> changes = take(small, 4, 1_000 + 10 * MINUTE, 1);

        assertEquals(new KeysForgotten(index - 3, 0), changes.get(0));
        assertEquals(3, small.size());
        assertTrue(check(small, 2, 2_000) instanceof Replay);
        assertTrue(check(small, 4, 2_000) instanceof Replay);
    }

    @Test
    void aMillionKeysTakeAtMost64BytesEach() {
        for (int i = 0; i < IdempotencyWindow.KEYS; i++) {
            window.evolve(new KeyRemembered(key(i, 1), i + 1, 0, i, Optional.of(new Brief(1, i)), new byte[0]));
        }

        assertTrue(window.memory() <= 64L * IdempotencyWindow.KEYS, window.memory() + " bytes");
        assertTrue(check(window, 999_999, 0) instanceof Replay);
        assertTrue(check(window, 0, 0) instanceof Replay);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theWindowAgreesWithAMap(long seed) {
        var random = new Random(seed);
        int limit = 200;
        var tested = new IdempotencyWindow(limit);
        Map<Long, KeyRemembered> model = new LinkedHashMap<>();
        long time = 0;
        for (int step = 0; step < 20_000; step++) {
            time += random.nextInt(100) == 0 ? random.nextInt(70) * MINUTE : random.nextInt(8_000);
            long now = time;
            long scope = random.nextInt(400);
            Verdict verdict = check(tested, scope, now);
            KeyRemembered known = model.get(scope);
            if (known != null && now - known.time() < 60 * MINUTE) {
                assertEquals(
                        new Replay(new Moment(known.index(), known.place(), known.time()), known.brief()), verdict);
                continue;
            }
            if (verdict instanceof Full full) {
                assertEquals(limit, tested.size());
                assertTrue(full.retryAfterMs() > 0 && full.retryAfterMs() <= 10 * MINUTE);
                continue;
            }
            assertEquals(new Fresh(), verdict);
            for (Change change : take(tested, scope, now, random.nextInt(2_000))) {
                if (change instanceof KeysForgotten forgotten) {
                    assertTrue(model.values().stream()
                            .filter(k -> k.index() <= forgotten.index())
                            .allMatch(k -> now - k.time() >= 10 * MINUTE));
                    model.values().removeIf(k -> k.index() <= forgotten.index());
                } else if (change instanceof KeyRemembered remembered) {
                    // Insertion order is log order.
                    model.remove(scope);
                    model.put(scope, remembered);
                }
            }
            assertTrue(tested.size() <= limit);
            if (step % 500 == 0) {
                assertEquals(state(tested), state(copy(tested, limit)));
                model.forEach(
                        (s, k) -> assertEquals(now - k.time() < 60 * MINUTE, check(tested, s, now) instanceof Replay));
            }
        }
    }

    private static IdempotencyWindow copy(IdempotencyWindow from, int limit) {
        var copy = new IdempotencyWindow(limit);
        from.snapshot(copy::evolve);
        return copy;
    }

    private static List<String> state(IdempotencyWindow window) {
        List<String> state = new ArrayList<>();
        window.snapshot(change -> {
            var key = (KeyRemembered) change;
            state.add(key.key() + " " + key.index() + " " + key.place() + " " + key.time() + " " + key.brief());
        });
        return state;
    }
}
