package io.skein.node;

import static io.skein.node.Stranger.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.Stranger.Answer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How much a running node logs, asked for and changed over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class LogRouteTest {
    private RunningNode node;
    private Stranger client;

    @BeforeAll
    void begin(@TempDir Path directory) throws Exception {
        node = new RunningNode(directory);
        client = Stranger.at(node);
    }

    @AfterAll
    void end() {
        node.close();
    }

    private Answer put(String body) {
        return client.ask("PUT", "/v1/log", body);
    }

    @Test
    void levelsAreSetShownAndTakenBack() {
        JsonObject set = expect(200, put("{\"levels\":{\"io.skein.cluster\":\"debug\"}}"))
                .json();
        assertEquals("debug", set.getJsonObject("levels").getString("io.skein.cluster"));
        assertEquals(set, expect(200, client.get("/v1/log")).json());
        JsonObject back =
                expect(200, put("{\"levels\":{\"io.skein.cluster\":null}}")).json();
        assertEquals(new JsonObject().put("", "info"), back.getJsonObject("levels"));
    }

    @Test
    void whatIsSetForAWhileFallsBackByItself() {
        JsonObject set = expect(200, put("{\"levels\":{\"io.skein.store\":\"debug\"},\"for\":\"100ms\"}"))
                .json();
        assertTrue(Instant.parse(set.getJsonObject("until").getString("io.skein.store"))
                .isAfter(Instant.now().minusSeconds(50)));
        Awaitility.await()
                .until(() ->
                        !client.get("/v1/log").json().getJsonObject("levels").containsKey("io.skein.store"));
    }

    @Test
    void whatMakesNoSenseIsRefusedWithASentence() {
        for (String body : new String[] {
            "{}",
            "{\"levels\":{}}",
            "{\"levels\":[]}",
            "{\"levels\":{\"io.skein.cluster\":\"loud\"}}",
            "{\"levels\":{\"io.skein.cluster\":7}}",
            "{\"levels\":{\"io.skein.nowhere\":\"debug\"}}",
            "{\"levels\":{\"\":\"debug\"},\"for\":\"soon\"}",
            "{\"levels\":{\"\":\"debug\"},\"for\":\"2d\"}",
            "{\"level\":\"debug\"}"
        }) {
            assertEquals("malformed", expect(400, put(body)).json().getString("code"), body);
        }
        assertEquals(
                "info", client.get("/v1/log").json().getJsonObject("levels").getString(""));
    }
}
