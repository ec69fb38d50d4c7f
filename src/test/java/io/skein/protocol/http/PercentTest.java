package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.skein.broker.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;

class PercentTest {
    @Test
    void whatIsEncodedIsDecodedAgain() {
        for (String text : List.of("a", "a/b", "ž/日本/😀", "100%", "a b?c#d&e=f", "$x/+/#", "\u007f\"\\")) {
            assertEquals(text, Percent.decode(Percent.encodePath(text)));
        }
    }

    @Test
    void plainTextIsItself() {
        assertEquals("orders/eu", Percent.encodePath("orders/eu"));
        assertEquals("a+b", Percent.decode("a+b"));
    }

    @Test
    void bothCasesOfDigitsAreDigits() {
        assertEquals("é", Percent.decode("%c3%A9"));
    }

    @Test
    void whatIsNoEncodingIsRefused() {
        for (String text : List.of("%", "%4", "a%4", "%4g", "%g4", "%-1", "%ff", "%c3", "%ed%a0%80", "%c0%80")) {
            Refusal refusal = assertThrows(Refusal.class, () -> Percent.decode(text), text);
            assertEquals(Refusal.Kind.MALFORMED, refusal.kind());
        }
    }
}
