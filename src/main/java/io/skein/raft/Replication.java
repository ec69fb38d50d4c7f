package io.skein.raft;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/**
 * A leader's side of log replication (§5.3), its heartbeats, and its doubt: without word from a majority for one election
 * timeout it no longer leads (thesis §6.2).
 *
 * <p>Entries that are no longer in memory are not sent: such a peer gets heartbeats only, and is not counted.
 */
final class Replication {
    private final Raft raft;
    private final RaftTiming timing;
    private final RaftLimits limits;

    /** One for each other member, in order of name; empty unless this node leads. */
    private final TreeMap<NodeId, Progress> peers = new TreeMap<>();

    private final long[] perVoter;
    private long heartbeatDeadlineNanos = Raft.NEVER;
    /** No majority can be missing for an election timeout before this. */
    private long quorumDeadlineNanos = Raft.NEVER;

    Replication(Raft raft, RaftTiming timing, RaftLimits limits) {
        this.raft = raft;
        this.timing = timing;
        this.limits = limits;
        this.perVoter = new long[raft.voters().size()];
    }

    /** §5.3: "initializes all nextIndex values to the index just after the last one in its log". */
    void start(Collection<NodeId> others) {
        for (NodeId peer : others) {
            peers.put(peer, new Progress(peer, raft.log().lastIndex() + 1, raft.now()));
        }
        if (!peers.isEmpty()) {
            heartbeatDeadlineNanos = raft.now() + timing.heartbeatNanos();
            quorumDeadlineNanos = raft.isOnlyVoter() ? Raft.NEVER : raft.now() + timing.electionTimeoutNanos();
        }
    }

    void stop() {
        peers.clear();
        heartbeatDeadlineNanos = Raft.NEVER;
        quorumDeadlineNanos = Raft.NEVER;
    }

    long nextDeadlineNanos() {
        return Math.min(heartbeatDeadlineNanos, quorumDeadlineNanos);
    }

    /** -1 when there is no such peer. */
    long matchIndex(NodeId peer) {
        Progress progress = peers.get(peer);
        return progress == null ? -1 : progress.matchIndex();
    }

    /** Sends to everybody what they lack, as far as their windows allow. */
    void replicate() {
        if (!peers.isEmpty()) {
            peers.values().forEach(this::replicate);
        }
    }

    void onTick() {
        if (raft.now() >= heartbeatDeadlineNanos) {
            // From now, not from the deadline: after a pause one heartbeat is due, not all that were missed.
            heartbeatDeadlineNanos = raft.now() + timing.heartbeatNanos();
            peers.values().forEach(this::heartbeat);
        }
    }

    /** Thesis §6.2: "a leader steps down if an election timeout elapses without a successful round of heartbeats". */
    void checkQuorum() {
        if (raft.now() < quorumDeadlineNanos) {
            return;
        }
        int i = 0;
        for (NodeId voter : raft.voters()) {
            perVoter[i++] =
                    voter.equals(raft.self()) ? raft.now() : peers.get(voter).lastHeardNanos();
        }
        quorumDeadlineNanos = heldByMajority() + timing.electionTimeoutNanos();
        if (raft.now() >= quorumDeadlineNanos) {
            raft.stopLeading();
        }
    }

    void onAppendEntriesReply(NodeId from, Rpc.AppendEntriesReply reply) {
        Progress progress = peers.get(from);
        if (progress == null) {
            return;
        }
        progress.heard(raft.now());
        if (reply.success()) {
            onAccepted(progress, reply);
        } else {
            onRefused(progress, reply);
        }
    }

    private void onAccepted(Progress progress, Rpc.AppendEntriesReply reply) {
        if (reply.matchIndex() > raft.log().lastIndex()) {
            return; // no follower of this term says that
        }
        if (progress.accepted(reply.matchIndex())) {
            count();
        }
        replicate(progress);
        tellCommit(progress);
    }

    /** §5.3: "After a rejection, the leader decrements nextIndex", by whole terms here. */
    private void onRefused(Progress progress, Rpc.AppendEntriesReply reply) {
        long hint = reply.hintIndex();
        // What was acknowledged stays, and what is probed already need not be probed again: answers come late and
        // doubled, and every append behind a lost one is refused alike.
        if (hint < progress.matchIndex() || hint >= progress.nextIndex() - 1) {
            return;
        }
        long match = raft.log().lastIndexWithTermAtMost(hint, reply.hintTerm());
        match = Math.max(match, progress.matchIndex());
        if (match + 1 < progress.nextIndex()) {
            progress.probeAfter(match);
            replicate(progress);
        }
    }

    /** Counts who has what; the leader itself has what its own disk has (§5.3, DESIGN D2). */
    void count() {
        long majorityIndex;
        if (raft.isOnlyVoter()) {
            majorityIndex = raft.durability().durableIndex();
        } else {
            int i = 0;
            for (NodeId voter : raft.voters()) {
                perVoter[i++] = voter.equals(raft.self())
                        ? raft.durability().durableIndex()
                        : peers.get(voter).matchIndex();
            }
            majorityIndex = heldByMajority();
        }
        if (raft.commitment().majorityHas(majorityIndex) && !peers.isEmpty()) {
            peers.values().forEach(this::tellCommit);
        }
    }

    /**
     * Peers serve readers, too: when there is nothing more to append that would tell one how far the log is committed,
     * it is told by itself.
     */
    private void tellCommit(Progress progress) {
        long lastIndex = raft.log().lastIndex();
        long commitIndex = raft.commitment().commitIndex();
        if (progress.isStreaming()
                && commitIndex == lastIndex
                && progress.nextIndex() > lastIndex
                && progress.toldCommitIndex() < commitIndex) {
            heartbeat(progress);
        }
    }

    private void replicate(Progress progress) {
        Log log = raft.log();
        while (progress.nextIndex() <= log.lastIndex()
                && progress.nextIndex() >= log.firstInMemory()
                && progress.mayAppend(limits)) {
            List<Entry> entries = log.slice(progress.nextIndex(), limits.maxAppendEntries(), limits.maxAppendBytes());
            long bytes = 0;
            for (Entry entry : entries) {
                bytes += entry.size();
            }
            append(progress, progress.nextIndex() - 1, entries);
            progress.appendSent(entries.get(entries.size() - 1).index(), bytes);
        }
    }

    /**
     * An empty append just before the next entry: whoever lost one of those under way refuses it, and is helped. Before
     * entries that are compacted away there is only the compacted index to ask about.
     */
    private void heartbeat(Progress progress) {
        append(progress, Math.max(progress.nextIndex() - 1, raft.log().compactedIndex()), List.of());
    }

    private void append(Progress progress, long prevLogIndex, List<Entry> entries) {
        long commitIndex = raft.commitment().commitIndex();
        progress.toldCommitIndex(commitIndex);
        raft.send(
                progress.peer(),
                new Rpc.AppendEntries(
                        raft.term(),
                        raft.self(),
                        prevLogIndex,
                        raft.log().termOf(prevLogIndex),
                        entries,
                        commitIndex,
                        0));
    }

    /** The highest value that a majority of voters has at least. */
    private long heldByMajority() {
        // A handful of voters: insertion sort, ascending.
        for (int i = 1; i < perVoter.length; i++) {
            long value = perVoter[i];
            int j = i - 1;
            for (; j >= 0 && perVoter[j] > value; j--) {
                perVoter[j + 1] = perVoter[j];
            }
            perVoter[j + 1] = value;
        }
        return perVoter[perVoter.length - raft.majority()];
    }
}
