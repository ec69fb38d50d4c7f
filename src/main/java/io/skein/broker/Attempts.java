package io.skein.broker;

import io.skein.account.AccountName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Slows down who guesses passwords: by account and address, by address, and by account. Each may be wrong a few times;
 * from then on every further try waits twice as long as the one before, up to a minute. A try counts from its beginning,
 * so that many at once are many; one that was right is taken back. What was not wrong for a quarter of an hour is
 * forgotten, and so is the oldest of too many: this node's own matter, in memory only. From any thread.
 */
final class Attempts {
    static final int FREE_PAIR = 10;
    static final int FREE_ADDRESS = 100;
    static final int FREE_ACCOUNT = 100;

    static final int MAX_REMEMBERED = 20_000;
    private static final long FORGOTTEN_NANOS = TimeUnit.MINUTES.toNanos(15);
    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);

    private static final class Tries {
        int count;
        long lastNanos;
    }

    private final LongSupplier nanos;
    /** Guarded by this. */
    private final LinkedHashMap<String, Tries> remembered = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Tries> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    Attempts(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * A try begins.
     *
     * @param address of whoever tries, without its port
     * @return how long it must wait, in ms, and then it has not begun; empty: it goes on
     */
    synchronized OptionalLong begin(String address, AccountName name) {
        long now = nanos.getAsLong();
        long wait = Math.max(
                wait(pair(address, name), FREE_PAIR, now),
                Math.max(wait(address(address), FREE_ADDRESS, now), wait(account(name), FREE_ACCOUNT, now)));
        if (wait > 0) {
            return OptionalLong.of(Math.max(1, TimeUnit.NANOSECONDS.toMillis(wait)));
        }
        count(pair(address, name), now);
        count(address(address), now);
        count(account(name), now);
        return OptionalLong.empty();
    }

    /** It was right, or nobody looked whether it was. */
    synchronized void takeBack(String address, AccountName name) {
        less(pair(address, name));
        less(address(address));
        less(account(name));
    }

    private long wait(String key, int free, long now) {
        Tries tries = remembered.get(key);
        if (tries == null || now - tries.lastNanos > FORGOTTEN_NANOS) {
            remembered.remove(key);
            return 0;
        }
        if (tries.count < free) {
            return 0;
        }
        int doublings = Math.min(tries.count - free, 6);
        return Math.min(LONGEST_NANOS, TimeUnit.SECONDS.toNanos(1) << doublings) - (now - tries.lastNanos);
    }

    private void count(String key, long now) {
        Tries tries = remembered.computeIfAbsent(key, first -> new Tries());
        tries.count++;
        tries.lastNanos = now;
    }

    private void less(String key) {
        Tries tries = remembered.get(key);
        if (tries != null && --tries.count <= 0) {
            remembered.remove(key);
        }
    }

    private static String pair(String address, AccountName name) {
        return address + ' ' + name.key();
    }

    private static String address(String address) {
        return "a " + address;
    }

    private static String account(AccountName name) {
        return "n " + name.key();
    }
}
