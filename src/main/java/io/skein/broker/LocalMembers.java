package io.skein.broker;

import io.skein.cluster.Membership;
import io.skein.cluster.Proposer;
import io.skein.raft.NodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/** Who belongs to the cluster and who leads it, as an operator asks for it at this node. */
final class LocalMembers {
    private static final long TRANSFER_WAIT_MS = 2000;
    private static final long LOOK_MS = 10;

    private final Vertx vertx;
    private final Proposer proposer;
    private final Supplier<Ground> ground;
    private final Supplier<NodeStatus> status;
    private final Succession succession;

    LocalMembers(Vertx vertx, Proposer proposer, Supplier<Ground> ground, Supplier<NodeStatus> status) {
        this.vertx = vertx;
        this.proposer = proposer;
        this.ground = ground;
        this.status = status;
        this.succession =
                new Succession(vertx, () -> ground.get().replica().status().leader());
    }

    /** This one leads now; on the replica's context. */
    void moved(String leader) {
        succession.moved(leader);
    }

    Future<Void> add(String id, String address, boolean voter) {
        return node(id).compose(node -> ask(membership -> membership.add(node, address, voter)));
    }

    /** A leader that is to go hands over first: then there is one all the time, and one that can answer. */
    Future<Void> remove(String id) {
        return node(id).compose(node -> status.get().leader().equals(id)
                ? handOver(Optional.of(id)).transform(either -> removeOnce(node, System.nanoTime()))
                : ask(membership -> membership.remove(node)));
    }

    /** A leader changes no members before its term has begun for the others too; a moment later it does. */
    private Future<Void> removeOnce(NodeId node, long sinceNanos) {
        return ask(membership -> membership.remove(node)).recover(refused -> {
            boolean soon = refused instanceof Refusal no
                    && no.code().equals("change-pending")
                    && System.nanoTime() - sinceNanos < TimeUnit.MILLISECONDS.toNanos(TRANSFER_WAIT_MS);
            return soon
                    ? vertx.timer(LOOK_MS, TimeUnit.MILLISECONDS).compose(v -> removeOnce(node, sinceNanos))
                    : Future.failedFuture(refused);
        });
    }

    Future<Void> transfer(String id) {
        return node(id).compose(node -> ask(membership -> membership.transfer(node)))
                // A leader gives up handing over after one election timeout.
                .compose(v -> succession.leads(id, TRANSFER_WAIT_MS));
    }

    Future<Void> handOver(Optional<String> from) {
        Future<Optional<NodeId>> node =
                from.map(id -> node(id).map(Optional::of)).orElse(Future.succeededFuture(Optional.empty()));
        return node.compose(who -> put(membership -> membership.handOver(who)))
                .compose(before -> before.map(leader -> succession.leadsNoMore(leader.value(), TRANSFER_WAIT_MS))
                        .orElse(Future.succeededFuture()));
    }

    private Future<Void> ask(Function<Membership, Future<Long>> question) {
        return put(question).mapEmpty();
    }

    /** Asks on the replica's context and completes here. */
    private <T> Future<T> put(Function<Membership, Future<T>> question) {
        Ground here = ground.get();
        return here == null
                ? Future.failedFuture(Refusal.unavailable("catching-up", "the node has just started"))
                : proposer.askFor(() -> question.apply(here.replica().membership()))
                        .recover(cause -> Future.failedFuture(Refusal.from(cause)));
    }

    private static Future<NodeId> node(String id) {
        try {
            return Future.succeededFuture(new NodeId(id));
        } catch (IllegalArgumentException notAnId) {
            return Future.failedFuture(Refusal.malformed(notAnId.getMessage()));
        }
    }
}
