package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Accounts;
import io.skein.broker.Allowances;
import io.skein.broker.AskedGate;
import io.skein.broker.ChangeAck;
import io.skein.broker.FakeBroker;
import io.skein.broker.MailWatch;
import io.skein.broker.Mailbox;
import io.skein.broker.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream that cannot begin, or whose node is not well: what passes is told in the answer. */
@Timeout(60)
class StreamEntranceTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final FakeBroker broker = new FakeBroker(vertx);
    private final AskedGate gate = new AskedGate(broker);
    private int port;

    @BeforeEach
    void open() throws Exception {
        Promise<HttpServer> listening = Promise.promise();
        vertx.getOrCreateContext().runOnContext(v -> {
            HttpConfig config = HttpConfig.defaults("1", 0);
            HttpDoor door = new HttpDoor(vertx, gate, config, Allowances.ofHeap(), HttpListener.NONE);
            vertx.createHttpServer(HttpDoor.serverOptions(config))
                    .connectionHandler(door::connected)
                    .requestHandler(door.handler(request -> {}))
                    .listen(0, "127.0.0.1")
                    .onComplete(listening);
        });
        port = listening.future().await(10, TimeUnit.SECONDS).actualPort();
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private HttpResponse<String> ask(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("Authorization", "Bearer not-known-here");
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void whatPassesIsToldInTheAnswerWhichEnds() throws Exception {
        gate.refuse(Refusal.Kind.UNAVAILABLE, "catching-up");
        for (String path : List.of("/v1/stream?topic=a", "/v1/mail/stream")) {
            HttpResponse<String> answer = ask("GET", path);
            assertEquals(200, answer.statusCode(), path);
            assertTrue(
                    answer.body().contains("event: status\ndata: {\"health\":\"catching-up\",\"retryable\":true"),
                    answer.body());
            assertTrue(answer.body().contains("retry: "), "without a word when to come again");
        }
        assertEquals(200, ask("HEAD", "/v1/stream?topic=a").statusCode());
    }

    @Test
    void soItIsOfATopicThatIsFollowedAndOnlyThen() throws Exception {
        gate.refuse(Refusal.Kind.UNAVAILABLE, "no-leader");
        HttpResponse<String> lines = ask("GET", "/t/a?follow");
        assertEquals(200, lines.statusCode());
        assertTrue(lines.body().contains("{\"status\":{\"health\":\"no-leader\""), lines.body());
        HttpResponse<String> events = ask("GET", "/t/a", "Accept", "text/event-stream");
        assertEquals(200, events.statusCode());
        assertTrue(events.body().contains("event: status"), events.body());
        assertEquals(503, ask("GET", "/t/a").statusCode());
        assertEquals(503, ask("GET", "/v1/topics").statusCode());
        assertEquals(400, ask("GET", "/t/a?follow&follow").statusCode());
    }

    @Test
    void whatDoesNotPassIsAStatus() throws Exception {
        gate.refuse(Refusal.Kind.UNAUTHENTICATED, "unauthenticated");
        for (String path : List.of("/v1/stream?topic=a", "/v1/mail/stream", "/t/a?follow")) {
            assertEquals(401, ask("GET", path).statusCode(), path);
        }
    }

    /** A mailbox that knows of watches only, or accounts that know of log outs only. */
    private static <T> T only(Class<T> kind, String method, Object answer) {
        return kind.cast(Proxy.newProxyInstance(kind.getClassLoader(), new Class<?>[] {kind}, (proxy, called, args) -> {
            if (called.getName().equals(method)) {
                return answer;
            }
            throw new UnsupportedOperationException(called.getName());
        }));
    }

    private static Mailbox watched(Future<MailWatch> watch) {
        return only(Mailbox.class, "watch", watch);
    }

    private static final MailWatch WATCH = new MailWatch() {
        @Override
        public void resume() {}

        @Override
        public void close() {}
    };

    private BufferedReader open(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", "Bearer known")
                .build();
        HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, answer.statusCode());
        return new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
    }

    private static void skipTo(BufferedReader in, String text) throws Exception {
        String line = in.readLine();
        while (line != null && !line.contains(text)) {
            line = in.readLine();
        }
        assertTrue(line != null, "the end before " + text);
    }

    @Test
    void mailThatCannotBeWatchedNowIsNoOtherAnswerThan200() throws Exception {
        gate.letIn(
                null,
                watched(Future.failedFuture(Refusal.of(Refusal.Kind.TOO_MANY, "too-many-subscriptions", "full"))));
        HttpResponse<String> answer = ask("GET", "/v1/mail/stream");
        assertEquals(200, answer.statusCode());
        assertTrue(answer.body().contains("{\"health\":\"too-many-subscriptions\",\"retryable\":true"), answer.body());
    }

    @Test
    void whoMayNotHaveMailIsToldByAStatus() throws Exception {
        gate.letIn(null, watched(Future.failedFuture(Refusal.of(Refusal.Kind.FORBIDDEN, "forbidden", "no"))));
        assertEquals(403, ask("GET", "/v1/mail/stream").statusCode());
    }

    @Test
    void aWatchThatTakesLongIsOpenedAndTellsHowTheNodeIs() throws Exception {
        Promise<MailWatch> late = Promise.promise();
        gate.letIn(null, watched(late.future()));
        broker.health("catching-up");
        try (BufferedReader in = open("/v1/mail/stream")) {
            skipTo(in, "{\"health\":\"catching-up\",\"retryable\":true");
            broker.health("ok");
            vertx.runOnContext(v -> late.complete(WATCH));
            skipTo(in, "event: open");
            skipTo(in, "{\"health\":\"ok\"");
        }
    }

    @Test
    void whoFollowsMailHearsThatTheLeaderIsLostAndThatThereIsOneAgain() throws Exception {
        gate.letIn(null, watched(Future.succeededFuture(WATCH)));
        try (BufferedReader in = open("/v1/mail/stream")) {
            skipTo(in, "event: open");
            broker.health("no-leader");
            skipTo(in, "{\"health\":\"no-leader\",\"retryable\":true");
            broker.health("ok");
            skipTo(in, "{\"health\":\"ok\"");
        }
    }

    private HttpResponse<String> logOut(Future<ChangeAck> out) throws Exception {
        gate.letIn(only(Accounts.class, "logOut", out), null);
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/sessions/current"))
                .DELETE()
                .header("Cookie", Credentials.COOKIE + "=known")
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void aLogOutThatIsDoneTakesTheCookieAway() throws Exception {
        HttpResponse<String> done = logOut(Future.succeededFuture(new ChangeAck(false, 7, false)));
        assertEquals(204, done.statusCode());
        assertEquals("7", done.headers().firstValue("Skein-Index").orElse(""));
        assertTrue(done.headers().firstValue("Set-Cookie").orElse("").contains("Max-Age=0"));
    }

    @Test
    void aLogOutThatMayNotBeDoneLeavesTheCookie() throws Exception {
        HttpResponse<String> unknown =
                logOut(Future.failedFuture(Refusal.of(Refusal.Kind.INDETERMINATE, "indeterminate", "who knows")));
        assertEquals(504, unknown.statusCode());
        assertEquals("", unknown.headers().firstValue("Set-Cookie").orElse(""));
    }
}
