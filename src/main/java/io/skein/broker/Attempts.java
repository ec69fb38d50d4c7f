package io.skein.broker;

import io.skein.account.AccountName;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

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

    private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** Guarded by this. */
    private final Tries tries;

    Attempts(LongSupplier nanos) {
        this.tries = new Tries(nanos, LONGEST_NANOS);
    }

    /**
     * A try begins.
     *
     * @param address of whoever tries, without its port
     * @return how long it must wait, in ms, and then it has not begun; empty: it goes on
     */
    synchronized OptionalLong begin(String address, AccountName name) {
        OptionalLong wait = Stream.of(
                        tries.wait(pair(address, name), FREE_PAIR),
                        tries.wait(address(address), FREE_ADDRESS),
                        tries.wait(account(name), FREE_ACCOUNT))
                .flatMapToLong(OptionalLong::stream)
                .max();
        if (wait.isEmpty()) {
            tries.count(pair(address, name));
            tries.count(address(address));
            tries.count(account(name));
        }
        return wait;
    }

    /** It was right, or nobody looked whether it was. */
    synchronized void takeBack(String address, AccountName name) {
        tries.less(pair(address, name));
        tries.less(address(address));
        tries.less(account(name));
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
