package io.skein.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** W3C Trace Context, Level 1. */
class TraceContextTest {
    private static final String GOOD = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    @Test
    void aParentSaysItsTraceAndWhetherItIsRecorded() {
        assertTrue(TraceContext.isValid(GOOD));
        assertEquals("4bf92f3577b34da6a3ce929d0e0e4736", TraceContext.traceId(GOOD));
        assertTrue(TraceContext.isSampled(GOOD));
        assertFalse(TraceContext.isSampled(GOOD.substring(0, 53) + "02"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "0x-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.later"
            })
    void whatIsNoParentIsNotThere(String parent) {
        assertFalse(TraceContext.isValid(parent));
        assertEquals(Map.of("a", "b"), TraceContext.carried(Map.of("a", "b"), parent, "x=1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later"
            })
    void aLaterVersionIsReadAsFarAsItIsTheSame(String parent) {
        assertTrue(TraceContext.isValid(parent));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"rojo=00f067aa0ba902b7", "rojo=1,congo=t61rcWkgMzE", "a=1 , b=2", "fw529a3039@dt=x", "a=1,,"})
    void aStateGoesWithItsParent(String state) {
        assertTrue(TraceContext.isState(state));
        Map<String, String> carried = TraceContext.carried(Map.of(), GOOD, state);
        assertEquals(Map.of("traceparent", GOOD, "tracestate", state), carried);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "=1", "a", "a=", "A=1", "a=b=c", "a=\u00e4"})
    void aStateThatMakesNoSenseIsLeftOutAndTheParentIsNot(String state) {
        assertEquals(Map.of("traceparent", GOOD), TraceContext.carried(Map.of(), GOOD, state));
    }

    @Test
    void aStateHasAtMost32Members() {
        String many = "a=1,".repeat(32) + "a=1";
        assertFalse(TraceContext.isState(many));
        assertFalse(TraceContext.isState("a=" + "1".repeat(300)));
    }

    @Test
    void whatAMessageSaysItselfWins() {
        Map<String, String> own = Map.of("TraceParent", "mine");
        assertEquals(own, TraceContext.carried(own, GOOD, ""));
    }

    @Test
    void aMessageWithAsManyHeadersAsItMayHaveGoesWithoutItsTrace() {
        Map<String, String> full = new LinkedHashMap<>();
        for (int i = 0; i < 64; i++) {
            full.put("h" + i, "v");
        }
        assertEquals(full, TraceContext.carried(full, GOOD, ""));
        full.remove("h0");
        assertEquals(GOOD, TraceContext.carried(full, GOOD, "a=1").get("traceparent"));
        assertFalse(TraceContext.carried(full, GOOD, "a=1").containsKey("tracestate"));
    }

    @Test
    void aMessageWhoseHeadersAreAsLargeAsTheyMayBeGoesWithoutItsTrace() {
        // Two bytes each.
        Map<String, String> full = Map.of("h", "\u00e4".repeat(8_180));
        assertFalse(TraceContext.carried(full, GOOD, "").containsKey("traceparent"));
    }

    @Test
    void aStateThatTheMessageHasItselfWinsHoweverItIsWritten() {
        Map<String, String> own = Map.of("TraceState", "a=1");
        assertEquals(Map.of("TraceState", "a=1", "traceparent", GOOD), TraceContext.carried(own, GOOD, "b=2"));
    }
}
