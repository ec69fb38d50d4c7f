package io.skein.broker;

import io.skein.account.Action;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;

/** A pull that waits no longer when its guest may no longer have what it would lend. */
final class GuardedPull implements Pulling, LocalGuest.Stake {
    private final LocalGuest guest;
    private final Promise<Loan> loan = Promise.promise();
    /** Of the subscription; empty: he need not be asked, as long as he is an admin. */
    private Optional<String> filter = Optional.empty();

    private Pulling pulling;
    private boolean cancelled;

    /** @param filterOf of the subscription; empty: as an admin */
    GuardedPull(LocalGuest guest, Subscriptions hall, Pull pull, Future<Optional<String>> filterOf) {
        this.guest = guest;
        filterOf.onComplete(found -> {
            if (found.failed()) {
                loan.tryFail(found.cause());
                return;
            }
            filter = found.result();
            Refusal no = whyNot();
            if (no != null || cancelled) {
                loan.tryFail(no != null ? no : Refusal.unavailable("cancelled", "who pulled went away"));
                return;
            }
            pulling = hall.pull(pull);
            guest.hold(this);
            pulling.loan().onComplete(done -> {
                guest.drop(this);
                if (done.failed()) {
                    loan.tryFail(done.cause());
                } else if (!loan.tryComplete(done.result())) {
                    done.result().close();
                }
            });
        });
    }

    private Refusal whyNot() {
        return filter.isPresent() ? guest.whyNot(Action.SUBSCRIBE, filter.get()) : guest.whyNoAdmin();
    }

    @Override
    public Future<Loan> loan() {
        return loan.future();
    }

    @Override
    public void look() {
        Refusal no = whyNot();
        if (no != null && loan.tryFail(no)) {
            pulling.cancel();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        if (pulling != null) {
            pulling.cancel();
        }
    }
}
