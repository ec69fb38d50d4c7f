package io.skein.node;

import java.nio.file.Path;

/**
 * When a node writes backups of itself, and where.
 *
 * @param directory of the operator, outside of the data directory
 * @param everyMs from one to the next
 * @param keep so many of the newest stay
 */
record BackupPlan(Path directory, long everyMs, int keep) {}
