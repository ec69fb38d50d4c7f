package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.protocol.http.OpenDoor.Answer;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that are half, huge, slow, or many at once. */
class HostileTest {
    private final OpenDoor door = new OpenDoor();

    @AfterEach
    void close() {
        door.close();
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private static HttpConfig timeouts(HttpConfig config, long bodyMs, long publishMs) {
        return new HttpConfig(
                config.version(),
                config.tcpPort(),
                config.maxMessageBytes(),
                config.maxBatchBytes(),
                config.maxPageBytes(),
                config.maxStreams(),
                config.allowedOrigins(),
                20,
                config.retryMs(),
                bodyMs,
                publishMs,
                config.maxWaitMs(),
                config.stallTimeoutMs());
    }

    @Test
    void aDeclaredLengthAboveTheLimitIsRefusedBeforeTheBodyIsSent() throws Exception {
        try (Socket socket = door.socket()) {
            send(socket, "POST /t/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n");
            var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            assertEquals("HTTP/1.1 413 Request Entity Too Large", reader.readLine());
            String line = reader.readLine();
            boolean closes = false;
            while (!line.isEmpty()) {
                closes |= line.equalsIgnoreCase("connection: close");
                line = reader.readLine();
            }
            assertTrue(closes, "the client is told not to go on");
        }
        assertEquals(List.of(), door.broker.publishes());
    }

    @Test
    void aBodyAtTheLimitIsTakenAndOneByteMoreIsRefusedWithTheLimit() {
        assertEquals(201, door.send("POST", "/t/a", new byte[1 << 20]).status());
        Answer answer = door.send("POST", "/t/a", new byte[(1 << 20) + 1]);
        assertEquals(413, answer.status());
        assertEquals("too-large", answer.json().getString("code"));
        assertEquals(1 << 20, answer.json().getInteger("limit"));
        assertEquals(1, door.broker.publishes().size());
    }

    @Test
    void aBodyOfUndeclaredLengthIsReadOnlyUpToTheLimit() throws Exception {
        try (Socket socket = door.socket()) {
            send(socket, "POST /t/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
            String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
            for (int i = 0; i < 17; i++) {
                send(socket, chunk);
            }
            var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            assertEquals("HTTP/1.1 413 Request Entity Too Large", reader.readLine());
        }
        assertEquals(List.of(), door.broker.publishes());
    }

    @Test
    void aBodyInManyPiecesIsOneMessage() throws Exception {
        try (Socket socket = door.socket()) {
            send(socket, "POST /t/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < 10; i++) {
                send(socket, "1\r\n" + i + "\r\n");
            }
            send(socket, "0\r\n\r\n");
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answer.startsWith("HTTP/1.1 201"), answer);
        }
        assertEquals(
                "0123456789",
                new String(
                        door.broker
                                .publishes()
                                .get(0)
                                .messages()
                                .get(0)
                                .message()
                                .body(),
                        StandardCharsets.UTF_8));
    }

    @Test
    void aRequestThatBreaksOffPublishesNothing() throws Exception {
        try (Socket socket = door.socket()) {
            send(socket, "POST /t/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this");
            Awaitility.await().until(() -> door.broker.connections() == 1);
        }
        Awaitility.await().until(() -> door.broker.connections() == 0);
        try (Socket socket = door.socket()) {
            send(socket, "POST /t/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            Awaitility.await().until(() -> door.broker.connections() == 1);
        }
        Awaitility.await().until(() -> door.broker.connections() == 0);
        assertEquals(List.of(), door.broker.publishes());
        assertEquals(201, door.post("/t/a", "x").status());
    }

    @Test
    void aBodyThatDoesNotComeIs408() {
        try (OpenDoor strict = new OpenDoor(config -> timeouts(config, 50, 30_000), fake -> fake)) {
            String answer = strict.raw("POST /t/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nonly this");
            assertTrue(answer.startsWith("HTTP/1.1 408"), answer);
            assertTrue(answer.contains("\"outcome\":\"not-applied\""), answer);
            assertEquals(List.of(), strict.broker.publishes());
        }
    }

    @Test
    void aBrokerThatDoesNotAnswerIs504AndAnswersNobodyLater() {
        try (OpenDoor strict = new OpenDoor(config -> timeouts(config, 30_000, 50), fake -> fake)) {
            strict.broker.hold();
            Answer answer = strict.post("/t/a", "x");
            assertEquals(504, answer.status());
            assertEquals("unknown", answer.json().getString("outcome"));
            assertEquals(true, answer.json().getBoolean("retryable"));
            strict.broker.release();
            Answer next = strict.post("/t/a", "y");
            assertEquals(1, next.json().getInteger("offset"), "the first was published after all");
        }
    }

    @Test
    void aClientThatAsksFirstIsToldToGoOnOrNot() throws Exception {
        try (Socket socket = door.socket()) {
            send(socket, "POST /t/a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            assertEquals("HTTP/1.1 100 Continue", reader.readLine());
            assertEquals("", reader.readLine());
            send(socket, "hi");
            assertEquals("HTTP/1.1 201 Created", reader.readLine());
        }
        try (Socket socket = door.socket()) {
            send(socket, "POST /t/a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n");
            var reader = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            assertEquals("HTTP/1.1 413 Request Entity Too Large", reader.readLine());
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInTheirOrder() throws Exception {
        try (Socket socket = door.socket()) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                requests.append("POST /t/a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n")
                        .append(i + 10);
                requests.append("GET /v1/cluster HTTP/1.1\r\nHost: x\r\n\r\n");
            }
            requests.append("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            OutputStream out = socket.getOutputStream();
            out.write(requests.toString().getBytes(StandardCharsets.US_ASCII));
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int at = 0;
            for (int i = 0; i < 50; i++) {
                at = answers.indexOf("\"offset\":" + i + ",", at);
                assertTrue(at > 0, "offset " + i);
                at = answers.indexOf("\"role\":\"leader\"", at);
                assertTrue(at > 0, "cluster after offset " + i);
            }
        }
        for (int i = 0; i < 50; i++) {
            byte[] body =
                    door.broker.publishes().get(i).messages().get(0).message().body();
            assertEquals(Integer.toString(i + 10), new String(body, StandardCharsets.US_ASCII));
        }
    }

    @Test
    void aRefusedSmallRequestLeavesTheConnectionUsable() throws Exception {
        try (Socket socket = door.socket()) {
            send(socket, "POST /t/a//b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
            send(socket, "POST /t/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(answers.startsWith("HTTP/1.1 400"), answers);
            assertTrue(answers.contains("HTTP/1.1 201"), answers);
        }
    }

    @Test
    void aClientThatGoesBeforeItsAnswerDoesNoHarm() throws Exception {
        door.broker.hold();
        try (Socket socket = door.socket()) {
            send(socket, "POST /t/a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
            Awaitility.await().until(() -> door.broker.heldPublishes() == 1);
        }
        Awaitility.await().until(() -> door.broker.connections() == 0);
        door.broker.release();
        assertEquals(1, door.post("/t/a", "x").json().getInteger("offset"));
    }

    @Test
    void nonsenseIsRefusedAndTheDoorStaysOpen() {
        for (String nonsense : List.of(
                "GET\r\n\r\n",
                "\u0000\u0001\u0002\r\n\r\n",
                "POST /t/a HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\nConnection: close\r\n\r\n",
                "POST /t/a HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\nConnection: close\r\n\r\n",
                "POST /t/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
                "POST * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET t/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "POST http://x/t/a%GG HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET /t/a?" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET /livez HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(50_000) + "\r\nConnection: close\r\n\r\n")) {
            String answer = door.raw(nonsense);
            assertFalse(answer.startsWith("HTTP/1.1 2"), nonsense.lines().findFirst() + ": " + answer);
        }
        assertEquals(List.of(), door.broker.publishes());
        assertEquals(201, door.post("/t/a", "x").status());
    }

    @Test
    void optionsOfTheWholeServerAreAnswered() {
        String answer = door.raw("OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 204"), answer);
    }

    @Test
    void anAbsoluteAddressIsAPathToo() {
        String answer =
                door.raw("POST http://x/t/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx");
        assertTrue(answer.startsWith("HTTP/1.1 201"), answer);
    }

    @Test
    void manyQueryParametersAreRefused() {
        assertEquals(400, door.post("/t/a?" + "key=1&".repeat(300), "x").status());
    }

    @Test
    void deepJsonIsRefusedNotFollowed() {
        String deep = "[".repeat(100_000);
        assertEquals(400, door.post("/v1/publish", deep).status());
        assertEquals(
                400,
                door.send("PUT", "/v1/topics/a", ("{\"ttl\":" + "[".repeat(20_000)).getBytes(StandardCharsets.UTF_8))
                        .status());
        assertEquals(400, door.post("/publish", deep).status());
        String wrapped =
                new JsonObject().put("format", "JSON").put("content", deep).encode();
        assertEquals(200, door.post("/publish", wrapped).status());
    }

    @Test
    void manyTopicsDoNotGrowTheDoor() {
        for (int i = 0; i < 5_000; i++) {
            assertEquals(201, door.post("/t/topic-" + i, "").status());
        }
        assertEquals(1, door.post("/t/topic-0", "").json().getInteger("offset"));
    }
}
