package io.skein.broker;

import io.vertx.core.Future;
import java.util.Optional;

/**
 * What whoever runs a node looks at; this node's word. Callable from any event-loop context; futures complete on the
 * caller's context and fail with {@link Refusal} and nothing else.
 */
public interface Inspection {
    /**
     * Long-lived connections of this node, oldest first.
     *
     * @param after the last id of the page before
     * @param limit 1 to {@link BrokerConfig#MAX_LIMIT}
     */
    Future<ConnectionsPage> connections(Optional<String> after, int limit);

    /** What may be asked in SQL here, and whether it may. */
    Future<SqlOffer> sqlOffer();

    /**
     * Asks the rows of this node in SQL, read-only, as they stand once they hold what {@code freshness} says. Fails with code
     * {@code sql-off} where that is not allowed, {@code sql} with a sentence about the statement, {@code sql-budget} when it
     * would take too much, {@code sql-busy} while another one is being answered.
     *
     * @param limit rows that are wanted, 1 to {@link SqlOffer#rows}
     */
    Future<SqlAnswer> sql(String statement, int limit, Freshness freshness);

    /** Closes one. Fails with {@link Refusal.Kind#NOT_FOUND} when it is not there (any more). */
    Future<Void> closeConnection(String id);
}
