package io.skein.dashboard;

/**
 * What the console shows beyond {@link io.skein.broker.Broker#status()}. Asked once per sample, by one caller; each answer
 * covers the time since the one before, so that a {@link LatencyWindow} each is all that an implementation needs.
 */
public interface ConsoleFigures {
    ConsoleFigures NONE = new ConsoleFigures() {};

    /** Times of the writer's transactions, each with its fsync. */
    default Latency fsync() {
        return Latency.NONE;
    }

    /** Times from a proposal to its commit: durable on a majority. */
    default Latency commit() {
        return Latency.NONE;
    }

    /**
     * @param count how many were measured; 0: the percentiles mean nothing
     * @param p50Ms milliseconds
     * @param p99Ms milliseconds
     */
    record Latency(long count, double p50Ms, double p99Ms) {
        public static final Latency NONE = new Latency(0, 0, 0);
    }
}
