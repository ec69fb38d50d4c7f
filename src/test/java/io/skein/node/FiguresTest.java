package io.skein.node;

import io.vertx.core.http.WebSocket;
import java.nio.file.Path;
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
            // Its client may know that it is open a moment before the node has counted it.
            Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> connections(node) == 1);
            socket.close().await(20, TimeUnit.SECONDS);
            Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> connections(node) == 0);
        }
    }

    private static long connections(RunningNode node) {
        return node.broker().status().figures().connections();
    }
}
