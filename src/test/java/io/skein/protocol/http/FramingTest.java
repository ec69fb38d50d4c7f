package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FramingTest {
    private static String data(String text) {
        Buffer out = Buffer.buffer();
        Framing.data(out, text.getBytes(StandardCharsets.UTF_8));
        return out.toString();
    }

    @Test
    void everyLineOfDataHasItsField() {
        assertEquals("data: one\n", data("one"));
        assertEquals("data: one\ndata: two\n", data("one\ntwo"));
        assertEquals("data: one\ndata: two\n", data("one\r\ntwo"));
        assertEquals("data: one\ndata: two\n", data("one\rtwo"));
        assertEquals("data: \ndata: \ndata: \n", data("\n\r"));
        assertEquals("data: \n", data(""));
    }

    @Test
    void anEventEndsWithAnEmptyLine() {
        Buffer out = Buffer.buffer();
        Framing.EVENTS.message(out, "c1.2.3", "{}".getBytes(StandardCharsets.US_ASCII));
        assertEquals("id: c1.2.3\nevent: message\ndata: {}\n\n", out.toString());
    }

    @Test
    void aLineIsAnObjectAndALineBreak() {
        Buffer out = Buffer.buffer();
        Framing.LINES.heartbeat(out);
        Framing.LINES.message(out, "c1.2.3", "{}".getBytes(StandardCharsets.US_ASCII));
        assertEquals(" {}\n", out.toString());
    }
}
