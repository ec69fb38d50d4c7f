package io.skein.broker;

import io.vertx.core.Future;
import java.util.Optional;
import java.util.function.Supplier;

/** For those who run the node, and nobody else. */
final class GuardedInspection implements Inspection {
    private final LocalGuest guest;
    private final Broker hall;

    GuardedInspection(LocalGuest guest, Broker hall) {
        this.guest = guest;
        this.hall = hall;
    }

    private <T> Future<T> forAdmins(Supplier<Future<T>> then) {
        Refusal no = guest.whyNoAdmin();
        return no == null ? then.get() : Future.failedFuture(no);
    }

    @Override
    public Future<ConnectionsPage> connections(Optional<String> after, int limit) {
        return forAdmins(() -> hall.inspection().connections(after, limit));
    }

    @Override
    public Future<SqlOffer> sqlOffer() {
        return forAdmins(() -> hall.inspection().sqlOffer());
    }

    @Override
    public Future<SqlAnswer> sql(String statement, int limit, Freshness freshness) {
        return forAdmins(() -> hall.inspection().sql(statement, limit, freshness));
    }

    @Override
    public Future<Void> closeConnection(String id) {
        return forAdmins(() -> hall.inspection().closeConnection(id));
    }
}
