package io.skein.raft;

import java.util.ArrayDeque;

/**
 * What a leader knows of one peer (Figure 2, volatile state on leaders).
 *
 * <p>While probing, the leader looks for the place where the logs agree: one append at a time, nothing assumed. Once a
 * peer has answered that its log agrees, it is streamed to: appends leave one behind the other, {@code nextIndex} runs
 * ahead, a window bounds how far. A refusal goes back to probing. In both, what the peer needs may have to come from the
 * disk first; until then it gets heartbeats only.
 *
 * <p>Invariant: {@code 0 <= matchIndex < nextIndex}; {@code matchIndex} falls only to nothing, when the peer is found to
 * lack what it acknowledged.
 */
final class Progress {
    /** What an append waits for, beside the window. */
    enum Wait {
        NOTHING,
        LOAD,
        SNAPSHOT,
        /** One of these came to nothing: no more before the next heartbeat. */
        REST
    }

    private record Inflight(long lastIndex, long bytes) {}

    private final NodeId peer;
    private final long incarnation;
    private long matchIndex;
    private long nextIndex;
    private boolean streaming;
    private boolean probeUnderway;
    private Wait wait = Wait.NOTHING;
    private long toldCommitIndex;
    private long heardRound;
    /** An answer to this round of questions, or a later one, shows whether it forgot; 0 when nothing looks like it. */
    private long doubtRound;
    /** What it had acknowledged when that round began. */
    private long doubtIndex;

    /** Up to where it had acknowledged what it was found to lack; 0 when it was not. */
    private long forgotten;

    private long lastHeardNanos;
    private final ArrayDeque<Inflight> inflight = new ArrayDeque<>();
    private long inflightBytes;

    /** Heard counts from the election on, so that a new leader has one election timeout to reach its peers. */
    Progress(NodeId peer, long incarnation, long nextIndex, long nowNanos) {
        this.peer = peer;
        this.incarnation = incarnation;
        this.nextIndex = nextIndex;
        this.lastHeardNanos = nowNanos;
        checkInvariants();
    }

    NodeId peer() {
        return peer;
    }

    long incarnation() {
        return incarnation;
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

    /** Highest round of questions (thesis §6.4) that it has answered. */
    long heardRound() {
        return heardRound;
    }

    long lastHeardNanos() {
        return lastHeardNanos;
    }

    long toldCommitIndex() {
        return toldCommitIndex;
    }

    /** Whether it lacks what it acknowledged, and counts for nothing. */
    boolean isAmnesiac() {
        return forgotten > 0;
    }

    /** Index up to which an amnesiac had acknowledged. */
    long forgotten() {
        return forgotten;
    }

    boolean isInDoubt() {
        return doubtRound > 0;
    }

    /** @param round of questions that begins now, and whose answer will show whether it has what it acknowledged */
    void doubt(long round) {
        doubtRound = round;
        doubtIndex = matchIndex;
    }

    /**
     * It says that it has so much, in answer to something as new as this round of questions. Returns whether that proves
     * that it forgot.
     */
    boolean provesAmnesia(long has, long round) {
        if (!isInDoubt() || round < doubtRound) {
            return false;
        }
        doubtRound = 0;
        return has < doubtIndex;
    }

    /** Whatever it has said is void, and so is all that it will say. */
    void becomeAmnesiac() {
        forgotten = matchIndex;
        matchIndex = 0;
        heardRound = 0;
    }

    void heard(long round, long nowNanos) {
        heardRound = Math.max(heardRound, round);
        lastHeardNanos = nowNanos;
    }

    void toldCommitIndex(long index) {
        toldCommitIndex = index;
    }

    Wait waitsFor() {
        return wait;
    }

    void waitFor(Wait what) {
        wait = what;
    }

    boolean mayAppend(RaftLimits limits) {
        return wait == Wait.NOTHING
                && !isAmnesiac()
                && (streaming
                        ? inflight.size() < limits.maxInflightAppends() && inflightBytes < limits.maxInflightBytes()
                        : !probeUnderway);
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

    /** The peer's log cannot be ours above this index, or is ours up to it: look there. */
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
