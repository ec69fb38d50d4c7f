package io.skein.broker;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Slows down who shows tokens that nobody knows, by address: nobody guesses one, but each costs a round of the cluster to
 * be sure of. From any thread.
 */
final class UnknownTokens {
    /** From one address, until none came for a quarter of an hour; from then on one a second. */
    static final int FREE = 1_000;

    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Guarded by this. */
    private final Tries tries;

    UnknownTokens(LongSupplier nanos) {
        this.tries = new Tries(nanos, WAIT_NANOS);
    }

    /** A token that is not known here is about to be asked about; or why not. */
    synchronized Optional<Refusal> begin(String address) {
        OptionalLong wait = tries.wait(address, FREE);
        if (wait.isEmpty()) {
            tries.count(address);
            return Optional.empty();
        }
        return Optional.of(Refusal.of(
                Refusal.Kind.TOO_MANY,
                "too-many-attempts",
                "too many tokens that are not good came from this address; the next is looked at in " + wait.getAsLong()
                        + " ms",
                Map.of("retryAfterMs", wait.getAsLong())));
    }

    /** It was good, or nobody looked whether it was. */
    synchronized void takeBack(String address) {
        tries.less(address);
    }
}
