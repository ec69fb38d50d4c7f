package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The same door over HTTP/2, which the node's server does not offer in clear text. */
class Http2Test {
    private final OpenDoor door = OpenDoor.ofHttp2();
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        OpenDoor.await(vertx.close());
        door.close();
    }

    private HttpResponse<String> upgraded(HttpRequest.Builder request) throws Exception {
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door.port + path));
    }

    @Test
    void aClientThatUpgradesPublishesAndReads() throws Exception {
        HttpResponse<String> posted = upgraded(to("/t/a")
                .header("Skein-Header-Color", "blue")
                .POST(HttpRequest.BodyPublishers.ofString("x".repeat(5_000))));
        assertEquals(201, posted.statusCode());
        assertEquals(0, new JsonObject(posted.body()).getInteger("offset"));
        HttpResponse<String> read = upgraded(to("/t/a"));
        assertEquals(HttpClient.Version.HTTP_2, read.version());
        JsonObject message =
                new JsonObject(read.body()).getJsonArray("messages").getJsonObject(0);
        assertEquals("x".repeat(5_000), message.getString("body"));
    }

    @Test
    void aLargeBodyIsRefusedOverAnUpgradedConnectionToo() throws Exception {
        HttpResponse<String> refused =
                upgraded(to("/t/a").POST(HttpRequest.BodyPublishers.ofByteArray(new byte[(1 << 20) + 1])));
        assertEquals(413, refused.statusCode());
    }

    private HttpClientAgent direct() {
        return vertx.createHttpClient(new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setDefaultHost("127.0.0.1")
                .setDefaultPort(door.port));
    }

    @Test
    void severalStreamsAndPublishesShareOneConnection() throws Exception {
        HttpClientAgent client = direct();
        Buffer[] seen = {Buffer.buffer(), Buffer.buffer()};
        CountDownLatch both = new CountDownLatch(2);
        for (int i = 0; i < 2; i++) {
            int stream = i;
            HttpClientResponse live = OpenDoor.await(client.request(HttpMethod.GET, "/v1/stream?topic=a")
                    .compose(request -> request.send())
                    .map(response -> {
                        response.handler(chunk -> {
                            seen[stream].appendBuffer(chunk);
                            if (seen[stream].toString().contains("\"hello\"")) {
                                both.countDown();
                            }
                        });
                        return response;
                    }));
            assertEquals(200, live.statusCode());
            assertEquals(HttpVersion.HTTP_2, live.version());
        }
        Awaitility.await().until(() -> door.broker.streams() == 2);
        HttpClientResponse posted =
                OpenDoor.await(client.request(HttpMethod.POST, "/t/a").compose(request -> request.send("hello")));
        assertEquals(201, posted.statusCode());
        assertTrue(both.await(10, TimeUnit.SECONDS));
        assertEquals(1, door.broker.connections());
        OpenDoor.await(client.close());
        Awaitility.await().until(() -> door.broker.streams() == 0);
    }

    @Test
    void aCancelledStreamLeavesNoSubscription() {
        HttpClientAgent client = direct();
        var request = OpenDoor.await(
                client.request(new RequestOptions().setMethod(HttpMethod.GET).setURI("/v1/stream?topic=a")));
        OpenDoor.await(request.send());
        Awaitility.await().until(() -> door.broker.streams() == 1);
        OpenDoor.await(request.reset());
        Awaitility.await().until(() -> door.broker.streams() == 0);
        assertEquals(1, door.broker.connections());
    }
}
