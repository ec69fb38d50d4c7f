package io.skein.broker;

import java.nio.file.Path;

/**
 * A backup that was made and lies on this node's disk until {@link #end}; the next one is made after that.
 *
 * @param file that nobody else writes
 * @param name for whoever keeps it: {@code skein-<node>-<UTC time>-<index>.db}
 * @param index up to and with this entry it holds everything
 * @param time stamp of that entry, epoch milliseconds
 * @param sha256 of the whole file, in lower-case hex
 * @param end deletes what lies in {@code file} and lets the next one be made; from any thread, once
 */
public record Backup(Path file, String name, long bytes, long index, long time, String sha256, Runnable end) {}
