package io.skein.node;

import io.skein.cluster.ClusterListener;
import io.skein.dashboard.ConsoleFigures;
import io.skein.dashboard.LatencyWindow;
import io.skein.metrics.BackupMeters;
import io.skein.raft.Role;
import io.skein.store.StoreListener;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears what the rooms below tell, for the console's charts, and hands it on to the meters. */
final class Measured implements StoreListener, ClusterListener, ConsoleFigures {
    private static final Logger LOG = LoggerFactory.getLogger(Measured.class);

    private final StoreListener store;
    private final ClusterListener cluster;
    private final SlowCommits slow = new SlowCommits(System::nanoTime);
    private final LatencyWindow fsync = new LatencyWindow();
    private final LatencyWindow commit = new LatencyWindow();
    private volatile Optional<Runnable> look = Optional.empty();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile Disk disk = Disk.UNKNOWN;
    private volatile Optional<BackupMeters> backups = Optional.empty();

    Measured(StoreListener store, ClusterListener cluster) {
        this.store = store;
        this.cluster = cluster;
    }

    /**
     * @param made what becomes of backups, where the node makes any
     * @param waiting where the disk is asked: over a network that takes as long as it likes
     */
    void watch(Path dataDirectory, Optional<BackupMeters> made, Executor waiting) {
        backups = made;
        look = Optional.of(() -> waiting.execute(() -> {
            try {
                disk = new Disk(
                        dataDirectory.toFile().getUsableSpace(),
                        dataDirectory.toFile().getTotalSpace());
            } finally {
                looking.set(false);
            }
        }));
        disk();
    }

    @Override
    public void committed(int batches, int entries, int changes, long bytes, long nanos, long commitNanos) {
        fsync.record(commitNanos);
        slow.committed(nanos, commitNanos);
        store.committed(batches, entries, changes, bytes, nanos, commitNanos);
    }

    @Override
    public void queued(int batches) {
        store.queued(batches);
    }

    @Override
    public void expired(int messages) {
        store.expired(messages);
    }

    @Override
    public void deadLettered(long nacked, long expired) {
        store.deadLettered(nacked, expired);
    }

    @Override
    public void appended(long nanos) {
        cluster.appended(nanos);
    }

    @Override
    public void committed(long nanos) {
        commit.record(nanos);
        cluster.committed(nanos);
    }

    @Override
    public void checkpointed(long nanos, long pages) {
        store.checkpointed(nanos, pages);
    }

    @Override
    public void walBytes(long bytes) {
        store.walBytes(bytes);
    }

    @Override
    public void diskFull(boolean full) {
        LOG.warn(full ? "the disk is full: publishes are refused" : "the disk takes data again");
        store.diskFull(full);
    }

    @Override
    public void damaged(String what) {
        LOG.error("damage on the disk: {}", what);
        store.damaged(what);
    }

    @Override
    public void wentBackwards(String what) {
        LOG.warn("{}", what);
        store.wentBackwards(what);
    }

    @Override
    public void scrubbed(long rows, long bytes) {
        store.scrubbed(rows, bytes);
    }

    @Override
    public void roleChanged(Role role, long term) {
        cluster.roleChanged(role, term);
    }

    @Override
    public void refused(String reason) {
        cluster.refused(reason);
    }

    @Override
    public Latency fsync() {
        return fsync.take();
    }

    @Override
    public Latency commit() {
        return commit.take();
    }

    /** What the disk said last; it is asked again, once at a time, and nobody waits for it. */
    @Override
    public Disk disk() {
        Optional<Runnable> asked = look;
        if (asked.isPresent() && looking.compareAndSet(false, true)) {
            try {
                asked.get().run();
            } catch (RuntimeException closing) {
                looking.set(false);
            }
        }
        return disk;
    }

    @Override
    public Backups backups() {
        return backups.map(made -> new Backups(made.everyMs(), made.newestMs())).orElse(Backups.NONE);
    }
}
