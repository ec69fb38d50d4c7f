package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the node's HTTP port says, whichever room it comes from. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DoorsTest {
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private RunningNode node;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        node = new RunningNode(directory);
    }

    @AfterAll
    void stop() {
        node.close();
    }

    private HttpResponse<String> send(String method, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
                        .method(method, BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }

    /** All of 127.0.0.0/8 is this machine, but the node is told to listen at one address. */
    @Test
    void onlyTheAddressThatWasSaidIsListenedOn() throws Exception {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", node.httpPort()), 2000);
        }
        try (Socket socket = new Socket()) {
            assertThrows(
                    IOException.class, () -> socket.connect(new InetSocketAddress("127.0.0.2", node.httpPort()), 2000));
        }
    }

    @Test
    void everyAnswerSaysWhoGaveIt() throws Exception {
        for (String path : List.of(
                "/", "/console/app.js", "/metrics", "/metrics/detailed", "/ws", "/v1", "/livez", "/raft", "/none")) {
            HttpResponse<String> answer = send("GET", path);
            assertEquals(Optional.of("n1"), answer.headers().firstValue("Skein-Node"), path);
            assertTrue(answer.headers().firstValue("Skein-Index").isPresent(), path);
        }
    }

    @Test
    void whatIsOnlyReadIsToldSo() throws Exception {
        for (String path : List.of("/", "/metrics", "/metrics/detailed", "/console/stream", "/v1/cluster", "/livez")) {
            HttpResponse<String> answer = send("POST", path);
            assertEquals(405, answer.statusCode(), path);
            assertEquals(Optional.of("GET, HEAD, OPTIONS"), answer.headers().firstValue("Allow"), path);
            assertEquals("method-not-allowed", new JsonObject(answer.body()).getString("code"), path);
            assertEquals(204, send("OPTIONS", path).statusCode(), path);
        }
        for (String path : List.of("/", "/metrics", "/metrics/detailed", "/v1/cluster", "/livez")) {
            HttpResponse<String> head = send("HEAD", path);
            assertEquals(200, head.statusCode(), path);
            assertEquals("", head.body(), path);
        }
    }

    @Test
    void aParameterThatWouldBeIgnoredIsRefusedByTheMetersToo() throws Exception {
        for (String path : List.of(
                "/metrics?name%5B%5D=up",
                "/metrics?topic=a",
                "/metrics/detailed?topics=a",
                "/metrics/detailed?topic=a&topic=b",
                "/metrics/detailed?topic=a&subscriptions")) {
            HttpResponse<String> answer = send("GET", path);
            assertEquals(400, answer.statusCode(), path);
            assertEquals("malformed", new JsonObject(answer.body()).getString("code"), path);
        }
        assertTrue(new JsonObject(send("GET", "/metrics/detailed?topics=a").body())
                .getString("detail")
                .contains("did you mean topic?"));
        for (String path : List.of("/metrics?_=1", "/metrics/detailed?Subscriptions", "/metrics/detailed?topic=a")) {
            assertEquals(200, send("GET", path).statusCode(), path);
        }
    }

    @Test
    void aFilterMeansTheSameToTheMetersAsToReaders() throws Exception {
        assertEquals(201, send("POST", "/t/meters/deep").statusCode());
        String figures = send("GET", "/metrics/detailed?topic=meters/+").body();
        assertTrue(figures.contains("meters/deep"), figures);
    }

    @Test
    void whatIsWrongIsAProblemEverywhere() throws Exception {
        for (String path : List.of("/none", "/ws", "/metrics/detailed?topic=a//b", "/t/a//b", "/console/none.js")) {
            HttpResponse<String> answer = send("GET", path);
            assertTrue(answer.statusCode() >= 400 && answer.statusCode() < 500, path);
            assertEquals(
                    Optional.of("application/problem+json"), answer.headers().firstValue("Content-Type"), path);
            JsonObject problem = new JsonObject(answer.body());
            assertEquals(answer.statusCode(), problem.getInteger("status"), path);
            for (String member : List.of("type", "title", "detail", "code", "retryable", "outcome", "leader")) {
                assertTrue(problem.containsKey(member), path + ": " + problem);
            }
        }
    }
}
