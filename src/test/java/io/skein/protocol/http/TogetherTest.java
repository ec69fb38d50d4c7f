package io.skein.protocol.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Allowance;
import io.skein.broker.Allowances;
import io.skein.broker.Publish;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What all clients of the door together make the node hold (CLAIMS 9). */
class TogetherTest {
    private static final int UNFINISHED = 256 << 10;
    private static final int UNREAD = 4 << 20;
    private static final int BODY = 100_000;

    private final Allowances allowances = new Allowances(
            Allowance.arriving("unfinished requests", UNFINISHED), Allowance.leaving("unread answers", UNREAD));
    private final OpenDoor door = new OpenDoor(config -> config, broker -> broker, allowances);
    private final List<Socket> sockets = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        door.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress("127.0.0.1", door.port));
        sockets.add(socket);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
        socket.getOutputStream().flush();
    }

    private static String head(Socket socket) throws IOException {
        StringBuilder head = new StringBuilder();
        InputStream in = socket.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed after " + head);
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private void keep(int messages, int bytes) {
        for (int i = 0; i < messages; i++) {
            Message message =
                    new Message("", List.of(), Format.RAW, "", "x".repeat(bytes).getBytes(US_ASCII));
            OpenDoor.await(door.broker.publish(Publish.of("test", Publication.of(new TopicName("big"), message))));
        }
    }

    @Test
    void aConnectionTooManyIsToldAndClosedAndTheOthersGoOn() throws Exception {
        door.broker.takeConnections(1);
        Socket first = connect();
        send(first, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
        assertTrue(head(first).startsWith("HTTP/1.1 200 "));
        Socket second = connect();
        send(second, "POST /t/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\nx");
        String told = head(second);
        assertTrue(told.startsWith("HTTP/1.1 503 "), told);
        assertTrue(told.toLowerCase().contains("retry-after: "), told);
        String problem = new String(second.getInputStream().readAllBytes(), US_ASCII);
        assertTrue(problem.contains("too-many-connections"), problem);
        assertEquals(1, door.broker.connections());

        first.close();
        await().atMost(10, SECONDS).until(() -> door.broker.connections() == 0);
        assertEquals(201, door.post("/t/a", "x").status());
    }

    @Test
    void aConnectionTooManyThatAsksHowTheNodeIsHearsItAndIsClosed() throws Exception {
        door.broker.takeConnections(1);
        Socket first = connect();
        send(first, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
        assertTrue(head(first).startsWith("HTTP/1.1 200 "));
        for (String path : List.of("/livez", "/readyz")) {
            Socket second = connect();
            send(second, "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
            String answer = head(second);
            assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
            assertTrue(answer.toLowerCase().contains("connection: close"), answer);
            second.getInputStream().readAllBytes();
        }
        assertEquals(1, door.broker.connections());
    }

    @Test
    void aConnectionIsCountedWhenItIsAcceptedAndNotWhenItBeginsToSpeak() throws Exception {
        door.broker.takeConnections(2);
        Socket silent = connect();
        await().atMost(10, SECONDS).until(() -> door.broker.connections() == 1);
        Socket halting = connect();
        send(halting, "GET /livez HTT");
        await().atMost(10, SECONDS).until(() -> door.broker.connections() == 2);
        Socket third = connect();
        send(third, "GET /t/a HTTP/1.1\r\nHost: x\r\n\r\n");
        String told = head(third);
        assertTrue(told.startsWith("HTTP/1.1 503 "), told);
        silent.close();
        halting.close();
        await().atMost(10, SECONDS).until(() -> door.broker.connections() == 0);
    }

    /** Java's own client offers it unasked. */
    @Test
    void whoOffersToGoOnInHttp2IsAnsweredInTheHttpThatItAskedIn() throws Exception {
        Socket socket = connect();
        send(
                socket,
                "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                        + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
        String answer = head(socket);
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    }

    /** Prior knowledge is none: it hears so, and is not kept. */
    @Test
    void whoSpeaksHttp2AtOnceIsRefused() throws Exception {
        String answer = door.raw("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        assertTrue(answer.contains(" 501 "), answer);
        await().atMost(10, SECONDS).until(() -> door.broker.connections() == 0);
    }

    @Test
    void connectionsTooManyThatAskNothingDoNotKeepOthersFromAsking() throws Exception {
        door.broker.takeConnections(1);
        Socket first = connect();
        send(first, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
        assertTrue(head(first).startsWith("HTTP/1.1 200 "));
        for (int i = 0; i < TurnedAway.MOST; i++) {
            connect();
        }
        Socket last = connect();
        send(last, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
        String answer = head(last);
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
    }

    @Test
    void ofTooManyHalfBodiesTheOldestIsToldToComeAgainAndTheNewestGetsThrough() throws Exception {
        List<Socket> half = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Socket socket = connect();
            send(
                    socket,
                    "POST /t/a HTTP/1.1\r\nHost: x\r\nContent-Length: " + BODY + "\r\n\r\n" + "x".repeat(BODY / 2));
            half.add(socket);
            long begun = i + 1;
            await().atMost(10, SECONDS)
                    .until(() -> allowances.unfinished().gaveWay() > 0
                            || allowances.unfinished().held() >= begun * 32_768);
        }
        String refused = head(half.get(0));
        assertTrue(refused.startsWith("HTTP/1.1 503 "), refused);
        assertTrue(refused.toLowerCase().contains("retry-after: "), refused);
        assertTrue(allowances.unfinished().held() <= UNFINISHED);

        Socket newest = half.get(9);
        send(newest, "x".repeat(BODY / 2));
        String stored = head(newest);
        assertTrue(stored.startsWith("HTTP/1.1 201 "), stored);

        for (Socket socket : half) {
            socket.close();
        }
        await().atMost(10, SECONDS).until(() -> allowances.unfinished().held() == 0);
    }

    @Test
    void aBatchThatStandsStillIsRefusedInTheSameWay() throws Exception {
        Socket batch = connect();
        send(
                batch,
                "POST /v1/publish HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n30d40\r\n" + "x".repeat(199_000));
        await().atMost(10, SECONDS).until(() -> allowances.unfinished().held() > 150_000);
        Socket next = connect();
        send(next, "POST /t/a HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" + "x".repeat(150_000));
        assertTrue(head(batch).startsWith("HTTP/1.1 503 "));
        send(next, "x".repeat(50_000));
        assertTrue(head(next).startsWith("HTTP/1.1 201 "));
    }

    @Test
    void whileAnswersWaitThatNobodyReadsPagesAreSmall() throws Exception {
        keep(3, 1 << 20);
        Socket silent = connect();
        send(silent, "GET /t/big?from=earliest&limit=3 HTTP/1.1\r\nHost: x\r\n\r\n");
        await().atMost(20, SECONDS).until(() -> allowances.unsent().isShort());
        assertEquals(
                1,
                door.get("/t/big?from=earliest&limit=3")
                        .json()
                        .getJsonArray("messages")
                        .size());
        silent.close();
        await().atMost(20, SECONDS).until(() -> !allowances.unsent().isShort());
    }

    @Test
    void aStreamThatIsNotReadIsCutWhenThereAreTooMany() throws Exception {
        keep(3, 1 << 20);
        List<Socket> silent = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Socket socket = connect();
            send(socket, "GET /t/big?follow&from=earliest HTTP/1.1\r\nHost: x\r\n\r\n");
            silent.add(socket);
        }
        await().atMost(20, SECONDS).until(() -> allowances.unsent().gaveWay() > 0);
        await().atMost(20, SECONDS).until(() -> door.broker.streams() < 10);
        for (Socket socket : silent) {
            socket.close();
        }
        await().atMost(20, SECONDS).until(() -> allowances.unsent().held() == 0);
    }
}
