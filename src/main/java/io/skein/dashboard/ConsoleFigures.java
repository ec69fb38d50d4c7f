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

    /** The space where the data is. Asked while a page is open, once a sample. */
    default Disk disk() {
        return Disk.UNKNOWN;
    }

    /** Backups that the node makes by itself. */
    default Backups backups() {
        return Backups.NONE;
    }

    /**
     * @param freeBytes negative: not known
     * @param totalBytes negative: not known
     */
    record Disk(long freeBytes, long totalBytes) {
        public static final Disk UNKNOWN = new Disk(-1, -1);
    }

    /**
     * @param everyMs from one to the next; 0: it makes none
     * @param lastMs when the newest was made, epoch milliseconds; 0: there is none
     */
    record Backups(long everyMs, long lastMs) {
        public static final Backups NONE = new Backups(0, 0);
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
