package io.skein.broker;

import io.skein.cluster.Committed;
import io.skein.cluster.Proposer;
import io.skein.machine.Command;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.Rejected;
import io.skein.raft.Role;
import io.skein.topic.TopicCommand;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The way of one node: what may go into the log now, and when what is there is enough for whoever reads. */
final class LocalWay implements Way {
    private final BrokerConfig config;
    private final Proposer proposer;
    private final Health health;
    private final Readiness readiness;
    private final AppliedIndex applied;
    private final Supplier<Ground> ground;

    LocalWay(
            BrokerConfig config,
            Proposer proposer,
            Health health,
            Readiness readiness,
            AppliedIndex applied,
            Supplier<Ground> ground) {
        this.config = config;
        this.proposer = proposer;
        this.health = health;
        this.readiness = readiness;
        this.applied = applied;
        this.ground = ground;
    }

    @Override
    public Future<Committed> propose(Command command, Optional<IdempotencyKey> key) {
        Optional<Refusal> closed = health.closed();
        if (closed.isPresent()) {
            return Future.failedFuture(closed.get());
        }
        // Who comes in the first moments of a node is not sent away.
        Future<Committed> committed = readiness.isReady()
                ? proposer.propose(command, key)
                : readiness.await(false, command.size()).compose(v -> proposer.propose(command, key));
        return committed.transform(result -> {
            if (result.failed()) {
                return Future.failedFuture(Refusal.from(result.cause()));
            }
            return result.result().outcome() instanceof Rejected rejected
                    ? Future.failedFuture(Refusal.of(rejected))
                    : Future.succeededFuture(result.result());
        });
    }

    @Override
    public Future<Void> fresh(Freshness freshness) {
        return fresh(freshness, 0);
    }

    /** @param waitMs until what a reader has seen elsewhere is here, too */
    Future<Void> fresh(Freshness freshness, long waitMs) {
        // Asked once: it may be otherwise a moment later.
        Optional<Refusal> outside = health.outside();
        if (outside.isPresent()) {
            return Future.failedFuture(outside.get());
        }
        return ready(freshness.level() == Freshness.Level.NONE)
                .compose(v -> switch (freshness.level()) {
                    case NONE -> Future.<Void>succeededFuture();
                    case WEAK ->
                        ground.get().replica().status().role() == Role.LEADER
                                ? Future.<Void>succeededFuture()
                                : confirmed();
                    case LINEARIZABLE -> confirmed();
                    case STRONG -> logged();
                })
                .compose(v -> applied.reached(freshness.minIndex(), waitMs));
    }

    /** What is applied here holds an entry that was not yet in the log when this was asked. */
    private Future<Void> logged() {
        // It does what is due anyway, which is mostly nothing.
        return propose(new TopicCommand.Expire(), Optional.empty())
                .compose(committed -> applied.reached(committed.index(), 0));
    }

    /** Until what is applied here holds all that was committed when this was asked (API.md, level). */
    private Future<Void> confirmed() {
        return proposer.askFor(ground.get().replica()::confirmRead)
                .<Void>mapEmpty()
                .recover(cause -> Future.failedFuture(Refusal.from(cause)));
    }

    @Override
    public Future<Void> ready() {
        return health.closed().<Future<Void>>map(Future::failedFuture).orElseGet(() -> ready(false));
    }

    /** Reads wait for a node that has just started; with {@code anyway} they take what there is, if it finds no leader. */
    Future<Void> ready(boolean anyway) {
        return readiness.await(anyway, 0);
    }

    /** What has no tail is read from rows that are up to date (DESIGN D16). */
    @Override
    public Future<Void> settled() {
        return proposer.askFor(ground.get().replica()::settle)
                .<Void>mapEmpty()
                .timeout(config.catchUpWaitMs(), TimeUnit.MILLISECONDS)
                .recover(cause -> Future.failedFuture(
                        cause instanceof TimeoutException
                                ? Refusal.unavailable("rows-behind", "the rows did not come up to date in time")
                                : cause));
    }

    /** What a backup holds: rows up to all that is applied, by a node that its cluster counts. */
    Future<Void> settledFor(Freshness freshness) {
        return health.closed()
                .<Future<Void>>map(Future::failedFuture)
                .orElseGet(() -> fresh(freshness, 0).compose(v -> settled()));
    }

    @Override
    public Future<Void> applied(long index) {
        return applied.reached(index, 0);
    }
}
