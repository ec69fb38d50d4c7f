package io.skein.account;

import io.skein.machine.Command;
import io.skein.machine.FeatureLevel;
import java.util.Optional;

/**
 * What can be asked of the account machine. What is random (tokens) or slow (hashes of passwords) was made before; who may
 * ask was found out before, and where that rested on a checked password the command carries the version of what was
 * checked ({@link Credential#version}), so that it is refused when another one is in force by now.
 */
public sealed interface AccountCommand extends Command {
    /** No password was checked: the right is an admin's. */
    long UNCHECKED = 0;

    /** Sessions last so long when nobody says otherwise: 30 days. */
    long SESSION_MS = 30L * 24 * 3600 * 1000;
    /** Longest life of a session and of a token that ends by itself: 10 years. */
    long MAX_LIFETIME_MS = 3650L * 24 * 3600 * 1000;

    /** Makes an account; refused when there is one of this name. */
    record Create(AccountName name, PasswordHash password, Role role) implements AccountCommand {
        @Override
        public int size() {
            return 512;
        }
    }

    /**
     * Makes an admin, without a password but with a token for all it may: the first start with {@code --auth} (API.md
     * section 1). Taken as done when the account is one and has this very token.
     *
     * @param anyway also when there is an admin already: whoever may set the node's flags says so. The token takes the
     *     place of that of an earlier start; an account of this name that is no admin becomes one, and its password, its
     *     sessions and its other tokens end, since whoever made it is not meant
     */
    record Bootstrap(AccountName name, BearerHash token, boolean anyway) implements AccountCommand {
        @Override
        public int size() {
            return 256;
        }
    }

    /** A new password: all of the account's sessions end, its tokens stay. */
    record ChangePassword(AccountName name, PasswordHash password, long checked) implements AccountCommand {
        @Override
        public int size() {
            return 512;
        }
    }

    /** Refused when no admin would be left. */
    record SetRole(AccountName name, Role role) implements AccountCommand {
        @Override
        public int size() {
            return 128;
        }
    }

    /** The account goes with its sessions, tokens, rules and limits; refused when no admin would be left. */
    record Delete(AccountName name, long checked) implements AccountCommand {
        @Override
        public boolean frees() {
            return true;
        }

        @Override
        public int size() {
            return 128;
        }
    }

    /**
     * Begins a session.
     *
     * @param checked the version of the password that was checked; never {@link #UNCHECKED}
     * @param lifetimeMs until it ends by itself; 1 to {@link #MAX_LIFETIME_MS}
     */
    record LogIn(AccountName name, long checked, BearerHash session, long lifetimeMs) implements AccountCommand {
        @Override
        public int size() {
            return 192;
        }
    }

    /** Ends this session; one that is not there is done with already. */
    record LogOut(BearerHash session) implements AccountCommand {
        @Override
        public boolean frees() {
            return true;
        }
    }

    /** Ends all of an account's sessions. */
    record LogOutAll(AccountName name) implements AccountCommand {
        @Override
        public boolean frees() {
            return true;
        }

        @Override
        public int size() {
            return 128;
        }
    }

    /**
     * Makes a token for a program.
     *
     * @param token its owner has no other of this name
     * @param lifetimeMs until it ends by itself, at most {@link #MAX_LIFETIME_MS}; 0: never
     */
    record MakeToken(AccountName owner, TokenName token, BearerHash bearer, Scopes scopes, long lifetimeMs)
            implements AccountCommand {
        @Override
        public int size() {
            int size = 256;
            for (Grant grant : scopes.grants()) {
                size += 16 + 2 * grant.filter().value().length();
            }
            return size;
        }
    }

    record RevokeToken(AccountName owner, TokenName token) implements AccountCommand {
        @Override
        public boolean frees() {
            return true;
        }

        @Override
        public int size() {
            return 192;
        }
    }

    /** The rule holds, in place of one on the same filter and action. */
    record SetRule(AccessRule rule) implements AccountCommand {
        @Override
        public int size() {
            return 128 + 2 * rule.filter().value().length();
        }
    }

    /** @param whom empty: every member */
    record RemoveRule(Optional<AccountName> whom, AccessFilter filter, Action action) implements AccountCommand {
        @Override
        public boolean frees() {
            return true;
        }

        @Override
        public int size() {
            return 128 + 2 * filter.value().length();
        }
    }

    /** The limit holds, in place of one of the same name. */
    record SetLimit(Limit limit) implements AccountCommand {
        @Override
        public int needs() {
            return FeatureLevel.LIMITS;
        }

        @Override
        public int size() {
            return 256 + 2 * limit.topic().map(AccessFilter::value).orElse("").length();
        }
    }

    record DropLimit(LimitName name) implements AccountCommand {
        @Override
        public int needs() {
            return FeatureLevel.LIMITS;
        }

        @Override
        public boolean frees() {
            return true;
        }

        @Override
        public int size() {
            return 128;
        }
    }

    /** What has come to its end by the stamp of this command goes. The leader proposes it when something is due. */
    record Expire() implements AccountCommand {
        @Override
        public boolean frees() {
            return true;
        }
    }
}
