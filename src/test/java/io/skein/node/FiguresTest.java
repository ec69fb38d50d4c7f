package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.WebSocket;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node says of itself. */
class FiguresTest {
    @TempDir
    private Path directory;

    @Test
    void aWebSocketIsOneConnectionAndNoneAfterItsEnd() throws Exception {
        try (RunningNode node = new RunningNode(directory)) {
            WebSocket socket = node.vertx()
                    .createWebSocketClient()
                    .connect(node.httpPort(), "127.0.0.1", "/ws")
                    .await(20, TimeUnit.SECONDS);
            // The door counts it once it has answered the handshake, which the client may see earlier.
            CountDownLatch answered = new CountDownLatch(1);
            socket.textMessageHandler(reply -> answered.countDown());
            socket.writeTextMessage("{\"id\":1,\"op\":\"ping\"}").await(20, TimeUnit.SECONDS);
            assertTrue(answered.await(20, TimeUnit.SECONDS));
            assertEquals(1, connections(node));
            socket.close().await(20, TimeUnit.SECONDS);
            Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> connections(node) == 0);
        }
    }

    @Test
    void whatHappensBelowTheDoorsReachesTheMeters() throws Exception {
        try (RunningNode node = new RunningNode(directory)) {
            WebSocket socket = node.vertx()
                    .createWebSocketClient()
                    .connect(node.httpPort(), "127.0.0.1", "/ws")
                    .await(20, TimeUnit.SECONDS);
            String publish = "{\"id\":1,\"op\":\"publish\",\"topic\":\"a\",\"body\":\"gone soon\",\"ttl\":\"1ms\"}";
            socket.writeTextMessage(publish).await(20, TimeUnit.SECONDS);

            Awaitility.await()
                    .atMost(20, TimeUnit.SECONDS)
                    .until(() -> value(node, "skein_messages_expired_total") == 1);
            assertTrue(value(node, "skein_raft_append_duration_seconds_count") >= 2);
            assertEquals(publish.length(), value(node, "skein_websocket_bytes_total{direction=\"received\"}"));
            assertTrue(value(node, "skein_websocket_bytes_total{direction=\"sent\"}") > 0);
            Awaitility.await()
                    .atMost(20, TimeUnit.SECONDS)
                    .until(() -> value(node, "skein_sqlite_write_queue_depth") == 0
                            && value(node, "skein_raft_proposals_inflight") == 0);
        }
    }

    private static double value(RunningNode node, String sample) throws Exception {
        String figures = node.vertx()
                .createHttpClient()
                .request(HttpMethod.GET, node.httpPort(), "127.0.0.1", "/metrics")
                .compose(request -> request.send())
                .compose(response -> response.body())
                .await(20, TimeUnit.SECONDS)
                .toString();
        return figures.lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    private static long connections(RunningNode node) {
        return node.broker().status().figures().connections();
    }
}
