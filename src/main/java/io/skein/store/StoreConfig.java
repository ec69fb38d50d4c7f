package io.skein.store;

import java.nio.file.Path;

/**
 * How a node keeps its data. Every limit has a name here and says what happens when it is reached.
 *
 * @param dataDir everything the node keeps lies below it
 * @param durability what a commit waits for
 * @param pageBytes page size of a new database; an old one keeps its own
 * @param walBytes the write-ahead log is checkpointed when this much of it waits
 * @param walLimitBytes above it the writer waits for readers to let go of the write-ahead log; the file is cut back to it
 * @param tailBytes messages kept in memory for delivery and reads, beside those that no reader can see in rows yet
 * @param readers read-only connections, and so reads at the same time
 * @param waitingReads reads other than pages that wait for a connection; more are refused
 * @param reserveBytes a file of this size is given up when the disk is full, so that what frees room can still be
 *     written; the disk counts as tight until there is twice as much again. 0 for none
 * @param scrubBytesPerSecond rows read in the background to find damage; 0 turns it off
 */
public record StoreConfig(
        Path dataDir,
        Durability durability,
        int pageBytes,
        long walBytes,
        long walLimitBytes,
        long tailBytes,
        int readers,
        int waitingReads,
        long reserveBytes,
        long scrubBytesPerSecond) {

    /** What is true of a batch that was reported as written. */
    public enum Durability {
        /** It survives a loss of power. */
        FSYNC,
        /** It survives the end of the process; a loss of power may take the last batches, whole and in order. */
        RELAXED
    }

    /** @throws IllegalArgumentException with a sentence for the operator */
    public StoreConfig {
        check(
                pageBytes >= 512 && pageBytes <= 65536 && Integer.bitCount(pageBytes) == 1,
                "a page has 512 to 65536 bytes, a power of two, not " + pageBytes);
        check(walBytes > 0 && walLimitBytes >= walBytes, "walLimitBytes is not below walBytes, and both are above 0");
        check(tailBytes >= 0, "tailBytes is not negative");
        check(readers >= 1 && readers <= 64, "there are 1 to 64 readers, not " + readers);
        check(waitingReads >= 1, "waitingReads is above 0");
        check(reserveBytes >= 0 && reserveBytes <= 1L << 30, "the reserve has 0 to 1 GiB");
        check(scrubBytesPerSecond >= 0, "scrubBytesPerSecond is not negative");
    }

    /** The usual {@link #tailBytes}: 32 MiB, less in a small heap, which has other things to hold. */
    private static final long TAIL_BYTES =
            Math.min(32L << 20, Runtime.getRuntime().maxMemory() / 8);

    public static StoreConfig at(Path dataDir) {
        return new StoreConfig(
                dataDir, Durability.FSYNC, 16 << 10, 64L << 20, 256L << 20, TAIL_BYTES, 4, 4096, 8L << 20, 4L << 20);
    }

    /** For a look at what is there: nothing is read that nobody asked for. */
    public StoreConfig withoutScrubbing() {
        return new StoreConfig(
                dataDir,
                durability,
                pageBytes,
                walBytes,
                walLimitBytes,
                tailBytes,
                readers,
                waitingReads,
                reserveBytes,
                0);
    }

    public StoreConfig with(Durability other) {
        return new StoreConfig(
                dataDir,
                other,
                pageBytes,
                walBytes,
                walLimitBytes,
                tailBytes,
                readers,
                waitingReads,
                reserveBytes,
                scrubBytesPerSecond);
    }

    private static void check(boolean holds, String sentence) {
        if (!holds) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
