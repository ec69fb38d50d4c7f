package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Allowances;
import io.skein.broker.AskedGate;
import io.skein.broker.FakeBroker;
import io.skein.broker.Refusal;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream whose node cannot say yet who asks for it: what passes is told in the answer. */
@Timeout(60)
class StreamEntranceTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AskedGate gate = new AskedGate(new FakeBroker(vertx));
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
}
