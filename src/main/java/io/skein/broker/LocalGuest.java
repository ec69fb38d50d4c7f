package io.skein.broker;

import io.skein.account.AccountMachine;
import io.skein.account.AccountName;
import io.skein.account.Action;
import io.skein.account.BearerHash;
import io.skein.account.Permit;
import io.vertx.core.Context;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * A guest of this node. {@link Access} renews what he may from the replica's context; all else happens on the context that
 * let him in.
 */
final class LocalGuest implements Guest {
    /** Something under way that ends when its guest may no longer have it. */
    interface Stake {
        /** What the guest may has changed. */
        void look();
    }

    private static final Pattern LIKE_AN_OWN = Pattern.compile("[0-9]*/");
    /** The clock by which somebody else says when something ends may be set meanwhile. */
    private static final long LONGEST_TIMER_MS = 60_000;

    private final Access access;
    private final Throttle throttle;
    private final WallClock clock;
    private final Context context;
    private final boolean locked;
    private final Optional<BearerHash> shown;
    /** Whose token it is; 0 for a stranger. It never becomes another's. */
    private final long account;

    private final Broker broker;
    private final Accounts accounts;
    private final Mailbox mail;
    private final Set<Stake> stakes = new LinkedHashSet<>();
    /** Null: he may what a stranger may. */
    private volatile Permit permit;

    /** What somebody else vouched for has ended. */
    private volatile boolean over;

    private volatile boolean hasStakes;
    /** What is to happen when he loses what cannot come back. */
    private final List<Stake> farewells = new ArrayList<>();

    private boolean left;
    /** Takes back the look at the end of what he showed, if that has one that is not in the log. */
    private Runnable endLook = () -> {};

    /** @param permit empty: a stranger */
    LocalGuest(
            Access access,
            Throttle throttle,
            WallClock clock,
            Context context,
            boolean locked,
            Optional<Permit> permit,
            Broker hall,
            LocalAccounts localAccounts,
            Mail mail) {
        this.access = access;
        this.throttle = throttle;
        this.clock = clock;
        this.context = context;
        this.locked = locked;
        this.permit = permit.orElse(null);
        this.shown = permit.map(one -> one.principal().bearer());
        this.account = permit.map(one -> one.principal().account()).orElse(0L);
        this.broker = new GuardedBroker(this, hall);
        this.accounts = new GuardedAccounts(this, localAccounts);
        this.mail = new GuardedMail(this, mail);
        awaitEnd();
    }

    /** The end of what somebody else vouched for is in no log. */
    private void awaitEnd() {
        Permit now = permit;
        if (now == null || !now.isForeign()) {
            return;
        }
        endLook.run();
        long expires = now.expires();
        // Weakly, and in steps: not everybody leaves, and a token may be good for long.
        WeakReference<LocalGuest> guest = new WeakReference<>(this);
        endLook = clock.at(context, Math.min(expires, clock.millis() + LONGEST_TIMER_MS), () -> {
            LocalGuest still = guest.get();
            if (still == null) {
                return;
            }
            if (still.clock.millis() < expires) {
                still.awaitEnd();
            } else {
                still.over = true;
                still.permit = null;
                still.lookAtStakes();
            }
        });
    }

    static Refusal notGood() {
        return Refusal.unauthenticated("the token is not known here, was revoked, or is over");
    }

    Optional<BearerHash> shown() {
        return shown;
    }

    long account() {
        return account;
    }

    /** Null for a stranger. */
    Permit permit() {
        return permit;
    }

    @Override
    public Optional<AccountName> name() {
        Permit now = permit;
        return now == null ? Optional.empty() : Optional.of(now.principal().name());
    }

    @Override
    public boolean isAdmin() {
        Permit now = permit;
        return now != null && now.mayAdminister();
    }

    boolean isMe(AccountName name) {
        Permit now = permit;
        return now != null && now.principal().name().equals(name);
    }

    @Override
    public boolean mayAdminister() {
        return !locked || isAdmin();
    }

    /** Why he may not do this with all topics that are asked about; null when he may. */
    Refusal whyNot(Action action, String asked) {
        if (!locked) {
            return gone() ? notGood() : null;
        }
        Permit now = permit;
        if (now == null) {
            return unknown();
        }
        return now.may(action, asked) ? null : forbidden(now, action, asked);
    }

    private static Refusal forbidden(Permit permit, Action action, String asked) {
        String verb = switch (action) {
            case PUBLISH -> "publish to";
            case SUBSCRIBE -> "read";
            case MANAGE -> "manage";
        };
        return Refusal.forbidden('"' + permit.principal().name().value() + "\" may not " + verb + " \"" + asked + '"');
    }

    /** Why he may not what is an admin's; null when he may. */
    Refusal whyNoAdmin() {
        if (mayAdminister()) {
            return gone() ? notGood() : null;
        }
        return permit == null ? unknown() : Refusal.onlyAdmins();
    }

    /** Why he may not what everybody may whose name is known; null when he may. */
    Refusal whyNobody() {
        return permit != null || !locked && !gone() ? null : unknown();
    }

    /** He showed a token, and it holds no longer. */
    private boolean gone() {
        return shown.isPresent() && permit == null;
    }

    Refusal unknown() {
        return shown.isPresent()
                ? notGood()
                : Refusal.unauthenticated("this needs a token: log in at POST /v1/sessions, or ask an admin for one");
    }

    /**
     * What he calls something (an idempotency key, its scope, a producer), made unlike what anybody else calls so: of an
     * account with its number and a slash before it. All strangers are one; what they say stays as it is, unless it could
     * be an account's or is changed like this.
     */
    String own(String name) {
        if (account != 0) {
            return account + "/" + name;
        }
        return LIKE_AN_OWN.matcher(name).lookingAt() ? "/" + name : name;
    }

    Optional<String> own(Optional<String> name) {
        return name.map(this::own);
    }

    Throttle throttle() {
        return throttle;
    }

    /** Whoever has yet to say who he is may nothing, and takes nobody's place. */
    @Override
    public Stay stay() {
        return locked && shown.isEmpty() ? Stay.UNCOUNTED : throttle.stay(account);
    }

    @Override
    public Broker broker() {
        return broker;
    }

    @Override
    public Accounts accounts() {
        return accounts;
    }

    @Override
    public Mailbox mail() {
        return mail;
    }

    // What he follows.

    /** It began; he may have it as of now. */
    void hold(Stake stake) {
        stakes.add(stake);
        hasStakes = true;
        if (left) {
            // Something that was under way when he left began all the same.
            access.watch(this);
            awaitEnd();
        }
        // It may have been taken from him since he was asked, when nobody knew yet that he has it.
        stake.look();
    }

    void drop(Stake stake) {
        stakes.remove(stake);
        hasStakes = !stakes.isEmpty();
        if (left && stakes.isEmpty()) {
            forget();
        }
    }

    private void forget() {
        endLook.run();
        access.forget(this);
    }

    @Override
    public void whenGone(Runnable then) {
        once(() -> permit == null, then);
    }

    @Override
    public void whenNoAdmin(Runnable then) {
        once(() -> permit == null || !mayAdminister(), then);
    }

    private void once(BooleanSupplier isLost, Runnable then) {
        if (shown.isEmpty()) {
            return;
        }
        Stake farewell = new Stake() {
            @Override
            public void look() {
                if (isLost.getAsBoolean() && farewells.remove(this)) {
                    drop(this);
                    then.run();
                }
            }
        };
        farewells.add(farewell);
        hold(farewell);
    }

    @Override
    public void leave() {
        left = true;
        stakes.removeAll(farewells);
        farewells.clear();
        hasStakes = !stakes.isEmpty();
        if (stakes.isEmpty() && shown.isPresent()) {
            forget();
        }
    }

    // On the replica's context.

    /** @return true when what he may has changed: he is to be told */
    boolean look(AccountMachine machine, long time) {
        Permit now = permit;
        if (now == null || machine.isCurrent(now)) {
            return false;
        }
        renew(machine, time);
        return true;
    }

    void renew(AccountMachine machine, long time) {
        Permit now = permit;
        permit = now == null ? null : machine.renewed(now, time).orElse(null);
        if (over) {
            // Meanwhile; it does not come back because the log's time is behind.
            permit = null;
        }
    }

    /** What he follows looks whether he may still have it, after what is on its way to his loop already. */
    void tell() {
        if (hasStakes) {
            context.runOnContext(v -> lookAtStakes());
        }
    }

    /** On the guest's own context. */
    private void lookAtStakes() {
        List.copyOf(stakes).forEach(Stake::look);
    }
}
