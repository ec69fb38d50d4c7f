package io.skein.raft;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What must hold after each step, whatever was lost (Raft Figure 3; DESIGN D2). One for a whole simulated history. */
final class SafetyChecks {
    private record Leadership(NodeId node, int life) {}

    private record Place(long index, long term) {}

    private record Ballot(NodeId voter, long term) {}

    private final Collection<SimulatedNode> nodes;
    private final int majority;
    private final Map<Long, Leadership> leaders = new HashMap<>();
    private final Map<Place, Entry> entries = new HashMap<>();
    private final Map<Place, Long> predecessors = new HashMap<>();
    private final Map<Long, Entry> committed = new HashMap<>();
    private final Map<Ballot, NodeId> votes = new HashMap<>();
    private long highestCommitted;

    SafetyChecks(Collection<SimulatedNode> nodes) {
        this.nodes = nodes;
        this.majority = nodes.size() / 2 + 1;
    }

    long highestCommitted() {
        return highestCommitted;
    }

    void after(SimulatedNode node, List<Effect> effects) {
        Raft raft = node.raft();
        check(raft.durableIndex() <= raft.lastIndex() && raft.commitIndex() <= raft.lastIndex(), node, "indexes");
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send) {
                isTrueOnDisk(node, send);
            } else if (effect instanceof Effect.Write write) {
                logsMatch(node, write);
            } else if (effect instanceof Effect.Committed commit) {
                isCommittedForEver(node, commit.index());
            } else if (effect instanceof Effect.RoleChanged changed && changed.role() == Role.LEADER) {
                leadsAlone(node, changed.term());
            }
        }
    }

    /** Called whenever a disk has moved on: a vote on disk is a vote for ever. */
    void afterWrite(SimulatedNode node) {
        HardState state = node.diskHardState();
        if (state.votedFor().isPresent()) {
            NodeId before = votes.putIfAbsent(
                    new Ballot(node.id, state.term()), state.votedFor().get());
            check(before == null || before.equals(state.votedFor().get()), node, "voted twice in term " + state.term());
        }
    }

    /** Election safety, and no node leads a term in two of its lives; leader completeness. */
    private void leadsAlone(SimulatedNode node, long term) {
        var leadership = new Leadership(node.id, node.lives());
        Leadership before = leaders.putIfAbsent(term, leadership);
        check(before == null || before.equals(leadership), node, "leads term " + term + " beside " + before);
        committed.forEach((index, entry) ->
                check(node.raft().termOf(index) == entry.term(), node, "leads without committed entry " + index));
    }

    /** Log matching: one index and term, one payload, one predecessor. */
    private void logsMatch(SimulatedNode node, Effect.Write write) {
        for (Entry entry : write.entries()) {
            var place = new Place(entry.index(), entry.term());
            Entry other = entries.putIfAbsent(place, entry);
            check(other == null || Arrays.equals(other.payload(), entry.payload()), node, "entry differs at " + place);
            long predecessor = node.raft().termOf(entry.index() - 1);
            Long otherPredecessor = predecessors.putIfAbsent(place, predecessor);
            check(otherPredecessor == null || otherPredecessor == predecessor, node, "logs differ before " + place);
        }
    }

    /** State machine safety; and what a leader commits is on a majority of disks. */
    private void isCommittedForEver(SimulatedNode node, long index) {
        Raft raft = node.raft();
        for (long i = 1; i <= index; i++) {
            Entry entry = raft.entry(i);
            Entry before = committed.putIfAbsent(i, entry);
            check(before == null || before.term() == entry.term(), node, "commits another entry at " + i);
        }
        highestCommitted = Math.max(highestCommitted, index);
        if (raft.isLeader()) {
            check(raft.termOf(index) == raft.term(), node, "commits an entry of term " + raft.termOf(index));
            long copies = nodes.stream()
                    .filter(n -> isOnDisk(n, index, raft.termOf(index)))
                    .count();
            check(copies >= majority, node, "commits " + index + ", which " + copies + " disks have");
        }
    }

    /** No promise before durability. */
    private void isTrueOnDisk(SimulatedNode node, Effect.Send send) {
        Rpc rpc = send.rpc();
        HardState disk = node.diskHardState();
        if (rpc instanceof Rpc.PreVote || rpc instanceof Rpc.PreVoteReply) {
            return; // changes nothing and promises nothing
        }
        check(disk.term() == rpc.term(), node, "says " + rpc + " with term " + disk.term() + " on disk");
        if (rpc instanceof Rpc.RequestVote) {
            check(disk.votedFor().equals(Optional.of(node.id)), node, "asks before its vote is on disk");
        } else if (rpc instanceof Rpc.RequestVoteReply reply && reply.granted()) {
            check(disk.votedFor().equals(Optional.of(send.to())), node, "votes before it is on disk");
        } else if (rpc instanceof Rpc.AppendEntriesReply reply && reply.success() && reply.matchIndex() > 0) {
            long index = reply.matchIndex();
            check(isOnDisk(node, index, node.raft().termOf(index)), node, "acknowledges before it is on disk " + rpc);
        }
    }

    private static boolean isOnDisk(SimulatedNode node, long index, long term) {
        return node.diskLog().size() >= index
                && node.diskLog().get((int) index - 1).term() == term;
    }

    private static void check(boolean holds, SimulatedNode node, String otherwise) {
        if (!holds) {
            throw new AssertionError("node " + node.id + ": " + otherwise);
        }
    }
}
