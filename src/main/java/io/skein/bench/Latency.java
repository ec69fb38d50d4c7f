package io.skein.bench;

import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What a histogram of nanoseconds says, in milliseconds.
 *
 * @param count how many values; the rest is 0 when there are none
 */
record Latency(long count, double p50, double p99, double p999, double max) {

    /** Values above this are counted as this: nothing here may take memory by being slow. */
    static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** Two digits: a histogram takes about 50 KB, an error of 1 % is far below the noise of any machine. */
    static Histogram histogram() {
        return new Histogram(LONGEST_NANOS, 2);
    }

    static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.max(0, Math.min(nanos, LONGEST_NANOS)));
    }

    static Latency of(Histogram nanos) {
        if (nanos.getTotalCount() == 0) {
            return new Latency(0, 0, 0, 0, 0);
        }
        return new Latency(
                nanos.getTotalCount(),
                millis(nanos.getValueAtPercentile(50)),
                millis(nanos.getValueAtPercentile(99)),
                millis(nanos.getValueAtPercentile(99.9)),
                millis(nanos.getMaxValue()));
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("p50", p50)
                .put("p99", p99)
                .put("p999", p999)
                .put("max", max);
    }

    /** {@code p50 / p99}. */
    String brief() {
        return text(p50) + " / " + text(p99);
    }

    static String text(double millis) {
        return String.format(Locale.ROOT, millis < 1 ? "%.3f" : millis < 100 ? "%.2f" : "%.0f", millis);
    }

    private static double millis(long nanos) {
        return Math.round(nanos / 1000.0) / 1000.0;
    }
}
