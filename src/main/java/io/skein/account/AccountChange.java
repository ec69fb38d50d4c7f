package io.skein.account;

import io.skein.machine.Change;
import io.skein.machine.StateHash;
import java.util.Optional;

/**
 * The steps of the account machine. Each is a row as it is from now on, or a row that goes. Accounts, versions of
 * passwords, sessions and tokens share one row of numbers, which count up from 1 and are never used twice; so a version
 * that was checked is never that of an account which was deleted and made again.
 */
public sealed interface AccountChange extends Change {
    /** Before all rows: no number up to this one is given again. */
    record LastNumber(long number) implements AccountChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(301);
            hash.add(number);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    /**
     * This account is there, new or changed.
     *
     * @param version the number of its password
     * @param time when it was made
     */
    record AccountSet(long account, AccountName name, Role role, PasswordHash password, long version, long time)
            implements AccountChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(302);
            hash.add(account);
            hash.add(name.value());
            hash.add(role.ordinal());
            hash.add(password.value());
            hash.add(version);
            hash.add(time);
        }

        @Override
        public int weight() {
            return 512;
        }
    }

    /** The account and all its sessions, tokens, rules and limits go. */
    record AccountGone(long account) implements AccountChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(303);
            hash.add(account);
        }

        @Override
        public int weight() {
            return 64;
        }
    }

    /** A session began at {@code time} and ends by itself at {@code expires}. */
    record SessionSet(long session, long account, BearerHash bearer, long time, long expires) implements AccountChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(304);
            hash.add(session);
            hash.add(account);
            hash.add(bearer.bytes());
            hash.add(time);
            hash.add(expires);
        }

        @Override
        public int weight() {
            return 128;
        }
    }

    /** A session ended. */
    record SessionGone(long session) implements AccountChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(305);
            hash.add(session);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    /**
     * A token for a program was made.
     *
     * @param expires 0: it does not end by itself
     */
    record TokenSet(long token, long account, TokenName name, BearerHash bearer, Scopes scopes, long time, long expires)
            implements AccountChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(306);
            hash.add(token);
            hash.add(account);
            hash.add(name.value());
            hash.add(bearer.bytes());
            hash.add(scopes.whole() ? 1 : 0);
            hash.add(scopes.grants().size());
            for (Grant grant : scopes.grants()) {
                hash.add(grant.action().ordinal());
                hash.add(grant.filter().value());
            }
            hash.add(time);
            hash.add(expires);
        }

        @Override
        public int weight() {
            int weight = 256;
            for (Grant grant : scopes.grants()) {
                weight += 32 + 2 * grant.filter().value().length();
            }
            return weight;
        }
    }

    /** A token was revoked or came to its end. */
    record TokenGone(long token) implements AccountChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(307);
            hash.add(token);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    /**
     * This rule holds, in place of one of the same account, filter and action.
     *
     * @param account 0: every member
     */
    record RuleSet(long account, AccessFilter filter, Action action, boolean allow) implements AccountChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(308);
            hash.add(account);
            hash.add(filter.value());
            hash.add(action.ordinal());
            hash.add(allow ? 1 : 0);
        }

        @Override
        public int weight() {
            return 64 + 2 * filter.value().length();
        }
    }

    /** @param account 0: every member */
    record RuleGone(long account, AccessFilter filter, Action action) implements AccountChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(309);
            hash.add(account);
            hash.add(filter.value());
            hash.add(action.ordinal());
        }

        @Override
        public int weight() {
            return 64 + 2 * filter.value().length();
        }
    }

    /**
     * This limit holds, in place of one of the same name.
     *
     * @param account 0: every account
     */
    record LimitSet(LimitName name, long account, Optional<AccessFilter> topic, boolean shared, Quota quota)
            implements AccountChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(310);
            hash.add(name.value());
            hash.add(account);
            // No filter is empty.
            hash.add(topic.map(AccessFilter::value).orElse(""));
            hash.add(shared ? 1 : 0);
            hash.add(quota.messagesPerSecond());
            hash.add(quota.bytesPerSecond());
            hash.add(quota.connections());
        }

        @Override
        public int weight() {
            return 128 + 2 * topic.map(AccessFilter::value).orElse("").length();
        }
    }

    record LimitGone(LimitName name) implements AccountChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(311);
            hash.add(name.value());
        }

        @Override
        public int weight() {
            return 64;
        }
    }
}
