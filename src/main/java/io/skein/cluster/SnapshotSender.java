package io.skein.cluster;

import io.skein.raft.NodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/**
 * Sends snapshots, to each peer one at a time, in pieces that are answered: never more are under way than a window, and
 * after any interruption the receiver names the offset where it goes on. Files are read on workers.
 *
 * <p>Confined to the context of its {@link Peers}.
 */
public final class SnapshotSender {
    private final Vertx vertx;
    private final Peers peers;
    private final SnapshotPace pace;
    private final Map<NodeId, SnapshotTransfer> transfers = new HashMap<>();

    public SnapshotSender(Vertx vertx, Peers peers, SnapshotPace pace) {
        this.vertx = vertx;
        this.peers = peers;
        this.pace = pace;
    }

    /**
     * Completes when the peer has all of it, verified and on its disk. Fails when it cannot be read, is not wanted, or no
     * progress is made for long. A transfer to the same peer that is under way is given up for this one.
     */
    public Future<Void> send(NodeId to, SnapshotFile file) {
        stop(to);
        SnapshotTransfer transfer = new SnapshotTransfer(vertx, peers, to, file, pace);
        transfers.put(to, transfer);
        return transfer.begin().onComplete(done -> transfers.remove(to, transfer));
    }

    /** Bytes that the peer is known to have of what is being sent to it; -1 when nothing is. */
    public long sentBytes(NodeId to) {
        SnapshotTransfer transfer = transfers.get(to);
        return transfer == null ? -1 : transfer.ackedBytes();
    }

    /** This node does not lead any more, or the peer is no member. */
    public void stop(NodeId to) {
        SnapshotTransfer transfer = transfers.get(to);
        if (transfer != null) {
            transfer.fail(new IOException("given up"));
        }
    }

    public void close() {
        List.copyOf(transfers.keySet()).forEach(this::stop);
    }

    static TimeoutException late(NodeId to, long offset, long ms) {
        return new TimeoutException(to + " made no progress with a snapshot for " + ms + " ms, at byte " + offset);
    }
}
