package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Allowances;
import io.skein.broker.FakeBroker;
import io.skein.broker.Freshness;
import io.skein.broker.NodeStatus;
import io.skein.broker.OpenGate;
import io.skein.broker.Page;
import io.skein.broker.Read;
import io.skein.protocol.http.OpenDoor.Answer;
import io.skein.raft.Role;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the node says of itself, and what it says to those who ask for what is not there. */
class NodeTest {
    private final OpenDoor door = new OpenDoor();

    @AfterEach
    void close() {
        door.close();
    }

    private static OpenDoor leaderless(String health) {
        return new OpenDoor(config -> config, fake -> new BentBroker(fake) {
            @Override
            public NodeStatus status() {
                return BentBroker.status(super.status(), Role.CANDIDATE, "", "", health);
            }
        });
    }

    @Test
    void theClusterIsSaidAsThisNodeSeesIt() {
        door.post("/t/a", "x");
        Answer answer = door.get("/v1/cluster");
        assertEquals(200, answer.status());
        JsonObject cluster = answer.json();
        assertEquals("n1", cluster.getString("node"));
        assertEquals("leader", cluster.getString("role"));
        assertEquals("n1", cluster.getString("leader"));
        assertEquals(1, cluster.getInteger("term"));
        assertEquals(1, cluster.getInteger("commitIndex"));
        assertEquals(1, cluster.getInteger("appliedIndex"));
        assertEquals(1, cluster.getInteger("lastLogIndex"));
        assertEquals("ok", cluster.getString("health"));
        assertEquals(1, cluster.getInteger("featureLevel"));
        assertEquals(
                new JsonObject().put("index", 1).put("hash", "0000000000000000"), cluster.getJsonObject("stateHash"));
        assertEquals(
                new JsonObject()
                        .put("id", "n1")
                        .put("address", "127.0.0.1:6000")
                        .put("httpAddress", "127.0.0.1:8080")
                        .put("version", "9.9")
                        .put("featureLevel", 2)
                        .put("voter", true)
                        .put("matchIndex", 1)
                        .put("reachable", true),
                cluster.getJsonArray("members").getJsonObject(0));
    }

    @Test
    void withoutALeaderTheClusterIsStillSaidAndNoLeaderIsNamed() {
        try (OpenDoor lost = leaderless("no-leader")) {
            Answer answer = lost.get("/v1/cluster");
            assertEquals(200, answer.status());
            assertNull(answer.json().getValue("leader"));
            assertEquals("candidate", answer.json().getString("role"));
            assertEquals("", answer.header("skein-leader"));
            assertEquals("", answer.header("skein-leader-address"));
            assertEquals("n1", answer.header("skein-node"));
        }
    }

    @Test
    void aNodeThatLivesSaysSoWhateverItsHealth() {
        try (OpenDoor lost = leaderless("no-leader")) {
            Answer answer = lost.get("/livez");
            assertEquals(200, answer.status());
            assertEquals("[+]process ok\n", answer.body());
            assertEquals("text/plain; charset=utf-8", answer.header("content-type"));
        }
    }

    @Test
    void aReadyNodeSaysSoLineByLine() {
        for (String path : List.of("/readyz", "/healthz")) {
            Answer answer = door.get(path);
            assertEquals(200, answer.status());
            assertEquals("[+]process ok\n[+]leader ok\n[+]health ok\n", answer.body());
        }
    }

    @Test
    void aNodeWithoutALeaderIsNotReadyUnlessAskedForLess() {
        try (OpenDoor lost = leaderless("no-leader")) {
            Answer answer = lost.get("/readyz");
            assertEquals(503, answer.status());
            assertEquals(
                    "[+]process ok\n[-]leader failed: no leader is known\n[-]health failed: no-leader\n",
                    answer.body());
            assertEquals(200, lost.get("/readyz?noleader").status());
        }
    }

    @Test
    void anUnfitNodeIsNotReadyEvenWhenAskedForLess() {
        for (String health : List.of("amnesiac", "corrupt", "disk-full", "draining", "removed")) {
            try (OpenDoor unfit = leaderless(health)) {
                Answer answer = unfit.get("/readyz?noleader");
                assertEquals(503, answer.status(), health);
                assertTrue(answer.body().contains("[-]health failed: " + health), answer.body());
            }
        }
    }

    @Test
    void aMisspeltCheckIsNotPassed() {
        Answer answer = door.get("/readyz?synch");
        assertEquals(400, answer.status());
        assertTrue(answer.json().getString("detail").contains("did you mean sync?"), answer.body());
        assertEquals(400, door.get("/v1/cluster?level=strong").status(), "it is this node's word");
    }

    @Test
    void healthCanBeHadAsJson() {
        door.broker.health("draining");
        Answer answer = door.get("/readyz?format=json");
        assertEquals(503, answer.status());
        assertEquals(false, answer.json().getBoolean("ok"));
        assertEquals(
                new JsonObject().put("name", "health").put("ok", false).put("detail", "draining"),
                answer.json().getJsonArray("checks").getJsonObject(2));
    }

    @Test
    void inSyncMeansThatALinearizableReadIsServed() {
        assertEquals(
                "[+]process ok\n[+]leader ok\n[+]health ok\n[+]sync ok\n",
                door.get("/readyz?sync").body());
        try (OpenDoor behind = new OpenDoor(config -> config, fake -> new BentBroker(fake) {
            @Override
            public Future<Page> read(Read read) {
                assertEquals(Freshness.Level.LINEARIZABLE, read.freshness().level());
                return Promise.<Page>promise().future();
            }
        })) {
            Answer answer = behind.get("/readyz?sync&timeout=10ms");
            assertEquals(503, answer.status());
            assertTrue(answer.body().contains("[-]sync failed"), answer.body());
        }
    }

    @Test
    void theCapabilitiesNameVersionLimitsAndDoors() {
        for (String path : List.of("/v1", "/v1/")) {
            JsonObject capabilities = door.get(path).json();
            assertEquals("skein", capabilities.getString("name"));
            assertEquals("1.2.3", capabilities.getString("version"));
            assertEquals("v1", capabilities.getString("api"));
            assertEquals(1 << 20, capabilities.getJsonObject("limits").getInteger("maxMessageBytes"));
            assertEquals(5000, capabilities.getJsonObject("doors").getInteger("tcp"));
            assertTrue(capabilities.getJsonArray("features").contains("idempotency-key"));
        }
    }

    @Test
    void whatIsNotTheDoorsGoesToTheHandlerBehind() {
        assertEquals("elsewhere", door.get("/elsewhere").body());
    }

    @Test
    void theDoorCanBePartOfARouter() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            Router router = Router.router(vertx);
            HttpServer server = OpenDoor.await(vertx.deployVerticle(new VerticleBase() {
                        @Override
                        public Future<?> start() {
                            new HttpDoor(
                                            vertx,
                                            OpenGate.of(new FakeBroker(vertx)),
                                            HttpConfig.defaults("v", 0),
                                            Allowances.ofHeap(),
                                            HttpListener.NONE)
                                    .mount(router);
                            router.route().handler(context -> context.end("behind"));
                            return Future.succeededFuture();
                        }
                    })
                    .compose(id ->
                            vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1")));
            HttpClient client = HttpClient.newHttpClient();
            URI uri = URI.create("http://127.0.0.1:" + server.actualPort());
            assertEquals(
                    201,
                    client.send(
                                    HttpRequest.newBuilder(uri.resolve("/t/a"))
                                            .POST(HttpRequest.BodyPublishers.ofString("x"))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode());
            assertEquals(
                    "behind",
                    client.send(
                                    HttpRequest.newBuilder(uri.resolve("/other"))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body());
        } finally {
            OpenDoor.await(vertx.close());
        }
    }

    @Test
    void aPathThatNobodyHasIsAProblem() {
        for (String path : List.of("/nowhere", "/v1/nothing", "/t")) {
            Answer answer = door.get(path);
            assertEquals(404, answer.status());
            assertEquals("application/problem+json", answer.header("content-type"));
            assertEquals("not-found", answer.json().getString("code"));
            assertEquals("n1", answer.header("skein-node"));
        }
        assertTrue(door.answered.contains("GET none 404"), "figures know no paths");
    }

    @Test
    void anotherMethodIsRefusedWithThoseThatAreAllowed() {
        Answer answer = door.send("PUT", "/t/a", new byte[0]);
        assertEquals(405, answer.status());
        assertEquals("POST, GET, HEAD, OPTIONS", answer.header("allow"));
        assertEquals("method-not-allowed", answer.json().getString("code"));
        assertEquals(
                "GET, HEAD, PUT, DELETE, OPTIONS", door.post("/v1/topics/a", "").header("allow"));
        assertEquals(405, door.get("/v1/publish").status());
    }

    @Test
    void optionsSaysWhatAPathOffers() {
        Answer answer = door.send("OPTIONS", "/v1/topics/a", new byte[0]);
        assertEquals(204, answer.status());
        assertEquals("GET, HEAD, PUT, DELETE, OPTIONS", answer.header("allow"));
    }
}
