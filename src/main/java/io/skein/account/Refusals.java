package io.skein.account;

import io.skein.machine.Decision;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import java.util.List;

/** The room's ways to say no. No sentence holds a secret or a hash of one. */
final class Refusals {
    private Refusals() {}

    static Decision unknown(AccountName name) {
        return Decision.rejected(Rejection.UNKNOWN_ACCOUNT, "there is no account \"" + name + '"');
    }

    static Decision exists(AccountName name) {
        return Decision.rejected(Rejection.ACCOUNT_EXISTS, "there is an account \"" + name + "\" already");
    }

    static Decision secretChanged(AccountName name) {
        return Decision.rejected(
                Rejection.SECRET_CHANGED, "the password of account \"" + name + "\" was changed meanwhile");
    }

    static Decision lastAdmin(AccountName name) {
        return Decision.rejected(
                Rejection.LAST_ADMIN, "account \"" + name + "\" is the only admin; make another one first");
    }

    static Decision tokenExists(AccountName owner, TokenName token) {
        return Decision.rejected(
                Rejection.TOKEN_EXISTS, "account \"" + owner + "\" has a token \"" + token + "\" already");
    }

    /** Somebody drew what was drawn before, which does not happen by chance. */
    static Decision bearerTaken() {
        return Decision.rejected(Rejection.TOKEN_EXISTS, "this token was given before; draw another");
    }

    static Decision tooManyAccounts(int limit) {
        return tooMany(Rejection.TOO_MANY_ACCOUNTS, "there are " + limit + " accounts already", limit);
    }

    static Decision lifetime(long most) {
        return tooMany(
                Rejection.MALFORMED, "a session or token lasts 1 to " + most + " ms, if it ends by itself", most);
    }

    static Decision tooMany(Rejection reason, String detail, int limit) {
        return tooMany(reason, detail, (long) limit);
    }

    private static Decision tooMany(Rejection reason, String detail, long limit) {
        return new Decision(new Rejected(reason, detail, limit), List.of());
    }
}
