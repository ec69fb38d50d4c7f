package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.broker.Freshness;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that is told to stop while it has something to say. */
class StopTest {
    @TempDir
    private Path directory;

    @Test
    void aNodeThatStopsGivesTheAnswersUnderWay() throws Exception {
        Future<Integer> answer;
        try (RunningNode node = new RunningNode(directory)) {
            Awaitility.await().until(() -> node.broker().status().health().equals("ok"));
            // Rows are up to date and nothing is being written, so that the next command goes to the writer at once.
            node.broker().scheduled(Optional.empty(), 1, Freshness.LINEARIZABLE).await(20, TimeUnit.SECONDS);
            long before = node.broker().status().lastLogIndex();
            CountDownLatch written = holdWriter(node);
            answer = node.vertx()
                    .createHttpClient()
                    .request(HttpMethod.POST, node.httpPort(), "127.0.0.1", "/t/a")
                    .compose(request -> request.send(Buffer.buffer("hello")))
                    .map(HttpClientResponse::statusCode);
            Awaitility.await().until(() -> node.broker().status().lastLogIndex() > before);
            Future<Void> stopped = node.stop();
            node.vertx().runOnContext(v -> written.countDown());
            assertEquals(201, answer.await(20, TimeUnit.SECONDS));
            stopped.await(20, TimeUnit.SECONDS);
        }
    }

    /** What is written now becomes durable later. */
    private static CountDownLatch holdWriter(RunningNode node) throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        node.vertx()
                .createSharedWorkerExecutor("skein-writer-n1", 1)
                .executeBlocking(() -> {
                    held.countDown();
                    return letGo.await(20, TimeUnit.SECONDS);
                })
                .onFailure(failure -> letGo.countDown());
        held.await(20, TimeUnit.SECONDS);
        return letGo;
    }
}
