package io.skein.bench;

import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * What workers of a durable subscription got done.
 *
 * @param nanos from the first pull to the last acknowledgement
 * @param published messages while that lasted
 * @param refused acknowledgements that were refused; their messages came again
 * @param ack of one message at a time, to one who waits
 * @param wake from that acknowledgement to the message's arrival; 0 when it arrived before
 */
public record WorkReport(WorkConfig config, long nanos, long published, long refused, Latency ack, Latency wake)
        implements Report {
    /** Messages of the backlog that were pulled, handed over and acknowledged in a second. */
    public long drainedPerSecond() {
        return Math.round(config.backlog() * 1e9 / nanos);
    }

    public long publishedPerSecond() {
        return Math.round(published * 1e9 / nanos);
    }

    @Override
    public JsonObject toJson() {
        return new JsonObject()
                .put("bench", "work")
                .put("machine", CeilingsReport.machine())
                .put("workers", config.workers())
                .put("credit", config.credit())
                .put("bytes", config.bytes())
                .put("backlog", config.backlog())
                .put("seconds", Math.round(nanos / 1e6) / 1e3)
                .put("drainedPerSecond", drainedPerSecond())
                .put("publishedPerSecond", publishedPerSecond())
                .put("refused", refused)
                .put("ackMs", ack.toJson())
                .put("wakeMs", wake.toJson());
    }

    @Override
    public String table() {
        String drained = String.format(
                Locale.ROOT,
                "drained    %,d messages, %d workers with %d in hand: %,d/s%n",
                config.backlog(),
                config.workers(),
                config.credit(),
                drainedPerSecond());
        String beside =
                published == 0 ? "" : String.format(Locale.ROOT, "beside it  %,d published/s%n", publishedPerSecond());
        String again = refused == 0 ? "" : String.format(Locale.ROOT, "refused    %,d acknowledgements%n", refused);
        String woken = ack.count() == 0
                ? ""
                : String.format(
                        Locale.ROOT,
                        "one by one acknowledged in %s ms, at the worker %s ms after that (p50 / p99)%n",
                        ack.brief(),
                        wake.brief());
        return drained + beside + again + woken;
    }
}
