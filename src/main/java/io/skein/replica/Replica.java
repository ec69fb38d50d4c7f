package io.skein.replica;

import io.skein.machine.Cursor;
import io.skein.machine.Due;
import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.LogStart;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.raft.Raft;
import io.skein.raft.RaftLimits;
import io.skein.raft.RaftTiming;
import io.skein.raft.Role;
import io.skein.replica.Effect.Refuse.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * One node's mind: Raft and the state machines, as a value machine. Inputs in, effects out (DESIGN section 1). It reads
 * no clock, starts no thread, draws no number it was not given, opens nothing.
 *
 * <p>Invariants: settled &le; applied &le; commit &le; last; at most {@value #MAX_IN_FLIGHT} batches are being written;
 * whatever is proposed is answered once, by {@link Effect.Reply}, {@link Effect.ReplyStored} or {@link Effect.Refuse},
 * unless it waits in the log for a commit.
 */
public final class Replica {
    private static final int MAX_IN_FLIGHT = 2;
    private static final long NANOS_PER_MS = 1_000_000;
    /** Commands in one entry from which on clients are taken to come together. */
    private static final int GATHER_FROM = 4;
    /** How long after a full disk the same batch is tried again. */
    private static final long FULL_RETRY_NANOS = 500 * NANOS_PER_MS;
    /** How long after a body could not be read the next is tried. */
    private static final long FETCH_RETRY_NANOS = 200 * NANOS_PER_MS;
    /** What is overdue and not under way is tried again after this. */
    private static final long OVERDUE_AGAIN_MS = 200;
    /** Bodies being read for due messages at one time. */
    private static final int MAX_FETCHING = 64;
    /** While something due is under way the machines are asked for more this often, or when a part of it is done. */
    private static final long ASK_DUE_NANOS = 20 * NANOS_PER_MS;

    private final ReplicaConfig config;
    private final List<Machine> machines;
    private final EntryCodec codec;
    private final Raft raft;
    private final Applier applier;
    private final Stamps stamps;
    private final Proposals proposals = new Proposals();
    private final Backlog backlog = new Backlog();
    private final LogBudget logBudget;
    /** Until the start: it is large. */
    private Image image;

    /** What Raft wants written and no batch carries yet; writes are joined when that keeps their meaning. */
    private final ArrayDeque<io.skein.raft.Effect.Write> writes = new ArrayDeque<>();

    private long writeBytes;

    /** Being written, oldest first. */
    private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();

    private final List<Long> settleRequests = new ArrayList<>();
    private final ArrayDeque<SettleWaiting> settleWaiting = new ArrayDeque<>();
    private final Set<Cursor> fetching = new HashSet<>();

    private List<Effect> effects = new ArrayList<>();
    private Now now = new Now(0, 0);
    private long batches;
    private long compacted;
    private long settledTaken;
    private long settledVisible;
    private long catchUpTo;
    private boolean caughtUp;
    private boolean expiring;
    private boolean gathering;
    private long gatherUntil;
    private int lastCommands;
    private long lastPersistNanos;
    private boolean full;
    private boolean tight;
    private long retryFullAt;
    private long fetchAgainAt = Long.MIN_VALUE;
    private long dueAskedAt;
    private boolean dueDone = true;
    private long wake = Long.MAX_VALUE;

    /** @param raftWrite number of the last Raft write in the batch, 0 when it has none */
    private record InFlight(WriteBatch batch, long raftWrite, long sinceNanos) {}

    private record SettleWaiting(long id, long index) {}

    /** @param random for election timeouts only */
    public Replica(
            NodeId self,
            Image image,
            List<Machine> machines,
            ReplicaConfig config,
            RaftTiming timing,
            RandomGenerator random) {
        this.config = config;
        this.machines = List.copyOf(machines);
        this.image = image;
        this.codec = new EntryCodec(this.machines);
        this.applier = new Applier(this.machines, codec, image.settled(), image.rows());
        this.stamps = new Stamps(image.settled().time());
        this.logBudget = new LogBudget(config.logBytes(), image.compacted().index(), image.lastIndex());
        this.compacted = image.compacted().index();
        this.batches = image.lastBatch();
        this.settledTaken = image.settled().index();
        this.settledVisible = image.settled().index();
        this.raft = new Raft(
                self,
                incarnation(image.configuration(), self),
                image.hardState(),
                logStart(image),
                payload -> ClusterConfiguration.decode(payload).configuration(),
                timing,
                RaftLimits.DEFAULT,
                random,
                this::beginTerm);
    }

    private static long incarnation(Configuration configuration, NodeId id) {
        return configuration.member(id).map(Member::incarnation).orElse(0L);
    }

    /** A leader's first entry: stamped above everything in the log, also what is not applied yet (DESIGN D5). */
    private byte[] beginTerm() {
        raft.lastEntry().ifPresent(last -> stamps.seen(EntryCodec.time(last)));
        return codec.encode(stamps.begin(now), List.of());
    }

    private static LogStart logStart(Image image) {
        return new LogStart(
                image.compacted().index(),
                image.compacted().term(),
                image.terms().stream()
                        .map(t -> new LogStart.TermStart(t.index(), t.term()))
                        .toList(),
                List.of(new LogStart.ConfigurationStart(0, image.configuration())),
                image.entries(),
                image.lastIndex(),
                Math.max(image.settled().index(), image.commitHint()));
    }

    /** The only way in, and the only way out. */
    public List<Effect> on(Input input, Now at) {
        now = at;
        effects = new ArrayList<>();
        if (input instanceof Input.Proposed proposed) {
            proposed.proposals().forEach(this::propose);
        } else if (input instanceof Input.Persisted persisted) {
            onPersisted(persisted.number());
        } else if (input instanceof Input.Received received) {
            long incarnation = incarnation(raft.configuration(), received.from());
            step(new io.skein.raft.Input.Received(received.from(), incarnation, received.rpc()));
        } else if (input instanceof Input.Tick) {
            step(new io.skein.raft.Input.Tick());
        } else if (input instanceof Input.Started) {
            onStarted();
        } else if (input instanceof Input.DiskFull diskFull) {
            onDiskFull(diskFull.number());
        } else if (input instanceof Input.DiskTight diskTight) {
            onDiskTight(diskTight.tight());
        } else if (input instanceof Input.Fetched fetched) {
            proposals.collect(new Proposal(Proposal.NOBODY, fetched.command(), Optional.empty()));
        } else if (input instanceof Input.FetchFailed failed) {
            fetching.remove(failed.place());
            fetchAgainAt = now.nanos() + FETCH_RETRY_NANOS;
        } else if (input instanceof Input.Settle settle) {
            settleRequests.add(settle.id());
        } else {
            throw new AssertionError("unhandled " + input);
        }
        if (raft.isLeader()) {
            proposeWhatIsDue();
        }
        answerSettled();
        write();
        rewake();
        return effects;
    }

    public Role role() {
        return raft.role();
    }

    public long term() {
        return raft.term();
    }

    public Optional<NodeId> leader() {
        return raft.leader();
    }

    public long commitIndex() {
        return raft.commitIndex();
    }

    public long appliedIndex() {
        return applier.index();
    }

    /** Stamp of the newest applied entry. */
    public long appliedTime() {
        return applier.time();
    }

    /** Rows up to here are visible to readers. */
    public long settledIndex() {
        return settledVisible;
    }

    /** First entry still in the log on disk. */
    public long firstIndex() {
        return compacted + 1;
    }

    public long lastIndex() {
        return raft.lastIndex();
    }

    /** At {@link #appliedIndex}. */
    public long stateHash() {
        return applier.hash();
    }

    public boolean isCaughtUp() {
        return caughtUp;
    }

    public boolean isDiskFull() {
        return full || tight;
    }

    private void onStarted() {
        // What was committed and durable here before is applied again from the own log; nobody waits for its answers.
        // Until a leader's commit is applied on top, reads would be older than what was served before (DESIGN D16).
        for (Entry entry : image.entries()) {
            if (entry.index() <= image.commitHint()) {
                apply(entry);
            }
        }
        catchUpTo = image.lastIndex();
        image = null;
        step(new io.skein.raft.Input.Tick());
    }

    private void propose(Proposal proposal) {
        Reason no = null;
        if (!raft.isLeader()) {
            no = Reason.NOT_LEADER;
        } else if (isDiskFull() && !proposal.command().frees()) {
            no = Reason.DISK_FULL;
        } else if (proposals.bytes() + proposal.size() > config.proposalBytes()) {
            no = Reason.OVERLOADED;
        }
        if (no != null) {
            effects.add(new Effect.Refuse(proposal.id(), no));
        } else {
            proposals.collect(proposal);
        }
    }

    private void onPersisted(long number) {
        InFlight done = inFlight.pollFirst();
        assert done != null && done.batch().number() == number : "batch " + number + " was not the oldest in flight";
        full = false;
        retryFullAt = 0;
        lastPersistNanos = now.nanos() - done.sinceNanos();
        if (done.raftWrite() > 0) {
            step(new io.skein.raft.Input.Written(done.raftWrite()));
        }
        // Only now: memory lets go of entries that Raft knows to be durable.
        if (done.batch().compactTo() > 0) {
            compacted = done.batch().compactTo();
            raft.compactedTo(compacted);
        }
        if (done.batch().settled().isPresent()) {
            settledVisible = done.batch().settled().get().index();
            raft.compact(settledVisible);
        }
    }

    private void onDiskFull(long number) {
        assert !inFlight.isEmpty() && inFlight.peekFirst().batch().number() == number : "batch " + number + " unknown";
        full = true;
        retryFullAt = now.nanos() + FULL_RETRY_NANOS;
        proposals.refuseCollected(proposal -> refuse(proposal, Reason.DISK_FULL));
    }

    private void onDiskTight(boolean isTight) {
        if (isTight && !tight) {
            proposals.refuseCollected(proposal -> refuse(proposal, Reason.DISK_FULL));
        }
        tight = isTight;
    }

    private void refuse(Proposal proposal, Reason reason) {
        if (proposal.id() != Proposal.NOBODY) {
            effects.add(new Effect.Refuse(proposal.id(), reason));
        } else {
            forgetOwn(proposal);
        }
    }

    private void step(io.skein.raft.Input input) {
        for (io.skein.raft.Effect effect : raft.step(input, now.nanos())) {
            if (effect instanceof io.skein.raft.Effect.Write write) {
                writes.add(write);
                writeBytes += 64;
                if (write.truncateFrom() > 0) {
                    logBudget.truncated(write.truncateFrom());
                }
                for (Entry entry : write.entries()) {
                    writeBytes += entry.size();
                    logBudget.appended(entry.index(), entry.size());
                }
            } else if (effect instanceof io.skein.raft.Effect.Send send) {
                effects.add(new Effect.Send(send.to(), send.rpc()));
            } else if (effect instanceof io.skein.raft.Effect.Committed committed) {
                while (applier.index() < committed.index()) {
                    apply(raft.entry(applier.index() + 1));
                }
                maybeCaughtUp();
            } else if (effect instanceof io.skein.raft.Effect.RoleChanged changed) {
                effects.add(new Effect.RoleChanged(changed.role(), changed.term(), changed.leader()));
                if (changed.role() != Role.LEADER) {
                    proposals.refuseCollected(proposal -> refuse(proposal, Reason.NOT_LEADER));
                }
            } else if (!(effect instanceof io.skein.raft.Effect.ConfigurationChanged)) {
                throw new AssertionError("unhandled " + effect);
            }
        }
    }

    private void apply(Entry entry) {
        EntryCodec.Batch mine = proposals.applied(entry.index(), entry.term(), lost -> refuse(lost, Reason.NOT_LEADER));
        Applier.Applied applied = applier.apply(entry, mine);
        stamps.seen(applied.settled().time());
        backlog.add(applied.settled(), applied.changes(), now.nanos());
        // Messages reach the tail before the answer leaves, so that who reads after an answer finds them.
        if (!applied.deliveries().isEmpty()) {
            effects.add(new Effect.Deliver(entry.index(), applied.settled().time(), applied.deliveries()));
        }
        effects.add(new Effect.Applied(entry.index(), applied.settled().time()));
        if (mine != null) {
            for (int i = 0; i < applied.answers().size(); i++) {
                answer(mine.proposals().get(i), applied.answers().get(i), entry);
            }
        }
    }

    private void answer(Proposal proposal, Applier.Answer answer, Entry entry) {
        if (proposal.id() == Proposal.NOBODY) {
            forgetOwn(proposal);
            return;
        }
        // A repeat is told where its first answer was applied.
        Moment at = answer.at();
        long term = answer.replayed() ? raft.termOf(at.index()) : entry.term();
        effects.add(
                answer.outcome().isEmpty()
                        ? new Effect.ReplyStored(proposal.id(), at.index(), at.place(), term, at.time())
                        : new Effect.Reply(
                                proposal.id(), answer.outcome().get(), at.index(), term, at.time(), answer.replayed()));
    }

    /** A proposal of this node's own came to an end, one way or the other; what is still due may be proposed again. */
    private void forgetOwn(Proposal proposal) {
        dueDone = true;
        Optional<Cursor> body = proposal.command().body();
        if (body.isPresent()) {
            fetching.remove(body.get());
        } else {
            expiring = false;
        }
    }

    private void maybeCaughtUp() {
        if (!caughtUp && raft.hasCommittedInTerm() && applier.index() >= catchUpTo) {
            caughtUp = true;
            effects.add(new Effect.CaughtUp(applier.index()));
        }
    }

    private void proposeWhatIsDue() {
        if (!caughtUp || full) {
            return;
        }
        boolean underWay = expiring || !fetching.isEmpty() || now.nanos() < fetchAgainAt;
        if (underWay && !dueDone && now.nanos() - dueAskedAt < ASK_DUE_NANOS) {
            return;
        }
        long time = stamps.peek(now);
        for (Machine machine : machines) {
            if (machine.nextDue() > time) {
                continue;
            }
            dueAskedAt = now.nanos();
            dueDone = false;
            for (Due due : machine.due(time, MAX_FETCHING)) {
                if (due instanceof Due.Propose propose) {
                    if (!expiring) {
                        expiring = true;
                        proposals.collect(new Proposal(Proposal.NOBODY, propose.command(), Optional.empty()));
                    }
                } else if (due instanceof Due.Fetch fetch) {
                    // A copy takes room; it waits until there is some.
                    if (!tight
                            && now.nanos() >= fetchAgainAt
                            && fetching.size() < MAX_FETCHING
                            && fetching.add(fetch.place())) {
                        effects.add(new Effect.Fetch(fetch.place()));
                    }
                }
            }
        }
    }

    private void answerSettled() {
        while (!settleWaiting.isEmpty() && settleWaiting.peekFirst().index() <= settledVisible) {
            effects.add(new Effect.Settled(settleWaiting.pollFirst().id(), settledVisible));
        }
        if (!settleRequests.isEmpty() && settledVisible >= applier.index()) {
            for (long id : settleRequests) {
                effects.add(new Effect.Settled(id, settledVisible));
            }
            settleRequests.clear();
        }
    }

    /** Makes entries of what was proposed and batches of what is to be written, as long as the disk takes them. */
    private void write() {
        if (full) {
            if (retryFullAt != 0 && now.nanos() - retryFullAt >= 0) {
                retryFullAt = 0;
                inFlight.forEach(waiting -> effects.add(new Effect.Persist(waiting.batch())));
            }
            return;
        }
        while (inFlight.size() < MAX_IN_FLIGHT) {
            boolean behind = backlog.bytes() >= config.backlogBytes();
            if (inFlight.size() == 1 && proposals.collectedBytes() + writeBytes < config.pipelineBytes()) {
                return;
            }
            if (writes.isEmpty() && !behind && !proposals.isEmpty() && raft.mayPropose()) {
                if (inFlight.isEmpty() && gathers()) {
                    return;
                }
                makeEntry();
            }
            WriteBatch batch = nextBatch(behind);
            if (batch == null) {
                return;
            }
            effects.add(new Effect.Persist(batch));
        }
    }

    /**
     * Whether to wait a moment for more company. Those whose answers came with one batch ask again at nearly one time:
     * if the first of them left at once, alone, all others would wait for its fsync as well as for their own.
     */
    private boolean gathers() {
        if (lastCommands < GATHER_FROM || proposals.count() >= lastCommands) {
            return false;
        }
        if (!gathering) {
            gathering = true;
            gatherUntil = now.nanos() + Math.min(config.gatherNanos(), lastPersistNanos / 4);
        }
        return now.nanos() - gatherUntil < 0;
    }

    private void makeEntry() {
        gathering = false;
        List<Proposal> next = proposals.next(config.entryBytes(), config.entryCommands());
        lastCommands = next.size();
        EntryCodec.Batch batch = new EntryCodec.Batch(stamps.next(now), next);
        proposals.place(raft.lastIndex() + 1, raft.term(), batch);
        step(new io.skein.raft.Input.Propose(Entry.Kind.COMMANDS, codec.encode(batch.time(), next)));
    }

    private WriteBatch nextBatch(boolean behind) {
        long truncateFrom = 0;
        List<Entry> entries = new ArrayList<>();
        Optional<HardState> hardState = Optional.empty();
        long raftWrite = 0;
        long bytes = 0;
        while (!writes.isEmpty() && !behind) {
            io.skein.raft.Effect.Write write = writes.peekFirst();
            // A truncation stands at the front of its batch, and a new term or vote shares its batch with no later one.
            if (raftWrite > 0 && (write.truncateFrom() > 0 || hardState.isPresent() || bytes >= config.entryBytes())) {
                break;
            }
            writes.pollFirst();
            truncateFrom = raftWrite == 0 ? write.truncateFrom() : truncateFrom;
            entries.addAll(write.entries());
            hardState = write.hardState();
            raftWrite = write.number();
            writeBytes -= 64;
            for (Entry entry : write.entries()) {
                bytes += entry.size();
                writeBytes -= entry.size();
            }
        }
        long lastDurable = entries.isEmpty()
                ? raft.durableIndex()
                : entries.get(entries.size() - 1).index();
        Optional<Backlog.Taken> taken = hardState.isEmpty() && settleNow(raftWrite > 0, behind)
                ? backlog.take(config.settleBatchBytes(), lastDurable)
                : Optional.empty();
        if (raftWrite == 0 && taken.isEmpty()) {
            return null;
        }
        long compactTo = 0;
        if (taken.isPresent()) {
            settledTaken = taken.get().settled().index();
            // Compacting follows rows that are already there, not those of this batch.
            compactTo = logBudget.compactTo(settledVisible);
            for (long id : settleRequests) {
                settleWaiting.add(new SettleWaiting(id, applier.index()));
            }
            settleRequests.clear();
        }
        WriteBatch batch = new WriteBatch(
                ++batches,
                truncateFrom,
                entries,
                hardState,
                taken.map(Backlog.Taken::changes).orElse(List.of()),
                taken.map(Backlog.Taken::settled),
                compactTo,
                Math.min(raft.commitIndex(), lastDurable));
        inFlight.add(new InFlight(batch, raftWrite, now.nanos()));
        return batch;
    }

    /** Whether changes go with the next batch (DESIGN D16): worth it, old, asked for, or in the way. */
    private boolean settleNow(boolean withEntries, boolean behind) {
        if (backlog.isEmpty()) {
            return false;
        }
        if (behind || !settleRequests.isEmpty() || moreToSettleForRequests()) {
            return true;
        }
        long age = now.nanos() - backlog.oldestNanos();
        long old = config.settleAgeMs() * NANOS_PER_MS;
        // Without entries it would be a transaction of its own that the next publish waits for: only when none came for
        // a while, or when it is large.
        return withEntries
                ? backlog.bytes() >= config.settleBytes() || age >= old
                : backlog.bytes() >= config.settleBatchBytes() || age >= 2 * old;
    }

    private boolean moreToSettleForRequests() {
        return !settleWaiting.isEmpty()
                && settledTaken < settleWaiting.peekLast().index();
    }

    private void rewake() {
        long next = raft.nextDeadlineNanos();
        if (!backlog.isEmpty() && !full && inFlight.isEmpty()) {
            next = Math.min(next, backlog.oldestNanos() + 2 * config.settleAgeMs() * NANOS_PER_MS);
        }
        if (retryFullAt != 0) {
            next = Math.min(next, retryFullAt);
        }
        if (gathering) {
            next = Math.min(next, gatherUntil);
        }
        if (raft.isLeader() && caughtUp && !full) {
            long time = stamps.peek(now);
            for (Machine machine : machines) {
                // What is due already is on its way; the end of that brings the next turn.
                boolean underWay = machine.nextDue() <= time && (expiring || !fetching.isEmpty());
                if (machine.nextDue() != Long.MAX_VALUE && !underWay) {
                    // What could not be done when it was due is looked at again, but not all the time.
                    long in = machine.nextDue() > time ? machine.nextDue() - time : OVERDUE_AGAIN_MS;
                    next = Math.min(next, now.nanos() + Math.min(in, 3_600_000) * NANOS_PER_MS);
                }
            }
        }
        if (next != wake) {
            wake = next;
            effects.add(new Effect.Wake(next));
        }
    }
}
