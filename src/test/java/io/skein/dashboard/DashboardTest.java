package io.skein.dashboard;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.FakeBroker;
import io.skein.broker.Freshness;
import io.skein.broker.NoSubscriptions;
import io.skein.broker.NodeStatus;
import io.skein.broker.Publish;
import io.skein.broker.Refusal;
import io.skein.broker.SubscriptionInfo;
import io.skein.broker.SubscriptionsPage;
import io.skein.machine.Cursor;
import io.skein.raft.Role;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionView;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DashboardTest {
    private static final ConsoleLimits LIMITS =
            new ConsoleLimits(4, 20, 300, 3, 100, 2, 50, 25, 16 << 10, 64 << 10, 20);

    private final Vertx vertx = Vertx.vertx();
    private final FakeBroker broker = new FakeBroker(vertx);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    /** How often the node was looked at. */
    private final AtomicInteger samples = new AtomicInteger();

    private ConsoleServer server;

    @BeforeEach
    void start() throws Exception {
        server = new ConsoleServer(vertx, broker, figures(), LIMITS, 0);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    // Files.

    @Test
    void thePageComesWithAStrictPolicy() throws Exception {
        HttpResponse<String> page = get("/");

        assertEquals(200, page.statusCode());
        assertEquals("text/html; charset=utf-8", header(page, "Content-Type"));
        assertEquals("nosniff", header(page, "X-Content-Type-Options"));
        String policy = header(page, "Content-Security-Policy");
        assertTrue(policy.startsWith("default-src 'self';"), policy);
        assertFalse(policy.contains("unsafe"), policy);
        assertTrue(page.body().startsWith("<!doctype html>"));
    }

    @Test
    void theChatsPolicyNamesTheOtherMembersAndNothingElse() throws Exception {
        HttpResponse<String> page = get("/chat");

        assertEquals(200, page.statusCode());
        assertEquals("no-store", header(page, "Cache-Control"));
        assertTrue(page.body().startsWith("<!doctype html>"));
        String policy = header(page, "Content-Security-Policy");
        assertTrue(policy.startsWith(PagePolicy.SELF + "; connect-src 'self'"), policy);
        assertEquals(
                PagePolicy.SELF
                        + "; connect-src 'self' http://10.0.0.2:8080 http://127.0.0.1:8081 http://localhost:8081"
                        + " https://n3.example:443 ws://10.0.0.2:8080 ws://127.0.0.1:8081 ws://localhost:8081"
                        + " wss://n3.example:443",
                PagePolicy.of(
                        List.of("127.0.0.1:8081", "10.0.0.2:8080", "https://n3.example:443", "", "a b:1; script-src *"),
                        false));
        assertEquals(
                PagePolicy.SELF + "; connect-src 'self' https://n2:8080 wss://n2:8080",
                PagePolicy.of(List.of("n2:8080"), true));
    }

    @Test
    void everyFileOfTheChatIsServedAndASlashTooMuchLeadsToThePage() throws Exception {
        for (String name : Assets.CHAT) {
            assertEquals(200, get("/chat/" + name).statusCode(), name);
        }
        assertEquals(404, get("/chat/../console/none.js").statusCode());
        assertEquals(404, get("/chat/none.js").statusCode());
        HttpResponse<String> slash = get("/chat/");
        assertEquals(308, slash.statusCode());
        assertEquals("../chat", header(slash, "Location"));
    }

    @Test
    void everyFileIsServedWithItsTypeAndAStrongTag() throws Exception {
        for (String name : Assets.CONSOLE) {
            HttpResponse<String> file = get("/console/" + name);
            assertEquals(200, file.statusCode(), name);
            assertTrue(header(file, "ETag").matches("\"[0-9a-f]{32}\""), name);
            String type = header(file, "Content-Type");
            assertEquals(name.endsWith(".js"), type.startsWith("text/javascript"), name + " is " + type);
            assertEquals("nosniff", header(file, "X-Content-Type-Options"));
        }
    }

    @Test
    void aFileThatDidNotChangeIsNotSentAgain() throws Exception {
        String tag = header(get("/console/app.js"), "ETag");

        HttpResponse<String> again = get("/console/app.js", "If-None-Match", "\"other\", " + tag);

        assertEquals(304, again.statusCode());
        assertEquals("", again.body());
        assertEquals(tag, header(again, "ETag"));
        assertEquals(200, get("/console/app.js", "If-None-Match", "\"other\"").statusCode());
    }

    @Test
    void aFileIsPackedForWhoTakesItSo() throws Exception {
        HttpResponse<String> plain = get("/console/app.js");
        HttpResponse<byte[]> packed = bytes("/console/app.js", "br;q=1.0, gzip;q=0.8");
        assertEquals("gzip", header(packed, "Content-Encoding"));
        assertTrue(header(packed, "Vary").contains("accept-encoding"));
        assertNotEquals(header(plain, "ETag"), header(packed, "ETag"));
        try (var gzip = new GZIPInputStream(new ByteArrayInputStream(packed.body()))) {
            assertEquals(plain.body(), new String(gzip.readAllBytes(), StandardCharsets.UTF_8));
        }
        for (String refused : List.of("gzip;q=0", "identity", "br", "gzip;q=0.000")) {
            assertEquals("", header(bytes("/console/app.js", refused), "Content-Encoding"), refused);
        }
        assertEquals("gzip", header(bytes("/", "gzip"), "Content-Encoding"));
    }

    private HttpResponse<byte[]> bytes(String path, String accepted) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.url(path)))
                        .header("Accept-Encoding", accepted)
                        .build(),
                BodyHandlers.ofByteArray());
    }

    @Test
    void thePagesPolicyNamesTheOtherMembersAndItsTagKnowsIt() throws Exception {
        HttpResponse<String> page = get("/");
        assertTrue(header(page, "Content-Security-Policy").contains("connect-src 'self' http://127.0.0.1:8080"));
        broker.become(
                Role.LEADER,
                "n1",
                1,
                List.of(new NodeStatus.MemberStatus("n1", "127.0.0.1:6000", "10.0.0.9:8080", true, 1, true)));
        HttpResponse<String> later = get("/", "If-None-Match", header(page, "ETag"));
        assertEquals(200, later.statusCode());
        assertTrue(header(later, "Content-Security-Policy").contains("http://10.0.0.9:8080"));
    }

    @Test
    void aPageOfAnotherMemberMayReadTheStreamAndOthersMayNot() throws Exception {
        HttpRequest preflight = HttpRequest.newBuilder(URI.create(server.url("/console/stream")))
                .header("Origin", "http://127.0.0.1:8080")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> answer = client.send(preflight, BodyHandlers.ofString());
        assertEquals(204, answer.statusCode());
        assertEquals("http://127.0.0.1:8080", header(answer, "Access-Control-Allow-Origin"));
        assertEquals("true", header(answer, "Access-Control-Allow-Credentials"));

        HttpResponse<String> head = head("/console/stream", "http://127.0.0.1:8080");
        assertEquals("http://127.0.0.1:8080", header(head, "Access-Control-Allow-Origin"));
        assertEquals("", header(head("/console/stream", "http://evil.example"), "Access-Control-Allow-Origin"));
    }

    private HttpResponse<String> head(String path, String origin) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(server.url(path)))
                        .header("Origin", origin)
                        .method("HEAD", HttpRequest.BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void onlyFilesWithAVersionInTheirNameAreKeptWithoutAsking() throws Exception {
        assertEquals("no-cache", header(get("/"), "Cache-Control"));
        assertEquals("no-cache", header(get("/console/app.js"), "Cache-Control"));
        assertEquals(
                "public, max-age=31536000, immutable",
                header(get("/console/vendor/uPlot-1.6.32.iife.min.js"), "Cache-Control"));
    }

    @Test
    void aHeadRequestGetsTheHeadersOnly() throws Exception {
        HttpRequest head = HttpRequest.newBuilder(URI.create(server.url("/")))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build();

        HttpResponse<String> answer = client.send(head, BodyHandlers.ofString());

        assertEquals(200, answer.statusCode());
        assertEquals(header(get("/"), "ETag"), header(answer, "ETag"));
    }

    @Test
    void nothingOutsideTheListIsServed() throws Exception {
        for (String path : List.of(
                "/console/",
                "/console/none.js",
                "/console/vendor/VENDOR.csv",
                "/console/../openapi.yaml",
                "/console/%2e%2e/openapi.yaml",
                "/console/..%2fopenapi.yaml",
                "/console/vendor/../../openapi.yaml")) {
            assertEquals("404", statusOfRaw(path), path);
        }
    }

    // The stream.

    @Test
    void theStreamTellsTheVersionAndTheHistoryFirst() throws Exception {
        await().until(() -> {
            try (Events events = open("/console/stream")) {
                JsonObject hello = events.next();
                assertEquals("hello", events.name);
                assertEquals("0.1.0-test", hello.getString("version"));
                JsonObject history = hello.getJsonObject("history");
                int samples = history.getJsonArray("at").size();
                for (String column :
                        List.of("published", "delivered", "fsyncP50", "fsyncP99", "commitP50", "commitP99")) {
                    assertEquals(samples, history.getJsonArray(column).size(), column);
                }
                return samples > 2;
            }
        });
    }

    @Test
    void aStateTellsNodeLogFiguresTopicsAndSubscribers() throws Exception {
        publish("orders/eu", "hi");
        try (Events events = open("/console/stream?tail=orders/%23")) {
            assertEquals(200, events.status);
            assertEquals("text/event-stream; charset=utf-8", events.type);
            JsonObject state = events.until(
                    "state",
                    data -> data.containsKey("topics")
                            && !data.getJsonObject("subscribers")
                                    .getJsonArray("rows")
                                    .isEmpty());

            assertEquals("n1", state.getJsonObject("node").getString("id"));
            assertEquals("leader", state.getJsonObject("node").getString("role"));
            assertEquals("ok", state.getJsonObject("node").getString("health"));
            JsonObject member = state.getJsonArray("members").getJsonObject(0);
            assertEquals("n1", member.getString("id"));
            assertEquals("127.0.0.1:8080", member.getString("httpAddress"));
            JsonObject election = state.getJsonArray("elections").getJsonObject(0);
            assertEquals(1, election.getLong("term"));
            assertEquals("n1", election.getString("leader"));
            assertEquals(1, state.getJsonObject("log").getLong("commit"));
            assertEquals("0000000000000000", state.getJsonObject("log").getString("stateHash"));
            assertEquals(2.5, state.getJsonObject("fsync").getDouble("p99"));
            assertNull(state.getJsonObject("commit").getDouble("p50"));
            assertNull(state.getJsonObject("disk").getLong("free"));
            assertEquals(0, state.getJsonObject("backups").getLong("everyMs"));
            JsonObject topic =
                    state.getJsonObject("topics").getJsonArray("rows").getJsonObject(0);
            assertEquals("orders/eu", topic.getString("name"));
            assertEquals(1, topic.getLong("next"));
            JsonObject subscriber =
                    state.getJsonObject("subscribers").getJsonArray("rows").getJsonObject(0);
            assertEquals("dashboard", subscriber.getString("door"));
            assertEquals(new JsonArray().add("orders/#"), subscriber.getJsonArray("filters"));
        }
    }

    @Test
    void ofManyTopicsTheFirstAreShownAndAllAreCounted() throws Exception {
        for (int i = 0; i < 5; i++) {
            publish("t" + i, "x");
        }
        try (Events events = open("/console/stream")) {
            JsonObject state = events.until("state", data -> data.containsKey("topics"));
            assertEquals(5, state.getJsonObject("topics").getLong("total"));
            assertEquals(3, state.getJsonObject("topics").getJsonArray("rows").size());
        }
    }

    @Test
    void ofManySubscriptionsThoseThatLagMostAreShownAndAllAreCounted() throws Exception {
        broker.with(
                new NoSubscriptions() {
                    @Override
                    public Future<SubscriptionsPage> list(Optional<String> after, int limit, Freshness freshness) {
                        return Future.succeededFuture(
                                after.isEmpty()
                                        ? new SubscriptionsPage(
                                                List.of(standing("a", 0, 0), standing("b", 2, 7)), Optional.of("b"), 3)
                                        : new SubscriptionsPage(List.of(standing("c", 0, 1)), Optional.empty(), 3));
                    }
                },
                broker.queues());
        try (Events events = open("/console/stream")) {
            JsonObject state = events.until("state", data -> data.containsKey("subscriptions"));
            JsonObject subscriptions = state.getJsonObject("subscriptions");
            assertEquals(3, subscriptions.getLong("total"));
            assertTrue(subscriptions.getLong("at") > 0);
            JsonArray rows = subscriptions.getJsonArray("rows");
            assertEquals(2, rows.size());
            JsonObject most = rows.getJsonObject(0);
            assertEquals("b", most.getString("name"));
            assertEquals("orders/#", most.getString("filter"));
            assertEquals(2, most.getLong("lag"));
            assertEquals(2, most.getLong("inFlight"));
            assertEquals(7, most.getLong("dead"));
            assertEquals(1_000, most.getLong("oldest"));
            assertEquals(9, most.getLong("acknowledged"));
            assertFalse(most.getBoolean("paused"));
            assertEquals("c", rows.getJsonObject(1).getString("name"));
            assertNull(rows.getJsonObject(1).getLong("oldest"));
        }
    }

    @Test
    void subscriptionsAreLookedAtOnlyWhileAPageIsOpen() throws Exception {
        var looks = new AtomicInteger();
        broker.with(
                new NoSubscriptions() {
                    @Override
                    public Future<SubscriptionsPage> list(Optional<String> after, int limit, Freshness freshness) {
                        looks.incrementAndGet();
                        return super.list(after, limit, freshness);
                    }
                },
                broker.queues());
        int before = samples.get();
        await().until(() -> samples.get() > before + 2);
        assertEquals(0, looks.get());
        try (Events events = open("/console/stream")) {
            events.until("state", data -> data.containsKey("subscriptions"));
            assertTrue(looks.get() > 0);
        }
    }

    private static SubscriptionInfo standing(String name, long leased, long dead) {
        return new SubscriptionInfo(
                new SubscriptionView(
                        1,
                        new SubscriptionName(name),
                        SubscriptionConfig.of(new TopicFilter("orders/#")),
                        Cursor.ORIGIN,
                        0,
                        0,
                        0,
                        0,
                        leased,
                        0,
                        0,
                        dead,
                        leased,
                        0,
                        9,
                        1,
                        0,
                        false,
                        false,
                        Long.MAX_VALUE,
                        0),
                leased == 0 ? OptionalLong.empty() : OptionalLong.of(1_000),
                0);
    }

    @Test
    void allPagesSeeTheSameSamples() throws Exception {
        try (Events one = open("/console/stream");
                Events two = open("/console/stream")) {
            long at = two.until("state", data -> true).getLong("at");
            for (int i = 0; i < 5; i++) {
                JsonObject next = two.until("state", data -> true);
                if (next.getLong("at") > at) {
                    JsonObject same = one.until("state", data -> data.getLong("at") >= next.getLong("at"));
                    assertEquals(next.getLong("at"), same.getLong("at"));
                }
            }
        }
    }

    @Test
    void theTailShowsWhatWasThereAndWhatComes() throws Exception {
        publish("orders/eu", "before");
        try (Events events = open("/console/stream?tail=orders/%2B")) {
            JsonObject before = events.until("tail", data -> data.containsKey("messages"));
            assertEquals("before", message(before).getString("body"));

            publish("payments", "elsewhere");
            publish("orders/us", "after");

            JsonObject after = events.until("tail", data -> data.containsKey("messages"));
            assertEquals("after", message(after).getString("body"));
            assertEquals(message(after).getString("cursor"), events.id);
        }
    }

    @Test
    void ofALongTopicTheTailBeginsWithTheNewest() throws Exception {
        for (int i = 0; i < 40; i++) {
            publish("long", "m" + i);
        }
        try (Events events = open("/console/stream?tail=long")) {
            JsonObject tail = events.until("tail", data -> data.containsKey("messages"));
            assertEquals("m15", message(tail).getString("body"));
            assertEquals(25, tail.getJsonArray("messages").size());
        }
    }

    @Test
    void aTailGoesOnAfterTheLastEventId() throws Exception {
        publish("a", "one");
        publish("a", "two");
        String first;
        try (Events events = open("/console/stream?tail=a")) {
            first = message(events.until("tail", data -> data.containsKey("messages")))
                    .getString("cursor");
        }
        try (Events events = open("/console/stream?tail=a", "Last-Event-ID", first)) {
            JsonObject tail = events.until("tail", data -> data.containsKey("messages"));
            assertEquals("two", message(tail).getString("body"));
        }
    }

    @Test
    void aWrongFilterIsAProblemOfTheTailOnly() throws Exception {
        try (Events events = open("/console/stream?tail=a/%23/b")) {
            JsonObject problem =
                    events.until("tail", data -> data.containsKey("problem")).getJsonObject("problem");
            assertEquals("malformed", problem.getString("code"));
            assertFalse(problem.getBoolean("retryable"));
            events.until("state", data -> data.containsKey("topics"));
        }
    }

    @Test
    void aTailThatTheNodeEndedBeginsAgainWhereItWas() throws Exception {
        publish("a", "one");
        try (Events events = open("/console/stream?tail=a")) {
            events.until("tail", data -> data.containsKey("messages"));
            await().until(() -> broker.streams() == 1);

            broker.endAll("catching-up", true);
            publish("a", "two");

            assertTrue(events.until("tail", data -> data.containsKey("problem"))
                    .getJsonObject("problem")
                    .getBoolean("retryable"));
            JsonObject tail = events.until("tail", data -> data.containsKey("messages"));
            assertEquals("two", message(tail).getString("body"));
            assertEquals(1, tail.getJsonArray("messages").size());
        }
    }

    @Test
    void aStateWithoutALeaderIsShownLikeAnyOther() throws Exception {
        broker.health("no-leader");
        try (Events events = open("/console/stream")) {
            assertEquals(200, events.status);
            JsonObject state = events.until("state", data -> true);
            assertEquals("no-leader", state.getJsonObject("node").getString("health"));
        }
    }

    // Bounds.

    @Test
    void aClosedPageGivesBackWhatItHeld() throws Exception {
        try (Events events = open("/console/stream?tail=a")) {
            events.until("tail", data -> data.containsKey("filter"));
            assertEquals(1, server.dashboard.openPages());
            assertEquals(1, broker.streams());
        }
        await().until(() -> server.dashboard.openPages() == 0 && broker.streams() == 0);
    }

    @Test
    void aPageThatDoesNotReadIsCutOff() throws Exception {
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4 << 10);
            socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
            socket.getOutputStream()
                    .write("GET /console/stream?tail=%23 HTTP/1.1\r\nHost: x\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> server.dashboard.openPages() == 1 && broker.streams() == 1);

            String body = "x".repeat(15 << 10);
            await().pollInterval(Duration.ofMillis(2))
                    .atMost(Duration.ofSeconds(50))
                    .until(() -> {
                        publish("flood", body);
                        return server.dashboard.openPages() == 0;
                    });

            await().until(() -> broker.streams() == 0);
        }
    }

    @Test
    void onePageTooManyIsRefused() throws Exception {
        Events[] pages = new Events[LIMITS.pages()];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = open("/console/stream");
        }
        try (Events refused = open("/console/stream")) {
            assertEquals(503, refused.status);
        }
        pages[0].close();
        await().until(() -> server.dashboard.openPages() < LIMITS.pages());
        try (Events welcome = open("/console/stream")) {
            assertEquals(200, welcome.status);
        }
        for (Events page : pages) {
            page.close();
        }
    }

    @Test
    void aHeadOfTheStreamIsItsHeadersOnly() throws Exception {
        HttpRequest head = HttpRequest.newBuilder(URI.create(server.url("/console/stream?tail=a")))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .timeout(Duration.ofSeconds(10))
                .build();
        HttpResponse<String> answer = client.send(head, BodyHandlers.ofString());
        assertEquals(200, answer.statusCode());
        assertEquals("text/event-stream; charset=utf-8", header(answer, "Content-Type"));
        assertEquals(0, server.dashboard.openPages());
        assertEquals(0, broker.streams());
    }

    @Test
    void anotherSiteCannotOpenPages() throws Exception {
        try (Events events = open("/console/stream", "Sec-Fetch-Site", "cross-site")) {
            assertEquals(403, events.status);
        }
        assertEquals(0, server.dashboard.openPages());
    }

    @Test
    void whenTheDashboardGoesItsStreamsEnd() throws Exception {
        try (Events events = open("/console/stream?tail=a")) {
            events.until("tail", data -> data.containsKey("filter"));
            server.close();
            assertTrue(events.ends());
        }
        await().until(() -> broker.streams() == 0);
    }

    @Test
    void aPublishThatIsRefusedLeavesTheTailAlone() throws Exception {
        broker.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "no leader is known"));
        try (Events events = open("/console/stream?tail=%23")) {
            events.until("tail", data -> data.containsKey("filter"));
            assertNotEquals(201, post("/t/a", "one"));
            assertEquals(201, post("/t/a", "two"));
            JsonObject tail = events.until("tail", data -> data.containsKey("messages"));
            assertEquals("two", message(tail).getString("body"));
        }
    }

    private ConsoleFigures figures() {
        return new ConsoleFigures() {
            @Override
            public Latency fsync() {
                samples.incrementAndGet();
                return new Latency(10, 0.5, 2.5);
            }
        };
    }

    private static JsonObject message(JsonObject tail) {
        return tail.getJsonArray("messages").getJsonObject(0);
    }

    private void publish(String topic, String body) throws Exception {
        var message = new Message("", List.of(), Format.RAW, "", body.getBytes(StandardCharsets.UTF_8));
        broker.publish(Publish.of("test", Publication.of(new TopicName(topic), message)))
                .await(10, TimeUnit.SECONDS);
    }

    private int post(String path, String body) throws Exception {
        HttpRequest post = HttpRequest.newBuilder(URI.create(server.url(path)))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return client.send(post, BodyHandlers.ofString()).statusCode();
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url(path)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    /** Unlike a client, sends the path as it is. */
    private String statusOfRaw(String path) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine()
                    .split(" ")[1];
        }
    }

    private Events open(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url(path)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return new Events(client.send(request.build(), BodyHandlers.ofInputStream()));
    }

    /** Server-Sent Events as a browser reads them. */
    private static final class Events implements AutoCloseable {
        final int status;
        final String type;
        private final InputStream body;
        private final BufferedReader lines;
        String name = "";
        String id = "";

        Events(HttpResponse<InputStream> response) {
            status = response.statusCode();
            type = header(response, "Content-Type");
            body = response.body();
            lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
        }

        JsonObject next() throws IOException {
            String data = "";
            while (true) {
                String line = lines.readLine();
                if (line == null) {
                    throw new IOException("the stream ended");
                } else if (line.isEmpty()) {
                    return new JsonObject(data);
                } else if (line.startsWith("event: ")) {
                    name = line.substring(7);
                } else if (line.startsWith("id: ")) {
                    id = line.substring(4);
                } else if (line.startsWith("data: ")) {
                    data += line.substring(6);
                } else {
                    throw new IOException("no event stream: " + line);
                }
            }
        }

        JsonObject until(String wanted, Predicate<JsonObject> condition) throws IOException {
            while (true) {
                JsonObject data = next();
                if (name.equals(wanted) && condition.test(data)) {
                    return data;
                }
            }
        }

        boolean ends() {
            try {
                while (true) {
                    next();
                }
            } catch (IOException ended) {
                return true;
            }
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }
}
