package io.skein.bench;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Measures what this machine can do without a node: the limits that a node's figures are divided by. Blocks its caller.
 */
public final class Ceilings {
    private Ceilings() {}

    /**
     * Takes {@link CeilingsConfig#time} for each figure and a quarter of it to warm up.
     *
     * @param progress told what is being measured
     */
    public static CeilingsReport run(CeilingsConfig config, Consumer<String> progress)
            throws IOException, SQLException, TimeoutException {
        List<DiskCeiling.Figure> disk = new ArrayList<>();
        List<SqliteCeiling.Figure> writes = new ArrayList<>();
        List<SqliteCeiling.ReadFigure> reads = new ArrayList<>();
        List<LoadReport> posts = new ArrayList<>();
        List<LoadReport> fanouts = new ArrayList<>();
        if (config.parts().contains(CeilingsConfig.Part.DISK)) {
            for (int bytes : new int[] {4096, 400}) {
                progress.accept("append + fdatasync of " + bytes + " bytes");
                disk.add(DiskCeiling.measure(config.folder(), bytes, config.time()));
            }
        }
        if (config.parts().contains(CeilingsConfig.Part.SQLITE)) {
            sqlite(config, progress, writes, reads);
        }
        if (config.parts().contains(CeilingsConfig.Part.HTTP) || config.parts().contains(CeilingsConfig.Part.FANOUT)) {
            network(config, progress, posts, fanouts);
        }
        return new CeilingsReport(disk, writes, reads, posts, fanouts);
    }

    private static void sqlite(
            CeilingsConfig config,
            Consumer<String> progress,
            List<SqliteCeiling.Figure> writes,
            List<SqliteCeiling.ReadFigure> reads)
            throws IOException, SQLException {
        // All shapes of one batch beside each other: a disk that changes its pace does so for all of them.
        for (int batch : config.batches()) {
            for (String name : config.shapes()) {
                Shape shape = Shape.valueOf(name);
                progress.accept("SQLite, " + batch + " a commit, " + shape.title);
                writes.add(SqliteCeiling.write(
                        config.folder(),
                        shape,
                        batch,
                        config.bytes(),
                        config.topics(),
                        config.pageKiB(),
                        config.time()));
            }
        }
        for (int batch : config.batches()) {
            for (String name : config.shapes()) {
                Shape shape = Shape.valueOf(name);
                // One at a time they would take long to write, and behind they are the same as in larger batches.
                if (shape.messages == Shape.Messages.NONE || batch == 1 || config.readBack() == 0) {
                    continue;
                }
                progress.accept("SQLite, read back, " + batch + " a commit, " + shape.title);
                reads.add(SqliteCeiling.readBack(
                        config.folder(),
                        shape,
                        batch,
                        config.bytes(),
                        config.readBack(),
                        config.pageKiB(),
                        config.time()));
            }
        }
    }

    private static void network(
            CeilingsConfig config, Consumer<String> progress, List<LoadReport> posts, List<LoadReport> fanouts)
            throws IOException, TimeoutException {
        Duration warmUp = config.time().dividedBy(4);
        Vertx vertx = Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(Runtime.getRuntime().availableProcessors()));
        try (BareLoad bare = BareLoad.start(vertx, config.ownProcess())) {
            progress.accept("warming up the bare server");
            bare.warmUp(config.time());
            if (config.parts().contains(CeilingsConfig.Part.HTTP)) {
                progress.accept("bare HTTP POST, " + config.connections() + " connections");
                posts.add(bare.posts(config.connections(), config.bytes(), warmUp, config.time()));
            }
            if (config.parts().contains(CeilingsConfig.Part.FANOUT)) {
                for (int clients : config.clients()) {
                    progress.accept("bare WebSocket fan-out, " + clients + " clients");
                    fanouts.add(bare.fanout(clients, config.bytes(), warmUp, config.time()));
                }
            }
        } finally {
            Load.quietly(vertx.close());
        }
    }
}
