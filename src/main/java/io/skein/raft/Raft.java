package io.skein.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * One node's Raft: inputs in, effects out, by {@link #step}.
 *
 * <p>What a node may say when (DESIGN D2): appends and heartbeats of a leader leave at once, before the leader's own
 * write, in the order of the list. Everything that is a promise comes out only of the step that is told that the write
 * behind it is durable: votes and the request for them, acknowledgements, refusals; likewise a candidate counts its own
 * vote, and a leader its own log, only then.
 *
 * <p>Not thread-safe; no call from within a call.
 */
public final class Raft {
    /** No tick is needed. */
    public static final long NEVER = Long.MAX_VALUE;

    /** A tick is needed at once, whatever the time is; half the range, so that a difference does not overflow. */
    private static final long AT_ONCE = Long.MIN_VALUE / 2;

    private final NodeId self;
    private final Membership membership;
    private final Supplier<byte[]> noopPayload;
    private final RaftTiming timing;
    private final RaftLimits limits;

    // Figure 2, persistent state; the third of it is the log.
    private long term;
    private Optional<NodeId> votedFor;

    private final Log log;
    private final Durability durability;
    private final Promises promises = new Promises();
    private final BiConsumer<NodeId, Rpc> sender = this::send;
    private final Commitment commitment;
    private final Election election;
    private final Following following;
    private final Replication replication;

    private Role role;
    private Optional<NodeId> leader = Optional.empty();

    private boolean started;
    private long nowNanos = AT_ONCE;
    private boolean forgaveJump;

    private List<Effect> effects = new ArrayList<>(4);
    private Role announcedRole;
    private long announcedTerm;
    private Optional<NodeId> announcedLeader = Optional.empty();
    private long announcedCommit;

    /**
     * A node as its disk left it.
     *
     * @param incarnation of this node's database; a configuration means this node only when it names both
     * @param configurations reads the payloads of CONFIGURATION entries; throws {@link IllegalArgumentException} for
     *     those that it cannot
     * @param random for election timeouts and for the ids of questions, which no earlier life may have used
     * @param noopPayload asked once each time this node becomes leader, for the entry that begins its term
     */
    public Raft(
            NodeId self,
            long incarnation,
            HardState hardState,
            LogStart start,
            Function<byte[], Configuration> configurations,
            RaftTiming timing,
            RaftLimits limits,
            RandomGenerator random,
            Supplier<byte[]> noopPayload) {
        this.self = self;
        this.membership = new Membership(self, incarnation, start, configurations);
        this.noopPayload = noopPayload;
        this.timing = timing;
        this.limits = limits;
        this.term = hardState.term();
        this.votedFor = hardState.votedFor();
        this.log = new Log(start);
        assert log.lastTerm() <= term : "the log is of term " + log.lastTerm() + ", the node of " + term;
        this.durability = new Durability(log);
        this.commitment = new Commitment(start.committed());
        this.election = new Election(this, timing, random);
        this.following = new Following(this, limits);
        this.replication = new Replication(this, timing, limits);
        this.role = passiveRole();
        this.announcedRole = role;
        this.announcedTerm = term;
        this.announcedCommit = start.committed();
    }

    /**
     * The one way in and out.
     *
     * @param nowNanos monotonic: never lower than in the step before
     * @return what is to be done, in this order: at most one {@link Effect.RoleChanged}, sends, at most one
     *     {@link Effect.Write}, at most one {@link Effect.Committed}
     */
    public List<Effect> step(Input input, long nowNanos) {
        passTime(nowNanos);
        if (input instanceof Input.Propose propose) {
            propose(propose);
        } else if (input instanceof Input.Written written) {
            onWritten(written.number());
        } else if (input instanceof Input.Received received) {
            onReceived(received.from(), received.rpc());
        } else if (input instanceof Input.Tick) {
            onTick();
        } else if (input instanceof Input.ReadIndex read) {
            effects.add(new Effect.ReadFailed(read.id()));
        } else {
            assert input instanceof Input.Transfer
                            || input instanceof Input.Loaded
                            || input instanceof Input.SnapshotSent
                    : "unhandled " + input;
        }
        return takeEffects();
    }

    private void passTime(long now) {
        assert !started || now >= nowNanos : "time went back from " + nowNanos + " to " + now;
        // Ticks are asked for at least every half election timeout. More than a whole one between two steps means that
        // this process stood still, and what its leader said meanwhile may be waiting in the sockets: a follower starts
        // its timer anew instead of campaigning. Once: it is no excuse for ever.
        boolean jumped = started && now - nowNanos > timing.electionTimeoutNanos();
        nowNanos = now;
        if (!started || jumped && !forgaveJump && role != Role.LEADER) {
            election.restartTimer();
        }
        forgaveJump = jumped && !forgaveJump;
        started = true;
    }

    private void propose(Input.Propose propose) {
        assert role == Role.LEADER : "proposed to a " + role;
        assert mayPropose() : durability.underway() + " writes under way";
        append(propose.kind(), propose.payload());
        replication.replicate();
    }

    private void onWritten(long number) {
        durability.onWritten(number);
        promises.release(number, sender);
        if (role == Role.LEADER) {
            replication.count();
        } else {
            election.onWritten();
        }
    }

    private void onTick() {
        if (role == Role.LEADER) {
            replication.checkQuorum();
        }
        if (role == Role.LEADER) {
            replication.onTick();
        } else {
            election.onTick();
        }
    }

    private void onReceived(NodeId from, Rpc rpc) {
        if (from.equals(self)) {
            return;
        }
        if (role == Role.LEADER) {
            // Before anything else: after a pause, what is left of the old evidence has expired.
            replication.checkQuorum();
        }
        // §5.1, for all messages in this one place: "If one server's current term is smaller than the other's, then it
        // updates its current term to the larger value. If a candidate or leader discovers that its term is out of
        // date, it immediately reverts to follower state. If a server receives a request with a stale term number, it
        // rejects the request."
        if (rpc.term() > term) {
            enterTerm(rpc.term());
        } else if (rpc.term() < term) {
            rejectStale(from, rpc);
            return;
        }
        if (rpc instanceof Rpc.AppendEntries append) {
            following.onAppendEntries(from, append);
        } else if (rpc instanceof Rpc.AppendEntriesReply reply) {
            replication.onAppendEntriesReply(from, reply);
        } else if (rpc instanceof Rpc.RequestVote request) {
            election.onRequestVote(from, request);
        } else if (rpc instanceof Rpc.RequestVoteReply reply) {
            election.onRequestVoteReply(from, reply);
        } else {
            assert rpc.term() == term : "unhandled " + rpc;
        }
    }

    /** The answer carries the higher term, which frees a deposed leader or a late candidate. */
    private void rejectStale(NodeId from, Rpc rpc) {
        if (rpc instanceof Rpc.RequestVote) {
            promise(durability.hardStateWrite(), from, new Rpc.RequestVoteReply(term, false));
        } else if (rpc instanceof Rpc.AppendEntries) {
            promise(durability.hardStateWrite(), from, Rpc.AppendEntriesReply.refused(term, 0, 0, 0));
        }
    }

    // Changes of role, as in Figure 4.

    private void enterTerm(long newTerm) {
        assert newTerm > term : "term " + newTerm + " after " + term;
        term = newTerm;
        votedFor = Optional.empty();
        durability.hardStateChanged();
        promises.forget();
        becomeFollower();
    }

    private void becomeFollower() {
        boolean led = role == Role.LEADER;
        role = passiveRole();
        leader = Optional.empty();
        if (led) {
            replication.stop();
            commitment.leadsNoMore();
            election.restartTimer();
        }
    }

    void becomeCandidate() {
        assert role != Role.LEADER && membership.isVoter() : role + " campaigns";
        enterTerm(term + 1);
        voteFor(self);
        role = Role.CANDIDATE;
    }

    void becomeLeader() {
        assert role == Role.CANDIDATE && votedFor.equals(Optional.of(self)) && durability.isHardStateWritten()
                : role + " of term " + term + " that voted for " + votedFor + " leads";
        role = Role.LEADER;
        leader = votedFor;
        var others = new ArrayList<NodeId>();
        for (Member member : membership.current().members()) {
            if (!member.id().equals(self)) {
                others.add(member.id());
            }
        }
        replication.start(others);
        // §8: "having each leader commit a blank no-op entry into the log at the start of its term".
        append(Entry.Kind.NOOP, noopPayload.get());
        commitment.leads(log.lastIndex());
        replication.replicate();
    }

    /** The term goes on without a leader that hears no majority; whoever is elected begins the next. */
    void stopLeading() {
        assert role == Role.LEADER : role + " stops leading";
        becomeFollower();
    }

    /** Somebody leads this term and has just been heard. */
    void follow(NodeId from) {
        assert role != Role.LEADER && (leader.isEmpty() || leader.get().equals(from))
                : "two leaders in term " + term + ": " + leader + " and " + from;
        if (leader.isEmpty()) {
            role = passiveRole();
            leader = Optional.of(from);
        }
        election.restartTimer();
    }

    void voteFor(NodeId candidate) {
        assert votedFor.isEmpty() : "voted for " + votedFor + " and " + candidate + " in term " + term;
        votedFor = Optional.of(candidate);
        durability.hardStateChanged();
    }

    private Role passiveRole() {
        return membership.isVoter() ? Role.FOLLOWER : Role.LEARNER;
    }

    private void append(Entry.Kind kind, byte[] payload) {
        var entry = new Entry(log.lastIndex() + 1, term, kind, payload);
        log.append(entry);
        durability.appended(entry);
    }

    // Effects.

    void send(NodeId to, Rpc rpc) {
        effects.add(new Effect.Send(to, rpc));
    }

    /** Sends once this write is durable. */
    void promise(long write, NodeId to, Rpc rpc) {
        if (durability.isWritten(write)) {
            send(to, rpc);
        } else {
            promises.add(write, to, rpc);
        }
    }

    private List<Effect> takeEffects() {
        Optional<Effect.Write> write = durability.takeWrite(term, votedFor);
        if (write.isPresent()) {
            effects.add(write.get());
        }
        if (role != announcedRole || term != announcedTerm || !leader.equals(announcedLeader)) {
            announcedRole = role;
            announcedTerm = term;
            announcedLeader = leader;
            effects.add(0, new Effect.RoleChanged(role, term, leader));
        }
        long commitIndex = commitment.commitIndex();
        if (commitIndex > announcedCommit) {
            announcedCommit = commitIndex;
            effects.add(new Effect.Committed(commitIndex));
        }
        if (effects.isEmpty()) {
            return List.of();
        }
        List<Effect> taken = effects;
        effects = new ArrayList<>(4);
        return taken;
    }

    // What others may ask.

    public NodeId self() {
        return self;
    }

    public Configuration configuration() {
        return membership.current();
    }

    public Role role() {
        return role;
    }

    public long term() {
        return term;
    }

    /** Of the current term, as far as known. */
    public Optional<NodeId> leader() {
        return leader;
    }

    public boolean isLeader() {
        return role == Role.LEADER;
    }

    /** Whether {@link Input.Propose} is welcome: this node leads and its disk is not hopelessly behind. */
    public boolean mayPropose() {
        return role == Role.LEADER && durability.underway() < limits.maxWritesUnderway();
    }

    /** Whether the no-op of the term that this node leads is committed: from then on it knows all that is committed. */
    public boolean hasCommittedInTerm() {
        return commitment.hasCommittedInTerm();
    }

    public long commitIndex() {
        return commitment.commitIndex();
    }

    public long lastIndex() {
        return log.lastIndex();
    }

    /** The entry at {@link #lastIndex}; empty when it is only on disk, or compacted. */
    public Optional<Entry> lastEntry() {
        return log.lastIndex() < log.firstInMemory() ? Optional.empty() : Optional.of(log.entry(log.lastIndex()));
    }

    /** The log in memory, up to and with this index, is on this node's disk. Falls when a new leader overwrites. */
    public long durableIndex() {
        return durability.durableIndex();
    }

    /** 0 for index 0; -1 when the log does not reach there or no longer begins there. */
    public long termOf(long index) {
        return log.termOf(index);
    }

    /** Lowest index that {@link #entry} knows; {@code lastIndex + 1} when it knows none. */
    public long firstInMemory() {
        return log.firstInMemory();
    }

    /** @param index from {@link #firstInMemory} to {@link #lastIndex} */
    public Entry entry(long index) {
        return log.entry(index);
    }

    /** Of the entries in memory, as {@link Entry#size} counts. */
    public long memoryBytes() {
        return log.memoryBytes();
    }

    /** How far a peer's durable log is known to be this leader's; -1 when this node does not lead or it is no peer. */
    public long matchIndex(NodeId peer) {
        return replication.matchIndex(peer);
    }

    /** Writes whose {@link Input.Written} has not come. */
    public long writesUnderway() {
        return durability.underway();
    }

    /**
     * When an {@link Input.Tick} is needed next, if nothing else comes before; {@link #NEVER} for none. In the past when
     * it is needed at once, as before the first step.
     */
    public long nextDeadlineNanos() {
        if (role == Role.LEADER) {
            return replication.nextDeadlineNanos();
        }
        if (!membership.isVoter()) {
            return NEVER;
        }
        if (isOnlyVoter()) {
            return role == Role.CANDIDATE ? NEVER : nowNanos;
        }
        return started ? election.nextDeadlineNanos() : AT_ONCE;
    }

    /**
     * Forgets entries at and below this index from memory; their terms stay known. A peer that needs them gets
     * heartbeats only.
     *
     * @param index committed and durable here
     */
    public void compact(long index) {
        assert index <= commitment.commitIndex() && index <= durability.durableIndex()
                : "forgetting " + index + " of " + commitment.commitIndex() + " committed, " + durability.durableIndex()
                        + " durable";
        log.forget(index);
    }

    /** The disk's log now begins after this index, which was forgotten here before. */
    public void compactedTo(long index) {
        log.compactedTo(index);
    }

    // What the parts ask.

    long now() {
        return nowNanos;
    }

    Log log() {
        return log;
    }

    Durability durability() {
        return durability;
    }

    Commitment commitment() {
        return commitment;
    }

    Optional<NodeId> votedFor() {
        return votedFor;
    }

    List<NodeId> voters() {
        return membership.voters();
    }

    /** Any two of this size have a member in common. */
    int majority() {
        return membership.majority();
    }

    boolean isVoter() {
        return membership.isVoter();
    }

    boolean isVoter(NodeId id) {
        return membership.isVoter(id);
    }

    boolean isOnlyVoter() {
        return membership.isOnlyVoter();
    }
}
