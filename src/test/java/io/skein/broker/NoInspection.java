package io.skein.broker;

import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** What is to be seen of a broker without doors; for tests to override. */
public class NoInspection implements Inspection {
    @Override
    public Future<ConnectionsPage> connections(Optional<String> after, int limit) {
        return Future.succeededFuture(new ConnectionsPage(List.of(), Optional.empty()));
    }

    @Override
    public Future<Void> closeConnection(String id) {
        return Future.failedFuture(Refusal.of(Refusal.Kind.NOT_FOUND, "not-found", "there is no connection " + id));
    }

    @Override
    public Future<SqlOffer> sqlOffer() {
        return Future.succeededFuture(new SqlOffer(false, List.of(), 0, 0, 0, 0, 0, 0));
    }

    @Override
    public Future<SqlAnswer> sql(String statement, int limit, Freshness freshness) {
        return Future.failedFuture(Refusal.of(Refusal.Kind.FORBIDDEN, "sql-off", "nobody asks here"));
    }
}
