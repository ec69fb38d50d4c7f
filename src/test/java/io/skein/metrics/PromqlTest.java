package io.skein.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromqlTest {
    @Test
    void aPartOfAHistogramBelongsToItsFamily() {
        assertEquals(
                Set.of("skein_a_seconds", "skein_b_sum"),
                Promql.families(
                        "rate(skein_a_seconds_bucket{x=\"skein_c\"}[5m]) / skein_b_sum",
                        Set.of("skein_a_seconds", "skein_b_sum")));
    }

    @Test
    void anAlertLooksAtEachOfItsAlternatives() {
        assertEquals(
                List.of("max by (a) (x{y=\" or \"})", "sum(b or c) and d"),
                Promql.looksAt("max by (a) (x{y=\" or \"}) == 0 or sum(b or c) > 0.5 and d >= 1e3"));
    }

    @Test
    void matchersOfLabelsAreNoComparisons() {
        assertEquals(0, Promql.comparisons("up{job!=\"a\", b=~\"3\"}"));
        assertEquals("a > 1 and b >= 2", Promql.turned("a > 1 and b < 2", 1));
        assertThrows(IllegalArgumentException.class, () -> Promql.turned("a > 1", 1));
    }
}
