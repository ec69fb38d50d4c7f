package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that has a secret, and those who do not know it, while others publish. */
@Timeout(180)
class StrangersIT {
    private static final String SECRET = "known to three nodes only";

    @TempDir
    private Path directory;

    @Test
    void whoDoesNotKnowTheSecretNeitherJoinsNorDisturbs() throws Exception {
        History history = new History("strangers");
        try (ClusterUnderTest cluster = ClusterUnderTest.start(directory, 3, "--peer-secret", SECRET)) {
            try (Producers producers = Producers.start(cluster, history, 2)) {
                producers.awaitMore(20);
                ClusterNode stranger = cluster.newcomer("n4");
                stranger.flags(List.of("--join", "--peer-secret", "known to this node only"));
                stranger.start();
                Random random = new Random(4);
                for (int round = 0; round < 300; round++) {
                    for (ClusterNode node : cluster.nodes()) {
                        disturb(node.raftPort(), random);
                    }
                }
                cluster.await(
                        "the stranger",
                        Duration.ofSeconds(30),
                        () -> stranger.said().contains("publish"));
                // The first may be refused because the newcomer does not listen yet.
                cluster.await("the stranger says what it is asked for", Duration.ofSeconds(30), () -> {
                    assertEquals(503, add(cluster, stranger).statusCode());
                    return stranger.said().contains("--peer-secret");
                });
                producers.awaitMore(20);
                producers.stop();
                stranger.kill();
                cluster.forget(stranger);
            }
            for (ClusterNode node : cluster.nodes()) {
                assertEquals(3, node.status().getJsonArray("members").size());
            }
            history.check(cluster);
        }
    }

    private static HttpResponse<String> add(ClusterUnderTest cluster, ClusterNode stranger) throws Exception {
        return cluster.awaitLeader()
                .send(
                        "POST",
                        "/v1/cluster/members",
                        "{\"id\":\"n4\",\"address\":\"127.0.0.1:" + stranger.raftPort() + "\"}",
                        Duration.ofSeconds(20),
                        "Content-Type",
                        "application/json");
    }

    private static void disturb(int port, Random random) {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            OutputStream out = socket.getOutputStream();
            byte[] noise = new byte[1 + random.nextInt(2000)];
            random.nextBytes(noise);
            if (random.nextBoolean()) {
                noise[0] = 0;
                noise[Math.min(1, noise.length - 1)] = 0;
            }
            out.write(noise);
        } catch (IOException closedByTheNode) {
            // Its right.
        }
    }
}
