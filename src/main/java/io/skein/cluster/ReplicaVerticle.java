package io.skein.cluster;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.Lineage;
import io.skein.machine.Outcome;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.raft.Role;
import io.skein.replica.CommandBytes;
import io.skein.replica.Effect;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.replica.Image;
import io.skein.replica.Input;
import io.skein.replica.MemberChange;
import io.skein.replica.Now;
import io.skein.replica.PeerMessage;
import io.skein.replica.Proposal;
import io.skein.replica.Replica;
import io.skein.store.DataDirectory;
import io.skein.store.Reader;
import io.skein.store.Store;
import io.skein.store.StoreFailure;
import io.skein.store.StoreHandler;
import io.skein.store.StoredMessage;
import io.skein.store.Tail;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one event loop on which this node's {@link Replica} lives: feeds it what happens, carries out what it wants, and
 * decides nothing itself (DESIGN D1). One instance for each node.
 */
public final class ReplicaVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaVerticle.class);
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long SWEEP_MS = 100;
    /** How long a node that stops waits for another to take over. */
    private static final long HAND_OVER_NANOS = 700_000_000;
    /** Waits below this are too short for a timer. */
    private static final long FINE_NANOS = 900_000;

    private final Clock clock;
    private final Opening opening;
    private final Proposer proposer;
    private final AppliedListener applied;
    private final ClusterListener listener;
    private final PeerListener peerListener;
    private final long deadlineNanos;
    private final Consumer<StoreFailure> broken;

    private Peers peers;
    private Forwarding forwarding;
    private final Membership membership = new Membership(this);
    private Store store;
    /** Null while there is none to feed: until the node knows what to start from, and after its end. */
    private Replica replica;

    private Configuration members = Configuration.EMPTY;
    private long membersIndex;
    private long clusterId;
    private List<MemberStatus> memberStatus = List.of();
    private final Map<NodeId, String> httpAddresses = new HashMap<>();
    private ReplicaStatus.Standing standing = ReplicaStatus.Standing.MEMBER;
    private boolean isAwaiting;
    private SnapshotExchange snapshots;
    private SnapshotReceiver receiver;
    private boolean isStopped;
    private volatile int raftPort;
    private final Map<Long, Promise<Long>> reads = new HashMap<>();
    private final Map<Long, Promise<Long>> changes = new HashMap<>();
    private long nextRead;
    private final Map<Long, Proposer.Waiting> waiting = new HashMap<>();
    /** In order of proposal, so that the oldest deadline is at the front. */
    private final ArrayDeque<Long> deadlines = new ArrayDeque<>();

    private final Map<Long, Runnable> settles = new HashMap<>();
    /** Since when entries are being written, by the number of their batch; at most two. */
    private final Map<Long, Long> appending = new HashMap<>();

    private final Replies replies = new Replies();
    private final List<StoredMessage> delivered = new ArrayList<>();
    private long nextProposal;
    private long nextSettle;
    private long appliedTime;
    private long appliedIndex;
    private boolean isFine;
    private boolean appliedMoved;
    private long timer = -1;
    private long timerNanos = Long.MAX_VALUE;
    private long wakeNanos = Long.MAX_VALUE;
    private volatile ReplicaStatus status;
    private volatile int unanswered;

    /** Where the verticle takes its time from. */
    public interface Clock {
        Clock SYSTEM = () -> new Now(System.nanoTime(), System.currentTimeMillis());

        Now now();
    }

    /** What the assembly of the node hands in: the verticle knows no machine. */
    public interface Opening {
        /** On the replica's context, which the store will be confined to. Asked again after a snapshot was installed. */
        Future<Store> store();

        /**
         * What the node starts from: what its store found, or the first entry of a cluster, once there is one. May take
         * as long as the other nodes do.
         *
         * @param address where others find this node
         */
        Future<Image> image(Store store, Peers peers, String address);

        Replica replica(Store store, Image image);

        /** This replica belongs to a cluster, with this log: whoever asks it may be told of it. Once for each. */
        void entered(Store store, Lineage lineage);

        /** Encodes what subscribers want, once, into the tail. */
        List<StoredMessage> append(Tail tail, Delivery delivery);

        /** Reads a body that fell due and makes the command that carries it; fails when it cannot be read now. */
        Future<Command> dueBody(Reader reader, Cursor place);

        /** Decodes an answer that was kept as a row. */
        Outcome outcome(byte[] row);

        CommandBytes commandBytes();

        /** Puts a snapshot in the place of a closed store's database. */
        Future<Void> install(DataDirectory directory, io.skein.store.SnapshotFile snapshot);

        /** An empty node would find its cluster again, and not begin one of its own. */
        boolean mayReturn();

        /** Where a snapshot is kept while it comes in. */
        Path incoming();

        PeerConfig peers();

        /** host:port where clients find this node. */
        String httpAddress();

        /** The host that others are told to find this node at. */
        String advertise();
    }

    /**
     * @param deadlineMs after which a proposal's outcome is said to be unknown
     * @param broken is told when the node must not go on
     */
    public ReplicaVerticle(
            Opening opening,
            Proposer proposer,
            AppliedListener applied,
            ClusterListener listener,
            PeerListener peerListener,
            Clock clock,
            long deadlineMs,
            Consumer<StoreFailure> broken) {
        this.opening = opening;
        this.proposer = proposer;
        this.applied = applied;
        this.listener = listener;
        this.peerListener = peerListener;
        this.clock = clock;
        this.deadlineNanos = deadlineMs * NANOS_PER_MS;
        this.broken = broken;
    }

    /** This node's word on itself, from any thread; null until the verticle has started. */
    public ReplicaStatus status() {
        return status;
    }

    /** Completes when rows up to what is applied now are visible to readers; on the replica's context. */
    public void settle(Runnable done) {
        long id = nextSettle++;
        settles.put(id, done);
        feed(new Input.Settle(id));
    }

    /** Completes when the disk is open and others can ask; the rest may have to wait for them. */
    @Override
    public Future<?> start() {
        peers = new Peers(vertx, opening.peers(), new FromPeers(), peerListener);
        snapshots = new SnapshotExchange(vertx, peers);
        receiver = new SnapshotReceiver(vertx, opening.incoming());
        awaitSnapshot();
        forwarding = new Forwarding(peers, opening.commandBytes(), replies, proposer);
        vertx.setPeriodic(SWEEP_MS, id -> sweep());
        return opening.store()
                .compose(opened -> {
                    store = opened;
                    store.handler(new FromStore());
                    peers.identity(0, store.incarnation(), true);
                    return peers.listen();
                })
                .map(port -> {
                    raftPort = port;
                    enter();
                    return null;
                });
    }

    /** Finds out what to start from, and starts. */
    private void enter() {
        opening.image(store, peers, address()).onComplete(found -> {
            if (isStopped) {
                return;
            }
            if (found.failed()) {
                broken.accept(new StoreFailure(StoreFailure.Kind.DISK, found.cause()));
            } else {
                store.handler(new FromStore());
                begin(found.result());
            }
        });
    }

    private void begin(Image image) {
        members = image.configuration();
        membersIndex = image.configurations().isEmpty() ? 0 : 1;
        clusterId = image.clusterId();
        tellPeers();
        standing = ReplicaStatus.Standing.MEMBER;
        replica = opening.replica(store, image);
        refreshStatus();
        if (clusterId != 0) {
            opening.entered(store, image.lineage());
        }
        awaitSnapshot();
        proposer.bind(context, this::turn);
        feed(new Input.Started());
    }

    private void tellPeers() {
        peers.identity(clusterId, store.incarnation(), membersIndex == 0);
        Map<NodeId, String> addresses = new TreeMap<>();
        members.members().forEach(member -> addresses.put(member.id(), member.address()));
        peers.members(addresses);
    }

    private final class FromStore implements StoreHandler {
        @Override
        public void written(long number) {
            Long since = appending.remove(number);
            if (since != null) {
                listener.appended(System.nanoTime() - since);
            }
            feed(new Input.Persisted(number));
        }

        @Override
        public void diskFull(long number) {
            feed(new Input.DiskFull(number));
        }

        @Override
        public void diskTight(boolean tight) {
            feed(new Input.DiskTight(tight));
        }

        @Override
        public void failed(StoreFailure failure) {
            broken.accept(failure);
        }

        @Override
        public void damaged(String what) {
            quarantine(ReplicaStatus.Standing.CORRUPT, what);
        }
    }

    private final class FromPeers implements PeerHandler {
        @Override
        public void message(NodeId from, long incarnation, PeerMessage message) {
            feed(new Input.Received(from, incarnation, message));
        }

        @Override
        public void connected(PeerFacts peer) {
            peers.ask(peer.node(), new Ask(Membership.FACTS, new byte[0]))
                    .compose(Membership::facts)
                    .onSuccess(facts -> httpAddresses.put(facts.node(), facts.httpAddress()))
                    .onFailure(silent -> LOG.debug("{} does not say where its clients find it", peer.node(), silent));
        }

        @Override
        public Future<ForwardReply> forward(NodeId from, Forward forward) {
            return forwarding.take(forward);
        }

        @Override
        public Future<Answer> ask(PeerFacts from, Ask ask) {
            return membership.answer(ask);
        }

        @Override
        public Future<SnapshotAck> chunk(NodeId from, SnapshotChunk chunk) {
            if (replica == null) {
                return Future.succeededFuture(new SnapshotAck(chunk.snapshot(), 0, SnapshotAck.Code.BUSY));
            }
            return replica.wants(chunk.index(), chunk.term())
                    ? receiver.take(chunk)
                    : Future.succeededFuture(SnapshotAck.refused(chunk));
        }
    }

    @Override
    public Future<?> stop() {
        isStopped = true;
        leave("the node stopped");
        snapshots.close();
        return receiver.close()
                .eventually(peers::close)
                .eventually(() -> store == null ? Future.succeededFuture() : store.close());
    }

    /** On the replica's context. */
    public Store store() {
        return store;
    }

    private void runTasks() {
        try {
            proposer.runTasks();
        } catch (AssertionError defect) {
            broken.accept(new StoreFailure(StoreFailure.Kind.INVARIANT, defect));
        }
    }

    /** Takes what was proposed since the last turn. */
    private void turn() {
        if (replica == null) {
            // Came just before the way was closed.
            for (Proposer.Waiting late : proposer.drain()) {
                replies.fail(late.home(), late.promise(), new NotExecuted(Reason.NOT_LEADER));
            }
            replies.flush();
            runTasks();
            return;
        }
        List<Proposer.Waiting> taken = forwarding.pass(proposer.drain(), leads() ? Optional.empty() : leader());
        if (!taken.isEmpty()) {
            List<Proposal> proposals = new ArrayList<>(taken.size());
            for (Proposer.Waiting pending : taken) {
                long id = nextProposal++;
                waiting.put(id, pending);
                deadlines.add(id);
                proposals.add(new Proposal(id, pending.command(), pending.key(), pending.size()));
            }
            feed(new Input.Proposed(proposals));
        }
        runTasks();
    }

    boolean leads() {
        return replica != null && replica.role() == Role.LEADER;
    }

    Optional<NodeId> leader() {
        return replica == null ? Optional.empty() : replica.leader();
    }

    Peers peers() {
        return peers;
    }

    /** Where peers find this node. */
    private String address() {
        return opening.advertise() + ":" + raftPort;
    }

    /** What this node says of itself to whoever asks. */
    Facts facts() {
        String leaderAddress =
                leader().flatMap(members::member).map(Member::address).orElse("");
        return new Facts(
                peerConfig().node(),
                store.incarnation(),
                clusterId,
                membersIndex == 0,
                replica != null && replica.lastIndex() == 1,
                replica == null ? 0 : replica.term(),
                members.members(),
                leaderAddress,
                address(),
                opening.httpAddress());
    }

    /** Members and leadership; on the replica's context. */
    public Membership membership() {
        return membership;
    }

    private void feed(Input input) {
        if (replica == null) {
            return;
        }
        try {
            List<Effect> effects = replica.on(input, clock.now());
            for (Effect effect : effects) {
                carryOut(effect);
            }
            refreshStatus();
            // Who waits for an answer comes before who listens.
            replies.flush();
            if (appliedMoved) {
                appliedMoved = false;
                List<StoredMessage> messages = List.copyOf(delivered);
                delivered.clear();
                applied.applied(appliedIndex, appliedTime, messages);
            }
        } catch (RuntimeException | AssertionError defect) {
            broken.accept(new StoreFailure(StoreFailure.Kind.INVARIANT, defect));
        }
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.Persist persist) {
            var batch = persist.batch();
            if (!batch.entries().isEmpty()) {
                // A batch that met a full disk comes again: the first time counts.
                appending.putIfAbsent(batch.number(), System.nanoTime());
            }
            store.write(batch);
        } else if (effect instanceof Effect.Deliver deliver) {
            for (Delivery change : deliver.changes()) {
                delivered.addAll(opening.append(store.tail(), change));
            }
        } else if (effect instanceof Effect.Applied moved) {
            appliedMoved = true;
            appliedIndex = moved.index();
            appliedTime = moved.time();
        } else if (effect instanceof Effect.Reply reply) {
            Proposer.Waiting pending = waiting.remove(reply.proposal());
            if (pending != null) {
                listener.committed(System.nanoTime() - pending.sinceNanos());
                replies.complete(
                        pending.home(),
                        pending.promise(),
                        new Committed(reply.outcome(), reply.index(), reply.term(), reply.time(), reply.replayed()));
            }
        } else if (effect instanceof Effect.ReplyStored stored) {
            replyFromRow(stored);
        } else if (effect instanceof Effect.Refuse refuse) {
            Proposer.Waiting pending = waiting.remove(refuse.proposal());
            fail(changes.remove(refuse.proposal()), new NotExecuted(refuse.reason()));
            if (pending != null) {
                listener.refused(refuse.reason().name());
                replies.fail(pending.home(), pending.promise(), new NotExecuted(refuse.reason()));
            }
        } else if (effect instanceof Effect.Fetch fetch) {
            fetch(fetch.place());
        } else if (effect instanceof Effect.Settled settled) {
            Runnable done = settles.remove(settled.id());
            if (done != null) {
                done.run();
            }
        } else if (effect instanceof Effect.RoleChanged changed) {
            LOG.info("{} in term {}", changed.role().name().toLowerCase(Locale.ROOT), changed.term());
            listener.roleChanged(changed.role(), changed.term());
        } else if (effect instanceof Effect.CaughtUp) {
            applied.caughtUp();
        } else if (effect instanceof Effect.Wake wake) {
            wakeNanos = wake.nanos();
            arm();
        } else if (effect instanceof Effect.Send send) {
            peers.send(send.to(), send.message());
        } else if (effect instanceof Effect.ReadReady ready) {
            complete(reads.remove(ready.id()), ready.index());
        } else if (effect instanceof Effect.ReadFailed failed) {
            fail(reads.remove(failed.id()), new NotExecuted(Reason.NOT_LEADER));
        } else if (effect instanceof Effect.Reconfigured reconfigured) {
            complete(changes.remove(reconfigured.id()), reconfigured.index());
        } else if (effect instanceof Effect.MembersChanged changed) {
            members = changed.configuration();
            membersIndex = changed.index();
            if (clusterId == 0 && changed.clusterId() != 0) {
                opening.entered(store, changed.lineage());
            }
            clusterId = changed.clusterId();
            tellPeers();
        } else if (effect instanceof Effect.Load load) {
            load(load);
        } else if (effect instanceof Effect.SendSnapshot snapshot) {
            sendSnapshot(snapshot.peer());
        } else if (effect instanceof Effect.Corrupt corrupt) {
            context.runOnContext(v -> quarantine(
                    ReplicaStatus.Standing.CORRUPT,
                    "the state at index " + corrupt.index() + " is not what a majority has"));
        } else if (effect instanceof Effect.Amnesiac amnesiac) {
            context.runOnContext(v -> quarantine(
                    ReplicaStatus.Standing.AMNESIAC,
                    "this node lacks what it acknowledged, up to entry " + amnesiac.index()));
        } else {
            throw new AssertionError("unhandled " + effect);
        }
    }

    private static void complete(Promise<Long> promise, long value) {
        if (promise != null) {
            promise.tryComplete(value);
        }
    }

    private static void fail(Promise<Long> promise, Throwable cause) {
        if (promise != null) {
            promise.tryFail(cause);
        }
    }

    /**
     * Completes, on the replica's context, when what is applied here holds all that was committed when this was asked;
     * fails with {@link NotExecuted}. To be called there.
     */
    public Future<Long> confirmRead() {
        if (replica == null) {
            return Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
        }
        long id = nextRead++;
        Promise<Long> promise = Promise.promise();
        reads.put(id, promise);
        feed(new Input.Read(id));
        return promise.future();
    }

    /** Completes with the index of the entry that says so, when it is committed. On the replica's context. */
    Future<Long> change(MemberChange change) {
        long id = nextProposal++;
        Promise<Long> promise = Promise.promise();
        changes.put(id, promise);
        feed(new Input.ChangeMembers(id, change));
        return promise.future();
    }

    /**
     * Hands leadership over, if this node has it and the others could go on without it; completes when it did, when it
     * cannot, or after a moment. From any context, before a stop.
     */
    public Future<Void> handOver() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> {
            Optional<NodeId> to = leads() ? replica.successor() : Optional.empty();
            List<NodeId> voters = members.voters();
            long others = voters.stream()
                    .filter(voter -> !voter.equals(peerConfig().node()) && peers.isReachable(voter))
                    .count();
            if (to.isEmpty() || others <= voters.size() / 2) {
                done.complete();
                return;
            }
            LOG.info("hands over to {}", to.get());
            feed(new Input.Transfer(to.get()));
            long until = System.nanoTime() + HAND_OVER_NANOS;
            vertx.setPeriodic(5, id -> {
                if (!leads() || System.nanoTime() - until > 0) {
                    vertx.cancelTimer(id);
                    done.complete();
                }
            });
        });
        return done.future();
    }

    Future<Long> transfer(NodeId to) {
        if (members.member(to).filter(Member::voter).isEmpty()) {
            return Future.failedFuture(new NotExecuted(Reason.UNKNOWN_MEMBER));
        }
        feed(new Input.Transfer(to));
        return Future.succeededFuture(replica.lastIndex());
    }

    /** Entries that a peer lacks and that are no longer in memory. */
    private void load(Effect.Load load) {
        afterThisTurn(() -> store.reader()
                .entries(load.from(), replica.lastIndex(), load.maxBytes())
                .onComplete(read -> {
                    if (read.failed()) {
                        LOG.warn("the log from {} on could not be read for {}", load.from(), load.peer(), read.cause());
                    }
                    List<Entry> entries = read.succeeded() ? read.result() : List.<Entry>of();
                    context.runOnContext(v -> feed(new Input.Loaded(load.peer(), entries)));
                }));
    }

    /** What is applied now is in the snapshot, also the entry that added the peer (DESIGN D16). */
    private void sendSnapshot(NodeId peer) {
        long start = System.nanoTime();
        afterThisTurn(() -> snapshots
                .send(peer, store)
                .onSuccess(index -> peerListener.snapshotSent(peer, System.nanoTime() - start))
                .onComplete(sent -> context.runOnContext(v ->
                        feed(new Input.SnapshotSent(peer, sent.succeeded() ? sent.result() : 0, sent.succeeded())))));
    }

    /** Once for each snapshot: who asks again while one is awaited would hear of the same twice. */
    private void awaitSnapshot() {
        if (isAwaiting) {
            return;
        }
        isAwaiting = true;
        receiver.next()
                .onSuccess(this::onSnapshot)
                .onFailure(failure -> LOG.debug("no snapshot: {}", failure.toString()));
    }

    private void onSnapshot(ReceivedSnapshot received) {
        isAwaiting = false;
        Store.inspect(vertx, received.file(), received.index(), received.term(), received.bytes())
                .onComplete(looked -> {
                    if (isStopped) {
                        return;
                    }
                    if (looked.succeeded() && replica != null && replica.wants(received.index(), received.term())) {
                        LOG.info("installs a snapshot up to entry {}", received.index());
                        renew(directory -> opening.install(directory, looked.result()));
                        return;
                    }
                    if (looked.failed()) {
                        LOG.warn("a snapshot cannot be used", looked.cause());
                    }
                    SnapshotExchange.discard(received.file());
                    awaitSnapshot();
                });
    }

    /**
     * Puts another database in the place of this one, and a new replica in the place of this one, as after a restart.
     * What was proposed here and waits is unknown.
     *
     * @param change of a closed store's directory; when it fails the node goes on with what is there
     */
    private void renew(Function<DataDirectory, Future<Void>> change) {
        DataDirectory directory = store.directory();
        leave("its state was replaced by a snapshot");
        store.closeKeepingDirectory()
                .compose(closed -> change.apply(directory))
                .onFailure(failure -> LOG.error("the data could not be replaced", failure))
                .transform(changed -> opening.store())
                .onComplete(opened -> {
                    if (isStopped) {
                        return;
                    }
                    if (opened.failed()) {
                        broken.accept(new StoreFailure(StoreFailure.Kind.DISK, opened.cause()));
                    } else {
                        store = opened.result();
                        enter();
                    }
                });
    }

    /** Nothing is fed any more; whoever waits hears that nobody can say. */
    private void leave(String why) {
        proposer.unbind();
        snapshots.forget();
        applied.left();
        if (status != null) {
            status = status.away(standing);
        }
        replica = null;
        reads.values().forEach(read -> read.tryFail(new NotExecuted(Reason.NOT_LEADER)));
        reads.clear();
        changes.values().forEach(change -> change.tryFail(new Indeterminate(why)));
        changes.clear();
        for (Proposer.Waiting pending : waiting.values()) {
            replies.fail(pending.home(), pending.promise(), new Indeterminate(why));
        }
        waiting.clear();
        deadlines.clear();
        settles.clear();
        delivered.clear();
        appending.clear();
        appliedMoved = false;
        wakeNanos = Long.MAX_VALUE;
        if (timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
        replies.flush();
    }

    /**
     * This node's state cannot be trusted: it lays its data aside and comes back as a new one (DESIGN D10). Alone there
     * is nothing to come back from.
     */
    private void quarantine(ReplicaStatus.Standing found, String why) {
        if (replica == null || isStopped) {
            return;
        }
        LOG.error("{}", why);
        if (members.voters().size() < 3 || !opening.mayReturn()) {
            broken.accept(new StoreFailure(StoreFailure.Kind.DISK, new IllegalStateException(why)));
            return;
        }
        standing = found;
        refreshStatus();
        renew(directory -> vertx.executeBlocking(
                () -> {
                    Store.setAside(directory);
                    return null;
                },
                false));
    }

    /** A body that fell due is read beside the log and comes back as a command (DESIGN D17). */
    private void fetch(Cursor place) {
        afterThisTurn(() -> opening.dueBody(store.reader(), place)
                .onSuccess(command -> context.runOnContext(v -> feed(new Input.Fetched(command))))
                .onFailure(failure -> {
                    LOG.warn("the body due at {} could not be read", place, failure);
                    context.runOnContext(v -> feed(new Input.FetchFailed(place)));
                }));
    }

    /** Settles and then does it; an input in the middle of another's effects would take its batch before theirs. */
    private void afterThisTurn(Runnable then) {
        context.runOnContext(v -> settle(then));
    }

    /** The first answer was too large for memory: it is a row, once rows are up to date. Its deadline stands meanwhile. */
    private void replyFromRow(Effect.ReplyStored stored) {
        afterThisTurn(() -> store.reader()
                .answer(stored.index(), stored.place())
                .onComplete(row -> context.runOnContext(v -> replyFromRow(stored, row))));
    }

    private void replyFromRow(Effect.ReplyStored stored, AsyncResult<Optional<byte[]>> row) {
        Proposer.Waiting pending = waiting.remove(stored.proposal());
        if (pending == null) {
            return;
        }
        if (row.succeeded() && row.result().isPresent()) {
            Outcome outcome = opening.outcome(row.result().get());
            replies.complete(
                    pending.home(),
                    pending.promise(),
                    new Committed(outcome, stored.index(), stored.term(), stored.time(), true));
        } else {
            LOG.warn("the answer kept at {} could not be read", stored.index(), row.cause());
            replies.fail(
                    pending.home(),
                    pending.promise(),
                    new Indeterminate("the answer of the first request could not be read"));
        }
        replies.flush();
    }

    /** Says "unknown" to those whose deadline passed; what they proposed may still be executed. */
    private void sweep() {
        if (replica == null) {
            return;
        }
        refreshMembers();
        long now = System.nanoTime();
        while (!deadlines.isEmpty()) {
            Proposer.Waiting oldest = waiting.get(deadlines.peekFirst());
            if (oldest != null && now - oldest.sinceNanos() < deadlineNanos) {
                break;
            }
            if (oldest != null) {
                waiting.remove(deadlines.peekFirst());
                replies.fail(
                        oldest.home(),
                        oldest.promise(),
                        new Indeterminate("not committed within " + deadlineNanos / NANOS_PER_MS + " ms"));
            }
            deadlines.pollFirst();
        }
        unanswered = waiting.size();
        replies.flush();
    }

    /** Proposals that somebody waits for; from any thread. */
    public int unanswered() {
        return unanswered;
    }

    private void refreshStatus() {
        unanswered = waiting.size();
        status = new ReplicaStatus(
                replica.role(),
                replica.leader().map(NodeId::value).orElse(""),
                replica.term(),
                replica.commitIndex(),
                replica.appliedIndex(),
                replica.settledIndex(),
                replica.firstIndex(),
                replica.lastIndex(),
                replica.stateHash(),
                replica.appliedTime(),
                replica.isCaughtUp(),
                replica.isDiskFull(),
                standing(),
                memberStatus);
    }

    private ReplicaStatus.Standing standing() {
        if (standing != ReplicaStatus.Standing.MEMBER) {
            return standing;
        }
        Optional<Member> self = members.member(peerConfig().node());
        boolean counted = self.map(Member::incarnation).equals(Optional.of(store.incarnation()));
        return counted || members.members().isEmpty()
                ? ReplicaStatus.Standing.MEMBER
                : self.isPresent() ? ReplicaStatus.Standing.AMNESIAC : ReplicaStatus.Standing.REMOVED;
    }

    private PeerConfig peerConfig() {
        return opening.peers();
    }

    private void refreshMembers() {
        List<MemberStatus> all = new ArrayList<>();
        for (Member member : members.members()) {
            boolean isSelf = member.id().equals(peerConfig().node());
            all.add(new MemberStatus(
                    member.id().value(),
                    member.address(),
                    member.voter(),
                    isSelf ? replica.lastIndex() : replica.matchIndex(member.id()),
                    isSelf ? opening.httpAddress() : httpAddresses.getOrDefault(member.id(), ""),
                    isSelf || peers.isReachable(member.id())));
        }
        memberStatus = List.copyOf(all);
    }

    /** A timer that goes off too early costs less than arming anew with every batch. */
    private void arm() {
        if (wakeNanos == Long.MAX_VALUE || timer >= 0 && timerNanos <= wakeNanos) {
            return;
        }
        if (timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
        long nanos = wakeNanos - clock.now().nanos();
        if (nanos < FINE_NANOS) {
            fine();
            return;
        }
        timerNanos = wakeNanos;
        long ms = Math.max(1, (nanos + NANOS_PER_MS - 1) / NANOS_PER_MS);
        timer = vertx.setTimer(ms, id -> {
            timer = -1;
            feed(new Input.Tick());
            armAgain();
        });
    }

    /** Timers are of milliseconds; for less the loop goes round, doing what comes, and lets others run meanwhile. */
    private void fine() {
        if (!isFine) {
            isFine = true;
            context.runOnContext(v -> {
                isFine = false;
                if (wakeNanos - clock.now().nanos() > 0) {
                    Thread.yield();
                    arm();
                } else {
                    feed(new Input.Tick());
                    armAgain();
                }
            });
        }
    }

    /** A time that has passed and is still wanted is not asked for more often than a timer would. */
    private void armAgain() {
        if (wakeNanos - clock.now().nanos() <= 0) {
            wakeNanos = clock.now().nanos() + NANOS_PER_MS;
        }
        arm();
    }
}
