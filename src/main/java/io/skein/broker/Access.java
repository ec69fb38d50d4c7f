package io.skein.broker;

import io.skein.account.AccountMachine;
import io.skein.account.BearerHash;
import io.skein.account.Permit;
import io.skein.cluster.Proposer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The one place that knows who may what: this node's account machine, asked for a {@link Permit} when somebody comes in,
 * and looked through whenever what permits rest on has changed. So a guest's own check is a look at what he holds, and
 * what was taken away is gone with the entry that says so, before this node delivers anything after it.
 */
final class Access {
    /** Looking through all guests takes at most one part in so many of the replica's time. */
    private static final int SHARE = 10;

    private final Vertx vertx;
    private final Proposer proposer;
    /** Until this node has something that it may go by. */
    private final Supplier<Future<Void>> ready;
    /** Until it has all that was committed when this was asked. */
    private final Supplier<Future<Void>> confirmed;

    private final Supplier<Ground> ground;
    private final Set<LocalGuest> guests = ConcurrentHashMap.newKeySet();

    // On the replica's context.
    private long seen = -1;
    private long nextLookNanos = System.nanoTime();
    private boolean lookingLater;

    Access(
            Vertx vertx,
            Proposer proposer,
            Supplier<Future<Void>> ready,
            Supplier<Future<Void>> confirmed,
            Supplier<Ground> ground) {
        this.vertx = vertx;
        this.proposer = proposer;
        this.ready = ready;
        this.confirmed = confirmed;
        this.ground = ground;
    }

    /** What whoever shows this may; fails with {@link Refusal}. On the caller's context. */
    Future<Permit> permit(BearerHash shown) {
        return ready.get()
                .compose(v -> here(shown))
                // It may have been given a moment ago, elsewhere.
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found)
                        : confirmed.get().compose(v -> here(shown)))
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found.get())
                        : Future.failedFuture(LocalGuest.notGood()));
    }

    /** The same for somebody for whom an issuer vouches. */
    Future<Permit> permit(BearerHash shown, Issuer.Vouched vouched) {
        return ready.get()
                .compose(v -> here(shown, vouched))
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found)
                        : confirmed.get().compose(v -> here(shown, vouched)))
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found.get())
                        : Future.failedFuture(
                                Refusal.unauthenticated("there is no account \"" + vouched.name() + "\" here")));
    }

    private Future<Optional<Permit>> here(BearerHash shown, Issuer.Vouched vouched) {
        return ask(() -> ground.get().accounts().permit(vouched.name(), shown, vouched.scopes(), vouched.expires()));
    }

    private Future<Optional<Permit>> here(BearerHash shown) {
        return ask(() -> ofMachine(shown));
    }

    private <T> Future<T> ask(Supplier<T> question) {
        return proposer.ask(question).recover(cause -> Future.failedFuture(Refusal.from(cause)));
    }

    private Optional<Permit> ofMachine(BearerHash shown) {
        Ground now = ground.get();
        return now.accounts().permit(shown, now.replica().status().time());
    }

    /** From any thread. */
    void watch(LocalGuest guest) {
        guests.add(guest);
        // What changed since its permit was made has been looked through without it.
        proposer.ask(() -> {
                    look(guest, ground.get().accounts());
                    return null;
                })
                .onFailure(noReplica -> {});
    }

    void forget(LocalGuest guest) {
        guests.remove(guest);
    }

    int watched() {
        return guests.size();
    }

    /** On the replica's context, with each turn, before what it made visible is given to anybody. */
    void applied() {
        AccountMachine machine = ground.get().accounts();
        if (machine.revision() == seen) {
            return;
        }
        long begun = System.nanoTime();
        if (begun - nextLookNanos < 0) {
            later();
            return;
        }
        seen = machine.revision();
        guests.forEach(guest -> look(guest, machine));
        long end = System.nanoTime();
        nextLookNanos = end + SHARE * (end - begun);
    }

    private void later() {
        if (!lookingLater) {
            lookingLater = true;
            vertx.setTimer(Math.max(1, TimeUnit.NANOSECONDS.toMillis(nextLookNanos - System.nanoTime()) + 1), id -> {
                lookingLater = false;
                applied();
            });
        }
    }

    /** Another state took the place of all there was. On the replica's context. */
    void renewed() {
        seen = -1;
        nextLookNanos = System.nanoTime();
        Ground now = ground.get();
        guests.forEach(
                guest -> guest.renew(now.accounts(), now.replica().status().time()));
    }

    private void look(LocalGuest guest, AccountMachine machine) {
        guest.look(machine, ground.get().replica().status().time());
    }
}
