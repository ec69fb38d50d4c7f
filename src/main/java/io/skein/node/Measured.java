package io.skein.node;

import io.skein.cluster.ClusterListener;
import io.skein.dashboard.ConsoleFigures;
import io.skein.dashboard.LatencyWindow;
import io.skein.store.StoreListener;

/** What the console's charts show of the rooms below. */
final class Measured implements StoreListener, ClusterListener, ConsoleFigures {
    private final LatencyWindow fsync = new LatencyWindow();
    private final LatencyWindow commit = new LatencyWindow();

    @Override
    public void committed(int batches, int entries, int changes, long bytes, long nanos, long commitNanos) {
        fsync.record(commitNanos);
    }

    @Override
    public void committed(long nanos) {
        commit.record(nanos);
    }

    @Override
    public Latency fsync() {
        return fsync.take();
    }

    @Override
    public Latency commit() {
        return commit.take();
    }
}
