package io.skein.store;

/**
 * What one statement may take. Above the first five it is given up; above the last two the answer ends early and says so.
 *
 * @param steps of SQLite's virtual machine
 * @param ms from its beginning, with what it takes to prepare it; for as long it keeps the write-ahead log from being reset
 * @param temporaryBytes by which the room for SQLite's temporary files may shrink meanwhile, whoever takes it
 * @param valueBytes of one text or blob, also one that is only passed through
 * @param idleMs after which the connection is closed
 * @param rows of an answer
 * @param bytes of an answer, as JSON has them
 */
public record SqlBudget(long steps, long ms, long temporaryBytes, int valueBytes, long idleMs, int rows, long bytes) {
    public static final SqlBudget DEFAULT =
            new SqlBudget(100_000_000, 2_000, 256L << 20, 2 << 20, 30_000, 10_000, 4L << 20);
}
