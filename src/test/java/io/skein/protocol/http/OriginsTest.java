package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.protocol.http.OpenDoor.Answer;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What web pages may. */
class OriginsTest {
    private static final String FOREIGN = "https://evil.example";
    private static final String FRIEND = "https://app.example";

    private static OpenDoor allowing(String... origins) {
        return new OpenDoor(config -> config.withAllowedOrigins(Set.of(origins)), fake -> fake);
    }

    @Test
    void aForeignPageMayNotWrite() {
        try (OpenDoor door = new OpenDoor()) {
            for (String origin : List.of(FOREIGN, "null", "http://127.0.0.1:1", "http://localhost:" + door.port)) {
                Answer answer = door.post("/t/a", "x", "Origin", origin);
                assertEquals(403, answer.status(), origin);
                assertEquals("foreign-origin", answer.json().getString("code"));
                assertEquals("", answer.header("access-control-allow-origin"));
            }
            assertEquals(403, door.post("/v1/publish", "{}", "Origin", FOREIGN).status());
            assertEquals(
                    403,
                    door.send("PUT", "/v1/topics/a", new byte[0], "Origin", FOREIGN)
                            .status());
            assertEquals(
                    403,
                    door.send("DELETE", "/v1/topics/a", new byte[0], "Origin", FOREIGN)
                            .status());
            assertEquals(List.of(), door.broker.publishes());
        }
    }

    @Test
    void theDoorsOwnPagesMayWrite() {
        try (OpenDoor door = new OpenDoor()) {
            assertEquals(
                    201,
                    door.post("/t/a", "x", "Origin", "http://127.0.0.1:" + door.port)
                            .status());
        }
    }

    @Test
    void aPortThatTheSchemeImpliesIsTheSamePort() {
        try (OpenDoor door = new OpenDoor()) {
            String answer = door.raw("POST /t/a HTTP/1.1\r\nHost: example.org\r\nOrigin: http://example.org\r\n"
                    + "Connection: close\r\nContent-Length: 1\r\n\r\nx");
            assertTrue(answer.startsWith("HTTP/1.1 201"), answer);
        }
    }

    @Test
    void anAllowedPageMayReadAndWrite() {
        try (OpenDoor door = allowing(FRIEND)) {
            Answer answer = door.post("/t/a", "x", "Origin", FRIEND);
            assertEquals(201, answer.status());
            assertEquals(FRIEND, answer.header("access-control-allow-origin"));
            assertTrue(answer.header("access-control-expose-headers").contains("Skein-Index"));
            assertEquals("origin", answer.header("vary").toLowerCase(Locale.ROOT));
            assertEquals(403, door.post("/t/a", "x", "Origin", FOREIGN).status());
            Answer read = door.get("/t/a", "Origin", FOREIGN);
            assertEquals(200, read.status());
            assertEquals("", read.header("access-control-allow-origin"));
        }
    }

    /** The console goes on with another member; whoever else is allowed brings a token of its own. */
    @Test
    void onlyAPageOfAMemberMaySpeakWithTheCookie() {
        try (OpenDoor door = allowing(FRIEND)) {
            String member = "http://" + door.broker.status().members().get(0).httpAddress();
            assertEquals("true", door.get("/v1", "Origin", member).header("access-control-allow-credentials"));
            assertEquals("", door.get("/v1", "Origin", FRIEND).header("access-control-allow-credentials"));
            assertEquals("", door.get("/v1", "Origin", FOREIGN).header("access-control-allow-credentials"));
        }
        try (OpenDoor door = allowing("*")) {
            assertEquals("", door.get("/v1", "Origin", FOREIGN).header("access-control-allow-credentials"));
        }
    }

    @Test
    void allOriginsCanBeAllowed() {
        try (OpenDoor door = allowing("*")) {
            assertEquals(FOREIGN, door.post("/t/a", "x", "Origin", FOREIGN).header("access-control-allow-origin"));
        }
    }

    @Test
    void aPreflightSaysWhatAnAllowedPageMaySend() {
        try (OpenDoor door = allowing(FRIEND)) {
            String[] headers = {
                "Origin",
                FRIEND,
                "Access-Control-Request-Method",
                "POST",
                "Access-Control-Request-Headers",
                "skein-key,content-type"
            };
            Answer answer = door.send("OPTIONS", "/t/a", new byte[0], headers);
            assertEquals(204, answer.status());
            assertEquals(FRIEND, answer.header("access-control-allow-origin"));
            assertTrue(answer.header("access-control-allow-methods").contains("POST"));
            assertEquals("skein-key,content-type", answer.header("access-control-allow-headers"));
        }
        try (OpenDoor door = new OpenDoor()) {
            assertEquals(
                    "",
                    door.send("OPTIONS", "/t/a", new byte[0], "Origin", FRIEND).header("access-control-allow-origin"));
        }
    }

    @Test
    void thePadRoutesAreEverybodys() {
        try (OpenDoor door = new OpenDoor()) {
            Answer answer = door.post("/publish", "{\"content\":\"x\"}", "Origin", FOREIGN);
            assertEquals(200, answer.status());
            assertEquals("*", answer.header("access-control-allow-origin"));
        }
    }
}
