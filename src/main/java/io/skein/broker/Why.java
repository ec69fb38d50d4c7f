package io.skein.broker;

import io.skein.subscription.Holder;
import java.util.List;

/**
 * Why a subscription hands out nothing.
 *
 * @param time of the log
 * @param isFlowing there is something to hand out, and somebody takes it
 * @param reasons what stands in the way, the first the most telling; none when it flows
 * @param holders who has messages on loan, those with most first; perhaps not all
 */
public record Why(SubscriptionInfo info, long time, boolean isFlowing, List<Reason> reasons, List<Holder> holders) {
    public Why {
        reasons = List.copyOf(reasons);
        holders = List.copyOf(holders);
    }

    /**
     * @param code {@code paused}, {@code empty}, {@code no-topics}, {@code leased}, {@code delayed}, {@code paced},
     *     {@code blocked-keys}, {@code held}, {@code full}, {@code no-consumers}, {@code no-credit}
     * @param until when that changes by itself, epoch milliseconds; 0 when that is not known
     */
    public record Reason(String code, String detail, long until) {}
}
