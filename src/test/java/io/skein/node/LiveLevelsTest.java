package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.LoggerContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LiveLevelsTest {
    private static final String CLUSTER = "io.skein.cluster";

    private final LoggerContext loggers = new LoggerContext();
    private final List<Runnable> timers = new ArrayList<>();
    private final List<Runnable> takenBack = new ArrayList<>();
    private final LiveLevels levels = new LiveLevels(loggers, "info", (ms, then) -> {
        timers.add(then);
        return () -> takenBack.add(then);
    });

    @BeforeEach
    void begin() {
        loggers.getLogger(CLUSTER + ".Peers");
        levels.begin();
    }

    private void set(String name, String level) {
        levels.set(Map.of(name, Optional.ofNullable(level)), OptionalLong.empty(), "anna");
    }

    private void setFor(String name, String level) {
        levels.set(Map.of(name, Optional.of(level)), OptionalLong.of(600_000), "anna");
    }

    private boolean isAtDebug(String name) {
        return loggers.getLogger(name).isDebugEnabled();
    }

    @Test
    void skeinIsAtItsLevelAndTheLibrariesSayNoMoreThanWarnings() {
        set("", "debug");
        assertTrue(isAtDebug(CLUSTER + ".Peers"));
        assertFalse(loggers.getLogger("io.netty.channel").isInfoEnabled());
        assertEquals(Map.of("", "debug"), levels.levels());
        set("", "error");
        assertFalse(loggers.getLogger("io.netty.channel").isWarnEnabled());
    }

    @Test
    void aPackageHasALevelOfItsOwnUntilItIsTakenBack() {
        set(CLUSTER, "debug");
        assertTrue(isAtDebug(CLUSTER + ".Peers"));
        assertFalse(isAtDebug("io.skein.store"));
        assertEquals(Map.of("", "info", CLUSTER, "debug"), levels.levels());
        set(CLUSTER, null);
        assertFalse(isAtDebug(CLUSTER + ".Peers"));
        assertEquals(Map.of("", "info"), levels.levels());
    }

    @Test
    void whatIsSetForAWhileFallsBackToWhatWasThereBefore() {
        set(CLUSTER, "warn");
        setFor(CLUSTER, "debug");
        assertTrue(isAtDebug(CLUSTER));
        assertTrue(levels.until().containsKey(CLUSTER));
        timers.get(0).run();
        assertEquals(Map.of("", "info", CLUSTER, "warn"), levels.levels());
        assertEquals(Map.of(), levels.until());
    }

    @Test
    void anEarlierTimerDoesNotEndWhatWasSetSince() {
        setFor(CLUSTER, "debug");
        setFor(CLUSTER, "trace");
        timers.get(0).run();
        assertEquals("trace", levels.levels().get(CLUSTER));
        set(CLUSTER, "debug");
        timers.get(1).run();
        assertEquals("debug", levels.levels().get(CLUSTER));
    }

    @Test
    void aTimerThatHasNothingLeftToEndIsTakenBack() {
        setFor(CLUSTER, "debug");
        setFor(CLUSTER, "trace");
        assertEquals(List.of(timers.get(0)), takenBack);
        set(CLUSTER, "warn");
        assertEquals(timers, takenBack);
        setFor(CLUSTER, "debug");
        timers.get(2).run();
        set(CLUSTER, "info");
        assertEquals(2, takenBack.size(), "one that has run is not taken back");
    }

    @Test
    void skeinAsAWholeIsNoNewNameHoweverOftenItIsChanged() {
        for (int i = 0; i < 2_000; i++) {
            set("", i % 2 == 0 ? "debug" : "info");
        }
        set("org.example", "debug");
        assertTrue(isAtDebug("org.example"));
    }

    @Test
    void anUnknownLevelOrLoggerIsRefusedAndNothingIsSet() {
        assertThrows(IllegalArgumentException.class, () -> set(CLUSTER, "loud"));
        IllegalArgumentException unknown =
                assertThrows(IllegalArgumentException.class, () -> set("io.skein.clutser", "debug"));
        assertTrue(unknown.getMessage().contains("did you mean io.skein.cluster?"), unknown.getMessage());
        assertThrows(IllegalArgumentException.class, () -> set("a\nb", "debug"));
        Map<String, Optional<String>> half = Map.of(CLUSTER, Optional.of("debug"), "", Optional.of("loud"));
        assertThrows(IllegalArgumentException.class, () -> levels.set(half, OptionalLong.empty(), "anna"));
        assertEquals(Map.of("", "info"), levels.levels());
    }

    @Test
    void thereIsALimitToHowManyHaveALevelOfTheirOwn() {
        Map<String, Optional<String>> many = new HashMap<>();
        for (int i = 0; i < LiveLevels.MOST; i++) {
            many.put("org.example.c" + i, Optional.of("debug"));
        }
        levels.set(many, OptionalLong.empty(), "anna");
        assertThrows(IllegalArgumentException.class, () -> set(CLUSTER, "debug"));
        set("org.example.c0", null);
        set(CLUSTER, "debug");
        assertTrue(isAtDebug(CLUSTER));
    }
}
