package io.skein.simulator;

import static io.skein.simulator.History.check;

import io.skein.raft.NodeId;
import io.skein.raft.RaftTiming;
import io.skein.raft.Rpc;
import io.skein.replica.Effect;
import io.skein.replica.Input;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Time that one node missed in one life does not come back all at once (DESIGN D5). */
final class Wakefulness {
    private record Heartbeat(long term, long nanos) {}

    private final RaftTiming timing;
    private final Map<NodeId, Heartbeat> heartbeats = new TreeMap<>();
    private boolean stepped;
    private long lastNanos;
    private boolean forgave;

    Wakefulness(RaftTiming timing) {
        this.timing = timing;
    }

    void stepped(Input input, List<Effect> effects, long nanos, boolean wasLeader) {
        boolean stoodStill = stepped && nanos - lastNanos > timing.electionTimeoutNanos();
        boolean forgives = stoodStill && !forgave;
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send) {
                said(input, send, nanos, forgives && !wasLeader);
            }
        }
        forgave = forgives;
        lastNanos = nanos;
        stepped = true;
    }

    private void said(Input input, Effect.Send send, long nanos, boolean waits) {
        Rpc rpc = send.message().rpc();
        if (rpc instanceof Rpc.PreVote) {
            check(!waits, "asks for pre-votes before it has heard what was said while it stood still");
        } else if (rpc instanceof Rpc.AppendEntries append
                && append.entries().isEmpty()
                && input instanceof Input.Tick) {
            Heartbeat last = heartbeats.put(send.to(), new Heartbeat(append.term(), nanos));
            check(
                    last == null || last.term() != append.term() || nanos - last.nanos() >= timing.heartbeatNanos(),
                    "two heartbeats within %d ns",
                    last == null ? 0 : nanos - last.nanos());
        }
    }
}
