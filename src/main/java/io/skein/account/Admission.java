package io.skein.account;

import io.skein.account.AccountChange.SessionGone;
import io.skein.account.AccountChange.SessionSet;
import io.skein.account.AccountChange.TokenSet;
import io.skein.account.AccountCommand.LogIn;
import io.skein.account.AccountCommand.LogOut;
import io.skein.account.AccountCommand.LogOutAll;
import io.skein.account.AccountCommand.MakeToken;
import io.skein.account.AccountCommand.RevokeToken;
import io.skein.account.AccountOutcome.Done;
import io.skein.account.AccountOutcome.Gone;
import io.skein.account.AccountOutcome.LoggedIn;
import io.skein.machine.Change;
import io.skein.machine.Decision;
import io.skein.machine.Moment;
import io.skein.machine.Rejection;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Sessions and tokens begin and end. */
final class Admission {
    private final AccountRegister register;
    private final AccountLimits limits;

    Admission(AccountRegister register, AccountLimits limits) {
        this.register = register;
        this.limits = limits;
    }

    Decision logIn(Moment at, LogIn in) {
        Optional<AccountState> found = register.find(in.name());
        if (found.isEmpty()) {
            return Refusals.unknown(in.name());
        }
        AccountState account = found.get();
        if (in.checked() != account.version()) {
            return Refusals.secretChanged(account.name);
        }
        if (in.lifetimeMs() < 1 || in.lifetimeMs() > AccountCommand.MAX_LIFETIME_MS) {
            return Refusals.lifetime(AccountCommand.MAX_LIFETIME_MS);
        }
        Bearer same = register.bearer(in.session());
        if (same != null) {
            // The same command once more: whoever proposed it did not hear that it was taken.
            return same.isSession() && same.account() == account.id()
                    ? new Decision(new LoggedIn(same.expires()), List.of())
                    : Refusals.bearerTaken();
        }
        List<Change> changes = new ArrayList<>();
        Iterator<Bearer> oldest = account.sessions.values().iterator();
        for (int left = account.sessions.size(); left >= limits.sessionsEach(); left--) {
            changes.add(oldest.next().gone());
        }
        if (register.sessions() - changes.size() >= limits.sessions()) {
            return Refusals.tooMany(
                    Rejection.TOO_MANY_SESSIONS,
                    "there are " + limits.sessions() + " sessions already",
                    limits.sessions());
        }
        long expires = at.time() + in.lifetimeMs();
        changes.add(new SessionSet(register.lastNumber() + 1, account.id(), in.session(), at.time(), expires));
        return new Decision(new LoggedIn(expires), changes);
    }

    Decision logOut(LogOut out) {
        Bearer bearer = register.bearer(out.session());
        return bearer == null || !bearer.isSession()
                ? new Decision(new Gone(0), List.of())
                : new Decision(new Gone(1), List.of(bearer.gone()));
    }

    Decision logOutAll(LogOutAll out) {
        Optional<AccountState> found = register.find(out.name());
        if (found.isEmpty()) {
            return Refusals.unknown(out.name());
        }
        List<Change> changes = new ArrayList<>();
        found.get().sessions.keySet().forEach(session -> changes.add(new SessionGone(session)));
        return new Decision(new Gone(changes.size()), changes);
    }

    Decision makeToken(Moment at, MakeToken make) {
        Optional<AccountState> found = register.find(make.owner());
        if (found.isEmpty()) {
            return Refusals.unknown(make.owner());
        }
        AccountState owner = found.get();
        if (make.lifetimeMs() < 0 || make.lifetimeMs() > AccountCommand.MAX_LIFETIME_MS) {
            return Refusals.lifetime(AccountCommand.MAX_LIFETIME_MS);
        }
        List<Change> changes = new ArrayList<>();
        Optional<Bearer> sameName = owner.token(make.token());
        if (sameName.isPresent()) {
            // What is over only waits to be removed.
            if (!sameName.get().isOver(at.time())) {
                return Refusals.tokenExists(owner.name, make.token());
            }
            changes.add(sameName.get().gone());
        }
        if (register.bearer(make.bearer()) != null) {
            return Refusals.bearerTaken();
        }
        if (owner.tokens.size() - changes.size() >= limits.tokensEach()) {
            return Refusals.tooMany(
                    Rejection.TOO_MANY_TOKENS,
                    "account \"" + owner.name + "\" has " + limits.tokensEach() + " tokens already",
                    limits.tokensEach());
        }
        if (register.tokens() - changes.size() >= limits.tokens()) {
            return Refusals.tooMany(
                    Rejection.TOO_MANY_TOKENS, "there are " + limits.tokens() + " tokens already", limits.tokens());
        }
        changes.add(new TokenSet(
                register.lastNumber() + 1,
                owner.id(),
                make.token(),
                make.bearer(),
                make.scopes(),
                at.time(),
                make.lifetimeMs() == 0 ? 0 : at.time() + make.lifetimeMs()));
        return new Decision(new Done(true), changes);
    }

    Decision revokeToken(RevokeToken revoke) {
        Optional<AccountState> found = register.find(revoke.owner());
        if (found.isEmpty()) {
            return Refusals.unknown(revoke.owner());
        }
        Optional<Bearer> token = found.get().token(revoke.token());
        return token.isEmpty()
                ? Decision.rejected(
                        Rejection.UNKNOWN_TOKEN,
                        "account \"" + found.get().name + "\" has no token \"" + revoke.token() + '"')
                : new Decision(new Gone(1), List.of(token.get().gone()));
    }

    Decision expire(Moment at) {
        List<Change> changes = new ArrayList<>();
        for (Bearer bearer : register.ends()) {
            if (!bearer.isOver(at.time()) || changes.size() >= limits.steps()) {
                break;
            }
            changes.add(bearer.gone());
        }
        return new Decision(new Gone(changes.size()), changes);
    }
}
