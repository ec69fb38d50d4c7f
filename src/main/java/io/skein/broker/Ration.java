package io.skein.broker;

import io.skein.account.AccountChange.LimitSet;
import io.skein.account.Quota;
import java.util.concurrent.ConcurrentHashMap;

/** One limit, and what is used of it. From any thread. */
final class Ration {
    /** Of one account, or of all together; null: as much as comes. */
    record Used(Bucket messages, Bucket bytes) {
        static Used of(Quota quota, long now) {
            return new Used(
                    quota.messagesPerSecond() > 0 ? new Bucket(quota.messagesPerSecond(), now) : null,
                    quota.bytesPerSecond() > 0 ? new Bucket(quota.bytesPerSecond(), now) : null);
        }

        boolean isUnused(long now) {
            return (messages == null || messages.isUnused(now)) && (bytes == null || bytes.isUnused(now));
        }
    }

    private final LimitSet limit;
    /** Null: each account has its own. */
    private final Used only;

    private final ConcurrentHashMap<Long, Used> each = new ConcurrentHashMap<>();

    Ration(LimitSet limit, long now) {
        this.limit = limit;
        this.only = isOfEach() ? null : Used.of(limit.quota(), now);
    }

    LimitSet limit() {
        return limit;
    }

    Quota quota() {
        return limit.quota();
    }

    boolean isOfPublishes() {
        return quota().messagesPerSecond() > 0 || quota().bytesPerSecond() > 0;
    }

    /** Of every account as much, so that an account's own takes its place. */
    boolean isOfEach() {
        return limit.account() == 0 && !limit.shared();
    }

    /** @param added called when this account had used nothing yet */
    Used of(long account, long now, Runnable added) {
        if (only != null) {
            return only;
        }
        Used used = each.get(account);
        if (used != null) {
            return used;
        }
        Used fresh = Used.of(limit.quota(), now);
        Used other = each.putIfAbsent(account, fresh);
        if (other != null) {
            return other;
        }
        added.run();
        return fresh;
    }

    int remembered() {
        return each.size();
    }

    /** What a new one would be like goes. Whoever has it in hand at this moment is charged less than he should. */
    void forgetUnused(long now) {
        each.values().removeIf(used -> used.isUnused(now));
    }

    void forgetAll() {
        each.clear();
    }
}
