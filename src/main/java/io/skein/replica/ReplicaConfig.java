package io.skein.replica;

import io.skein.machine.FeatureLevel;

/**
 * The replica's limits.
 *
 * @param entryBytes a log entry takes commands up to this
 * @param entryCommands and up to this many
 * @param pipelineBytes a second batch goes to the disk beside the first only when at least this waits for it: a small
 *     one would only take the fsync from those that come meanwhile
 * @param gatherNanos how long an entry waits, at most, for as many commands as the one before had; never more than a
 *     quarter of what writing took last time
 * @param proposalBytes what may wait to become an entry; above it proposals are refused
 * @param settleBytes changes that ride with the next batch once they weigh this much
 * @param settleAgeMs or once the oldest is this old
 * @param settleBatchBytes changes in one batch
 * @param backlogBytes distance between applied and settled at which proposals wait for rows
 * @param logBytes log kept on disk below the settled index, for lagging followers
 * @param hashEvery states are compared at every so many entries; the same on all nodes (DESIGN D10)
 * @param featureLevel the highest that this build knows
 */
public record ReplicaConfig(
        int entryBytes,
        int entryCommands,
        int pipelineBytes,
        long gatherNanos,
        long proposalBytes,
        long settleBytes,
        long settleAgeMs,
        long settleBatchBytes,
        long backlogBytes,
        long logBytes,
        int hashEvery,
        int featureLevel) {
    public static final ReplicaConfig DEFAULT = new ReplicaConfig(
            1 << 20,
            4096,
            32 << 10,
            500_000,
            64L << 20,
            256L << 10,
            50,
            4L << 20,
            32L << 20,
            256L << 20,
            1024,
            FeatureLevel.NEWEST);

    /** As a build that knows levels up to this one. */
    public ReplicaConfig withFeatureLevel(int newest) {
        return new ReplicaConfig(
                entryBytes,
                entryCommands,
                pipelineBytes,
                gatherNanos,
                proposalBytes,
                settleBytes,
                settleAgeMs,
                settleBatchBytes,
                backlogBytes,
                logBytes,
                hashEvery,
                newest);
    }

    public ReplicaConfig withLogBytes(long bytes) {
        return new ReplicaConfig(
                entryBytes,
                entryCommands,
                pipelineBytes,
                gatherNanos,
                proposalBytes,
                settleBytes,
                settleAgeMs,
                settleBatchBytes,
                backlogBytes,
                bytes,
                hashEvery,
                featureLevel);
    }

    /** With less of what waits in memory when the whole memory is small: an eighth for each, 16 MiB at least. */
    public ReplicaConfig withMemory(long bytes) {
        long part = Math.max(16L << 20, bytes / 8);
        return new ReplicaConfig(
                entryBytes,
                entryCommands,
                pipelineBytes,
                gatherNanos,
                Math.min(proposalBytes, part),
                settleBytes,
                settleAgeMs,
                settleBatchBytes,
                Math.min(backlogBytes, part),
                logBytes,
                hashEvery,
                featureLevel);
    }
}
