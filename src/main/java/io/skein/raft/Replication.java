package io.skein.raft;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A leader's side of log replication (§5.3), its heartbeats, and its doubt: without word from a majority for one election
 * timeout it no longer leads (thesis §6.2).
 *
 * <p>Learners, and members whose removal is not committed yet, are sent everything and counted nowhere.
 */
final class Replication {
    private final Raft raft;
    private final RaftTiming timing;
    private final RaftLimits limits;
    private final Lagging lagging;

    /** One for each other member, in order of name; empty unless this node leads. */
    private final TreeMap<NodeId, Progress> peers = new TreeMap<>();

    private final Majority majority;
    private long heartbeatDeadlineNanos = Raft.NEVER;
    /** No majority can be missing for an election timeout before this. */
    private long quorumDeadlineNanos = Raft.NEVER;

    Replication(Raft raft, RaftTiming timing, RaftLimits limits) {
        this.raft = raft;
        this.timing = timing;
        this.limits = limits;
        this.lagging = new Lagging(raft, this, limits);
        this.majority = new Majority(raft, peers);
    }

    /** §5.3: "initializes all nextIndex values to the index just after the last one in its log". */
    void start() {
        assert peers.isEmpty() : "peers of another term: " + peers.keySet();
        addPeers(raft.log().lastIndex() + 1);
        quorumDeadlineNanos = quorumDeadline();
    }

    void stop() {
        peers.clear();
        heartbeatDeadlineNanos = Raft.NEVER;
        quorumDeadlineNanos = Raft.NEVER;
    }

    /** Another configuration was just appended; whoever is new gets its entry first, and is probed. */
    void configurationAppended() {
        addPeers(raft.log().lastIndex());
        quorumDeadlineNanos = quorumDeadline();
    }

    private void addPeers(long nextIndex) {
        Set<NodeId> ids = new HashSet<>();
        for (Member member : raft.membership().others()) {
            ids.add(member.id());
            Progress known = peers.get(member.id());
            if (known == null || known.incarnation() != member.incarnation()) {
                peers.put(member.id(), new Progress(member.id(), member.incarnation(), nextIndex, raft.now()));
            }
        }
        peers.keySet().retainAll(ids);
        if (peers.isEmpty()) {
            heartbeatDeadlineNanos = Raft.NEVER;
        } else if (heartbeatDeadlineNanos == Raft.NEVER) {
            heartbeatDeadlineNanos = raft.now() + timing.heartbeatNanos();
        }
    }

    /**
     * The configuration is committed: who is no member any more is told so, as far as it can understand, and left alone.
     * A leader that is none stops leading (thesis §4.2.2), and whoever knows most may take over at once.
     */
    void configurationCommitted() {
        Configuration configuration = raft.configuration();
        for (Progress progress : List.copyOf(peers.values())) {
            if (configuration.member(progress.peer()).isEmpty()) {
                tellCommitAnyway(progress);
                peers.remove(progress.peer());
            }
        }
        if (!raft.membership().isVoter()) {
            peers.values().forEach(this::tellCommitAnyway);
            Optional<NodeId> successor = successor();
            if (successor.isPresent()) {
                raft.send(successor.get(), new Rpc.TimeoutNow(raft.term()));
            }
            raft.standing().stopLeading();
        }
    }

    long nextDeadlineNanos() {
        return Math.min(heartbeatDeadlineNanos, quorumDeadlineNanos);
    }

    boolean isPeer(NodeId id) {
        return peers.containsKey(id);
    }

    /** -1 when there is no such peer. */
    long matchIndex(NodeId peer) {
        Progress progress = peers.get(peer);
        return progress == null ? -1 : progress.matchIndex();
    }

    /** In order of name. */
    List<Peer> peers() {
        var list = new ArrayList<Peer>();
        for (Progress progress : peers.values()) {
            list.add(new Peer(
                    progress.peer(),
                    progress.matchIndex(),
                    progress.lastHeardNanos(),
                    isReachable(progress),
                    progress.isStreaming(),
                    progress.waitsFor() == Progress.Wait.SNAPSHOT));
        }
        return list;
    }

    /** The reachable voter that has most of the log. */
    Optional<NodeId> successor() {
        Progress best = null;
        for (NodeId voter : raft.membership().voters()) {
            Progress progress = peers.get(voter);
            if (progress != null
                    && isReachable(progress)
                    && !progress.isAmnesiac()
                    && (best == null || progress.matchIndex() > best.matchIndex())) {
                best = progress;
            }
        }
        return Optional.ofNullable(best).map(Progress::peer);
    }

    private boolean isReachable(Progress progress) {
        return raft.now() - progress.lastHeardNanos() < timing.electionTimeoutNanos();
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
            for (Progress progress : peers.values()) {
                heartbeat(progress);
                if (progress.waitsFor() == Progress.Wait.REST) {
                    progress.waitFor(Progress.Wait.NOTHING);
                    replicate(progress);
                }
            }
            raft.transfer().onHeartbeat();
        }
    }

    /** Thesis §6.2: "a leader steps down if an election timeout elapses without a successful round of heartbeats". */
    void checkQuorum() {
        if (raft.now() >= quorumDeadlineNanos) {
            quorumDeadlineNanos = quorumDeadline();
            if (raft.now() >= quorumDeadlineNanos) {
                raft.standing().stopLeading();
            }
        }
    }

    private long quorumDeadline() {
        return raft.membership().isOnlyVoter()
                ? Raft.NEVER
                : majority.holds(raft.now(), Progress::lastHeardNanos) + timing.electionTimeoutNanos();
    }

    /** When this leader stops leading if it hears nobody any more. */
    long quorumUntilNanos() {
        return raft.isLeader() ? quorumDeadline() : Raft.NEVER;
    }

    /** Whether a majority has answered this round of questions, or a later one (thesis §6.4). */
    boolean isHeardByMajority(long round) {
        return majority.holds(Long.MAX_VALUE, Progress::heardRound) >= round;
    }

    void onAppendEntriesReply(NodeId from, long incarnation, Rpc.AppendEntriesReply reply) {
        Progress progress = peers.get(from);
        if (progress == null || progress.incarnation() != incarnation) {
            return;
        }
        if (saysLessThanItAcknowledged(progress, reply)) {
            return;
        }
        progress.heard(reply.round(), raft.now());
        if (reply.success()) {
            onAccepted(progress, reply);
        } else {
            onRefused(progress, reply);
        }
        if (raft.isLeader()) {
            raft.reading().proceed();
        }
    }

    /**
     * DESIGN D10. Every append is about a place at or behind what was acknowledged when it was sent, so no sound peer's
     * answer to it says less. An answer that does is an old one that comes late, or the peer's disk went backwards: an
     * answer to a question that was asked since tells which. Until then the peer is not helped by what it says.
     */
    private boolean saysLessThanItAcknowledged(Progress progress, Rpc.AppendEntriesReply reply) {
        if (progress.isAmnesiac()) {
            return true;
        }
        long has = reply.success() ? reply.matchIndex() : reply.hintIndex();
        if (progress.provesAmnesia(has, reply.round())) {
            progress.becomeAmnesiac();
            heartbeat(progress);
            return true;
        }
        if (has >= progress.matchIndex()) {
            return false;
        }
        if (!progress.isInDoubt()) {
            progress.doubt(raft.reading().nextRound());
            heartbeat(progress);
        }
        return true;
    }

    private void onAccepted(Progress progress, Rpc.AppendEntriesReply reply) {
        if (reply.matchIndex() > raft.log().lastIndex()) {
            return; // no follower of this term says that
        }
        lagging.accepted(progress, reply.matchIndex());
        if (progress.accepted(reply.matchIndex())) {
            count();
            if (peers.get(progress.peer()) != progress) {
                return; // that committed its removal, or this leader's
            }
            raft.transfer().caughtUp();
        }
        replicate(progress);
        tellCommit(progress);
    }

    /** §5.3: "After a rejection, the leader decrements nextIndex", by whole terms here. */
    private void onRefused(Progress progress, Rpc.AppendEntriesReply reply) {
        long hint = reply.hintIndex();
        // What is probed was compacted away meanwhile: no heartbeat asks about it any more.
        if (progress.nextIndex() <= raft.log().compactedIndex()) {
            lagging.sendSnapshot(progress);
            return;
        }
        // What was acknowledged stays, and what is probed already need not be probed again: answers come late and
        // doubled, and every append behind a lost one is refused alike.
        if (hint < progress.matchIndex() || hint >= progress.nextIndex() - 1) {
            return;
        }
        boolean compacted = hint < raft.log().compactedIndex();
        long match = raft.log().lastIndexWithTermAtMost(hint, reply.hintTerm());
        match = Math.max(match, progress.matchIndex());
        boolean lower = match + 1 < progress.nextIndex();
        if (lower) {
            progress.probeAfter(match);
        }
        if (compacted) {
            lagging.sendSnapshot(progress);
        } else if (lower) {
            replicate(progress);
        }
    }

    void onLoaded(NodeId peer, List<Entry> entries) {
        Progress progress = peers.get(peer);
        if (progress != null) {
            lagging.onLoaded(progress, entries);
        }
    }

    void onSnapshotSent(NodeId peer, long index, boolean ok) {
        Progress progress = peers.get(peer);
        if (progress != null) {
            lagging.onSnapshotSent(progress, index, ok);
        }
    }

    /** Counts who has what; the leader itself has what its own disk has (§5.3, DESIGN D2). */
    void count() {
        long held = majority.holds(raft.durability().durableIndex(), Progress::matchIndex);
        if (raft.commitment().majorityHas(held)) {
            if (!peers.isEmpty()) {
                peers.values().forEach(this::tellCommit);
            }
            raft.committed();
        }
    }

    /**
     * Peers serve readers, too: when there is nothing more to append that would tell one how far the log is committed,
     * it is told by itself.
     */
    private void tellCommit(Progress progress) {
        long lastIndex = raft.log().lastIndex();
        long commitIndex = raft.commitIndex();
        if (progress.isStreaming()
                && commitIndex == lastIndex
                && progress.nextIndex() > lastIndex
                && progress.toldCommitIndex() < commitIndex) {
            heartbeat(progress);
        }
    }

    /** There will be no other occasion. */
    private void tellCommitAnyway(Progress progress) {
        if (progress.toldCommitIndex() < raft.commitIndex()) {
            heartbeat(progress);
        }
    }

    void replicate(Progress progress) {
        Log log = raft.log();
        while (progress.nextIndex() <= log.lastIndex() && progress.mayAppend(limits)) {
            if (progress.nextIndex() < log.firstInMemory()) {
                lagging.fetch(progress);
            } else {
                append(progress, log.slice(progress.nextIndex(), limits.maxAppendEntries(), limits.maxAppendBytes()));
            }
        }
    }

    /** @param entries at least one, from the next index on */
    void append(Progress progress, List<Entry> entries) {
        long bytes = 0;
        for (Entry entry : entries) {
            bytes += entry.size();
        }
        send(progress, progress.nextIndex() - 1, entries);
        progress.appendSent(entries.get(entries.size() - 1).index(), bytes);
    }

    /** Those whose answers count. */
    void heartbeatVoters() {
        for (NodeId voter : raft.membership().voters()) {
            if (!voter.equals(raft.self())) {
                heartbeat(peers.get(voter));
            }
        }
    }

    /**
     * An empty append just before the next entry: whoever lost one of those under way refuses it, and is helped. Before
     * entries that are compacted away there is only the compacted index to ask about. Whoever forgot is told that.
     */
    void heartbeat(Progress progress) {
        if (progress.isAmnesiac()) {
            raft.send(progress.peer(), new Rpc.Amnesia(raft.term(), progress.incarnation(), progress.forgotten()));
            return;
        }
        send(progress, Math.max(progress.nextIndex() - 1, raft.log().compactedIndex()), List.of());
    }

    private void send(Progress progress, long prevLogIndex, List<Entry> entries) {
        long commitIndex = raft.commitIndex();
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
                        raft.reading().round()));
    }
}
