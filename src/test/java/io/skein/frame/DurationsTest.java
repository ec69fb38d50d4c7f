package io.skein.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "0ms,0",
        "250ms,250",
        "1s,1000",
        "10s,10000",
        "15m,900000",
        "2h,7200000",
        "7d,604800000",
        "9223372036854775807ms,9223372036854775807"
    })
    void aNumberAndAUnitAreMilliseconds(String text, long ms) {
        assertEquals(ms, Durations.parseMs(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "s", "-1s", "+1s", "1.5s", "1 s", "1S", "1w", "1sec", "ms", "١s", "\n"})
    void anythingElseIsRefusedWithAnExample(String text) {
        Malformed refused = assertThrows(Malformed.class, () -> Durations.parseMs(text));
        assertTrue(refused.getMessage().contains("10s"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775808ms", "9223372036854775807s", "99999999999999999999d"})
    void whatNoNumberHoldsIsTooLong(String text) {
        assertThrows(Malformed.class, () -> Durations.parseMs(text));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 250, 1000, 90_000, 60_000, 3_600_000, 86_400_000, 604_800_000, 1_500})
    void theTextIsReadBackAsTheSame(long ms) {
        assertEquals(ms, Durations.parseMs(Durations.text(ms)));
    }
}
