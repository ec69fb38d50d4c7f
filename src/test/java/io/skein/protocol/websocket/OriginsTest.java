package io.skein.protocol.websocket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginsTest {
    private final Origins origins = new Origins(Set.of("https://app.example.org"));

    @ParameterizedTest
    @CsvSource({
        "http://node1:8080, node1:8080, true",
        "http://NODE1:8080, node1:8080, true",
        "http://node1, node1, true",
        "http://node1, node1:80, true",
        "https://node1, node1:443, true",
        "https://node1, node1, true",
        "http://[::1]:8080, [::1]:8080, true",
        "http://localhost:3000, localhost:8080, true",
        "http://localhost:3000, 127.0.0.1:8080, true",
        "http://[::1]:3000, localhost:8080, true",
        "https://app.example.org, node1:8080, true",
        "http://app.example.org, node1:8080, false",
        "https://app.example.org:444, node1:8080, false",
        "http://node1:8081, node1:8080, false",
        "http://evil.example, node1:8080, false",
        "http://node1.evil.example:8080, node1:8080, false",
        "http://localhost.evil.example:8080, localhost:8080, false",
        "http://localhost:3000, node1.example.org:8080, false",
        "http://evil.example, 127.0.0.1:8080, false",
        "null, 127.0.0.1:8080, false",
        "file://, 127.0.0.1:8080, false",
        "'http://node1 :8080', node1:8080, false",
        "'', node1:8080, false",
    })
    void aPageEntersFromTheSameHostFromLoopbackToLoopbackOrWhenItIsListed(String origin, String host, boolean enters) {
        assertEquals(enters, origins.mayEnter(origin, host));
    }

    @Test
    void whoIsNoBrowserHasNoOrigin() {
        assertTrue(origins.mayEnter(null, "node1:8080"));
        assertTrue(origins.mayEnter(null, null));
    }

    @Test
    void aStarLetsEverybodyIn() {
        assertTrue(new Origins(Set.of("*")).mayEnter("http://evil.example", "node1:8080"));
    }
}
