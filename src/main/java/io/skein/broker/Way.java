package io.skein.broker;

import io.skein.cluster.Committed;
import io.skein.machine.Command;
import io.skein.machine.IdempotencyKey;
import io.vertx.core.Future;
import java.util.Optional;

/** How the broker takes a command into the log, and what it asks before it reads. */
interface Way {
    /** Completes on the caller's context; fails with {@link Refusal}, also when the machine says no. */
    Future<Committed> propose(Command command, Optional<IdempotencyKey> key);

    /** Until this node has what a reader asks for. */
    Future<Void> fresh(Freshness freshness);

    /** Until this node serves at all. */
    Future<Void> ready();

    /** Until the rows hold all that was applied when it was asked. */
    Future<Void> settled();

    /**
     * Until this node has applied the log up to there. Completes on the caller's context; fails with {@link Refusal} when
     * it takes longer than a second.
     */
    Future<Void> applied(long index);
}
