package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Hall;
import io.skein.protocol.http.OpenDoor.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Durable subscriptions and transactions over HTTP, with a real broker behind the door. */
class SubscriptionsTest {
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

    private Answer put(String path, String json) {
        return door.send("PUT", path, json.getBytes(StandardCharsets.UTF_8));
    }

    private void make(String more) {
        assertEquals(
                201,
                put(BILLING, "{\"filter\":\"orders/#\",\"from\":\"earliest\"" + more + "}")
                        .status());
    }

    private JsonArray pull(String query) {
        Answer answer = door.post(BILLING + "/pull" + query, "");
        return answer.status() == 204 ? new JsonArray() : answer.json().getJsonArray("messages");
    }

    private static String leases(JsonArray messages) {
        JsonArray leases = new JsonArray();
        for (int i = 0; i < messages.size(); i++) {
            leases.add(messages.getJsonObject(i).getString("lease"));
        }
        return leases.encode();
    }

    private JsonObject figures() {
        return door.get(BILLING).json();
    }

    @Test
    void aSubscriptionIsMadeChangedShownAndDeleted() {
        Answer made = put(
                BILLING,
                "{\"filter\":\"orders/#\",\"lease\":\"5s\",\"maxDeliveries\":2,\"backoff\":[\"1s\",\"1m\"],"
                        + "\"deadLetter\":\"dead\",\"order\":\"key\"}");
        assertEquals(201, made.status());
        JsonObject got = figures();
        assertEquals("5s", got.getString("lease"));
        assertEquals(2, got.getInteger("maxDeliveries"));
        assertEquals(new JsonArray(List.of("1s", "1m")), got.getJsonArray("backoff"));
        assertEquals("dead", got.getString("deadLetter"));
        assertEquals("key", got.getString("order"));
        assertEquals(0, got.getInteger("lag"));
        assertEquals(200, put(BILLING, got.put("paused", true).encode()).status());
        assertTrue(figures().getBoolean("paused"));
        assertEquals(
                1,
                door.get("/v1/subscriptions")
                        .json()
                        .getJsonArray("subscriptions")
                        .size());
        assertEquals(204, door.send("DELETE", BILLING, new byte[0]).status());
        assertEquals(404, door.get(BILLING).status());
    }

    @Test
    void whatIsWrongIsSaidByName() {
        assertEquals(400, put(BILLING, "{}").status());
        assertTrue(put(BILLING, "{\"filter\":\"a\",\"leese\":\"1s\"}").body().contains("lease"));
        assertEquals(
                400, put(BILLING, "{\"filter\":\"a\",\"order\":\"random\"}").status());
        assertEquals(400, put(BILLING, "{\"filter\":\"a\",\"backoff\":[null]}").status());
        assertEquals(400, put(BILLING, "{\"filter\":\"a\",\"from\":true}").status());
        assertEquals(400, put("/v1/subscriptions/$x", "{\"filter\":\"a\"}").status());
        assertEquals(400, put("/v1/subscriptions/", "{\"filter\":\"a\"}").status());
        assertEquals(404, door.post(BILLING + "/pull", "").status());
        assertEquals(405, door.get(BILLING + "/pull").status());
        make("");
        assertEquals(400, door.post(BILLING + "/pull?max=0", "").status());
        assertEquals(400, door.post(BILLING + "/ack", "{\"leases\":[]}").status());
        assertEquals(400, door.post(BILLING + "/ack", "{\"leases\":[\"x\"]}").status());
        assertEquals(400, door.post(BILLING + "/seek", "{}").status());
        assertEquals(400, door.post(BILLING + "/redrive", "{\"rate\":-1}").status());
    }

    @Test
    void aNameMayHaveLevelsAndEvenEndLikeARoute() {
        assertEquals(201, put("/v1/subscriptions/a/b", "{\"filter\":\"x\"}").status());
        assertEquals("a/b", door.get("/v1/subscriptions/a/b").json().getString("subscription"));
        assertEquals(204, door.post("/v1/subscriptions/a/b/pull", "").status());
        assertEquals(
                201, put("/v1/subscriptions/a%2Fpull", "{\"filter\":\"x\"}").status());
        assertEquals("a/pull", door.get("/v1/subscriptions/a%2Fpull").json().getString("subscription"));
    }

    @Test
    void messagesArePulledWithALeaseAndAcknowledged() throws Exception {
        make("");
        assertEquals(204, door.post(BILLING + "/pull", "").status());
        hall.publish("orders/1", 3);
        JsonArray messages = pull("?max=2");
        assertEquals(2, messages.size());
        assertEquals("orders/1", messages.getJsonObject(0).getString("topic"));
        assertEquals("x", messages.getJsonObject(0).getString("body"));
        assertEquals(1, messages.getJsonObject(0).getInteger("delivery"));
        assertEquals(2, figures().getInteger("inFlight"));
        Answer ack = door.post(BILLING + "/ack", "{\"leases\":" + leases(messages) + "}", "Idempotency-Key", "k");
        assertEquals("{\"done\":2,\"refused\":[]}", ack.body());
        Answer again = door.post(BILLING + "/ack", "{\"leases\":" + leases(messages) + "}", "Idempotency-Key", "k");
        assertEquals("true", again.header("Idempotency-Replayed"));
        Answer late = door.post(BILLING + "/ack", "{\"leases\":" + leases(messages) + "}");
        assertEquals(0, late.json().getInteger("done"));
        assertEquals(2, late.json().getJsonArray("refused").size());
        assertEquals(
                messages.getJsonObject(1).getString("lease"),
                late.json().getJsonArray("refused").getJsonObject(1).getString("lease"));
        assertEquals(1, figures().getInteger("lag"));
    }

    @Test
    void aPullWaitsForAMessage() throws Exception {
        make("");
        CompletableFuture<JsonArray> waiting = CompletableFuture.supplyAsync(() -> pull("?wait=8s"));
        Awaitility.await().until(() -> hall.broker.subscriptions().waiting() == 1);
        hall.publish("orders/1", 1);
        assertEquals(1, waiting.join().size());
    }

    @Test
    void aPullOfAConnectionThatClosesTakesNothing() throws Exception {
        make("");
        try (Socket socket = door.socket()) {
            socket.getOutputStream()
                    .write(("POST " + BILLING + "/pull?wait=9s HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            Awaitility.await().until(() -> hall.broker.subscriptions().waiting() == 1);
        }
        Awaitility.await().until(() -> hall.broker.subscriptions().waiting() == 0);
        hall.publish("orders/1", 1);
        assertEquals(1, pull("").size());
    }

    @Test
    void whatIsGivenBackComesAgainAndWhatIsExtendedStaysOut() throws Exception {
        make(",\"lease\":\"300ms\",\"backoff\":[]");
        hall.publish("orders/1", 2);
        JsonArray messages = pull("");
        String first = messages.getJsonObject(0).getString("lease");
        String second = messages.getJsonObject(1).getString("lease");
        assertEquals(
                1,
                door.post(BILLING + "/extend", "{\"leases\":[\"" + first + "\"],\"lease\":\"1m\"}")
                        .json()
                        .getInteger("done"));
        assertEquals(
                1,
                door.post(BILLING + "/nack", "{\"leases\":[\"" + second + "\"],\"delay\":\"10ms\",\"reason\":\"no\"}")
                        .json()
                        .getInteger("done"));
        JsonArray again = pull("?wait=9s");
        assertEquals(1, again.size());
        assertEquals(2, again.getJsonObject(0).getInteger("delivery"));
        assertEquals(1, again.getJsonObject(0).getInteger("offset"));
    }

    @Test
    void moreThanOnePageIsWrittenPageByPage() throws Exception {
        make("");
        for (int i = 0; i < 40; i++) {
            Answer published = door.post("/t/orders/" + i % 3, "y".repeat(500_000));
            assertEquals(201, published.status());
        }
        assertEquals(40, pull("?max=100").size());
    }

    private void bury() throws Exception {
        hall.publish("orders/1", 1);
        JsonArray messages = pull("?wait=9s");
        door.post(BILLING + "/nack", "{\"leases\":" + leases(messages) + ",\"reason\":\"bad\"}");
    }

    @Test
    void deadLettersAreRedrivenAndDiscarded() throws Exception {
        make(",\"maxDeliveries\":1");
        bury();
        bury();
        Awaitility.await().until(() -> figures().getInteger("dead") == 2);
        Answer none = door.post(BILLING + "/redrive", "{\"filter\":\"other/#\"}");
        assertEquals("{\"done\":0}", none.body());
        assertEquals(
                "{\"done\":2}",
                door.post(BILLING + "/redrive", "{\"filter\":{\"headers\":{\"skein-dead-reason\":\"bad\"}}}")
                        .body());
        assertEquals(2, pull("").size());
        assertEquals("{\"done\":0}", door.post(BILLING + "/discard", "{}").body());
    }

    @Test
    void aSeekMovesThePosition() throws Exception {
        make("");
        hall.publish("orders/1", 5);
        assertEquals(204, door.post(BILLING + "/seek", "{\"to\":\"latest\"}").status());
        assertEquals(0, figures().getInteger("lag"));
        assertEquals(204, door.post(BILLING + "/seek", "{\"to\":\"-1h\"}").status());
        assertEquals(5, figures().getInteger("lag"));
        assertEquals(400, door.post(BILLING + "/seek", "{\"to\":3}").status());
    }

    @Test
    void itIsSaidWhyNothingFlowsAndWhatBecameOfAMessage() throws Exception {
        make("");
        hall.publish("orders/1", 1);
        JsonObject message = pull("?consumer=w1").getJsonObject(0);
        JsonObject why = door.get(BILLING + "/why").json();
        assertEquals("leased", why.getJsonArray("reasons").getJsonObject(0).getString("code"));
        assertEquals("w1", why.getJsonArray("holders").getJsonObject(0).getString("consumer"));
        JsonObject trace = door.get("/v1/messages/" + message.getString("cursor") + "/trace")
                .json();
        assertEquals("orders/1", trace.getString("topic"));
        JsonObject standing = trace.getJsonArray("subscriptions").getJsonObject(0);
        assertEquals("billing", standing.getString("subscription"));
        assertEquals("leased", standing.getString("status"));
        JsonObject delivery = standing.getJsonArray("history").getJsonObject(0);
        assertEquals(1, delivery.getInteger("delivery"));
        assertEquals("w1", delivery.getString("consumer"));
        assertEquals(standing.getLong("until"), delivery.getLong("until"));
        assertNull(delivery.getValue("end"));
        assertTrue(delivery.containsKey("end"));
        JsonObject brief = door.get("/v1/messages/" + message.getString("cursor") + "/trace?history=false")
                .json();
        assertFalse(brief.getJsonArray("subscriptions").getJsonObject(0).containsKey("history"));
        assertEquals(404, door.get("/v1/messages/c0.1.0/trace").status());
        assertEquals(400, door.get("/v1/messages/17/trace").status());
    }

    @Test
    void theListIsReadPageByPage() throws Exception {
        for (String name : List.of("b", "a", "c")) {
            door.send("PUT", "/v1/subscriptions/" + name, "{\"filter\":\"x\"}".getBytes(StandardCharsets.UTF_8));
        }
        JsonObject page = door.get("/v1/subscriptions?limit=2").json();
        assertEquals(2, page.getJsonArray("subscriptions").size());
        assertEquals("b", page.getString("next"));
        JsonObject last = door.get("/v1/subscriptions?limit=2&after=b").json();
        assertEquals("c", last.getJsonArray("subscriptions").getJsonObject(0).getString("subscription"));
        assertTrue(last.containsKey("next"));
        assertNull(last.getString("next"));
        assertEquals(400, door.get("/v1/subscriptions?limit=1001").status());
    }

    @Test
    void aTransactionPublishesAndAcknowledgesOrDoesNothing() throws Exception {
        make("");
        hall.publish("orders/1", 1);
        String body = "{\"publish\":[{\"topic\":\"bills\",\"body\":\"b\"}],\"ack\":[{\"subscription\":\"billing\","
                + "\"leases\":" + leases(pull("")) + "}]}";
        Answer done = door.post("/v1/transactions", body, "Idempotency-Key", "t1");
        assertEquals(200, done.status());
        assertEquals(
                "bills", done.json().getJsonArray("results").getJsonObject(0).getString("topic"));
        assertEquals(0, done.json().getJsonArray("results").getJsonObject(0).getInteger("offset"));
        Answer repeated = door.post("/v1/transactions", body, "Idempotency-Key", "t1");
        assertEquals("true", repeated.header("Idempotency-Replayed"));
        assertEquals(done.json(), repeated.json());
        Answer refused = door.post("/v1/transactions", body);
        assertEquals(409, refused.status());
        assertEquals("lease-lost", refused.json().getString("code"));
        assertEquals(1, refused.json().getJsonArray("refused").size());
        assertEquals(1, door.get("/t/bills").json().getJsonArray("messages").size());
        assertEquals(400, door.post("/v1/transactions", "{}").status());
        assertEquals(
                404,
                door.post("/v1/transactions", "{\"ack\":[{\"subscription\":\"none\",\"leases\":[\"l1.1.1.1.1.1\"]}]}")
                        .status());
    }

    @Test
    void aWorkQueueDropsWhatIsAcknowledged() throws Exception {
        make("");
        assertEquals(
                201,
                put("/v1/topics/orders/1", "{\"retention\":{\"acknowledged\":true}}")
                        .status());
        hall.publish("orders/1", 3);
        List<Object> leases = new ArrayList<>();
        pull("").forEach(leases::add);
        JsonArray firstTwo = new JsonArray(leases.subList(0, 2));
        door.post(BILLING + "/ack", "{\"leases\":" + leases(firstTwo) + "}");
        Awaitility.await().until(() -> door.get("/v1/topics/orders/1").json().getInteger("messages") == 1);
        assertTrue(door.get("/v1/topics/orders/1")
                .json()
                .getJsonObject("retention")
                .getBoolean("acknowledged"));
    }
}
