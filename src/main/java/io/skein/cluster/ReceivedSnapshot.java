package io.skein.cluster;

import java.nio.file.Path;

/**
 * A whole snapshot, verified and on this node's disk; the file is the taker's to move or delete.
 *
 * @param index settled index that the file holds; {@code term} is that entry's
 */
public record ReceivedSnapshot(long snapshot, Path file, long bytes, long index, long term) {}
