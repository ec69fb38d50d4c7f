package io.skein.bench;

import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Map;

/**
 * What a load run found.
 *
 * @param acked messages acknowledged within the measured time
 * @param ack from the send (closed loop) or from when it was due (open loop) to the acknowledgement
 * @param unanswered sent or due within the measured time, and still without an answer seconds after it; their age then is
 *     in {@code ack}
 * @param delivered messages that reached a subscriber within the measured time
 * @param endToEnd from the send, within the measured time, to the subscriber
 * @param errors messages that failed, by code
 */
public record LoadReport(
        LoadConfig config,
        long acked,
        Latency ack,
        long unanswered,
        long delivered,
        Latency endToEnd,
        Map<String, Long> errors)
        implements Report {

    static LoadReport of(LoadConfig config, Tally tally) {
        return new LoadReport(
                config,
                tally.acked(),
                tally.ack(),
                tally.unanswered(),
                tally.delivered(),
                tally.endToEnd(),
                Map.copyOf(tally.errors()));
    }

    public long ackedPerSecond() {
        return perSecond(acked);
    }

    public long deliveredPerSecond() {
        return perSecond(delivered);
    }

    private long perSecond(long count) {
        return Math.round(count * 1000.0 / Math.max(1, config.times().measured().toMillis()));
    }

    long failed() {
        return errors.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public JsonObject toJson() {
        JsonObject byCode = new JsonObject();
        errors.forEach(byCode::put);
        return new JsonObject()
                .put("bench", "load")
                .mergeIn(config.toJson())
                .put("acked", acked)
                .put("ackedPerSecond", ackedPerSecond())
                .put("ackMs", ack.toJson())
                .put("unanswered", unanswered)
                .put("delivered", delivered)
                .put("deliveredPerSecond", deliveredPerSecond())
                .put("endToEndMs", endToEnd.toJson())
                .put("errors", byCode);
    }

    @Override
    public String table() {
        StringBuilder text = new StringBuilder();
        line(text, "acknowledged", String.format(Locale.ROOT, "%,d/s (%,d)", ackedPerSecond(), acked));
        line(text, "  latency ms", latency(ack));
        if (unanswered > 0) {
            line(text, "  no answer", String.format(Locale.ROOT, "%,d", unanswered));
        }
        if (config.listening().subscribers() > 0) {
            line(text, "delivered", String.format(Locale.ROOT, "%,d/s (%,d)", deliveredPerSecond(), delivered));
            line(text, "  end to end ms", latency(endToEnd));
        }
        errors.forEach((code, count) -> line(text, "error " + code, String.format(Locale.ROOT, "%,d", count)));
        return text.toString();
    }

    private static void line(StringBuilder text, String what, String value) {
        text.append(String.format(Locale.ROOT, "%-22s %s%n", what, value));
    }

    private static String latency(Latency latency) {
        return "p50 " + Latency.text(latency.p50()) + "   p99 " + Latency.text(latency.p99()) + "   p99.9 "
                + Latency.text(latency.p999()) + "   max " + Latency.text(latency.max());
    }
}
