package io.skein.broker;

import io.skein.store.SqlBudget;
import io.skein.store.SqlDesk;
import io.skein.store.SqlRefused;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** What whoever runs this node looks at. */
final class LocalInspection implements Inspection {
    /** Before whoever found another's statement under way asks again. */
    private static final long BUSY_MS = 1_000;

    private final Residents residents;
    private final boolean mayAskSql;
    private final Supplier<Ground> ground;
    private final Function<Freshness, Future<Void>> settled;

    /** @param settled completes when the rows hold all that somebody who asks so is to see */
    LocalInspection(
            Residents residents,
            boolean mayAskSql,
            Supplier<Ground> ground,
            Function<Freshness, Future<Void>> settled) {
        this.residents = residents;
        this.mayAskSql = mayAskSql;
        this.ground = ground;
        this.settled = settled;
    }

    @Override
    public Future<ConnectionsPage> connections(Optional<String> after, int limit) {
        return limit < 1 || limit > BrokerConfig.MAX_LIMIT
                ? Future.failedFuture(Refusal.malformed("limit is 1 to " + BrokerConfig.MAX_LIMIT))
                : residents.page(after, limit);
    }

    @Override
    public Future<Void> closeConnection(String id) {
        return residents.close(id);
    }

    @Override
    public Future<SqlOffer> sqlOffer() {
        SqlBudget budget = SqlBudget.DEFAULT;
        return Future.succeededFuture(new SqlOffer(
                mayAskSql,
                SqlDesk.views().stream()
                        .map(view -> new SqlOffer.View(view.name(), view.columns()))
                        .toList(),
                budget.rows(),
                budget.bytes(),
                budget.ms(),
                budget.steps(),
                budget.valueBytes(),
                SqlDesk.MOST_CHARACTERS));
    }

    @Override
    public Future<SqlAnswer> sql(String statement, int limit, Freshness freshness) {
        if (!mayAskSql) {
            return Future.failedFuture(Refusal.of(
                    Refusal.Kind.FORBIDDEN,
                    "sql-off",
                    "nobody asks this node in SQL unless its operator allows it: --sql true, or SKEIN_SQL=true"));
        }
        if (limit < 1 || limit > SqlBudget.DEFAULT.rows()) {
            return Future.failedFuture(Refusal.malformed("limit is 1 to " + SqlBudget.DEFAULT.rows()));
        }
        return settled.apply(freshness)
                .compose(v -> ground.get().store().sql().ask(statement, limit))
                .map(found -> new SqlAnswer(found.columns(), found.rows(), found.truncated(), found.ms()))
                .recover(failure -> Future.failedFuture(
                        failure instanceof SqlRefused refused ? refusal(refused) : Refusal.from(failure)));
    }

    private static Refusal refusal(SqlRefused refused) {
        return switch (refused.kind()) {
            case SAID -> Refusal.of(Refusal.Kind.MALFORMED, "sql", refused.getMessage());
            case BUDGET -> Refusal.of(Refusal.Kind.TOO_MUCH, "sql-budget", refused.getMessage());
            case BUSY ->
                Refusal.of(Refusal.Kind.TOO_MANY, "sql-busy", refused.getMessage(), Map.of("retryAfterMs", BUSY_MS));
            case AWAY -> Refusal.unavailable("sql-away", refused.getMessage());
        };
    }
}
