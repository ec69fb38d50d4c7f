package io.skein.raft;

import java.util.ArrayDeque;

/**
 * What a leader knows of one peer (Figure 2, volatile state on leaders).
 *
 * <p>While probing, the leader looks for the place where the logs agree: one append at a time, nothing assumed. Once a
 * peer has answered that its log agrees, it is streamed to: appends leave one behind the other, {@code nextIndex} runs
 * ahead, a window bounds how far. A refusal goes back to probing.
 *
 * <p>Invariant: {@code 0 <= matchIndex < nextIndex}.
 */
final class Progress {
    private record Inflight(long lastIndex, long bytes) {}

    private final NodeId peer;
    private long matchIndex;
    private long nextIndex;
    private boolean streaming;
    private boolean probeUnderway;
    private long toldCommitIndex;
    private long lastHeardNanos;
    private final ArrayDeque<Inflight> inflight = new ArrayDeque<>();
    private long inflightBytes;

    /** Heard counts from the election on, so that a new leader has one election timeout to reach its peers. */
    Progress(NodeId peer, long nextIndex, long nowNanos) {
        this.peer = peer;
        this.nextIndex = nextIndex;
        this.lastHeardNanos = nowNanos;
        checkInvariants();
    }

    NodeId peer() {
        return peer;
    }

    long matchIndex() {
        return matchIndex;
    }

    long nextIndex() {
        return nextIndex;
    }

    boolean isStreaming() {
        return streaming;
    }

    long lastHeardNanos() {
        return lastHeardNanos;
    }

    long toldCommitIndex() {
        return toldCommitIndex;
    }

    void heard(long nowNanos) {
        lastHeardNanos = nowNanos;
    }

    void toldCommitIndex(long index) {
        toldCommitIndex = index;
    }

    boolean mayAppend(RaftLimits limits) {
        return streaming
                ? inflight.size() < limits.maxInflightAppends() && inflightBytes < limits.maxInflightBytes()
                : !probeUnderway;
    }

    void appendSent(long lastIndex, long bytes) {
        assert lastIndex >= nextIndex : "an append up to " + lastIndex + " from " + nextIndex;
        if (streaming) {
            nextIndex = lastIndex + 1;
            inflight.add(new Inflight(lastIndex, bytes));
            inflightBytes += bytes;
        } else {
            probeUnderway = true;
        }
        checkInvariants();
    }

    /** The peer's log is ours durably up to this index. Returns whether that is news. */
    boolean accepted(long index) {
        streaming = true;
        probeUnderway = false;
        if (index <= matchIndex) {
            return false;
        }
        matchIndex = index;
        nextIndex = Math.max(nextIndex, index + 1);
        while (!inflight.isEmpty() && inflight.peek().lastIndex() <= index) {
            inflightBytes -= inflight.remove().bytes();
        }
        checkInvariants();
        return true;
    }

    /** The peer's log cannot be ours above this index: look there. */
    void probeAfter(long index) {
        streaming = false;
        probeUnderway = false;
        inflight.clear();
        inflightBytes = 0;
        nextIndex = index + 1;
        checkInvariants();
    }

    private void checkInvariants() {
        assert 0 <= matchIndex && matchIndex < nextIndex
                : "match " + matchIndex + ", next " + nextIndex + " of " + peer;
    }
}
