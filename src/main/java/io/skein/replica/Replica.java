package io.skein.replica;

import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.LogStart;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.raft.Raft;
import io.skein.raft.RaftLimits;
import io.skein.raft.RaftTiming;
import io.skein.raft.Role;
import io.skein.raft.Rpc;
import io.skein.replica.Effect.Refuse.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * One node's mind: Raft and the state machines, as a value machine. Inputs in, effects out (DESIGN section 1). It reads
 * no clock, starts no thread, draws no number it was not given, opens nothing.
 *
 * <p>Invariants: settled &le; applied &le; commit &le; last; whatever is proposed is answered once, by
 * {@link Effect.Reply}, {@link Effect.ReplyStored}, {@link Effect.Refuse} or {@link Effect.Forget}, unless it waits in the
 * log for a commit.
 */
public final class Replica {
    private static final long NANOS_PER_MS = 1_000_000;
    /** Commands in one entry from which on clients are taken to come together. */
    private static final int GATHER_FROM = 4;
    /** The log's time is left behind when the median is so far ahead. */
    private static final long BEHIND_MS = 60_000;
    /** How often a leader looks. A lone one needs to be woken for that. */
    private static final long LOOK_NANOS = 1_000 * NANOS_PER_MS;
    /** How long a new leader that steps forward is waited for. */
    private static final long STEP_AGAIN_NANOS = 10_000 * NANOS_PER_MS;

    private final ReplicaConfig config;
    private final EntryCodec codec;
    private final Raft raft;
    private final Applier applier;
    private final Stamps stamps = new Stamps();
    private final Clocks clocks;
    private final StateHashes hashes;
    private final Members members;
    private final Abilities abilities;
    private final Reads reads = new Reads();
    private final Proposals proposals = new Proposals();
    private final DueWork dueWork;
    private final Batches batches;
    /** Until the start: it is large. */
    private Image image;

    private List<Effect> effects = new ArrayList<>();
    private Now now = new Now(0, 0);
    private boolean caughtUp;
    private boolean corrupt;
    private boolean amnesiac;
    private boolean gathering;
    private long gatherUntil;
    private int lastCommands;
    private boolean tight;
    /** When this leader looks next whether the log's time was left behind. */
    private long lookAt = Long.MIN_VALUE;

    private long wake = Long.MAX_VALUE;

    /**
     * @param incarnation of this node's database
     * @param random for election timeouts only
     */
    public Replica(
            NodeId self,
            long incarnation,
            Image image,
            List<Machine> machines,
            ReplicaConfig config,
            RaftTiming timing,
            RandomGenerator random) {
        this.config = config;
        this.image = image;
        this.codec = new EntryCodec(List.copyOf(machines));
        this.applier = new Applier(List.copyOf(machines), codec, image.settled(), image.featureLevel(), image.rows());
        this.dueWork = new DueWork(List.copyOf(machines), codec);
        this.clocks = new Clocks(self);
        this.hashes = new StateHashes(self, config.hashEvery());
        this.members = new Members(image);
        this.abilities = new Abilities(self, config.featureLevel(), timing.electionTimeoutNanos());
        this.raft = new Raft(
                self,
                incarnation,
                image.hardState(),
                logStart(image),
                this::readable,
                timing,
                RaftLimits.DEFAULT,
                random,
                this::beginTerm);
        this.batches = new Batches(config, image, raft, applier);
    }

    /** @throws IllegalArgumentException when it cannot be read, or asks for more than this build knows */
    private Configuration readable(byte[] payload) {
        ClusterConfiguration cluster = ClusterConfiguration.decode(payload);
        if (cluster.featureLevel() > config.featureLevel()) {
            throw new IllegalArgumentException("feature level " + cluster.featureLevel()
                    + ", and this build knows levels up to " + config.featureLevel());
        }
        return cluster.configuration();
    }

    /** A leader's first entry: stamped above everything in the log, also what is not applied yet (DESIGN D5). */
    private byte[] beginTerm() {
        long last = raft.lastEntry().map(EntryCodec::time).orElse(applier.time());
        return codec.encode(stamps.begin(last, now, median()), List.of());
    }

    /** What time the cluster says it is (DESIGN D5). */
    private OptionalLong median() {
        return clocks.median(raft.configuration().voters(), now);
    }

    /**
     * The stamps of a term follow the median by a tenth of what elapses. When it is far ahead, because the machines were
     * suspended or the clocks set right, that would take too long: another term begins, whose leader steps forward
     * (DESIGN D5). Not before this term has committed anything, so that terms do not follow each other for nothing.
     */
    private void maybeResign() {
        if (!raft.isLeader() || now.nanos() < lookAt) {
            return;
        }
        lookAt = now.nanos() + LOOK_NANOS;
        OptionalLong median = median();
        if (raft.hasCommittedInTerm()
                && median.isPresent()
                && median.getAsLong() - stamps.peek(now, median) > BEHIND_MS) {
            lookAt = now.nanos() + STEP_AGAIN_NANOS;
            step(new io.skein.raft.Input.Resign());
        }
    }

    private static LogStart logStart(Image image) {
        return new LogStart(
                image.compacted().index(),
                image.compacted().term(),
                image.terms().stream()
                        .map(t -> new LogStart.TermStart(t.index(), t.term()))
                        .toList(),
                image.configurations().stream()
                        .map(c -> new LogStart.ConfigurationStart(
                                c.index(), c.cluster().configuration()))
                        .toList(),
                image.entries(),
                image.lastIndex(),
                Math.max(image.settled().index(), image.commitHint()));
    }

    /** The only way in, and the only way out. */
    public List<Effect> on(Input input, Now at) {
        if (amnesiac) {
            return List.of(); // it votes no more, and promises nothing, until it is stopped
        }
        now = at;
        effects = new ArrayList<>();
        if (input instanceof Input.Proposed proposed) {
            proposed.proposals().forEach(this::propose);
        } else if (input instanceof Input.Persisted persisted) {
            onPersisted(persisted.number());
        } else if (input instanceof Input.Received received) {
            onReceived(received);
        } else if (input instanceof Input.Tick) {
            step(new io.skein.raft.Input.Tick());
            maybeResign();
        } else if (input instanceof Input.Started) {
            onStarted();
        } else if (input instanceof Input.DiskFull diskFull) {
            onDiskFull(diskFull.number());
        } else if (input instanceof Input.DiskTight diskTight) {
            onDiskTight(diskTight.tight());
        } else if (input instanceof Input.Fetched fetched) {
            proposals.collect(new Proposal(Proposal.NOBODY, fetched.command(), Optional.empty()));
        } else if (input instanceof Input.FetchFailed failed) {
            dueWork.notFetched(failed.place(), now);
        } else if (input instanceof Input.Settle settle) {
            batches.settle(settle.id());
        } else if (input instanceof Input.Read read) {
            step(new io.skein.raft.Input.ReadIndex(read.id()));
        } else if (input instanceof Input.ChangeMembers change) {
            changeMembers(change);
        } else if (input instanceof Input.Transfer transfer) {
            step(new io.skein.raft.Input.Transfer(transfer.to()));
        } else if (input instanceof Input.Loaded loaded) {
            step(new io.skein.raft.Input.Loaded(loaded.peer(), loaded.entries()));
        } else if (input instanceof Input.SnapshotSent sent) {
            batches.snapshotSent(sent.peer());
            step(new io.skein.raft.Input.SnapshotSent(sent.peer(), sent.index(), sent.ok()));
        } else {
            throw new AssertionError("unhandled " + input);
        }
        if (raft.isLeader()) {
            promote();
            raise();
            beginWhatIsDue();
        }
        maybeCaughtUp();
        batches.answerSettled(effects::add);
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
        return batches.settledVisible();
    }

    /** First entry still in the log on disk. */
    public long firstIndex() {
        return batches.compacted() + 1;
    }

    public long lastIndex() {
        return raft.lastIndex();
    }

    /** Of an entry in the log; -1 when the log does not reach there or no longer begins there. */
    public long termOf(long index) {
        return raft.termOf(index);
    }

    /** The last in the log, committed or not. */
    public Configuration configuration() {
        return raft.configuration();
    }

    /** Whether {@link #configuration} will not be taken back, as far as known here. */
    public boolean isConfigurationCommitted() {
        return raft.isConfigurationCommitted();
    }

    /** To whom a leader would best hand over; empty when there is nobody. */
    public Optional<NodeId> successor() {
        return raft.successor();
    }

    /** What a leader knows to be durable at a peer; -1 when this node does not lead or does not know it. */
    public long matchIndex(NodeId peer) {
        return raft.matchIndex(peer);
    }

    /** Whether a snapshot of that entry would bring this node further (thesis §7). */
    public boolean wants(long index, long snapshotTerm) {
        return raft.wants(index, snapshotTerm);
    }

    /** At {@link #appliedIndex}. */
    public long stateHash() {
        return applier.hash();
    }

    /** The cluster's, at {@link #appliedIndex}; it never falls. */
    public int featureLevel() {
        return applier.featureLevel();
    }

    public boolean isCaughtUp() {
        return caughtUp;
    }

    /** The stamp at which this node's machines have something to do next; {@link Long#MAX_VALUE} when nothing falls due. */
    public long nextDue() {
        return dueWork.nextDue();
    }

    public boolean isDiskFull() {
        return batches.isFull() || tight;
    }

    private void onStarted() {
        // What was committed and durable here before is applied again from the own log; nobody waits for its answers.
        // Until a leader's commit is applied on top, reads would be older than what was served before (DESIGN D16).
        for (Entry entry : image.entries()) {
            if (entry.index() <= image.commitHint()) {
                apply(entry);
            }
        }
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
        } else if (proposal.command().needs() > applier.featureLevel()) {
            // A leader that has not applied all that was committed before it may not know the level yet.
            no = caughtUp ? Reason.FEATURE_LEVEL : Reason.CATCHING_UP;
        }
        if (no != null) {
            effects.add(new Effect.Refuse(proposal.id(), no));
        } else {
            proposals.collect(proposal);
        }
    }

    private void onPersisted(long number) {
        long compacted = batches.compacted();
        long settled = batches.settledVisible();
        long raftWrite = batches.persisted(number, now);
        if (raftWrite > 0) {
            step(new io.skein.raft.Input.Written(raftWrite));
        }
        // Only now: memory lets go of entries that Raft knows to be durable.
        if (batches.compacted() > compacted) {
            raft.compactedTo(batches.compacted());
        }
        if (batches.settledVisible() > settled) {
            raft.compact(batches.settledVisible());
        }
    }

    private void onDiskFull(long number) {
        batches.diskFull(number, now);
        proposals.refuseCollected(proposal -> refuse(proposal, Reason.DISK_FULL));
    }

    private void onDiskTight(boolean isTight) {
        if (isTight && !tight) {
            proposals.refuseCollected(proposal -> refuse(proposal, Reason.DISK_FULL));
        }
        tight = isTight;
    }

    private void forget(Proposal proposal) {
        if (proposal.id() != Proposal.NOBODY) {
            effects.add(new Effect.Forget(proposal.id()));
        } else {
            dueWork.ended(proposal);
        }
    }

    private void refuse(Proposal proposal, Reason reason) {
        if (proposal.id() != Proposal.NOBODY) {
            effects.add(new Effect.Refuse(proposal.id(), reason));
        } else {
            dueWork.ended(proposal);
        }
    }

    private void step(io.skein.raft.Input input) {
        for (io.skein.raft.Effect effect : raft.step(input, now.nanos())) {
            if (effect instanceof io.skein.raft.Effect.Write write) {
                batches.add(write);
            } else if (effect instanceof io.skein.raft.Effect.Send send) {
                send(send.to(), send.rpc());
            } else if (effect instanceof io.skein.raft.Effect.Committed committed) {
                while (applier.index() < committed.index()) {
                    apply(raft.entry(applier.index() + 1));
                }
            } else if (effect instanceof io.skein.raft.Effect.RoleChanged changed) {
                effects.add(new Effect.RoleChanged(changed.role(), changed.term(), changed.leader()));
                if (changed.role() == Role.LEADER) {
                    proposals.lead(changed.term(), config.proposalBytes(), this::forget);
                    dueWork.lead();
                    lookAt = Math.max(lookAt, now.nanos() + LOOK_NANOS);
                } else {
                    proposals.refuseCollected(proposal -> refuse(proposal, Reason.NOT_LEADER));
                    batches.sendingNoSnapshots();
                }
                hashes.forgetReports();
                abilities.forget();
            } else if (effect instanceof io.skein.raft.Effect.ReadReady ready) {
                reads.confirmed(ready.id(), ready.index());
            } else if (effect instanceof io.skein.raft.Effect.ReadFailed failed) {
                effects.add(new Effect.ReadFailed(failed.id()));
            } else if (effect instanceof io.skein.raft.Effect.Load load) {
                effects.add(new Effect.Load(load.peer(), load.fromIndex(), load.maxBytes()));
            } else if (effect instanceof io.skein.raft.Effect.SendSnapshot snapshot) {
                batches.sendingSnapshot(snapshot.peer());
                effects.add(new Effect.SendSnapshot(snapshot.peer()));
            } else if (effect instanceof io.skein.raft.Effect.Amnesiac amnesiac) {
                becomeAmnesiac(amnesiac.index());
            } else if (effect instanceof io.skein.raft.Effect.ConfigurationChanged changed) {
                onConfiguration(changed);
            } else {
                throw new AssertionError("unhandled " + effect);
            }
        }
    }

    private void send(NodeId to, Rpc rpc) {
        Optional<StateHashes.Truth> truth = raft.isLeader() ? hashes.newestTruth() : hashes.mine();
        long index = truth.map(StateHashes.Truth::index).orElse(0L);
        effects.add(new Effect.Send(
                to,
                new PeerMessage(
                        rpc,
                        now.wallMs(),
                        raft.isLeader() ? -index : index,
                        truth.map(StateHashes.Truth::hash).orElse(0L),
                        config.featureLevel())));
    }

    private void onReceived(Input.Received received) {
        PeerMessage message = received.message();
        if (raft.configuration().voters().contains(received.from())) {
            clocks.heard(received.from(), message.wallMs(), now);
        }
        if (raft.isLeader() && raft.configuration().member(received.from()).isPresent()) {
            abilities.heard(received.from(), received.incarnation(), message.featureLevel(), now);
        }
        step(new io.skein.raft.Input.Received(received.from(), received.incarnation(), message.rpc()));
        if (message.hashIndex() > 0 && raft.isLeader()) {
            hashes.reported(
                            received.from(),
                            message.hashIndex(),
                            message.hash(),
                            raft.configuration().voters())
                    .ifPresent(this::compare);
        } else if (message.hashIndex() < 0 && raft.leader().equals(Optional.of(received.from()))) {
            compare(new StateHashes.Truth(-message.hashIndex(), message.hash()));
        }
    }

    private void compare(StateHashes.Truth truth) {
        if (hashes.contradicts(truth) && !corrupt) {
            corrupt = true;
            effects.add(new Effect.Corrupt(truth.index()));
        }
    }

    private void becomeAmnesiac(long index) {
        if (!amnesiac) {
            amnesiac = true;
            effects.add(new Effect.Amnesiac(index));
        }
    }

    private void onConfiguration(io.skein.raft.Effect.ConfigurationChanged changed) {
        clocks.keep(changed.configuration().members().stream().map(Member::id).toList());
        if (changed.index() > 0 && changed.index() >= raft.firstInMemory()) {
            members.appended(raft.entry(changed.index()));
        }
        effects.add(new Effect.MembersChanged(
                changed.configuration(), changed.index(), members.clusterId(), members.lineage()));
    }

    private void changeMembers(Input.ChangeMembers change) {
        if (!raft.isLeader()) {
            effects.add(new Effect.Refuse(change.id(), Reason.NOT_LEADER));
            return;
        }
        Optional<Configuration> next = change.change().to(raft.configuration());
        if (next.isEmpty()) {
            effects.add(new Effect.Refuse(change.id(), Reason.UNKNOWN_MEMBER));
        } else if (next.get().equals(raft.configuration())) {
            alreadySo(change.id(), raft.configurationIndex());
        } else if (!next.get().isOneStepFrom(raft.configuration())) {
            effects.add(new Effect.Refuse(change.id(), Reason.LAST_VOTER));
        } else if (!raft.mayChangeConfiguration()) {
            effects.add(new Effect.Refuse(change.id(), Reason.CHANGE_PENDING));
        } else {
            reconfigure(next.get(), applier.featureLevel());
            members.waits(change.id(), raft.lastIndex(), raft.term());
        }
    }

    /** Asked for again: the answer is that of the first time, when that is committed. */
    private void alreadySo(long id, long index) {
        if (index <= applier.index()) {
            effects.add(new Effect.Reconfigured(id, index));
        } else {
            members.waits(id, index, raft.termOf(index));
        }
    }

    /** Before this everything is applied that the log has of members and levels (Raft.mayChangeConfiguration). */
    private void reconfigure(Configuration next, int featureLevel) {
        byte[] payload =
                members.with(next, stamps.next(now, median()), featureLevel).encode();
        step(new io.skein.raft.Input.Propose(Entry.Kind.CONFIGURATION, payload));
    }

    /** A learner that was added to vote does so once it has caught up (thesis §4.2.1). */
    private void promote() {
        if (raft.mayChangeConfiguration()) {
            members.toPromote(raft)
                    .ifPresent(learner -> new MemberChange.Promote(learner)
                            .to(raft.configuration())
                            .ifPresent(next -> reconfigure(next, applier.featureLevel())));
        }
    }

    /**
     * All members run a build that knows a higher feature level: from an entry of its own on the cluster has it. As that is
     * a configuration, none of other members comes between what the leader looked at and what it writes.
     */
    private void raise() {
        if (applier.featureLevel() < config.featureLevel() && raft.mayChangeConfiguration()) {
            int common = abilities.common(raft.configuration(), now);
            if (common > applier.featureLevel()) {
                reconfigure(raft.configuration(), common);
            }
        }
    }

    private void apply(Entry entry) {
        EntryCodec.Batch mine = proposals.applied(entry.index(), entry.term(), lost -> refuse(lost, Reason.NOT_LEADER));
        Applier.Applied applied = applier.apply(entry, mine);
        batches.applied(applied, now);
        hashes.applied(entry.index(), applied.settled().hash());
        // Messages reach the tail before the answer leaves, so that who reads after an answer finds them.
        if (!applied.deliveries().isEmpty()) {
            effects.add(new Effect.Deliver(entry.index(), applied.settled().time(), applied.deliveries()));
        }
        effects.add(new Effect.Applied(entry.index(), applied.settled().time()));
        members.applied(entry, effects::add);
        if (mine != null) {
            for (int i = 0; i < applied.answers().size(); i++) {
                answer(mine.proposals().get(i), applied.answers().get(i), entry);
            }
        }
    }

    private void answer(Proposal proposal, Applier.Answer answer, Entry entry) {
        if (proposal.id() == Proposal.NOBODY) {
            dueWork.ended(proposal);
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

    /**
     * Until a leader's commit index of its own term is applied here, reads would be older than what was served before
     * (DESIGN D16).
     */
    private void maybeCaughtUp() {
        if (!caughtUp && raft.knowsCommitOfTerm() && applier.index() >= raft.commitIndex()) {
            caughtUp = true;
            effects.add(new Effect.CaughtUp(applier.index()));
        }
        reads.answer(applier.index(), effects::add);
    }

    private void beginWhatIsDue() {
        if (caughtUp && !batches.isFull()) {
            dueWork.begin(now, stamps.peek(now, median()), tight, proposals::collect, effects::add);
        }
    }

    /** Makes entries of what was proposed and batches of what is to be written, as long as the disk takes them. */
    private void write() {
        if (batches.isFull()) {
            batches.retry(now, batch -> effects.add(new Effect.Persist(batch)));
            return;
        }
        while (batches.takesMore(proposals.collectedBytes())) {
            boolean isLate = raft.isLeader() && stamps.isBelowFloor(now);
            if (!batches.hasWrites() && !batches.isBehind() && (isLate || !proposals.isEmpty()) && raft.mayPropose()) {
                if (!isLate && batches.isIdle() && gathers()) {
                    return;
                }
                // Where time was moved the log says so at once, with nothing in the entry if need be: what expired is
                // gone for all who read, and every node knows how late it is.
                makeEntry();
            }
            WriteBatch batch = batches.next(now);
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
            gatherUntil = now.nanos() + Math.min(config.gatherNanos(), batches.lastPersistNanos() / 4);
        }
        return now.nanos() - gatherUntil < 0;
    }

    private void makeEntry() {
        gathering = false;
        List<Proposal> next = proposals.next(config.entryBytes(), config.entryCommands());
        lastCommands = next.size();
        EntryCodec.Batch batch = new EntryCodec.Batch(stamps.next(now, median()), next);
        proposals.place(raft.lastIndex() + 1, batch);
        step(new io.skein.raft.Input.Propose(Entry.Kind.COMMANDS, codec.encode(batch.time(), next)));
    }

    private void rewake() {
        long next = Math.min(raft.nextDeadlineNanos(), batches.wakeNanos());
        if (gathering) {
            next = Math.min(next, gatherUntil);
        }
        if (raft.isLeader()) {
            next = Math.min(next, lookAt);
        }
        if (raft.isLeader() && caughtUp && !batches.isFull()) {
            next = Math.min(next, dueWork.wakeNanos(now, stamps.peek(now, median())));
        }
        if (next != wake) {
            wake = next;
            effects.add(new Effect.Wake(next));
        }
    }
}
