package io.skein.simulator;

import io.skein.raft.NodeId;
import io.skein.replica.Input;

/**
 * A snapshot on its way to a peer, piece by piece: the receiver is asked where to go on, gets one piece after the other,
 * and is asked again after a wait when anything was lost or it has restarted meanwhile. Without progress it is given up.
 */
final class Shipment {
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long RETRY_NANOS = 100 * NANOS_PER_MS;
    private static final long PATIENCE_NANOS = 3_000 * NANOS_PER_MS;
    /** Answers beside the number of the next piece. */
    static final int WHOLE = -1;

    static final int REFUSED = -2;
    static final int SILENCE = -3;

    private final Simulation world;
    private final Network network;
    private final SimulatedNode from;
    private final int life;
    private final SimulatedNode to;
    private final NodeId peer;
    private final SimulatedDisk.Snapshot snapshot;
    private int furthest;
    private long progressAt;
    private boolean over;

    Shipment(Simulation world, Network network, SimulatedNode from, NodeId peer, SimulatedDisk.Snapshot snapshot) {
        this.world = world;
        this.network = network;
        this.from = from;
        this.life = from.life();
        this.to = world.node(peer);
        this.peer = peer;
        this.snapshot = snapshot;
        this.progressAt = world.agenda().now();
    }

    /** @param piece 0-based; below 0: only a question */
    void send(int piece) {
        network.transfer(
                from.number(),
                to.number(),
                () -> {
                    int answer = to.receive(snapshot, piece);
                    if (answer == SILENCE) {
                        later();
                    } else {
                        network.transfer(to.number(), from.number(), () -> take(answer), this::later);
                    }
                },
                this::later);
    }

    private boolean isOver() {
        over |= from.life() != life;
        return over;
    }

    private void take(int answer) {
        if (isOver()) {
            return;
        }
        if (answer == WHOLE || answer == REFUSED) {
            end(answer == WHOLE);
            return;
        }
        if (answer > furthest) {
            furthest = answer;
            progressAt = world.agenda().now();
        }
        if (isLate()) {
            end(false);
        } else {
            send(answer);
        }
    }

    private void later() {
        if (isOver()) {
            return;
        }
        if (isLate()) {
            end(false);
        } else {
            world.agenda().after(RETRY_NANOS, () -> {
                if (!isOver()) {
                    send(-1);
                }
            });
        }
    }

    private boolean isLate() {
        return world.agenda().now() - progressAt > PATIENCE_NANOS;
    }

    private void end(boolean ok) {
        over = true;
        from.feed(new Input.SnapshotSent(peer, snapshot.settled().index(), ok));
    }
}
