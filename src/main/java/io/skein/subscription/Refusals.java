package io.skein.subscription;

import io.skein.machine.Decision;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.wire.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The room's ways to say no. */
final class Refusals {
    private Refusals() {}

    static Decision unknown(SubscriptionName name) {
        return Decision.rejected(Rejection.UNKNOWN_SUBSCRIPTION, "there is no subscription \"" + name + '"');
    }

    static Decision malformed(String detail, long limit) {
        return rejected(Rejection.MALFORMED, detail, limit);
    }

    static Decision rejected(Rejection reason, String detail, long actual) {
        return new Decision(new Rejected(reason, detail, actual), List.of());
    }

    /** What is the system's is left alone. */
    static Decision system(SubscriptionName name) {
        return malformed(
                "subscription \"" + name + "\" is the system's: names that begin with $ are not made, moved or deleted",
                -1);
    }

    static Optional<Decision> tooManyLeases(List<Leases> leases) {
        long messages = 0;
        for (Leases lease : leases) {
            // One by one: the sum of a few may be more than a number holds.
            messages += Math.min(lease.count(), Limits.MAX_LEASES + 1L);
        }
        return messages > Limits.MAX_LEASES
                ? Optional.of(malformed(
                        "a list of leases names at most " + Limits.MAX_LEASES + " messages", Limits.MAX_LEASES))
                : Optional.empty();
    }

    /** @param positions that would be added */
    static Optional<Decision> tooMany(SubscriptionRegister register, SubscriptionLimits limits, int positions) {
        return register.size() >= limits.subscriptions()
                ? Optional.of(rejected(
                        Rejection.TOO_MANY_SUBSCRIPTIONS,
                        "there are " + limits.subscriptions() + " subscriptions already",
                        limits.subscriptions()))
                : tooManyPositions(register, limits, positions);
    }

    static Optional<Decision> tooManyPositions(
            SubscriptionRegister register, SubscriptionLimits limits, int positions) {
        return register.positions() + positions > limits.positions()
                ? Optional.of(rejected(
                        Rejection.TOO_MANY_POSITIONS,
                        "subscriptions follow " + register.positions() + " topics together; " + positions
                                + " more would be more than " + limits.positions(),
                        limits.positions()))
                : Optional.empty();
    }

    static boolean isLonger(String text, int bytes) {
        return text.length() > bytes / 3 && text.getBytes(StandardCharsets.UTF_8).length > bytes;
    }
}
