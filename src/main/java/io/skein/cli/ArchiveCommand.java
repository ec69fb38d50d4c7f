package io.skein.cli;

import io.skein.client.SubscribeOptions;
import io.skein.node.NodeConfig;
import io.skein.node.NodeProcess;
import io.skein.node.Settings;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs a node for a moment and uses it once, so that the JVM sees the classes that a start needs: what {@code ./skein}
 * makes its class-data archive of.
 */
@Command(name = "archive", hidden = true, description = "runs a node for a moment, for the class-data archive")
final class ArchiveCommand implements Callable<Integer> {
    @Option(names = "--dir", description = "an empty directory; deleted afterwards (default: a temporary one)")
    private Path dir;

    @Override
    public Integer call() throws Exception {
        Path data = dir == null ? Files.createTempDirectory("skein-archive") : dir;
        NodeConfig config = NodeConfig.of(Settings.resolve(
                Map.of("data-dir", data.toString(), "http-port", "0", "tcp-port", "0", "raft-port", "0"),
                Map.of(),
                Optional.empty()));
        NodeProcess.Outcome outcome = NodeProcess.start(config, SkeinCommand.Version.text());
        if (outcome.node().isEmpty()) {
            throw new CommandProblem(outcome.exitCode(), outcome.problem());
        }
        try {
            use(outcome.node().get().httpPort());
        } finally {
            outcome.node().get().stop().await(20, TimeUnit.SECONDS);
            delete(data);
        }
        return 0;
    }

    private static void use(int port) throws Exception {
        Server server = Server.at("http://127.0.0.1:" + port, Optional.empty());
        Api api = new Api(server);
        api.post("/t/archive", "warm".getBytes(StandardCharsets.UTF_8));
        api.get("/t/archive?from=earliest");
        api.get("/v1/cluster");
        api.get("/v1/topics");
        Vertx vertx = Vertx.vertx();
        CountDownLatch came = new CountDownLatch(1);
        var client = Sockets.connect(vertx, server, new PrintWriter(System.err));
        client.subscribe(SubscribeOptions.of("archive").from("earliest"), message -> came.countDown())
                .await(10, TimeUnit.SECONDS);
        client.publish("archive", "warm").await(10, TimeUnit.SECONDS);
        came.await(10, TimeUnit.SECONDS);
        Sockets.close(vertx);
    }

    private static void delete(Path data) {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException leftBehind) {
            throw new UncheckedIOException(leftBehind);
        }
    }
}
