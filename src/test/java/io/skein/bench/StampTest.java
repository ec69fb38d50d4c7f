package io.skein.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class StampTest {
    @Test
    void aBodyIsTheSameAsBytesAndAsText() {
        Stamp stamp = new Stamp(40);
        StringBuilder text = new StringBuilder();
        stamp.append(text, 0x0123_4567_89AB_CDEFL);
        assertEquals(text.toString(), new String(stamp.body(0x0123_4567_89AB_CDEFL), US_ASCII));
        assertEquals(40, text.length());
    }
}
