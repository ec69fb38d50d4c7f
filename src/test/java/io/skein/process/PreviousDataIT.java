package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Change;
import io.skein.machine.KeyChange.KeyRemembered;
import io.skein.raft.NodeId;
import io.skein.replica.Image;
import io.skein.store.Store;
import io.skein.store.StoreConfig;
import io.skein.store.StoreListener;
import io.skein.topic.TopicChange;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A data directory that the build before this one wrote and was killed over ({@link PreviousData}), opened by this one:
 * everything is there. What ends by time (leases, keys, sessions) is looked for before the node's clock knows of today.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class PreviousDataIT {
    private static final int ORDERS = 102;

    private Path directory;
    private JsonObject secrets;
    private NodeUnderTest node;

    @BeforeAll
    void open(@TempDir Path given) throws Exception {
        directory = given;
        secrets = new JsonObject(Files.readString(unpacked(given).resolve("secrets.json")));
        node = NodeUnderTest.start(given, "--auth", "true", "--tcp-port", "0").awaitReady();
    }

    @AfterAll
    void close() {
        if (node != null) {
            node.close();
        }
    }

    private static Path unpacked(Path directory) throws Exception {
        Path data = Files.createDirectories(directory.resolve("data"));
        try (InputStream archive = PreviousDataIT.class.getResourceAsStream("/upgrade/data.zip")) {
            PreviousBuild.unpack(archive, data);
        }
        return data;
    }

    private JsonObject ask(String token, String method, String path, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(node.uri(path))
                .timeout(Duration.ofSeconds(20))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + token);
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        HttpResponse<String> answer = ClusterUnderTest.CLIENT.send(request.build(), BodyHandlers.ofString());
        assertTrue(answer.statusCode() < 300, method + " " + path + " answered " + answer.body());
        return new JsonObject(answer.body());
    }

    private JsonObject get(String path) throws Exception {
        return ask(PreviousData.ADMIN, "GET", path, "");
    }

    private List<JsonObject> messages(String topic) throws Exception {
        JsonArray page = get("/t/" + topic + "?from=earliest&limit=1000").getJsonArray("messages");
        List<JsonObject> all = new ArrayList<>();
        for (int i = 0; i < page.size(); i++) {
            all.add(page.getJsonObject(i));
        }
        return all;
    }

    @Test
    void everyMessageIsThereWithItsOffsetKeyAndHeaders() throws Exception {
        List<JsonObject> orders = messages("orders");
        assertEquals(ORDERS, orders.size());
        for (int i = 0; i < 100; i++) {
            JsonObject order = orders.get(i);
            assertEquals("order " + i, order.getString("body"));
            assertEquals(i, order.getInteger("offset"));
            assertEquals("k" + i % 7, order.getString("key"));
            assertEquals("" + i, order.getJsonObject("headers").getString("n"));
        }
        assertEquals(1, messages("brief").size());
        JsonObject topic = get("/v1/topics/orders");
        assertEquals("reject", topic.getString("onFull"));
    }

    @Test
    void whatStoodInTheLogAloneIsThere() throws Exception {
        List<JsonObject> last = messages("last");
        assertEquals(20, last.size());
        assertEquals("last 19", last.get(19).getString("body"));
    }

    @Test
    void theDelayedMessageWaits() throws Exception {
        JsonArray waiting = get("/v1/scheduled").getJsonArray("messages");
        assertEquals(1, waiting.size());
        assertEquals("later", waiting.getJsonObject(0).getString("body"));
    }

    @Test
    void theSubscriptionKnowsWhatWasDoneAndWhatIsDead() throws Exception {
        JsonObject work = get("/v1/subscriptions/work");
        assertTrue(work.encode().contains("\"dead\":"), work.encode());
        assertTrue(messages("$dead/work").size() >= 2, "two were refused for good, what was lent may have followed");
        JsonArray next = ask(PreviousData.ADMIN, "POST", "/v1/subscriptions/work/pull?max=1", "")
                .getJsonArray("messages");
        assertEquals("order 10", next.getJsonObject(0).getString("body"));
    }

    @Test
    void accountsRulesTokensAndMailAreThere() throws Exception {
        JsonArray accounts = get("/v1/accounts").getJsonArray("accounts");
        assertTrue(accounts.encode().contains("anna") && accounts.encode().contains("bert"), accounts.encode());
        assertTrue(get("/v1/access?account=bert").encode().contains("private/#"));
        JsonObject bert = ask("none", "POST", "/v1/sessions", "{\"username\":\"bert\",\"password\":\"of-bert\"}");
        JsonArray mail = ask(bert.getString("token"), "GET", "/v1/mail", "").getJsonArray("messages");
        assertEquals("from the build before", mail.getJsonObject(0).getString("content"));
        ask(secrets.getString("token"), "GET", "/v1/mail/unread", "");
    }

    @Test
    void aClusterOfOneHasTheFeatureLevelOfThisBuildAndItsDatabaseSaysSo() throws Exception {
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> get("/v1/cluster").getInteger("featureLevel") == 2);
        String build = Files.readString(directory.resolve("data/BUILD"));
        assertTrue(build.contains("feature level 2"), build);
        JsonObject member = get("/v1/cluster").getJsonArray("members").getJsonObject(0);
        assertEquals(2, member.getInteger("featureLevel"));
        assertEquals(get("/v1").getString("version"), member.getString("version"));
    }

    @Test
    void dataOfANewerBuildEndsTheStartWithItsOwnCode(@TempDir Path other) throws Exception {
        Path data = unpacked(other);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("gen-1/skein.db"));
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA user_version = 99");
        }
        Files.writeString(data.resolve("BUILD"), "Skein 9.9 (feature level 9)\n");

        String said = assertThrows(AssertionError.class, () -> NodeUnderTest.start(other, "--tcp-port", "0"))
                .getMessage();

        assertTrue(said.contains("the node ended with 76"), said);
        assertTrue(said.contains("its schema has version 99, this Skein knows versions up to 5"), said);
        assertTrue(said.contains("last opened by Skein 9.9 (feature level 9)"), said);
    }

    @Test
    void whatTheRowsSayOfKeysAndProducersIsRead(@TempDir Path other) throws Exception {
        Path data = unpacked(other);
        Vertx vertx = Vertx.vertx();
        try {
            Store store = Store.open(vertx, StoreConfig.at(data), new NodeId("n1"), StoreListener.NONE)
                    .await(20, TimeUnit.SECONDS);
            Image image = store.image();
            List<Change> rows =
                    StreamSupport.stream(image.rows().spliterator(), false).toList();
            assertTrue(rows.stream().anyMatch(KeyRemembered.class::isInstance));
            assertTrue(rows.stream()
                    .anyMatch(row -> row instanceof TopicChange.Produced produced
                            && produced.producer().endsWith("/p")
                            && produced.epoch() == 3
                            && produced.number() == 1));
            assertTrue(image.lastIndex() > image.settled().index(), "the log goes on above the rows");
            store.close().await(20, TimeUnit.SECONDS);
        } finally {
            vertx.close().await(20, TimeUnit.SECONDS);
        }
    }
}
