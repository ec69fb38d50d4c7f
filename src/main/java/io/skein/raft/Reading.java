package io.skein.raft;

import java.util.ArrayDeque;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * How a reader learns up to where a state must be applied so that it is not too old (thesis §6.4), without a clock.
 *
 * <p>A leader notes its commit index, asks the voters in a round of heartbeats whether it still leads, and answers when a
 * majority has said so. It must have committed an entry of its term before: until then it does not know all that is
 * committed. Any other node asks the leader. In both cases one question is under way at a time; those who come meanwhile
 * share the next one, as the answer to the one under way may be older than they are.
 *
 * <p>Invariant: the questions of this node's readers are answered once each, or failed when the leader is lost or after
 * one election timeout.
 */
final class Reading {
    /** Readers of this node at one time; above it they fail at once. */
    static final int MAX_WAITING = 65_536;

    private record Reader(long id, long deadlineNanos) {}

    private final Raft raft;
    private final RaftTiming timing;
    private final RandomGenerator random;

    /** Readers of this node, in the order they came: those of the question under way, and of the one after. */
    private ArrayDeque<Reader> asked = new ArrayDeque<>();

    private ArrayDeque<Reader> next = new ArrayDeque<>();

    private boolean underway;

    // A leader's.
    /** Newest question of each other member. */
    private TreeMap<NodeId, Long> peersAsked = new TreeMap<>();

    private TreeMap<NodeId, Long> peersNext = new TreeMap<>();
    private long round;
    /** The round that the question under way waits for. */
    private long askedRound;

    private long readIndex;

    // Any other's.
    private long question;
    private long askedNanos;

    Reading(Raft raft, RaftTiming timing, RandomGenerator random) {
        this.raft = raft;
        this.timing = timing;
        this.random = random;
    }

    /** The leader's newest round; it goes with every append. */
    long round() {
        return round;
    }

    /** A question about a peer begins: what is sent from now on asks it. */
    long nextRound() {
        return ++round;
    }

    /** This node leads: what it was waiting for as a follower has failed before. */
    void start() {
        assert asked.isEmpty() && next.isEmpty() && !underway : "readers of another leader wait";
        round = 0;
        askedRound = 0;
    }

    void leaderLost() {
        underway = false;
        peersAsked.clear();
        peersNext.clear();
        fail(asked);
        fail(next);
    }

    /** A reader of this node. */
    void read(long id) {
        if (raft.leader().isEmpty() || asked.size() + next.size() >= MAX_WAITING) {
            raft.emit(new Effect.ReadFailed(id));
            return;
        }
        next.add(new Reader(id, raft.now() + timing.electionTimeoutNanos()));
        ask();
    }

    /** Another node's question. One that it repeats, or gave up for a newer one, is answered once. */
    void onReadIndex(NodeId from, Rpc.ReadIndex request) {
        if (!raft.isLeader() || !raft.replication().isPeer(from)) {
            raft.send(from, new Rpc.ReadIndexReply(raft.term(), request.id(), -1));
        } else if (!Long.valueOf(request.id()).equals(peersAsked.get(from))) {
            peersNext.put(from, request.id());
            ask();
        }
    }

    void onReadIndexReply(NodeId from, Rpc.ReadIndexReply reply) {
        if (raft.isLeader() || !underway || reply.id() != question) {
            return;
        }
        underway = false;
        if (reply.index() >= 0) {
            answer(reply.index());
        } else {
            fail(asked);
        }
        ask();
    }

    /** More may be committed, a voter may have answered, or the voters be others: a leader looks whether it can go on. */
    void proceed() {
        if (underway && raft.replication().isHeardByMajority(askedRound)) {
            underway = false;
            peersAsked.forEach((peer, id) -> raft.send(peer, new Rpc.ReadIndexReply(raft.term(), id, readIndex)));
            peersAsked.clear();
            answer(readIndex);
        }
        if (!underway) {
            ask();
        }
    }

    long nextDeadlineNanos() {
        if (asked.isEmpty() && next.isEmpty()) {
            return Raft.NEVER;
        }
        long deadline = (asked.isEmpty() ? next : asked).peek().deadlineNanos();
        return raft.isLeader() ? deadline : Math.min(deadline, askedNanos + timing.heartbeatNanos());
    }

    void onTick() {
        expire(asked);
        expire(next);
        if (raft.isLeader()) {
            return; // heartbeats repeat the round
        }
        if (asked.isEmpty()) {
            underway = false;
            ask();
        } else if (raft.now() >= askedNanos + timing.heartbeatNanos()) {
            forward();
        }
    }

    private void ask() {
        if (underway || next.isEmpty() && peersNext.isEmpty()) {
            return;
        }
        if (!raft.isLeader()) {
            question = question == 0 ? random.nextLong() >>> 1 | 1 : question + 1;
            share();
            forward();
        } else if (raft.hasCommittedInTerm()) {
            share();
            readIndex = raft.commitIndex();
            askedRound = nextRound();
            if (raft.membership().isOnlyVoter()) {
                proceed();
            } else {
                raft.replication().heartbeatVoters();
            }
        }
    }

    private void share() {
        assert asked.isEmpty() && peersAsked.isEmpty() : "the question before has readers left";
        underway = true;
        ArrayDeque<Reader> readers = next;
        next = asked;
        asked = readers;
        TreeMap<NodeId, Long> peers = peersNext;
        peersNext = peersAsked;
        peersAsked = peers;
    }

    private void forward() {
        askedNanos = raft.now();
        raft.send(raft.leader().orElseThrow(), new Rpc.ReadIndex(raft.term(), question));
    }

    private void answer(long index) {
        asked.forEach(reader -> raft.emit(new Effect.ReadReady(reader.id(), index)));
        asked.clear();
    }

    private void fail(ArrayDeque<Reader> readers) {
        readers.forEach(reader -> raft.emit(new Effect.ReadFailed(reader.id())));
        readers.clear();
    }

    private void expire(ArrayDeque<Reader> readers) {
        while (!readers.isEmpty() && readers.peek().deadlineNanos() <= raft.now()) {
            raft.emit(new Effect.ReadFailed(readers.remove().id()));
        }
    }
}
