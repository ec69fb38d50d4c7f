package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.broker.Hall;
import io.skein.protocol.http.OpenDoor.Answer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators' commands under an {@code Idempotency-Key}: a repeat gets the first answer, and is told so. */
class RepeatsTest {
    private static final String BILLING = "/v1/subscriptions/billing";

    @TempDir
    private Path directory;

    private Hall hall;
    private OpenDoor door;

    @BeforeEach
    void open() throws Exception {
        hall = new Hall(directory, 1 << 20, 10_000);
        door = new OpenDoor(hall.vertx, config -> config, fake -> hall.broker);
    }

    @AfterEach
    void close() throws Exception {
        hall.close();
    }

    private Answer send(String method, String path, String body) {
        return door.send(method, path, body.getBytes(StandardCharsets.UTF_8), "Idempotency-Key", "k");
    }

    private void isAnsweredAlikeTwice(int status, String method, String path, String body) {
        Answer first = send(method, path, body);
        assertEquals(status, first.status(), first.body());
        assertEquals("", first.header("Idempotency-Replayed"));
        door.post("/t/meanwhile", "x"); // so that the node has applied more
        Answer second = send(method, path, body);
        assertEquals(status, second.status(), second.body());
        assertEquals("true", second.header("Idempotency-Replayed"));
        assertEquals(first.body(), second.body());
        assertEquals(first.header("Skein-Index"), second.header("Skein-Index"));
    }

    private void bury() {
        assertEquals(201, door.post("/t/orders", "x").status());
        JsonObject lent =
                door.post(BILLING + "/pull", "").json().getJsonArray("messages").getJsonObject(0);
        door.post(BILLING + "/nack", "{\"leases\":[\"" + lent.getString("lease") + "\"]}");
        Awaitility.await().until(() -> door.get(BILLING).json().getInteger("dead") == 1);
    }

    @Test
    void aTopicIsMadeOnce() {
        isAnsweredAlikeTwice(201, "PUT", "/v1/topics/a", "{\"ttl\":\"1h\"}");
    }

    @Test
    void aTopicIsDeletedOnce() {
        door.post("/t/a", "x");
        isAnsweredAlikeTwice(204, "DELETE", "/v1/topics/a", "");
    }

    @Test
    void aSubscriptionIsMadeMovedAndDeletedOnce() {
        isAnsweredAlikeTwice(201, "PUT", BILLING, "{\"filter\":\"orders\"}");
        isAnsweredAlikeTwice(204, "POST", BILLING + "/seek", "{\"to\":\"earliest\"}");
        isAnsweredAlikeTwice(204, "DELETE", BILLING, "");
    }

    @Test
    void deadLettersComeBackOrAreForgottenOnce() {
        send("PUT", BILLING, "{\"filter\":\"orders\",\"maxDeliveries\":1}");
        bury();
        isAnsweredAlikeTwice(200, "POST", BILLING + "/redrive", "{\"filter\":\"orders\"}");
        isAnsweredAlikeTwice(200, "POST", BILLING + "/discard", "");
    }

    @Test
    void aDelayedMessageIsCancelledOnce() {
        String cursor = door.post("/t/a", "x", "Skein-Delay", "1h").json().getString("cursor");
        isAnsweredAlikeTwice(204, "DELETE", "/v1/scheduled/" + cursor, "");
    }
}
