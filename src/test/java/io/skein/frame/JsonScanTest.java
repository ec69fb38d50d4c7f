package io.skein.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonScanTest {
    private static Optional<String> topic(String text) {
        return JsonScan.of(text, "Topic").map(JsonScan::member);
    }

    @Test
    void aMemberOfTheTopLevelIsFound() {
        assertEquals(Optional.of("a"), topic("{\"x\":[{\"Topic\":\"no\"}],\"Topic\":\"\\u0061\"}"));
        assertEquals(Optional.of(""), topic("{\"x\":{\"Topic\":\"no\"}}"));
        assertEquals(Optional.of(""), topic("[{\"Topic\":\"no\"}]"));
        assertEquals(Optional.of(""), topic("{\"Topic\":{\"Topic\":\"no\"}}"));
        assertEquals(Optional.of(""), topic("{\"Topic\":\"a\",\"Topic\":null}"));
    }

    @Test
    void scalarsAreDocumentsToo() {
        for (String text : List.of("1", " \"a\" ", "true", "null", "-1.5e3")) {
            assertEquals(Optional.of(""), topic(text), text);
        }
    }

    @Test
    void whatIsNoDocumentIsSeen() {
        for (String text : List.of(
                "",
                " ",
                "{",
                "{}{}",
                "{} x",
                "[1,]",
                "{\"a\"}",
                "{a:1}",
                "'a'",
                "\"a",
                "{\"a\":\"\\q\"}",
                "NaN",
                "01",
                "[1 2]",
                "\"a\nb\"",
                "{\"a\":1,}",
                "tru")) {
            assertEquals(Optional.empty(), topic(text), text);
        }
    }

    @Test
    void depthIsBounded() {
        assertEquals(Optional.empty(), topic("[".repeat(100_000) + "]".repeat(100_000)));
    }
}
