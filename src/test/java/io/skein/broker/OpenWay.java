package io.skein.broker;

import io.skein.cluster.Committed;
import io.skein.cluster.Proposer;
import io.skein.machine.Command;
import io.skein.machine.IdempotencyKey;
import io.vertx.core.Future;
import java.util.Optional;

/** A way on which there is nothing to wait for; a test puts there what it is about. */
class OpenWay implements Way {
    private final Proposer proposer;

    OpenWay(Proposer proposer) {
        this.proposer = proposer;
    }

    @Override
    public Future<Committed> propose(Command command, Optional<IdempotencyKey> key) {
        return proposer.propose(command, key);
    }

    @Override
    public Future<Void> fresh(Freshness freshness) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> ready() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> settled() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> applied(long index) {
        return Future.succeededFuture();
    }
}
