package io.skein.simulator;

import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.raft.Role;
import io.skein.raft.Rpc;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What became true in the cluster and must stay so (Raft Figure 3; thesis §4.1, §6.4; DESIGN D2, D5, D10): who led which
 * term, what is committed, in which state it ended, what it was stamped. Each new fact is held against the others at
 * once.
 */
final class History {
    private record Leadership(int node, int life) {}

    private record Beginning(long index, OptionalLong median) {}

    /** An entry as some disk first held it. */
    private record Known(Entry entry, long predecessorTerm, Known next) {}

    private final Map<Long, Leadership> leaders = new HashMap<>();
    /** Highest index committed by the leader of a term or before; by term. */
    private long[] committedBy = new long[64];

    /** Terms whose leader knows an entry of its term to be committed, perhaps later than others do. */
    private final BitSet commitsInTerm = new BitSet();

    // By index.
    private Known[] known = new Known[1024];
    private long[] committed = new long[1024];
    private long[] hashes = new long[1024];
    private long[] stamps = new long[1024];

    /** By term: where it begins, and what its leader had heard the clocks say then. */
    private final Map<Long, Beginning> beginnings = new HashMap<>();

    private long highestCommitted;
    private long highestStamp;
    private long highestMedian;
    /** Highest index that a client has seen the effects of. */
    private long seen;

    private int elections;
    private int configurations;

    /** The first entry, the same on all first members, is committed by that. */
    void begin() {
        highestCommitted = 1;
        committed[1] = 1;
        committedBy[1] = 1;
    }

    long highestCommitted() {
        return highestCommitted;
    }

    /** Of what is applied anywhere. */
    long highestStamp() {
        return highestStamp;
    }

    /** To which a leader stepped forward, or would have if that were no step back; perhaps in entries that nobody applied. */
    long highestMedian() {
        return highestMedian;
    }

    /** A read that begins now must not be older. */
    long seen() {
        return seen;
    }

    int elections() {
        return elections;
    }

    int configurations() {
        return configurations;
    }

    /** A client got an answer that comes from here. */
    void seen(long index) {
        check(index <= highestCommitted, "entry %d is answered, committed is %d", index, highestCommitted);
        seen = Math.max(seen, index);
    }

    // Elections.

    /** Election safety, and no node leads a term in two of its lives; leader completeness. */
    void elected(SimulatedNode node, long term) {
        Leadership now = new Leadership(node.number(), node.life());
        Leadership before = leaders.putIfAbsent(term, now);
        check(before == null || before.equals(now), "node %d leads term %d, which had a leader", node.number(), term);
        elections++;
        long through = committedBefore(term);
        long has = node.replica().termOf(through);
        check(
                has == committed(through)
                        || has == -1 && through <= node.replica().settledIndex(),
                "node %d leads term %d without entry %d, which is committed",
                node.number(),
                term,
                through);
    }

    /** @param index of the term's first entry */
    void begins(long term, long index, OptionalLong median) {
        beginnings.put(term, new Beginning(index, median));
        highestMedian = Math.max(highestMedian, median.orElse(0));
    }

    /** A new leader steps forward to the median and no further; otherwise its first stamp is just above the last. */
    private void stepsForward(long term, long index, long stamp) {
        Beginning beginning = beginnings.get(term);
        if (beginning != null && beginning.index() == index && stamps[(int) index - 1] != 0) {
            long expected =
                    Math.max(stamps[(int) index - 1] + 1, beginning.median().orElse(0));
            check(stamp == expected, "term %d begins with stamp %d and not %d", term, stamp, expected);
        }
    }

    private long committedBefore(long term) {
        long highest = 0;
        for (int t = (int) Math.min(term, committedBy.length) - 1; t >= 0 && highest == 0; t--) {
            highest = committedBy[t];
        }
        return highest;
    }

    /** A vote on disk is a vote for ever. */
    void voted(HardState before, HardState after) {
        check(after.term() >= before.term(), "the term on disk went from %d to %d", before.term(), after.term());
        check(
                after.term() > before.term()
                        || before.votedFor().isEmpty()
                        || before.votedFor().equals(after.votedFor()),
                "two votes in term %d",
                after.term());
    }

    // The log.

    /** Log matching: one index and term, one payload, one predecessor. */
    void wrote(Entry entry, long predecessorTerm) {
        int i = (int) entry.index();
        if (i >= known.length) {
            known = Arrays.copyOf(known, Math.max(i + 1, 2 * i));
        }
        for (Known other = known[i]; other != null; other = other.next()) {
            if (other.entry().term() == entry.term()) {
                check(
                        other.entry() == entry || Arrays.equals(other.entry().payload(), entry.payload()),
                        "entry %d of term %d is two",
                        entry.index(),
                        entry.term());
                check(
                        other.predecessorTerm() == predecessorTerm,
                        "logs with entry %d of term %d differ before it",
                        entry.index(),
                        entry.term());
                return;
            }
        }
        known[i] = new Known(entry, predecessorTerm, known[i]);
    }

    /** Committed for ever; and what a leader commits is of its own term and on a majority of disks. */
    void applied(SimulatedNode node, long index, long stamp) {
        long term = node.replica().termOf(index);
        grow(index);
        if (node.wasLeader() && term == node.ledTerm()) {
            commitsInTerm.set((int) term);
        }
        if (node.wasLeader() && index > highestCommitted) {
            check(
                    term == node.ledTerm() || !isLastCommitted(node, index),
                    "term %d commits one of %d",
                    node.ledTerm(),
                    term);
            isOnMajority(node, index, term);
            long from = highestCommitted + 1;
            highestCommitted = index;
            for (long i = from; i <= index; i++) {
                committed[(int) i] = node.replica().termOf(i);
            }
            int by = (int) node.ledTerm();
            if (by >= committedBy.length) {
                committedBy = Arrays.copyOf(committedBy, 2 * by);
            }
            committedBy[by] = index;
        }
        check(index <= highestCommitted, "node %d applies %d, committed is %d", node.number(), index, highestCommitted);
        check(
                committed[(int) index] == term || committed[(int) index] == 0 || term == -1,
                "node %d applies entry %d of term %d, where another was committed",
                node.number(),
                index,
                term);
        check(
                stamps[(int) index - 1] == 0 || stamp >= stamps[(int) index - 1],
                "the stamp of entry %d went back to %d",
                index,
                stamp);
        check(stamps[(int) index] == 0 || stamps[(int) index] == stamp, "entry %d has another stamp", index);
        stepsForward(term, index, stamp);
        stamps[(int) index] = stamp;
        highestStamp = Math.max(highestStamp, stamp);
    }

    private static boolean isLastCommitted(SimulatedNode node, long index) {
        return index == node.replica().commitIndex();
    }

    private void isOnMajority(SimulatedNode leader, long index, long term) {
        int voters = 0;
        int copies = 0;
        for (Member member : leader.configuration().members()) {
            if (member.voter()) {
                voters++;
                if (leader.other(member.id()).holds(member.incarnation(), index, term)) {
                    copies++;
                }
            }
        }
        check(copies > voters / 2, "entry %d is committed, of %d voters %d have it", index, voters, copies);
    }

    private long committed(long index) {
        return index < committed.length ? committed[(int) index] : 0;
    }

    /** State machine safety: one state for one index, on all nodes, whenever. */
    void isAt(long index, long hash) {
        grow(index);
        long other = hashes[(int) index];
        check(other == 0 || other == hash, "entry %d came to two states", index);
        hashes[(int) index] = hash;
    }

    private void grow(long index) {
        if (index >= hashes.length) {
            int length = (int) (2 * index);
            hashes = Arrays.copyOf(hashes, length);
            stamps = Arrays.copyOf(stamps, length);
            committed = Arrays.copyOf(committed, length);
        }
    }

    // Members.

    /** Thesis §4.1 and its erratum: one step from the one before, which is committed, as is an entry of the own term. */
    void changes(SimulatedNode leader, Configuration before, long beforeIndex, Configuration after) {
        configurations++;
        check(beforeIndex <= highestCommitted, "two configurations are not committed, the first at %d", beforeIndex);
        check(
                commitsInTerm.get((int) leader.ledTerm()),
                "members change in term %d before it has committed anything",
                leader.ledTerm());
        check(after.isOneStepFrom(before), "members change by more than one step");
    }

    // What is said.

    /** No promise before durability: whatever is said is true on the sender's disk (DESIGN D2). */
    void says(SimulatedNode node, NodeId to, Rpc rpc) {
        if (rpc instanceof Rpc.PreVote
                || rpc instanceof Rpc.PreVoteReply
                || rpc instanceof Rpc.ReadIndex
                || rpc instanceof Rpc.ReadIndexReply reply && reply.index() < 0) {
            return;
        }
        HardState disk = node.disk().hardState();
        check(
                disk.term() == rpc.term(),
                "node %d speaks of term %d, on its disk is %d",
                node.number(),
                rpc.term(),
                disk.term());
        if (rpc instanceof Rpc.RequestVote) {
            check(
                    disk.votedFor().equals(Optional.of(node.id())),
                    "node %d asks before its vote is durable",
                    node.number());
        } else if (rpc instanceof Rpc.RequestVoteReply reply && reply.granted()) {
            check(disk.votedFor().equals(Optional.of(to)), "node %d votes before that is durable", node.number());
        } else if (rpc instanceof Rpc.AppendEntriesReply reply && reply.success() && reply.matchIndex() > 0) {
            long index = reply.matchIndex();
            check(
                    node.promises().mayAcknowledge(to, rpc.term(), index),
                    "node %d lacked what it acknowledged, and was helped",
                    node.number());
            check(
                    node.disk().holds(index, node.replica().termOf(index)),
                    "node %d acknowledges entry %d before it is durable",
                    node.number(),
                    index);
        } else if (rpc instanceof Rpc.AppendEntries append) {
            isWellFormed(append);
            check(
                    append.entries().isEmpty()
                            || append.prevLogIndex() >= node.replica().matchIndex(to),
                    "node %d sends what was acknowledged to it",
                    node.number());
            check(
                    node.replica().role() == Role.LEADER || node.wasLeader(),
                    "node %d appends and does not lead",
                    node.number());
        }
    }

    private static void isWellFormed(Rpc.AppendEntries append) {
        List<Entry> entries = append.entries();
        check(
                entries.isEmpty() || entries.get(entries.size() - 1).index() == append.prevLogIndex() + entries.size(),
                "an append with a gap after %d",
                append.prevLogIndex());
    }

    static void check(boolean holds, String what, long... numbers) {
        if (!holds) {
            throw new AssertionError(
                    String.format(what, Arrays.stream(numbers).boxed().toArray()));
        }
    }
}
