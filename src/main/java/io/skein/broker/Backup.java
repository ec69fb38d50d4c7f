package io.skein.broker;

import java.nio.file.Path;
import java.util.HexFormat;

/**
 * A backup that was made and lies on this node's disk until {@link #end}; the next one is made after that.
 *
 * @param file that nobody else writes
 * @param name for whoever keeps it: {@code skein-<cluster>-<node>-<UTC time>-<index>.db}
 * @param index up to and with this entry it holds everything
 * @param time stamp of that entry, epoch milliseconds
 * @param sha256 of the whole file, in lower-case hex
 * @param end deletes what lies in {@code file} and lets the next one be made; from any thread, once
 */
public record Backup(Path file, String name, long bytes, long index, long time, String sha256, Runnable end) {
    /**
     * What the names of a node's backups begin with. Nodes are called the same in many clusters, whose backups may lie in
     * one directory.
     *
     * @return {@code skein-<cluster>-<node>}, the cluster as sixteen digits of lower-case hex
     */
    public static String prefix(long clusterId, String node) {
        return "skein-" + HexFormat.of().toHexDigits(clusterId) + "-" + node;
    }
}
