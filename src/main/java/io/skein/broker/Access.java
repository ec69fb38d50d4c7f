package io.skein.broker;

import io.skein.account.AccountMachine;
import io.skein.account.BearerHash;
import io.skein.account.Permit;
import io.skein.cluster.Proposer;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Supplier;

/**
 * The one place that knows who may what: this node's account machine, asked for a {@link Permit} when somebody comes in,
 * and looked through whenever what permits rest on has changed. So a guest's own check is a look at what he holds, and
 * what was taken away is gone with the entry that says so, before this node answers of it or delivers anything after it.
 * What he follows ends in between: what he is owed an answer of he hears first.
 */
final class Access {
    /** After so many guests more, accounts without any are looked for. */
    private static final int SWEEP = 1_024;

    private final Proposer proposer;
    /** Until this node has something that it may go by. */
    private final Supplier<Future<Void>> ready;
    /** Until it has all that was committed when this was asked. */
    private final Supplier<Future<Void>> confirmed;

    private final Supplier<Ground> ground;
    /**
     * By account; guarded by itself. Held weakly: whoever still has a guest in hand, a request half read for example, is
     * told of what was taken from him, and nobody has to say when the last one lets go.
     */
    private final Map<Long, Set<LocalGuest>> guests = new HashMap<>();

    private final UnknownTokens unknown;
    private int sinceSweep;

    /** On the replica's context. */
    private long seen = -1;
    /** Whose permits this turn changed, until they are told; on the replica's context. */
    private final List<LocalGuest> changed = new ArrayList<>();

    Access(
            Proposer proposer,
            Supplier<Future<Void>> ready,
            Supplier<Future<Void>> confirmed,
            Supplier<Ground> ground,
            WallClock clock) {
        this.unknown = new UnknownTokens(clock::nanos);
        this.proposer = proposer;
        this.ready = ready;
        this.confirmed = confirmed;
        this.ground = ground;
    }

    /**
     * What whoever shows this may; fails with {@link Refusal}. On the caller's context.
     *
     * @param peer where this comes from, as a socket says it
     */
    Future<Permit> permit(BearerHash shown, String peer) {
        return ready.get()
                .compose(v -> here(shown))
                // It may have been given a moment ago, elsewhere.
                .compose(
                        found -> found.isPresent() ? Future.succeededFuture(found) : elsewhere(peer, () -> here(shown)))
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found.get())
                        : Future.failedFuture(LocalGuest.notGood()));
    }

    /** The same for somebody for whom an issuer vouches. */
    Future<Permit> permit(BearerHash shown, Issuer.Vouched vouched, String peer) {
        return ready.get()
                .compose(v -> here(shown, vouched))
                .compose(found ->
                        found.isPresent() ? Future.succeededFuture(found) : elsewhere(peer, () -> here(shown, vouched)))
                .compose(found -> found.isPresent()
                        ? Future.succeededFuture(found.get())
                        : Future.failedFuture(
                                Refusal.unauthenticated("there is no account \"" + vouched.name() + "\" here")));
    }

    /** Once this node has all that was committed, which costs a round of the cluster: so many from one address. */
    private Future<Optional<Permit>> elsewhere(String peer, Supplier<Future<Optional<Permit>>> here) {
        String address = LocalAccounts.address(peer);
        Optional<Refusal> no = unknown.begin(address);
        return no.isPresent()
                ? Future.failedFuture(no.get())
                : confirmed.get().compose(v -> here.get()).onComplete(done -> {
                    if (done.failed() || done.result().isPresent()) {
                        unknown.takeBack(address);
                    }
                });
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
        synchronized (guests) {
            guests.computeIfAbsent(guest.account(), first -> Collections.newSetFromMap(new WeakHashMap<>()))
                    .add(guest);
            if (++sinceSweep >= SWEEP) {
                sinceSweep = 0;
                guests.values().removeIf(Set::isEmpty);
            }
        }
        // What changed since its permit was made has been looked through without it.
        proposer.ask(() -> {
                    Ground now = ground.get();
                    if (guest.look(now.accounts(), now.replica().status().time())) {
                        guest.tell();
                    }
                    return null;
                })
                .onFailure(noReplica -> {});
    }

    void forget(LocalGuest guest) {
        synchronized (guests) {
            Set<LocalGuest> ofAccount = guests.get(guest.account());
            if (ofAccount != null && ofAccount.remove(guest) && ofAccount.isEmpty()) {
                guests.remove(guest.account());
            }
        }
    }

    int watched() {
        synchronized (guests) {
            return guests.values().stream().mapToInt(Set::size).sum();
        }
    }

    /**
     * On the replica's context, with each turn, before anybody is answered of it or given what it made visible.
     *
     * @param time the log's, of this turn
     */
    void decided(long time) {
        AccountMachine machine = ground.get().accounts();
        if (machine.revision() == seen) {
            return;
        }
        Optional<Set<Long>> touched = machine.touchedSince(seen);
        seen = machine.revision();
        for (LocalGuest guest : those(touched)) {
            if (guest.look(machine, time)) {
                changed.add(guest);
            }
        }
    }

    /**
     * On the replica's context, with each turn, after its answers have gone to the loops: a connection that ends for what was
     * decided has said before what was stored of it.
     */
    void answered() {
        if (!changed.isEmpty()) {
            changed.forEach(LocalGuest::tell);
            changed.clear();
        }
    }

    /** @param accounts empty: all */
    private List<LocalGuest> those(Optional<Set<Long>> accounts) {
        List<LocalGuest> found = new ArrayList<>();
        synchronized (guests) {
            if (accounts.isEmpty()) {
                guests.values().forEach(found::addAll);
            } else {
                accounts.get().forEach(account -> found.addAll(guests.getOrDefault(account, Set.of())));
            }
        }
        return found;
    }

    /** Another state took the place of all there was. On the replica's context. */
    void renewed() {
        seen = -1;
        Ground now = ground.get();
        long time = now.replica().status().time();
        for (LocalGuest guest : those(Optional.empty())) {
            guest.renew(now.accounts(), time);
            // Whoever waited for an answer of the state before has heard that nobody can say.
            guest.tell();
        }
    }
}
