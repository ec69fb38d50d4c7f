package io.skein.subscription;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The positions of a subscription that have something to hand out: by topic, from after the one that gave last, once round. */
final class Turns {
    private final SubscriptionRegister register;
    private final SubscriptionState subscription;
    private final long last;
    private long topic;
    private boolean wrapped;

    Turns(SubscriptionRegister register, SubscriptionState subscription) {
        this.register = register;
        this.subscription = subscription;
        this.last = subscription.counted().turn();
        this.topic = last;
    }

    /** Null when all have had their turn. */
    Position next() {
        while (true) {
            register.look();
            Map.Entry<Long, Position> entry = subscription.ready.higherEntry(topic);
            if (entry == null || wrapped && entry.getKey() > last) {
                if (wrapped) {
                    return null;
                }
                wrapped = true;
                topic = -1;
                continue;
            }
            topic = entry.getKey();
            if (entry.getValue().hasSomething()) {
                return entry.getValue();
            }
            // Retention took it; no move of the state.
            register.isExhausted(entry.getValue());
        }
    }

    /** At most so many. */
    List<Position> next(int most) {
        List<Position> positions = new ArrayList<>();
        while (positions.size() < most) {
            Position position = next();
            if (position == null) {
                break;
            }
            positions.add(position);
        }
        return positions;
    }
}
