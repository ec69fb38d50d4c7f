package io.skein.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;

/**
 * What this machine can do.
 *
 * @param posts one for the HTTP ceiling; empty when it was not asked for
 * @param fanouts one for each number of clients
 */
public record CeilingsReport(
        List<DiskCeiling.Figure> disk,
        List<SqliteCeiling.Figure> writes,
        List<SqliteCeiling.ReadFigure> reads,
        List<LoadReport> posts,
        List<LoadReport> fanouts)
        implements Report {

    public CeilingsReport {
        disk = List.copyOf(disk);
        writes = List.copyOf(writes);
        reads = List.copyOf(reads);
        posts = List.copyOf(posts);
        fanouts = List.copyOf(fanouts);
    }

    static JsonObject machine() {
        return new JsonObject()
                .put("cores", Runtime.getRuntime().availableProcessors())
                .put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"))
                .put("java", System.getProperty("java.version"));
    }

    @Override
    public JsonObject toJson() {
        JsonObject json = new JsonObject().put("bench", "ceilings").put("machine", machine());
        json.put(
                "disk",
                new JsonArray(disk.stream().map(DiskCeiling.Figure::toJson).toList()));
        json.put(
                "sqlite",
                new JsonArray(writes.stream().map(SqliteCeiling.Figure::toJson).toList()));
        json.put(
                "sqliteReads",
                new JsonArray(
                        reads.stream().map(SqliteCeiling.ReadFigure::toJson).toList()));
        posts.forEach(report -> json.put(
                "http",
                new JsonObject()
                        .put("connections", report.config().publishing().publishers())
                        .put("requestsPerSecond", report.ackedPerSecond())
                        .put("ms", report.ack().toJson())));
        JsonArray clients = new JsonArray();
        fanouts.forEach(report -> clients.add(new JsonObject()
                .put("clients", report.config().listening().subscribers())
                .put("bytes", report.config().publishing().bytes())
                .put("deliveriesPerSecond", report.deliveredPerSecond())));
        return json.put("fanout", clients);
    }

    @Override
    public String table() {
        StringBuilder text = new StringBuilder();
        if (!disk.isEmpty()) {
            row(text, "append + fdatasync", "per second", "ms p50 / p99", "");
            disk.forEach(figure -> row(
                    text,
                    "  " + figure.bytes() + " bytes",
                    number(figure.perSecond()),
                    figure.latency().brief(),
                    ""));
        }
        if (!writes.isEmpty()) {
            row(text, "SQLite, fsync each commit", "messages/s", "commit ms p50 / p99", "CPU µs a message");
            writes.forEach(figure -> row(
                    text,
                    "  " + figure.batch() + " a commit, " + figure.shape().title,
                    number(figure.messagesPerSecond()),
                    figure.commit().brief(),
                    String.format(Locale.ROOT, "%.1f", figure.cpuMicros())));
        }
        if (!reads.isEmpty()) {
            row(text, "SQLite, read back", "pages: messages/s", "page ms p50 / p99", "scan: messages/s");
            reads.forEach(figure -> row(
                    text,
                    "  " + figure.batch() + " a commit, " + figure.shape().title,
                    number(figure.pagedPerSecond()),
                    figure.page().brief(),
                    number(figure.scannedPerSecond())));
        }
        if (!posts.isEmpty()) {
            row(text, "bare HTTP POST", "per second", "ms p50 / p99", "");
            posts.forEach(report -> row(
                    text,
                    "  " + report.config().publishing().publishers() + " connections",
                    number(report.ackedPerSecond()),
                    report.ack().brief(),
                    ""));
        }
        if (!fanouts.isEmpty()) {
            row(text, "bare WebSocket fan-out", "deliveries/s", "", "");
            fanouts.forEach(report -> row(
                    text,
                    "  " + report.config().listening().subscribers() + " clients",
                    number(report.deliveredPerSecond()),
                    "",
                    ""));
        }
        return text.toString();
    }

    private static void row(StringBuilder text, String what, String first, String second, String third) {
        String line = String.format(Locale.ROOT, "%-42s %17s  %20s  %17s", what, first, second, third);
        text.append(line.stripTrailing()).append('\n');
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
