package io.skein.account;

import io.skein.account.AccountChange.AccountGone;
import io.skein.account.AccountChange.AccountSet;
import io.skein.account.AccountChange.SessionGone;
import io.skein.account.AccountChange.TokenSet;
import io.skein.account.AccountCommand.Bootstrap;
import io.skein.account.AccountCommand.ChangePassword;
import io.skein.account.AccountCommand.Create;
import io.skein.account.AccountCommand.Delete;
import io.skein.account.AccountCommand.SetRole;
import io.skein.account.AccountOutcome.Done;
import io.skein.account.AccountOutcome.Gone;
import io.skein.machine.Change;
import io.skein.machine.Decision;
import io.skein.machine.Moment;
import io.skein.machine.Rejection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Accounts come, change and go. */
final class Enrolment {
    /** The first admin's token. */
    private static final TokenName FIRST = new TokenName("bootstrap");

    private final AccountRegister register;
    private final AccountLimits limits;

    Enrolment(AccountRegister register, AccountLimits limits) {
        this.register = register;
        this.limits = limits;
    }

    Decision create(Moment at, Create create) {
        if (register.find(create.name()).isPresent()) {
            return Refusals.exists(create.name());
        }
        if (register.size() >= limits.accounts()) {
            return Refusals.tooManyAccounts(limits.accounts());
        }
        long id = register.lastNumber() + 1;
        return new Decision(
                new Done(true),
                List.of(new AccountSet(id, create.name(), create.role(), create.password(), id + 1, at.time())));
    }

    Decision bootstrap(Moment at, Bootstrap bootstrap) {
        Optional<AccountState> found = register.find(bootstrap.name());
        Bearer bearer = register.bearer(bootstrap.token());
        boolean isAdmin = found.isPresent() && found.get().isAdmin();
        if (isAdmin && isWholeTokenOf(bearer, found.get())) {
            return new Decision(new Done(false), List.of());
        }
        if (register.admins() > 0 && !bootstrap.anyway()) {
            return Decision.rejected(Rejection.ADMIN_EXISTS, "there is an admin already, who makes further tokens");
        }
        // Whoever took the name before there was an admin does not become one unseen.
        if (found.isPresent() && !bootstrap.anyway()) {
            return Refusals.exists(bootstrap.name());
        }
        if (bearer != null) {
            return Refusals.bearerTaken();
        }
        if (found.isEmpty() && register.size() >= limits.accounts()) {
            return Refusals.tooManyAccounts(limits.accounts());
        }
        long last = register.lastNumber();
        List<Change> changes = new ArrayList<>();
        long id = found.map(AccountState::id).orElse(last + 1);
        if (!isAdmin) {
            found.ifPresent(taken -> end(taken, changes));
            long made = found.map(taken -> taken.asSet().time()).orElse(at.time());
            AccountName name = found.map(taken -> taken.name).orElse(bootstrap.name());
            changes.add(new AccountSet(id, name, Role.ADMIN, PasswordHash.NONE, last + 2, made));
        } else {
            found.get().token(FIRST).ifPresent(earlier -> changes.add(earlier.gone()));
        }
        changes.add(new TokenSet(last + 3, id, FIRST, bootstrap.token(), Scopes.WHOLE, at.time(), 0));
        return new Decision(new Done(!isAdmin), changes);
    }

    private static boolean isWholeTokenOf(Bearer bearer, AccountState account) {
        return bearer != null
                && bearer.account() == account.id()
                && !bearer.isSession()
                && bearer.scopes().whole();
    }

    /** All that somebody may show for this account. */
    private static void end(AccountState account, List<Change> changes) {
        account.sessions.values().forEach(session -> changes.add(session.gone()));
        account.tokens.values().forEach(token -> changes.add(token.gone()));
    }

    Decision changePassword(ChangePassword change) {
        Optional<AccountState> found = register.find(change.name());
        if (found.isEmpty()) {
            return Refusals.unknown(change.name());
        }
        AccountState account = found.get();
        if (isStale(account, change.checked())) {
            return Refusals.secretChanged(account.name);
        }
        AccountSet before = account.asSet();
        List<Change> changes = new ArrayList<>();
        changes.add(new AccountSet(
                account.id(),
                account.name,
                account.role(),
                change.password(),
                register.lastNumber() + 1,
                before.time()));
        account.sessions.keySet().forEach(session -> changes.add(new SessionGone(session)));
        return new Decision(new Done(false), changes);
    }

    Decision setRole(SetRole set) {
        Optional<AccountState> found = register.find(set.name());
        if (found.isEmpty()) {
            return Refusals.unknown(set.name());
        }
        AccountState account = found.get();
        if (account.role() == set.role()) {
            return new Decision(new Done(false), List.of());
        }
        if (isLastAdmin(account)) {
            return Refusals.lastAdmin(account.name);
        }
        AccountSet before = account.asSet();
        return new Decision(
                new Done(false),
                List.of(new AccountSet(
                        account.id(), account.name, set.role(), before.password(), before.version(), before.time())));
    }

    Decision delete(Delete delete) {
        Optional<AccountState> found = register.find(delete.name());
        if (found.isEmpty()) {
            return Refusals.unknown(delete.name());
        }
        AccountState account = found.get();
        if (isStale(account, delete.checked())) {
            return Refusals.secretChanged(account.name);
        }
        if (isLastAdmin(account)) {
            return Refusals.lastAdmin(account.name);
        }
        return new Decision(new Gone(1), List.of(new AccountGone(account.id())));
    }

    private boolean isLastAdmin(AccountState account) {
        return account.isAdmin() && register.admins() == 1;
    }

    private static boolean isStale(AccountState account, long checked) {
        return checked != AccountCommand.UNCHECKED && checked != account.version();
    }
}
