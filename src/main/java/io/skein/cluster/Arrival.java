package io.skein.cluster;

import io.skein.cluster.Discovery.Verdict;
import io.skein.cluster.ReplicaStatus.Standing;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.replica.Image;
import io.skein.store.Store;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a node finds its cluster: asks who is listed, until {@link Discovery} knows what to do, and does it. On the
 * replica's context; goes on for as long as it takes.
 */
public final class Arrival {
    private static final Logger LOG = LoggerFactory.getLogger(Arrival.class);
    private static final long AGAIN_MS = 100;
    /** Nodes that are started together are there a moment later; twice as long from one attempt to the next. */
    private static final long FIRST_AGAIN_MS = 5;

    private static final long STRANGER_AGAIN_MS = 1000;
    /** Attempts between two words to the operator. */
    private static final int SAY_EVERY = 50;

    /**
     * @param address where others find this node
     * @param peers as listed; empty for a cluster of one
     * @param join start empty and be added, instead of beginning a cluster
     * @param build what runs here
     */
    public record Plan(NodeId self, String address, Map<NodeId, String> peers, boolean join, Build build) {}

    private final Vertx vertx;
    private final Store store;
    private final Peers others;
    private final Plan plan;
    private final Image empty;
    private final Discovery discovery;
    private final Consumer<Standing> told;
    /** Another node of this id runs. Who went on asking would take its place while that one starts anew. */
    private boolean isRefused;

    private final Promise<Image> arrived = Promise.promise();
    private int attempts;

    private Arrival(Vertx vertx, Store store, Peers others, Plan plan, Image empty, Consumer<Standing> told) {
        this.vertx = vertx;
        this.store = store;
        this.others = others;
        this.plan = plan;
        this.empty = empty;
        this.told = told;
        this.discovery = new Discovery(plan.self(), store.incarnation(), plan.address(), plan.peers(), plan.join());
    }

    /**
     * @param found what the store holds; whoever has a log belongs somewhere already
     * @param told how the cluster sees this node, once that is known: amnesiac, when it was there with another disk;
     *     removed, when another node of this id runs, and from then on this one only looks whether an operator adds it
     */
    public static Future<Image> of(
            Vertx vertx, Store store, Peers others, Plan plan, Image found, Consumer<Standing> told) {
        if (found.lastIndex() > 0) {
            return Future.succeededFuture(found);
        }
        if (plan.peers().isEmpty()) {
            Member self = new Member(plan.self(), store.incarnation(), plan.address(), true);
            return plan.join()
                    ? Future.succeededFuture(found)
                    : FirstEntry.write(
                            store, FirstEntry.alone(self, plan.build().newestLevel()));
        }
        Arrival arrival = new Arrival(vertx, store, others, plan, found, told);
        arrival.ask();
        return arrival.arrived.future();
    }

    private void ask() {
        attempts++;
        List<Future<Optional<Facts>>> answers = new ArrayList<>();
        plan.peers().forEach((peer, address) -> {
            if (!peer.equals(plan.self())) {
                answers.add(Membership.facts(others, address).map(Optional::of).otherwise(Optional.empty()));
            }
        });
        Future.join(answers).onComplete(done -> {
            List<Facts> facts = answers.stream()
                    .map(Future::result)
                    .flatMap(Optional::stream)
                    .toList();
            follow(discovery.decide(facts), facts);
        });
    }

    private void follow(Verdict verdict, List<Facts> facts) {
        Optional<Facts> beyond = Optional.empty();
        if (verdict instanceof Verdict.Adopt || verdict instanceof Verdict.Wiped || verdict instanceof Verdict.Join) {
            beyond = facts.stream()
                    .filter(one -> one.clusterId() != 0 && !plan.build().worksAt(one.clusterLevel()))
                    .findFirst();
        }
        if (beyond.isPresent()) {
            Facts other = beyond.get();
            arrived.fail(new OtherLevel(other.node(), other.clusterLevel(), other.build(), plan.build()));
            return;
        }
        if (verdict instanceof Verdict.Form form) {
            LOG.info("a new cluster of {}", form.first().configuration().voters());
            FirstEntry.write(store, form.first()).onComplete(arrived);
        } else if (verdict instanceof Verdict.Adopt) {
            arrived.complete(empty);
        } else if (isRefused) {
            again(STRANGER_AGAIN_MS);
        } else if (verdict instanceof Verdict.Wiped wiped) {
            told.accept(Standing.AMNESIAC);
            say("this node was in the cluster with another disk; "
                    + (wiped.powerless().isEmpty()
                            ? "it comes back as a new one"
                            : "without its vote there is no majority, and nobody can take it back: have one of "
                                    + wiped.powerless() + " go on alone (skein recover)"));
            join(wiped.ask(), 0);
        } else if (verdict instanceof Verdict.Join join) {
            join(join.ask(), 0);
        } else if (verdict instanceof Verdict.Stranger) {
            say("the cluster does not know this node: add it (skein members add), or start it with --join");
            again(STRANGER_AGAIN_MS);
        } else if (verdict instanceof Verdict.Wait wait) {
            say("waits for " + wait.silent());
            again(Math.min(AGAIN_MS, FIRST_AGAIN_MS << Math.min(attempts, 6)));
        } else {
            throw new AssertionError("unhandled " + verdict);
        }
    }

    /** Whoever is asked hands it on to the leader. */
    private void join(List<String> addresses, int next) {
        if (next >= addresses.size()) {
            again(AGAIN_MS);
            return;
        }
        Facts self = Facts.empty(plan.self(), store.incarnation(), plan.address(), plan.build());
        others.ask(addresses.get(next), new Ask(Membership.JOIN, self.encode())).onComplete(answer -> {
            if (answer.succeeded() && answer.result().ok()) {
                arrived.complete(empty);
            } else if (answer.succeeded() && answer.result().code().equals(Reason.ID_IN_USE.name())) {
                isRefused = true;
                LOG.error(
                        "another node of the cluster runs as {}: this one stays outside, also when that one ends; stop"
                                + " it and give it an id of its own (--node-id)",
                        plan.self());
                told.accept(Standing.REMOVED);
                again(STRANGER_AGAIN_MS);
            } else {
                join(addresses, next + 1);
            }
        });
    }

    private void again(long ms) {
        if (!others.isClosed()) {
            vertx.setTimer(ms, id -> ask());
        }
    }

    private void say(String what) {
        if (attempts % SAY_EVERY == SAY_EVERY / 10) {
            LOG.info("{}", what);
        }
    }
}
