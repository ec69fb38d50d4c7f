package io.skein.raft;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What must hold after each step, whatever was lost (Raft Figure 3; thesis §4.1, §6.4; DESIGN D2). One for a whole
 * simulated history.
 */
final class SafetyChecks {
    private record Leadership(NodeId node, int life) {}

    private record Place(long index, long term) {}

    private record Ballot(NodeId voter, long incarnation, long term) {}

    private record Asked(NodeId node, int life, long floor) {}

    private record Life(NodeId node, int life) {}

    private final Collection<SimulatedNode> nodes;
    private final Map<Long, Leadership> leaders = new HashMap<>();
    private final Map<Place, Entry> entries = new HashMap<>();
    private final Map<Place, Long> predecessors = new HashMap<>();
    private final Map<Long, Entry> committed = new TreeMap<>();
    private final Set<Long> committedTerms = new HashSet<>();
    private final Map<Ballot, NodeId> votes = new HashMap<>();
    private final Map<NodeId, Long> diskTerms = new HashMap<>();
    private final Map<Life, Long> commitIndexes = new HashMap<>();
    private final Map<Long, Asked> reads = new HashMap<>();
    private long highestCommitted;
    private int readsAnswered;
    private int configurationsCommitted;

    SafetyChecks(Collection<SimulatedNode> nodes) {
        this.nodes = nodes;
    }

    long highestCommitted() {
        return highestCommitted;
    }

    int readsAnswered() {
        return readsAnswered;
    }

    int configurationsCommitted() {
        return configurationsCommitted;
    }

    /** What is known to be committed anywhere now, the answer must not be older than. */
    void asksToRead(SimulatedNode node, long id) {
        reads.put(id, new Asked(node.id, node.lives(), highestCommitted));
    }

    /** @return whether this node waits for answers to reads that it asked for in this life */
    boolean waitsForReads(SimulatedNode node) {
        return reads.values().stream().anyMatch(asked -> asked.node().equals(node.id) && asked.life() == node.lives());
    }

    void after(SimulatedNode node, List<Effect> effects) {
        Raft raft = node.raft();
        check(raft.durableIndex() <= raft.lastIndex() && raft.commitIndex() <= raft.lastIndex(), node, "indexes");
        Long before = commitIndexes.put(new Life(node.id, node.lives()), raft.commitIndex());
        check(before == null || before <= raft.commitIndex(), node, "commit index fell from " + before);
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send) {
                isTrueOnDisk(node, send);
            } else if (effect instanceof Effect.Write write) {
                logsMatch(node, write);
                configurationsAreSafe(node, write);
            } else if (effect instanceof Effect.Committed commit) {
                isCommittedForEver(node, before == null ? 0 : before, commit.index());
            } else if (effect instanceof Effect.RoleChanged changed) {
                if (changed.role() == Role.LEADER) {
                    leadsAlone(node, changed.term());
                }
                check(
                        changed.role() != Role.CANDIDATE || isVoter(node) || !raft.isConfigurationCommitted(),
                        node,
                        "campaigns and is no voter");
            } else if (effect instanceof Effect.ReadReady ready) {
                isFreshEnough(node, ready);
            } else if (effect instanceof Effect.Amnesiac) {
                check(false, node, "is said to have forgotten something");
            } else if (effect instanceof Effect.ReadFailed failed) {
                check(reads.remove(failed.id()) != null, node, "fails a read twice, " + failed);
            }
        }
    }

    private static boolean isVoter(SimulatedNode node) {
        return node.raft()
                .configuration()
                .member(node.id)
                .filter(m -> m.voter() && m.incarnation() == node.incarnation())
                .isPresent();
    }

    /** Called whenever a disk has moved on: a vote on disk is a vote for ever. */
    void afterWrite(SimulatedNode node) {
        HardState state = node.diskHardState();
        Long term = diskTerms.put(node.id, state.term());
        check(term == null || term <= state.term(), node, "term fell from " + term);
        if (state.votedFor().isPresent()) {
            NodeId before = votes.putIfAbsent(
                    new Ballot(node.id, node.incarnation(), state.term()),
                    state.votedFor().get());
            check(before == null || before.equals(state.votedFor().get()), node, "voted twice in term " + state.term());
        }
    }

    void afterWipe(SimulatedNode node) {
        diskTerms.remove(node.id);
    }

    /** Election safety, and no node leads a term in two of its lives; leader completeness. */
    private void leadsAlone(SimulatedNode node, long term) {
        var leadership = new Leadership(node.id, node.lives());
        Leadership before = leaders.putIfAbsent(term, leadership);
        check(before == null || before.equals(leadership), node, "leads term " + term + " beside " + before);
        committed.forEach((index, entry) -> check(
                index < node.compacted() || node.raft().termOf(index) == entry.term(),
                node,
                "leads without committed entry " + index));
    }

    /** Log matching: one index and term, one payload, one predecessor; leaders only append. */
    private void logsMatch(SimulatedNode node, Effect.Write write) {
        check(write.truncateFrom() == 0 || !node.raft().isLeader(), node, "leads and truncates");
        for (Entry entry : write.entries()) {
            var place = new Place(entry.index(), entry.term());
            Entry other = entries.putIfAbsent(place, entry);
            check(other == null || Arrays.equals(other.payload(), entry.payload()), node, "entry differs at " + place);
            long predecessor = node.raft().termOf(entry.index() - 1);
            Long otherPredecessor = predecessors.putIfAbsent(place, predecessor);
            check(otherPredecessor == null || otherPredecessor == predecessor, node, "logs differ before " + place);
        }
    }

    /**
     * Thesis §4.1 and its erratum: a leader adds a configuration one step from the one before, when that is committed, and
     * an entry of its own term, too.
     */
    private void configurationsAreSafe(SimulatedNode node, Effect.Write write) {
        for (Entry entry : write.entries()) {
            if (entry.kind() != Entry.Kind.CONFIGURATION
                    || entry.term() != node.raft().term()
                    || !node.raft().isLeader()) {
                continue;
            }
            check(committedTerms.contains(entry.term()), node, "changes members before its term's first commit");
            Configuration before = node.firstConfiguration();
            for (long index = 1; index < entry.index(); index++) {
                Entry earlier = index >= node.raft().firstInMemory()
                        ? node.raft().entry(index)
                        : node.diskLog().get((int) index - 1);
                if (earlier.kind() == Entry.Kind.CONFIGURATION) {
                    before = SimulatedNode.configuration(earlier.payload());
                    check(committed.containsKey(index), node, "has two configurations that are not committed");
                }
            }
            Configuration after = SimulatedNode.configuration(entry.payload());
            check(after.isOneStepFrom(before), node, "steps from " + Trace.of(before) + " to " + Trace.of(after));
        }
    }

    /** State machine safety; and what a leader commits is on a majority of disks. */
    private void isCommittedForEver(SimulatedNode node, long before, long index) {
        Raft raft = node.raft();
        for (long i = Math.max(before + 1, raft.firstInMemory()); i <= index; i++) {
            Entry entry = raft.entry(i);
            Entry known = committed.putIfAbsent(i, entry);
            check(known == null || known.term() == entry.term(), node, "commits another entry at " + i);
            committedTerms.add(entry.term());
            configurationsCommitted += known == null && entry.kind() == Entry.Kind.CONFIGURATION ? 1 : 0;
        }
        if (index > highestCommitted) {
            check(raft.isLeader() || leaders.get(raft.term()) != null, node, "commits " + index + " without a leader");
            highestCommitted = index;
        }
        if (raft.termOf(index) == raft.term() && leaders.containsKey(raft.term()) && raft.isLeader()) {
            isOnMajority(node, index);
        } else {
            check(!raft.isLeader(), node, "commits an entry of term " + raft.termOf(index));
        }
    }

    /** A voter that lost its disk counts for what it said before: no algorithm keeps that promise for it. */
    private void isOnMajority(SimulatedNode leader, long index) {
        Configuration configuration = leader.raft().configuration();
        long term = leader.raft().termOf(index);
        long copies = nodes.stream()
                .filter(n -> configuration.isVoter(n.id))
                .filter(n -> n.isOnDisk(index, term)
                        || configuration.member(n.id).get().incarnation() != n.incarnation())
                .count();
        check(
                copies > configuration.voters().size() / 2,
                leader,
                "commits " + index + ", which " + copies + " disks of voters have");
    }

    /** Linearizable: not older than what anybody knew to be committed when it was asked. */
    private void isFreshEnough(SimulatedNode node, Effect.ReadReady ready) {
        Asked asked = reads.remove(ready.id());
        check(asked != null, node, "answers a read twice, " + ready);
        check(asked.node().equals(node.id) && asked.life() == node.lives(), node, "answers another's read");
        check(ready.index() >= asked.floor(), node, "may read at " + ready.index() + ", not at " + asked.floor());
        readsAnswered++;
    }

    /** No promise before durability. */
    private void isTrueOnDisk(SimulatedNode node, Effect.Send send) {
        Rpc rpc = send.rpc();
        if (rpc instanceof Rpc.PreVote
                || rpc instanceof Rpc.PreVoteReply
                || rpc instanceof Rpc.ReadIndex
                || rpc instanceof Rpc.ReadIndexReply reply && reply.index() < 0) {
            return; // changes nothing and promises nothing
        }
        HardState disk = node.diskHardState();
        check(disk.term() == rpc.term(), node, "says " + rpc + " with term " + disk.term() + " on disk");
        if (rpc instanceof Rpc.RequestVote) {
            check(disk.votedFor().equals(Optional.of(node.id)), node, "asks before its vote is on disk");
        } else if (rpc instanceof Rpc.RequestVoteReply reply && reply.granted()) {
            check(disk.votedFor().equals(Optional.of(send.to())), node, "votes before it is on disk");
        } else if (rpc instanceof Rpc.AppendEntriesReply reply && reply.success() && reply.matchIndex() > 0) {
            long index = reply.matchIndex();
            check(
                    index <= node.compacted()
                            || node.isOnDisk(index, node.raft().termOf(index)),
                    node,
                    "acknowledges before it is on disk " + rpc);
        }
    }

    private static void check(boolean holds, SimulatedNode node, String otherwise) {
        if (!holds) {
            throw new AssertionError("node " + node.id + ": " + otherwise);
        }
    }
}
