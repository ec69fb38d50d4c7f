package io.skein.raft;

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
    private final long incarnation;
    private final Supplier<byte[]> noopPayload;
    private final RaftTiming timing;
    private final RaftLimits limits;

    // Figure 2: term and vote are the standing's.
    private final Log log;
    private final Membership membership;
    private final Durability durability;
    private final Promises promises = new Promises();
    private final BiConsumer<NodeId, Rpc> sender = this::send;
    private final Commitment commitment;
    private final Standing standing;
    private final Election election;
    private final Following following;
    private final Replication replication;
    private final Transfer transfer;
    private final Reading reading;
    private final Inbox inbox;
    private final Outbox outbox;

    private boolean started;
    private long nowNanos = AT_ONCE;
    private boolean forgaveJump;

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
        this.incarnation = incarnation;
        this.noopPayload = noopPayload;
        this.timing = timing;
        this.limits = limits;
        this.log = new Log(start);
        assert log.lastTerm() <= hardState.term()
                : "the log is of term " + log.lastTerm() + ", the node of " + hardState.term();
        this.membership = new Membership(self, incarnation, start, configurations);
        this.durability = new Durability(log);
        this.commitment = new Commitment(start.committed());
        this.standing = new Standing(this, hardState);
        this.election = new Election(this, timing, random);
        this.following = new Following(this, limits);
        this.replication = new Replication(this, timing, limits);
        this.transfer = new Transfer(this, timing);
        this.reading = new Reading(this, timing, random);
        this.inbox = new Inbox(this);
        this.outbox = new Outbox(this);
    }

    /**
     * The one way in and out.
     *
     * @param nowNanos monotonic: never lower than in the step before
     * @return what is to be done, in this order: at most one {@link Effect.RoleChanged}, at most one
     *     {@link Effect.ConfigurationChanged}, sends, answers and requests, at most one {@link Effect.Write}, at most one
     *     {@link Effect.Committed}
     */
    public List<Effect> step(Input input, long nowNanos) {
        passTime(nowNanos);
        if (input instanceof Input.Propose propose) {
            propose(propose);
        } else if (input instanceof Input.Written written) {
            onWritten(written.number());
        } else if (input instanceof Input.Received received) {
            inbox.receive(received.from(), received.incarnation(), received.rpc());
        } else if (input instanceof Input.Tick) {
            onTick();
        } else if (input instanceof Input.ReadIndex read) {
            checkQuorum();
            reading.read(read.id());
        } else if (input instanceof Input.Transfer ask) {
            checkQuorum();
            transfer.begin(ask.to());
        } else if (input instanceof Input.Resign) {
            resign();
        } else if (input instanceof Input.Loaded loaded) {
            replication.onLoaded(loaded.peer(), loaded.entries());
        } else if (input instanceof Input.SnapshotSent sent) {
            replication.onSnapshotSent(sent.peer(), sent.index(), sent.ok());
        } else {
            throw new AssertionError("unhandled " + input);
        }
        return outbox.take();
    }

    private void passTime(long now) {
        assert !started || now >= nowNanos : "time went back from " + nowNanos + " to " + now;
        // Ticks are asked for at least every half election timeout. More than a whole one between two steps means that
        // this process stood still, and what its leader said meanwhile may be waiting in the sockets: a follower starts
        // its timer anew instead of campaigning. Once: it is no excuse for ever.
        boolean jumped = started && now - nowNanos > timing.electionTimeoutNanos();
        nowNanos = now;
        if (!started || jumped && !forgaveJump && !isLeader()) {
            election.restartTimer();
        }
        forgaveJump = jumped && !forgaveJump;
        started = true;
    }

    private void propose(Input.Propose propose) {
        assert isLeader() : "proposed to a " + role();
        assert mayPropose() : durability.underway() + " writes under way, transferee " + transferee();
        if (propose.kind() == Entry.Kind.CONFIGURATION) {
            // Thesis §4.1, and the erratum to it: two leaders that each change the last committed configuration by one
            // can end up with majorities that have nobody in common, unless each commits in its own term first.
            assert mayChangeConfiguration() : "another change is under way, or the term's first entry";
            assert membership.mayBecome(propose.payload()) : "more than one step from " + membership.current();
        }
        append(new Entry(log.lastIndex() + 1, term(), propose.kind(), propose.payload()));
        replication.replicate();
    }

    private void resign() {
        checkQuorum();
        if (isLeader() && membership.isOnlyVoter()) {
            standing.stopLeading();
            election.campaignAgain();
        } else {
            successor().ifPresent(transfer::begin);
        }
    }

    private void onWritten(long number) {
        durability.onWritten(number);
        promises.release(number, sender);
        if (isLeader()) {
            replication.count();
        } else {
            election.onWritten();
        }
    }

    private void onTick() {
        checkQuorum();
        if (isLeader()) {
            replication.onTick();
            transfer.onTick();
        } else {
            election.onTick();
        }
        reading.onTick();
    }

    /** Before a leader uses what it knows of others: after a pause, what is left of it has expired. */
    void checkQuorum() {
        if (isLeader()) {
            replication.checkQuorum();
        }
    }

    // What others may ask.

    public NodeId self() {
        return self;
    }

    public long incarnation() {
        return incarnation;
    }

    public Role role() {
        return standing.role();
    }

    public long term() {
        return standing.term();
    }

    /** Of the current term, as far as known. */
    public Optional<NodeId> leader() {
        return standing.leader();
    }

    public boolean isLeader() {
        return standing.isLeader();
    }

    /** The last in the log, committed or not. */
    public Configuration configuration() {
        return membership.current();
    }

    /** Of the entry that brought {@link #configuration}; 0 when that is not known. */
    public long configurationIndex() {
        return membership.index();
    }

    /** Whether {@link #configuration} will not be taken back, as far as known here. */
    public boolean isConfigurationCommitted() {
        return membership.isCommitted();
    }

    /**
     * Whether {@link Input.Propose} is welcome: this node leads, is not about to hand over, and its disk is not hopelessly
     * behind.
     */
    public boolean mayPropose() {
        return isLeader() && transferee().isEmpty() && durability.underway() < limits.maxWritesUnderway();
    }

    /** Whether a CONFIGURATION may be proposed: no other is under way, and the term's first entry is committed. */
    public boolean mayChangeConfiguration() {
        return mayPropose() && hasCommittedInTerm() && membership.isCommitted();
    }

    /** To whom this leader is handing over. */
    public Optional<NodeId> transferee() {
        return transfer.transferee();
    }

    /** To whom it would be best to hand over: the reachable voter that has most of the log; empty unless this node leads. */
    public Optional<NodeId> successor() {
        return replication.successor();
    }

    /** Whether the no-op of the term that this node leads is committed: from then on it knows all that is committed. */
    public boolean hasCommittedInTerm() {
        return commitment.hasCommittedInTerm();
    }

    /** Whether this node knows of all that was committed before the term, and has heard so in this life (DESIGN D16). */
    public boolean knowsCommitOfTerm() {
        return isLeader() ? commitment.hasCommittedInTerm() : following.knowsCommitOfTerm();
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

    /** Whether a snapshot that ends with this entry would bring something that the log neither has nor has committed. */
    public boolean wants(long index, long term) {
        return index > commitIndex() && log.termOf(index) != term;
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

    /** Of the other members, in order of name; empty unless this node leads. */
    public List<Peer> peers() {
        return replication.peers();
    }

    /** How far a peer's durable log is known to be this leader's; -1 when this node does not lead or it is no peer. */
    public long matchIndex(NodeId peer) {
        return replication.matchIndex(peer);
    }

    /** When this leader stops leading if it hears no voter any more; {@link #NEVER} when it needs none or does not lead. */
    public long quorumUntilNanos() {
        return replication.quorumUntilNanos();
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
        if (!started) {
            return membership.mayCampaign() ? AT_ONCE : NEVER;
        }
        long own = isLeader()
                ? Math.min(replication.nextDeadlineNanos(), transfer.nextDeadlineNanos())
                : election.nextDeadlineNanos();
        return Math.min(own, reading.nextDeadlineNanos());
    }

    /**
     * Forgets entries at and below this index from memory; their terms stay known. For a peer that needs them they are
     * asked for ({@link Effect.Load}).
     *
     * @param index committed and durable here
     */
    public void compact(long index) {
        assert index <= commitIndex() && index <= durability.durableIndex()
                : "forgetting " + index + " of " + commitIndex() + " committed, " + durability.durableIndex()
                        + " durable";
        log.forget(index);
    }

    /**
     * The disk's log now begins after this index, which was forgotten here before. A peer that needs what is gone needs a
     * snapshot ({@link Effect.SendSnapshot}).
     */
    public void compactedTo(long index) {
        log.compactedTo(index);
    }

    // What the parts ask, and what they want done.

    /** §8: "having each leader commit a blank no-op entry into the log at the start of its term". */
    void beginTerm() {
        append(new Entry(log.lastIndex() + 1, term(), Entry.Kind.NOOP, noopPayload.get()));
        commitment.leads(log.lastIndex());
        replication.replicate();
    }

    void append(Entry entry) {
        log.append(entry);
        durability.appended(entry);
        if (entry.kind() == Entry.Kind.CONFIGURATION) {
            membership.appended(entry);
            standing.configurationChanged();
            if (isLeader()) {
                replication.configurationAppended();
            }
        }
    }

    void truncateFrom(long index) {
        log.truncateFrom(index);
        durability.truncatedFrom(index);
        if (membership.truncatedFrom(index)) {
            standing.configurationChanged();
        }
    }

    /** More is committed, whoever found out. */
    void committed() {
        boolean configuration = membership.committed(commitIndex());
        standing.configurationChanged();
        if (configuration && isLeader()) {
            replication.configurationCommitted();
        }
        if (isLeader()) {
            reading.proceed();
        }
    }

    void emit(Effect effect) {
        outbox.add(effect);
    }

    void send(NodeId to, Rpc rpc) {
        outbox.add(new Effect.Send(to, rpc));
    }

    /** Sends once this write is durable. */
    void promise(long write, NodeId to, Rpc rpc) {
        if (durability.isWritten(write)) {
            send(to, rpc);
        } else {
            promises.add(write, to, rpc);
        }
    }

    long now() {
        return nowNanos;
    }

    Log log() {
        return log;
    }

    Membership membership() {
        return membership;
    }

    Durability durability() {
        return durability;
    }

    Promises promises() {
        return promises;
    }

    Commitment commitment() {
        return commitment;
    }

    Standing standing() {
        return standing;
    }

    Election election() {
        return election;
    }

    Following following() {
        return following;
    }

    Replication replication() {
        return replication;
    }

    Transfer transfer() {
        return transfer;
    }

    Reading reading() {
        return reading;
    }
}
