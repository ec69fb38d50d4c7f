package io.skein.node;

import static io.skein.node.Stranger.expect;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.skein.node.Stranger.Answer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A trace of somebody's goes into a message with its publish, comes out with it, and can be followed in the log. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class TraceparentTest {
    private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String PARENT = "00-" + ID + "-00f067aa0ba902b7-01";
    private static final String UNSAMPLED = "00-" + ID + "-00f067aa0ba902b7-00";
    private static final String OTHER = "00-" + ID + "-1234567890abcdef-01";

    private final Logger logger = (Logger) LoggerFactory.getLogger("io.skein.trace");
    private final Lines log = new Lines();
    private RunningNode node;
    private Stranger client;

    private static final class Lines extends AppenderBase<ILoggingEvent> {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage());
        }

        boolean holds(String text) {
            return lines.stream().anyMatch(line -> line.startsWith(ID + ": ") && line.contains(text));
        }

        void await(String text) {
            Awaitility.await(text).until(() -> holds(text));
        }
    }

    @BeforeAll
    void begin(@TempDir Path directory) throws Exception {
        node = new RunningNode(directory);
        client = Stranger.at(node);
    }

    @AfterAll
    void end() {
        node.close();
    }

    @BeforeEach
    void listen() {
        log.lines.clear();
        log.start();
        logger.addAppender(log);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(log);
        logger.setLevel(null);
    }

    private JsonObject headersOf(String topic) {
        return expect(200, client.get("/t/" + topic))
                .json()
                .getJsonArray("messages")
                .getJsonObject(0)
                .getJsonObject("headers", new JsonObject());
    }

    @Test
    void theRequestsTraceIsAHeaderOfTheMessage() {
        expect(201, client.post("/t/plain", "x", "Traceparent", PARENT, "tracestate", "a=1", "tracestate", "b=2"));
        assertEquals(new JsonObject().put("traceparent", PARENT).put("tracestate", "a=1,b=2"), headersOf("plain"));
    }

    @Test
    void whatIsNoTraceIsIgnoredAndNobodyIsRefused() {
        expect(201, client.post("/t/bad", "x", "traceparent", "00-nonsense", "tracestate", "a=1"));
        assertEquals(new JsonObject(), headersOf("bad"));
        expect(201, client.post("/t/twice", "x", "traceparent", PARENT, "traceparent", OTHER));
        assertEquals(new JsonObject(), headersOf("twice"));
        expect(201, client.post("/t/state", "x", "traceparent", PARENT, "tracestate", "A B"));
        assertEquals(new JsonObject().put("traceparent", PARENT), headersOf("state"));
    }

    @Test
    void whatTheMessageIsGivenItselfWins() {
        expect(201, client.post("/t/own", "x", "traceparent", PARENT, "Skein-Header-traceparent", "mine"));
        assertEquals(new JsonObject().put("traceparent", "mine"), headersOf("own"));
    }

    @Test
    void ofAListEachMessageHasItsOwnOrTheRequests() {
        JsonObject other = new JsonObject().put("traceparent", OTHER);
        String body = "{\"messages\":[{\"topic\":\"list/a\",\"body\":\"x\"},"
                + "{\"topic\":\"list/b\",\"body\":\"x\",\"traceparent\":\"" + OTHER + "\"},"
                + "{\"topic\":\"list/c\",\"body\":\"x\",\"headers\":" + other.encode() + "}]}";
        expect(200, client.post("/v1/publish", body, "traceparent", PARENT));
        assertEquals(new JsonObject().put("traceparent", PARENT), headersOf("list/a"));
        assertEquals(other, headersOf("list/b"));
        assertEquals(other, headersOf("list/c"));
        String transaction = "{\"publish\":[{\"topic\":\"list/d\",\"body\":\"x\"}]}";
        expect(200, client.post("/v1/transactions", transaction, "traceparent", PARENT));
        assertEquals(new JsonObject().put("traceparent", PARENT), headersOf("list/d"));
    }

    @Test
    void anotherTryIsAnotherSpanAndTheSameMessage() {
        expect(201, client.post("/t/again", "x", "Idempotency-Key", "k", "traceparent", PARENT));
        Answer repeat = expect(201, client.post("/t/again", "x", "Idempotency-Key", "k", "traceparent", OTHER));
        assertEquals("true", repeat.header("Idempotency-Replayed"));
        assertEquals(PARENT, headersOf("again").getString("traceparent"));
    }

    @Test
    void aMessageWithoutRoomForItGoesWithoutIt() {
        String[] headers = new String[2 * 64 + 2];
        for (int i = 0; i < 64; i++) {
            headers[2 * i] = "Skein-Header-h" + i;
            headers[2 * i + 1] = "v";
        }
        headers[128] = "traceparent";
        headers[129] = PARENT;
        int most = Stranger.at(node).get("/v1").json().getJsonObject("limits").getInteger("maxHeaders");
        assertEquals(64, most, "this test fills a message");
        expect(201, client.post("/t/full", "x", headers));
        assertFalse(headersOf("full").containsKey("traceparent"));
        JsonObject full = new JsonObject();
        for (int i = 0; i < 64; i++) {
            full.put("h" + i, "v");
        }
        String list = "[{\"topic\":\"full/list\",\"body\":\"x\",\"headers\":" + full.encode() + "}]";
        expect(200, client.post("/v1/publish", "{\"messages\":" + list + "}", "traceparent", PARENT));
        expect(200, client.post("/v1/transactions", "{\"publish\":" + list + "}", "traceparent", PARENT));
        assertEquals(full, headersOf("full/list"));
    }

    @Test
    void aRefusalNamesTheTraceThatItWasAskedIn() {
        Answer refused = expect(404, client.get("/t/nowhere", "traceparent", PARENT));
        assertEquals(ID, refused.json().getString("trace"));
        assertFalse(client.get("/t/nowhere").json().containsKey("trace"));
    }

    @Test
    void aMessagesTraceNamesWhoseItIs() {
        String cursor = expect(201, client.post("/t/told", "x", "traceparent", PARENT))
                .json()
                .getString("cursor");
        assertEquals(
                PARENT,
                expect(200, client.get("/v1/messages/" + cursor + "/trace"))
                        .json()
                        .getString("traceparent"));
    }

    @Test
    void thePathOfAMessageIsInTheLogStepByStep() throws Exception {
        logger.setLevel(Level.DEBUG);
        expect(201, client.ask("PUT", "/v1/subscriptions/s", "{\"filter\":\"path\"}"));
        expect(201, client.post("/t/path", "x", "traceparent", PARENT));
        log.await("taken in for path by the http door from somebody, span 00f067aa0ba902b7");
        log.await("proposed here, as this node leads");
        log.await("committed in entry ");
        log.await("answered, entry ");
        String lease = expect(200, client.post("/v1/subscriptions/s/pull", ""))
                .json()
                .getJsonArray("messages")
                .getJsonObject(0)
                .getString("lease");
        log.await("lent by s under " + lease + ", delivery 1");
        expect(200, client.post("/v1/subscriptions/s/ack", "{\"leases\":[\"" + lease + "\"]}"));
        log.await("ack of s under " + lease + " in entry ");
        expect(200, client.get("/v1/stream?topic=path&from=earliest"));
        log.await("delivered to ");
    }

    @Test
    void atDebugOnlyWhatIsRecordedIsFollowedAndAtTraceAll() {
        logger.setLevel(Level.DEBUG);
        expect(201, client.post("/t/quiet", "x", "traceparent", UNSAMPLED));
        expect(201, client.post("/t/quiet", "traceparent\": in a body"));
        assertTrue(log.lines.isEmpty(), log.lines.toString());
        logger.setLevel(Level.TRACE);
        expect(201, client.post("/t/quiet", "x", "traceparent", UNSAMPLED));
        log.await("committed in entry ");
    }

    @Test
    void nothingIsSaidUnlessSomebodyAsks() {
        expect(201, client.post("/t/off", "x", "traceparent", PARENT));
        assertTrue(log.lines.isEmpty(), log.lines.toString());
    }
}
