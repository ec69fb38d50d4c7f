package io.skein.node;

import static io.skein.node.Stranger.expect;
import static io.skein.node.Stranger.op;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.Stranger.Answer;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Mail, log in and tokens as they go through the doors of a node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class MailDoorsTest {
    private static final String ADMIN_TOKEN = "the-admin-of-the-mail";

    private RunningNode node;
    private Stranger nobody;
    private Stranger admin;
    /** Two who are of one test. */
    private Stranger anna;

    private Stranger bert;
    private String toAnna;
    private String toBert;
    private int test;

    @BeforeAll
    void begin(@TempDir Path directory) throws Exception {
        node = new RunningNode(directory, Map.of("auth", "true", "admin-token", ADMIN_TOKEN));
        node.firstAdmin().await();
        nobody = Stranger.at(node);
        admin = nobody.with(ADMIN_TOKEN);
    }

    @AfterAll
    void end() {
        node.close();
    }

    @BeforeEach
    void somebody() {
        test++;
        toAnna = "anna-" + test;
        toBert = "bert-" + test;
        admin.create(toAnna, "p");
        admin.create(toBert, "p");
        anna = nobody.loggedIn(toAnna, "p");
        bert = nobody.loggedIn(toBert, "p");
    }

    private static long send(Stranger from, String to, String content) {
        String mail = new JsonObject().put("to", to).put("content", content).encode();
        return expect(201, from.post("/v1/mail", mail)).json().getLong("id");
    }

    private static void logOut(Stranger who) {
        expect(204, who.ask("DELETE", "/v1/sessions/current", ""));
    }

    @Test
    void whoLogsInIsToldHowMuchWaits() {
        send(anna, toBert, "hi");
        Answer in = nobody.post("/v1/sessions", "{\"username\":\"" + toBert + "\",\"password\":\"p\"}");
        assertEquals(1, expect(201, in).json().getInteger("unread"));
    }

    @Test
    void onlyWholeNumbersThatFitAreIds() {
        long id = send(anna, toBert, "hi");
        for (String other : List.of(id + ".9", "18446744073709551617", "1e0", "0", "-1", "\"1\"", "null")) {
            Answer answer = bert.post("/v1/mail/read", "{\"ids\":[" + other + "]}");
            assertEquals(400, answer.status(), other);
        }
        Answer read = bert.post("/v1/mail/read", "{\"ids\":[" + id + "]}");
        assertEquals(1, expect(200, read).json().getInteger("done"));
    }

    @Test
    void eventsComeInOrderAfterOpen() throws Exception {
        try (Stranger.Lines lines = bert.open("/v1/mail/stream")) {
            assertTrue(lines.until("event: ").toString().contains("event: open"));
            long id = send(anna, toBert, "hi");
            expect(200, bert.post("/v1/mail/read", "{\"ids\":[" + id + "]}"));
            expect(200, anna.post("/v1/mail/delete", "{\"ids\":[" + id + "]}"));
            String told = lines.until("event: deleted").toString();
            int arrived = told.indexOf("event: message");
            int read = told.indexOf("event: read, data: {\"by\":\"" + toBert + "\",\"ids\":[" + id + "]}");
            assertTrue(arrived > 0 && read > arrived, told);
        }
    }

    @Test
    void eventsEndForGoodWithALogOut() throws Exception {
        try (Stranger.Lines lines = bert.open("/v1/mail/stream")) {
            lines.until("event: open");
            logOut(bert);
            String rest = lines.rest().toString();
            assertTrue(rest.contains("{\"health\":\"unauthenticated\",\"retryable\":false"), rest);
        }
    }

    /** So much that no socket holds it all. */
    private void sendTooMuch() {
        String content = "x".repeat(60 << 10);
        for (int i = 0; i < 150; i++) {
            send(anna, toBert, content);
        }
    }

    @Test
    void whoReadsEventsSlowlyIsToldOfTheGap() throws Exception {
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(16 << 10);
            socket.setSoTimeout(20_000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.httpPort()));
            socket.getOutputStream()
                    .write(("GET /v1/mail/stream HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + bert.token()
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            skipTo(in, "event: open");
            sendTooMuch();
            skipTo(in, "event: gap");
            send(anna, toBert, "the last");
            assertTrue(skipTo(in, "the last").contains("\"from\":\"" + toAnna));
        }
    }

    private static String skipTo(BufferedReader in, String text) throws IOException {
        String line = in.readLine();
        while (line != null && !line.contains(text)) {
            line = in.readLine();
        }
        if (line == null) {
            throw new AssertionError("the end before " + text);
        }
        return line;
    }

    @Test
    void aWebSocketTellsInOrder() throws Exception {
        try (Stranger.Talk talk = bert.talk("")) {
            assertTrue(talk.say(op("mail")).getBoolean("ok"));
            long id = send(anna, toBert, "hi");
            expect(200, bert.post("/v1/mail/read", "{\"ids\":[" + id + "]}"));
            expect(200, anna.post("/v1/mail/delete", "{\"ids\":[" + id + "]}"));
            assertTrue(talk.push().encode().contains("\"content\":\"hi\""));
            assertTrue(talk.push().encode().contains("\"read\""));
            assertTrue(talk.push().encode().contains("\"deleted\""));
        }
    }

    /** Reads nothing until it is told to. */
    private static final class Sleepy implements WebSocket.Listener {
        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        volatile boolean awake;

        @Override
        public void onOpen(WebSocket socket) {}

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            heard.add(data.toString());
            if (awake) {
                socket.request(1);
            }
            return null;
        }

        void until(String text) throws InterruptedException {
            String part = heard.poll(20, TimeUnit.SECONDS);
            while (part != null && !part.contains(text)) {
                part = heard.poll(20, TimeUnit.SECONDS);
            }
            assertTrue(part != null, "nothing with " + text);
        }
    }

    @Test
    void whoReadsAWebSocketSlowlyIsToldOfTheGap() throws Exception {
        Sleepy sleepy = new Sleepy();
        WebSocket socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", "Bearer " + bert.token())
                .buildAsync(URI.create("ws://127.0.0.1:" + node.httpPort() + "/ws"), sleepy)
                .get(20, TimeUnit.SECONDS);
        socket.sendText(op("mail").put("id", 1).encode(), true).get(20, TimeUnit.SECONDS);
        socket.request(1);
        sleepy.heard.poll(20, TimeUnit.SECONDS);
        sendTooMuch();
        sleepy.awake = true;
        socket.request(1);
        sleepy.until("\"mailGap\":true");
        send(anna, toBert, "the last");
        sleepy.until("the last");
        socket.abort();
    }

    @Test
    void aWebSocketIsClosedWithALogOut() throws Exception {
        try (Stranger.Talk talk = bert.talk("")) {
            assertTrue(talk.say(op("mail")).getBoolean("ok"));
            logOut(bert);
            assertEquals(4504, talk.code());
        }
    }

    @Test
    void anAccountThatGoesTakesItsWatchOfAWebSocketWithIt() throws Exception {
        try (Stranger.Talk talk = bert.talk("")) {
            assertTrue(talk.say(op("mail")).getBoolean("ok"));
            expect(204, admin.ask("DELETE", "/v1/accounts/" + toBert, ""));
            assertEquals(4504, talk.code());
        }
    }

    @Test
    void whoComesWhenTooManyPasswordsWaitIsToldToComeAgain() throws Exception {
        CountDownLatch letGo = holdPasswords();
        List<CompletableFuture<Answer>> asked = new ArrayList<>();
        IntStream.range(0, 70)
                .forEach(i -> asked.add(
                        admin.asking("POST", "/v1/accounts", "{\"username\":\"one-" + i + "\",\"password\":\"p\"}")));
        Answer first = (Answer)
                CompletableFuture.anyOf(asked.toArray(CompletableFuture[]::new)).get(20, TimeUnit.SECONDS);
        assertEquals(429, first.status());
        assertEquals("too-many-logins", first.json().getString("code"));
        assertEquals("5", first.header("Retry-After"));
        letGo.countDown();
        int made = 0;
        for (CompletableFuture<Answer> each : asked) {
            made += each.get(20, TimeUnit.SECONDS).status() == 201 ? 1 : 0;
        }
        assertTrue(made > 0 && made < 70, made + " were made");
    }

    private CountDownLatch holdPasswords() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        node.vertx()
                .createSharedWorkerExecutor("skein-passwords", 1, 60, TimeUnit.SECONDS)
                .executeBlocking(() -> {
                    held.countDown();
                    return letGo.await(20, TimeUnit.SECONDS);
                })
                .onFailure(failure -> letGo.countDown());
        assertTrue(held.await(20, TimeUnit.SECONDS));
        return letGo;
    }

    @Test
    void aTokenWithoutScopesIsForAllAndOneWithNoneIsNotMade() {
        String path = "/v1/accounts/" + toAnna + "/tokens";
        assertEquals(400, anna.post(path, "{\"name\":\"none\",\"scopes\":[]}").status());
        assertEquals(
                400,
                anna.post(path, "{\"name\":\"bad\",\"scopes\":[\"Publish:a\"]}").status());
        Answer made = expect(201, anna.post(path, "{\"name\":\"all\"}"));
        assertEquals("[\"all\"]", made.json().getJsonArray("scopes").encode());
        assertTrue(Long.parseLong(made.header("Skein-Index")) > 0);
        assertFalse(made.header("Cache-Control").isEmpty());
    }

    @Test
    void aTokenIsNotMadeUnderAKey() {
        String path = "/v1/accounts/" + toAnna + "/tokens";
        Answer answer = anna.post(path, "{\"name\":\"once\"}", "Idempotency-Key", "k");
        assertEquals(400, answer.status());
        assertTrue(answer.json().getString("detail").contains("Idempotency-Key"));
    }

    @Test
    void whatThereIsNotInAQueryIsRefused() {
        assertEquals(400, anna.post("/v1/sessions?cookie=true", "{}").status());
        assertEquals(
                400, anna.ask("DELETE", "/v1/accounts/" + toAnna + "?force", "").status());
        assertEquals(
                400,
                anna.ask("DELETE", "/v1/accounts/" + toAnna + "/sessions?all", "")
                        .status());
        assertEquals(400, admin.ask("PUT", "/v1/access?account=x", "{}").status());
    }

    @Test
    void aCookieThatIsNotGoodGoesWithALogOut() {
        Answer in = nobody.post("/v1/sessions", "{\"username\":\"" + toAnna + "\",\"password\":\"p\",\"cookie\":true}");
        String cookie = in.header("Set-Cookie");
        String shown = cookie.substring(0, cookie.indexOf(';'));
        expect(204, admin.ask("DELETE", "/v1/accounts/" + toAnna + "/sessions", ""));
        Answer out = nobody.ask("DELETE", "/v1/sessions/current", "", "Cookie", shown);
        assertEquals(401, out.status());
        assertTrue(out.header("Set-Cookie").contains("Max-Age=0"), "it stays");
    }
}
