package io.skein.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.skein.frame.Delivered;
import io.skein.node.RunningNode;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client towards a node that wants to know who asks. */
@Timeout(60)
class TokenTest {
    private static final String ADMIN = "an-admin's-token-of-these-tests";

    private Vertx vertx;
    private RunningNode node;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        vertx = Vertx.vertx();
        node = new RunningNode(directory, Map.of("auth", "true", "admin-token", ADMIN));
        Awaitility.await().until(() -> node.broker().status().health().equals("ok"));
        node.firstAdmin().await(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
        node.close();
    }

    private SkeinClient connect(String token) throws Exception {
        return SkeinClient.connect(
                        vertx, ClientOptions.of("127.0.0.1", node.httpPort()).withToken(token))
                .await(20, TimeUnit.SECONDS);
    }

    private String asked(String method, String path, String body) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
                                .header("Authorization", "Bearer " + ADMIN)
                                .header("Content-Type", "application/json")
                                .method(method, BodyPublishers.ofString(body))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    @Test
    void aGoodTokenLetsItInWithAndWithoutAProducer() throws Exception {
        assertEquals(
                0, connect(ADMIN).publish("a", "x").await(20, TimeUnit.SECONDS).offset());
        ClientOptions numbered =
                ClientOptions.of("127.0.0.1", node.httpPort()).withToken(ADMIN).withProducer("p", -1);
        SkeinClient producer = SkeinClient.connect(vertx, numbered).await(20, TimeUnit.SECONDS);
        assertEquals(1, producer.publish("a", "y").await(20, TimeUnit.SECONDS).offset());
    }

    @Test
    void aTokenThatIsNotGoodIsRefusedForGoodAndNotQuoted() {
        SkeinException refused = assertThrows(SkeinException.class, () -> connect("skt_nobody-was-given-this"));
        assertEquals("unauthenticated", refused.code());
        assertFalse(refused.isRetryable());
        assertFalse(refused.isUnknown());
        assertFalse(refused.getMessage().contains("skt_"), refused.getMessage());
    }

    @Test
    void aStreamEndsWhenItsTokenIsRevoked() throws Exception {
        String path = "/v1/accounts/admin/tokens";
        String token = new JsonObject(asked("POST", path, "{\"name\":\"t\"}")).getString("token");
        CompletableFuture<String> ended = new CompletableFuture<>();
        connect(token)
                .subscribe(SubscribeOptions.of("a"), new MessageHandler() {
                    @Override
                    public void message(Delivered message) {}

                    @Override
                    public void ended(String reason) {
                        ended.complete(reason);
                    }
                })
                .await(20, TimeUnit.SECONDS);

        asked("DELETE", path + "?name=t", "");

        assertEquals("unauthenticated", ended.get(20, TimeUnit.SECONDS).split(":")[0]);
    }
}
