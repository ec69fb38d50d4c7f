package io.skein.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Measures a node and, right beside each figure, the ceiling it is divided by; again in each round. Absolute figures of a
 * machine that others share are worth little, ratios of neighbours are. Blocks its caller.
 */
public final class Ratios {
    /** Messages by which subscribers of the fan-out may be behind. */
    private static final int MAX_LAG = 1024;

    private final RatiosConfig config;
    private final Vertx vertx;
    private final BareLoad bare;
    private final Consumer<String> progress;
    private final Duration warmUp;
    /** Name to one pair for each round: node, ceiling. */
    private final Map<String, List<double[]>> pairs = new LinkedHashMap<>();

    private long errors;

    private Ratios(RatiosConfig config, Vertx vertx, BareLoad bare, Consumer<String> progress) {
        this.config = config;
        this.vertx = vertx;
        this.bare = bare;
        this.progress = progress;
        warmUp = config.time().dividedBy(3);
    }

    /** @param progress told what is being measured */
    public static RatiosReport run(RatiosConfig config, Consumer<String> progress)
            throws IOException, SQLException, TimeoutException {
        Vertx vertx = Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(config.load().loops()));
        try (BareLoad bare = BareLoad.start(vertx, config.ownProcess())) {
            progress.accept("warming up the bare server");
            bare.warmUp(config.time());
            Ratios ratios = new Ratios(config, vertx, bare, progress);
            for (int round = 1; round <= config.rounds(); round++) {
                progress.accept("round " + round + " of " + config.rounds());
                ratios.throughput();
                ratios.latency();
                ratios.posts();
                ratios.fanouts();
                ratios.library(round);
            }
            return ratios.report();
        } finally {
            Load.quietly(vertx.close());
        }
    }

    private RatiosReport report() {
        List<RatiosReport.Ratio> ratios = new ArrayList<>();
        pairs.forEach((name, rounds) -> ratios.add(RatiosReport.Ratio.of(name, rounds)));
        return new RatiosReport(config, ratios, errors);
    }

    private void throughput() throws IOException, SQLException, TimeoutException {
        int bytes = config.load().publishing().bytes();
        long rows256 = rows(256, bytes);
        LoadReport node = load("throughput", config.load());
        long rows1000 = rows(1000, bytes);
        pair("acked/s / SQLite message rows, 256 a commit", node.ackedPerSecond(), rows256);
        pair("acked/s / SQLite message rows, 1000 a commit", node.ackedPerSecond(), rows1000);
    }

    private long rows(int batch, int bytes) throws IOException, SQLException {
        progress.accept("SQLite, " + batch + " a commit, " + Shape.ROWS.title);
        return SqliteCeiling.write(config.folder(), Shape.ROWS, batch, bytes, 1, 16, config.time())
                .messagesPerSecond();
    }

    private void latency() throws IOException, TimeoutException {
        progress.accept("append + fdatasync");
        Latency disk = DiskCeiling.measure(config.folder(), 4096, config.time().dividedBy(2))
                .latency();
        LoadConfig oneAtATime =
                config.load().withDoor(config.load().publishing().door(), 1, 1, 1);
        // A subscriber in the generator's own process would take its cores just when the answer comes.
        LoadReport alone = load("latency", oneAtATime.withSubscribers(0, 0));
        pair("window 1, ack ms p50 / fdatasync ms p50", alone.ack().p50(), disk.p50());
        pair("window 1, ack ms p99 / ack ms p50", alone.ack().p99(), alone.ack().p50());
        LoadReport heard = load("latency with a subscriber", oneAtATime.withSubscribers(1, 0));
        pair(
                "window 1, one subscriber: end to end ms p50 / ack ms p50",
                heard.endToEnd().p50(),
                heard.ack().p50());
    }

    private void posts() throws IOException, TimeoutException {
        int connections = config.connections();
        progress.accept("bare HTTP POST, " + connections + " connections");
        LoadReport ceiling = bare.posts(connections, config.load().publishing().bytes(), warmUp, config.time());
        LoadReport node = load(
                "HTTP POST",
                config.load().withDoor(LoadConfig.Door.HTTP, connections, 1, 1).withSubscribers(0, 0));
        pair(
                "HTTP POST/s / bare POST/s, " + connections + " connections",
                node.ackedPerSecond(),
                ceiling.ackedPerSecond());
    }

    private void fanouts() throws IOException, TimeoutException {
        for (int clients : config.clients()) {
            progress.accept("bare WebSocket fan-out, " + clients + " clients");
            LoadReport ceiling = bare.fanout(clients, config.load().publishing().bytes(), warmUp, config.time());
            LoadReport node = load(
                    "fan-out to " + clients,
                    config.load().withDoor(LoadConfig.Door.WS, 1, 256, 64).withSubscribers(clients, MAX_LAG));
            pair(
                    "deliveries/s / bare fan-out, " + clients + (clients == 1 ? " client" : " clients"),
                    node.deliveredPerSecond(),
                    ceiling.deliveredPerSecond());
        }
    }

    /** What the client library costs: the same, beside frames that are written by hand. By turns which is first. */
    private void library(int round) throws IOException, TimeoutException {
        LoadConfig byHand =
                config.load().withDoor(LoadConfig.Door.WS, 4, 256, 64).withSubscribers(0, 0);
        LoadConfig byLibrary = byHand.withDoor(LoadConfig.Door.CLIENT, 4, 256, 64);
        if (round == 1) {
            // Frames by hand have run for a while by now.
            load("the client library, to warm up", byLibrary);
        }
        LoadReport first = load("4 x 256 in flight", round % 2 == 0 ? byHand : byLibrary);
        LoadReport second = load("4 x 256 in flight", round % 2 == 0 ? byLibrary : byHand);
        pair(
                "client library acked/s / frames by hand, 4 x 256 in flight",
                (round % 2 == 0 ? second : first).ackedPerSecond(),
                (round % 2 == 0 ? first : second).ackedPerSecond());
    }

    private LoadReport load(String what, LoadConfig load) throws IOException, TimeoutException {
        progress.accept("node, " + what);
        LoadReport report = Load.run(vertx, load.withTimes(warmUp, config.time()), line -> {});
        errors += report.failed() + report.unanswered();
        return report;
    }

    private void pair(String name, double node, double ceiling) {
        pairs.computeIfAbsent(name, first -> new ArrayList<>()).add(new double[] {node, ceiling});
    }
}
