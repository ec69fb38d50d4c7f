package io.skein.cluster;

import io.skein.cluster.ReplicaStatus.Standing;
import io.skein.raft.Configuration;
import io.skein.raft.NodeId;
import io.skein.replica.Image;
import io.skein.store.DataDirectory;
import io.skein.store.SnapshotFile;
import io.skein.store.Store;
import io.skein.store.StoreFailure;
import io.skein.store.StoreHandler;
import io.skein.store.UnusableDatabase;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of a node: it opens its store, arrives (finds out what it starts from, which may take as long as the other
 * nodes do), runs, is renewed when another state takes the place of its own, and stops. On the replica's context.
 */
final class LifeCycle {
    private static final Logger LOG = LoggerFactory.getLogger(LifeCycle.class);

    private final Surroundings surroundings;
    private final SnapshotExchange snapshots;
    private final Proposer proposer;
    private final Runnable turn;
    private final long deadlineNanos;

    private String address = "";
    private Store store;
    /** False while another state takes the place of the one that was in it. */
    private boolean isOpen;

    private final Removal removal;
    private Future<Void> renewal = Future.succeededFuture();
    /** Until its cluster counts it: whoever is removed later stays so until a start. */
    private boolean mayComeAsNew;

    private boolean isInDoubt;
    /** Why a node in doubt must end, unless it hears that nobody waits for what it has. */
    private Optional<String> lastWord = Optional.empty();

    private boolean isStopped;
    /** Null while there is none to feed: until the node knows what to start from, and after its end. */
    private volatile RunningReplica running;

    /** What is said of this node while none runs. */
    private volatile ReplicaStatus away;

    /**
     * @param turn takes what was proposed, whether a replica runs or not
     * @param deadlineNanos after which a proposal's outcome is said to be unknown
     */
    LifeCycle(Surroundings surroundings, PeerListener listener, Proposer proposer, Runnable turn, long deadlineNanos) {
        this.surroundings = surroundings;
        this.snapshots = new SnapshotExchange(
                surroundings.context().owner(),
                surroundings.peers(),
                listener,
                surroundings.opening().incoming(),
                new FromSnapshots());
        Opening opening = surroundings.opening();
        this.removal = new Removal(
                opening.peers().node(),
                surroundings.peers(),
                surroundings.roster(),
                opening.peers().othersListed());
        this.mayComeAsNew = opening.mayJoin();
        this.proposer = proposer;
        this.turn = turn;
        this.deadlineNanos = deadlineNanos;
    }

    /** From any thread; null as long as none runs. */
    RunningReplica running() {
        return running;
    }

    /** From any thread; null until something is known of this node. */
    ReplicaStatus status() {
        RunningReplica one = running;
        return one == null ? away : one.status();
    }

    /** Of the store that is open, or was last. */
    long incarnation() {
        return store.incarnation();
    }

    SnapshotExchange snapshots() {
        return snapshots;
    }

    /** Completes when the disk is open: others may ask now. */
    Future<Void> open() {
        return surroundings.opening().store().map(opened -> {
            use(opened);
            surroundings.roster().beginAlone(store.incarnation());
            return null;
        });
    }

    private void use(Store opened) {
        store = opened;
        isOpen = true;
        store.handler(new NobodyRuns());
    }

    /** Nothing is written and nothing counts before a replica runs; a disk that fails does. */
    private final class NobodyRuns implements StoreHandler {
        @Override
        public void written(long number) {}

        @Override
        public void diskFull(long number) {}

        @Override
        public void failed(StoreFailure failure) {
            surroundings.broken().accept(failure);
        }
    }

    /** @param at where others find this node */
    void arrive(String at) {
        address = at;
        surroundings
                .opening()
                .image(store, surroundings.peers(), address, this::outside)
                .onComplete(found -> {
                    if (isStopped) {
                        return;
                    }
                    if (found.failed()) {
                        brokenDisk(found.cause());
                        return;
                    }
                    try {
                        run(found.result());
                    } catch (RuntimeException | AssertionError defect) {
                        // Nobody else would hear of it, and the node would say for ever that it is catching up.
                        surroundings.broken().accept(new StoreFailure(StoreFailure.Kind.INVARIANT, defect));
                    }
                });
    }

    /** Its cluster does not count it: on its way there, or to be helped by an operator. */
    private void outside(Standing standing) {
        ReplicaStatus before = away == null ? ReplicaStatus.NONE : away;
        if (!isStopped && (away == null || before.standing() != standing)) {
            away = before.standing(standing);
            surroundings.applied().moved(away);
        }
    }

    private void run(Image image) {
        isInDoubt = false;
        lastWord = Optional.empty();
        surroundings.roster().begin(image, store.incarnation());
        RunningReplica next = new RunningReplica(surroundings, this, store, image, deadlineNanos);
        running = next;
        removal.forget();
        if (surroundings.roster().clusterId() != 0) {
            surroundings.opening().entered(store, image.lineage());
        }
        proposer.bind(surroundings.context(), turn);
        next.begin();
    }

    private final class FromSnapshots implements SnapshotExchange.Taker {
        @Override
        public boolean isThere() {
            return running != null;
        }

        @Override
        public boolean wants(long index, long term) {
            return running != null && running.replica().wants(index, term);
        }

        @Override
        public Future<Void> take(SnapshotFile snapshot) {
            return renew(directory -> surroundings.opening().install(directory, snapshot));
        }
    }

    /**
     * This node's state cannot be trusted: it lays its data aside and comes back as a new one (DESIGN D10). If it leads,
     * it hands over first. Where nobody could take it back it ends, unless the others have already gone on without it.
     *
     * @param found what is said of it meanwhile
     */
    void doubt(Standing found, String why) {
        if (isStopped || isInDoubt || running == null) {
            return;
        }
        isInDoubt = true;
        LOG.error("{}", why);
        snapshots.distrust();
        RunningReplica doubted = running;
        Optional<String> obstacle = obstacle();
        if (obstacle.isPresent() && !mayHaveBeenGivenUp()) {
            brokenDisk(new IllegalStateException(why + "; " + obstacle.get()));
            return;
        }
        surroundings.roster().find(Optional.of(found));
        doubted.standsOtherwise();
        if (obstacle.isPresent()) {
            lastWord = obstacle.map(what -> why + "; " + what);
            LOG.warn("it was started with --join: it waits to hear whether its cluster has gone on without it");
            return;
        }
        doubted.handOver()
                .compose(over -> running == doubted ? renew(this::setAside) : Future.succeededFuture())
                .onFailure(failure -> LOG.error("the data could not be laid aside", failure));
    }

    /** An operator started it to come as a new one, and no leader has counted it since: {@link Removal} finds out. */
    private boolean mayHaveBeenGivenUp() {
        return mayComeAsNew && !surroundings.roster().others().isEmpty();
    }

    /** Why this node cannot come back by itself, and what an operator does then. */
    private Optional<String> obstacle() {
        Configuration members = surroundings.roster().members();
        NodeId self = surroundings.opening().peers().node();
        if (members.hasMajorityWithout(self, voter -> true)) {
            return surroundings.opening().mayReturn()
                    ? Optional.empty()
                    : Optional.of(
                            "it does not know where to find its cluster: start it with --peers, and it comes back");
        }
        List<NodeId> others = surroundings.roster().others();
        return Optional.of(
                others.isEmpty()
                        ? "nobody else has its data: restore a backup"
                        : "without it there is no majority of " + members.voters()
                                + ", and nobody can take it back: have one of " + others
                                + ", which have its data, go on alone (stop it, skein recover), and start this one with"
                                + " --join");
    }

    /** Now and then. */
    void sweep() {
        RunningReplica one = running;
        if (one == null) {
            return;
        }
        one.sweep();
        if (!isInDoubt || lastWord.isPresent()) {
            removal.look(one, store.incarnation())
                    .onSuccess(verdict -> heard(one, verdict))
                    .onFailure(failure -> LOG.debug("nobody says whether it is counted", failure));
        }
    }

    private void heard(RunningReplica asked, Removal.Verdict verdict) {
        if (asked != running || isInDoubt && lastWord.isEmpty() || isStopped) {
            return;
        }
        switch (verdict) {
            case COUNTED -> counted();
            case REMOVED -> outcast(verdict, Standing.REMOVED, "its cluster does not count this node any more");
            case REPLACED -> outcast(verdict, Standing.AMNESIAC, "its cluster has another node of this id");
            case REPLACED_ELSEWHERE ->
                outcast(
                        verdict,
                        Standing.REMOVED,
                        "where its cluster was another one is, with another node of this id");
            case UNKNOWN -> {}
        }
    }

    private void counted() {
        mayComeAsNew = false;
        if (lastWord.isPresent()) {
            brokenDisk(new IllegalStateException(lastWord.get()));
            lastWord = Optional.empty();
        } else {
            surroundings.roster().find(Optional.empty());
        }
    }

    /** Nobody waits for what this node has. */
    private void outcast(Removal.Verdict verdict, Standing standing, String why) {
        RunningReplica one = running;
        surroundings.roster().find(Optional.of(standing));
        one.standsOtherwise();
        boolean onlyFirst = one.replica().lastIndex() == 1;
        if (verdict.comesAsNew(mayComeAsNew, surroundings.opening().mayReturn(), onlyFirst)) {
            LOG.warn("{}: its data is laid aside and it comes as a new one", why);
            renew(this::setAside).onFailure(failure -> LOG.error("the data could not be laid aside", failure));
        } else {
            LOG.warn("{}: it stays as it is; started with --join it comes as a new one", why);
        }
    }

    private Future<Void> setAside(DataDirectory directory) {
        return surroundings
                .context()
                .owner()
                .executeBlocking(
                        () -> {
                            Store.setAside(directory);
                            return null;
                        },
                        false);
    }

    /**
     * Puts another database in the place of this one, and a new replica in the place of this one, as after a restart.
     * What was proposed here and waits is unknown.
     *
     * @param change of a closed store's directory; when it fails the node goes on with what is there
     * @return what became of the change
     */
    private Future<Void> renew(Function<DataDirectory, Future<Void>> change) {
        DataDirectory directory = store.directory();
        long before = store.incarnation();
        Promise<Void> renewed = Promise.promise();
        renewal = renewed.future();
        isOpen = false;
        leave("another state took the place of this node's");
        Future<Void> changed = store.closeKeepingDirectory().compose(closed -> change.apply(directory));
        changed.transform(either -> isStopped
                        ? Future.failedFuture("this node stops")
                        : surroundings.opening().store())
                .onComplete(opened -> {
                    if (opened.succeeded()) {
                        use(opened.result());
                    }
                    renewed.complete();
                    if (isStopped) {
                        return;
                    }
                    if (opened.failed()) {
                        brokenDisk(opened.cause());
                        return;
                    }
                    if (store.incarnation() != before) {
                        // Whoever still knows the one before must not take this one for it.
                        surroundings.roster().beginAlone(store.incarnation());
                    }
                    arrive(address);
                });
        return changed;
    }

    private void leave(String why) {
        RunningReplica last = running;
        proposer.unbind();
        snapshots.forget();
        surroundings.applied().left();
        if (last != null) {
            away = last.status().away();
            running = null;
            last.end(why);
        }
    }

    private void brokenDisk(Throwable cause) {
        boolean isTooOld = cause instanceof OtherLevel || cause instanceof UnusableDatabase data && data.isNewer();
        surroundings
                .broken()
                .accept(new StoreFailure(isTooOld ? StoreFailure.Kind.OTHER_LEVEL : StoreFailure.Kind.DISK, cause));
    }

    /** Nothing is fed any more, and whoever waits hears that nobody can say. The disk stays open. */
    void end() {
        isStopped = true;
        leave("the node stopped");
    }

    /** After {@link #end}. What is being installed is installed; what has come in of a snapshot is kept. */
    Future<Void> close() {
        return snapshots.close().eventually(() -> renewal.transform(either -> closeStore()));
    }

    private Future<Void> closeStore() {
        if (store == null || isOpen) {
            return store == null ? Future.succeededFuture() : store.close();
        }
        DataDirectory directory = store.directory();
        return surroundings.context().owner().executeBlocking(() -> {
            directory.close();
            return null;
        });
    }
}
