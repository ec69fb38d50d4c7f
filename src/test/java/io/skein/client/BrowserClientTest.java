package io.skein.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the Java client and the browser's have to know alike. */
class BrowserClientTest {
    @Test
    void theSameRefusalsAreALeadersOwn() throws Exception {
        String script = new String(
                BrowserClientTest.class
                        .getResourceAsStream("/console/client.js")
                        .readAllBytes(),
                StandardCharsets.UTF_8);
        Matcher list =
                Pattern.compile("const DECIDED = \\[(.*?)];", Pattern.DOTALL).matcher(script);
        assertEquals(true, list.find());
        Set<String> codes = Pattern.compile("'([a-z-]+)'")
                .matcher(list.group(1))
                .results()
                .map(code -> code.group(1))
                .collect(Collectors.toSet());
        assertEquals(Outgoing.DECIDED, codes);
    }
}
