package io.skein.broker;

import io.skein.cluster.Proposer;
import io.skein.store.Holds.Hold;
import io.skein.store.StoredMessage;
import io.skein.store.Tail;
import io.skein.subscription.Leases;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionOutcome.Lent;
import io.skein.subscription.SubscriptionOutcome.Pulled;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A loan whose messages are read on the node that took the pull: the newest from the tail, older ones from rows, whatever
 * the low-water mark says by now (DESIGN D16, a read for an outcome).
 */
final class OpenLoan implements Loan {
    static final Loan EMPTY = new Loan() {
        @Override
        public long count() {
            return 0;
        }

        @Override
        public long until() {
            return 0;
        }

        @Override
        public Future<List<Leased>> next(long maxBytes) {
            return Future.succeededFuture(List.of());
        }

        @Override
        public void close() {}
    };

    /** What is taken from the tail at once, when the loan is made. */
    private static final long AHEAD_BYTES = 256 << 10;

    private final Ground ground;
    private final Proposer proposer;
    private final SubscriptionName name;
    private final LentTraces traces;
    private final Pulled pulled;
    private final Hold hold;
    private final long count;

    private int range;
    /** Messages of the range that were given, or are gone. */
    private long given;

    private List<Leased> ahead = List.of();
    private boolean isClosed;

    /**
     * @param ground of the node that took the pull, since before it was proposed
     * @param hold of its rows, as long; closed when all is read
     */
    OpenLoan(Ground ground, Proposer proposer, SubscriptionName name, LentTraces traces, Pulled pulled, Hold hold) {
        this.name = name;
        this.traces = traces;
        this.hold = hold;
        this.ground = ground;
        this.proposer = proposer;
        this.pulled = pulled;
        this.count = pulled.lent().stream().mapToLong(Lent::count).sum();
    }

    /** On the replica's context, so that who waited for a message that just came finds it here. */
    OpenLoan lookAhead() {
        ahead = newest(AHEAD_BYTES);
        return this;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public long until() {
        return pulled.until();
    }

    @Override
    public void close() {
        isClosed = true;
        hold.close();
    }

    @Override
    public Future<List<Leased>> next(long maxBytes) {
        if (!ahead.isEmpty()) {
            List<Leased> first = ahead;
            ahead = List.of();
            return Future.succeededFuture(first);
        }
        if (isAtEnd() || isClosed) {
            return Future.succeededFuture(List.of());
        }
        return proposer.ask(() -> newest(maxBytes))
                .compose(found -> found.isEmpty() ? older(maxBytes) : Future.succeededFuture(found))
                .recover(failure -> Future.failedFuture(ground.unread(failure)));
    }

    private boolean isAtEnd() {
        return range == pulled.lent().size();
    }

    private Lent current() {
        return pulled.lent().get(range);
    }

    /** On the replica's context: what comes next and is in the tail. */
    private List<Leased> newest(long maxBytes) {
        List<Leased> found = new ArrayList<>();
        Tail tail = ground.store().tail();
        long bytes = 0;
        while (!isAtEnd()) {
            Optional<StoredMessage> message =
                    tail.find(current().topic(), current().first() + given);
            if (message.isEmpty()) {
                break;
            }
            bytes += message.get().json().length;
            if (bytes > maxBytes && !found.isEmpty()) {
                break;
            }
            found.add(leased(message.get()));
            pass(1);
        }
        return found;
    }

    private Future<List<Leased>> older(long maxBytes) {
        Lent lent = current();
        return ground.store()
                .reader()
                .messages(lent.topic(), lent.first() + given, lent.count() - given, maxBytes)
                .compose(messages -> {
                    if (messages.isEmpty()) {
                        // Retention took it between the pull and this; nobody gets it any more.
                        pass(1);
                        return next(maxBytes);
                    }
                    List<Leased> found = new ArrayList<>(messages.size());
                    messages.forEach(message -> found.add(leased(message)));
                    pass(messages.size());
                    return Future.succeededFuture(found);
                });
    }

    private Leased leased(StoredMessage message) {
        Lent lent = current();
        Leases lease = pulled.leases(new Lent(lent.topic(), message.offset(), 1, lent.delivery()))
                .of(ground.lineage());
        if (TraceLog.isOn()) {
            traces.lent(name, message, lease, lent.delivery());
        }
        return new Leased(message, lease, lent.delivery());
    }

    private void pass(int messages) {
        given += messages;
        if (given == current().count()) {
            range++;
            given = 0;
            if (isAtEnd()) {
                hold.close();
            }
        }
    }
}
