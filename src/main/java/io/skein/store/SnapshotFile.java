package io.skein.store;

import io.skein.replica.ClusterConfiguration;
import io.skein.replica.WriteBatch.Settled;
import java.nio.file.Path;

/**
 * A database file that holds the replicated state as of one index and nothing of the node that made it: no log, no vote,
 * no incarnation. {@code sqlite3} opens it like any other.
 *
 * @param settled the entry up to which it holds everything, with the state hash there
 * @param configuration who belonged to the cluster as of that entry
 * @param bytes of the file
 * @param sha256 of the whole file, in lower-case hex
 */
public record SnapshotFile(Path path, Settled settled, ClusterConfiguration configuration, long bytes, String sha256) {
    /** Two snapshots with the same id are the same bytes, whoever made them. */
    public String id() {
        return sha256.substring(0, 32);
    }
}
