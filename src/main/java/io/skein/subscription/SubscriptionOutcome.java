package io.skein.subscription;

import io.skein.machine.Cursor;
import io.skein.machine.Outcome;
import io.skein.machine.Rejection;
import io.skein.topic.TopicOutcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The answers of the subscription machine, beside {@code Rejected}. */
public sealed interface SubscriptionOutcome extends Outcome {
    /** Done. @param created something was made */
    record Done(boolean created) implements SubscriptionOutcome {}

    /**
     * So many dead letters were redriven or discarded.
     *
     * @param more there are more for another command of the same kind
     */
    record Counted(long done, boolean more) implements SubscriptionOutcome {}

    /**
     * What was lent; the node that took the request reads the bodies (DESIGN D17).
     *
     * @param subscription internal id
     * @param lease of all of them
     * @param until when it ends
     * @param lent in the order they are to be handed out; none when nothing waits
     */
    record Pulled(long subscription, Cursor lease, long until, List<Lent> lent) implements SubscriptionOutcome {
        public Pulled {
            lent = List.copyOf(lent);
        }

        @Override
        public boolean tookEffect() {
            return !lent.isEmpty();
        }

        public Leases leases(Lent one) {
            return new Leases(subscription, one.topic(), one.first(), one.count(), lease);
        }
    }

    /**
     * Messages with consecutive offsets.
     *
     * @param topic internal id
     * @param delivery 1 for the first time
     */
    record Lent(long topic, long first, long count, int delivery) {}

    /**
     * What an ack, a nack or an extend came to.
     *
     * @param done messages
     * @param refused the rest, with the reason ({@code lease-lost}); neighbours refused alike are one
     */
    record Settled(long done, List<Refused> refused) implements SubscriptionOutcome {
        public Settled {
            refused = List.copyOf(refused);
        }

        @Override
        public boolean tookEffect() {
            return done > 0;
        }

        /** What was refused, cut where those who asked had cut it, in their order. */
        public List<Refused> refusedOf(List<Leases> asked) {
            return Refused.cut(refused, asked);
        }
    }

    record Refused(Leases leases, Rejection reason) {
        private record Lot(long subscription, long topic, Cursor lease) {
            static Lot of(Leases leases) {
                return new Lot(leases.subscription(), leases.topic(), leases.lease());
            }
        }

        static List<Refused> cut(List<Refused> refused, List<Leases> asked) {
            if (refused.isEmpty()) {
                return List.of();
            }
            Map<Lot, NavigableMap<Long, Refused>> lots = new HashMap<>();
            for (Refused one : refused) {
                lots.computeIfAbsent(Lot.of(one.leases), lot -> new TreeMap<>()).put(one.leases.first(), one);
            }
            List<Refused> cut = new ArrayList<>();
            for (Leases leases : asked) {
                NavigableMap<Long, Refused> lot = lots.getOrDefault(Lot.of(leases), new TreeMap<>());
                Long before = lot.floorKey(leases.first());
                for (Refused one : lot.subMap(before == null ? leases.first() : before, leases.end())
                        .values()) {
                    long from = Math.max(one.leases.first(), leases.first());
                    long to = Math.min(one.leases.end(), leases.end());
                    if (from < to) {
                        cut.add(new Refused(leases.part(from, to), one.reason));
                    }
                }
            }
            return cut;
        }
    }

    /** @param results one for each message that was published, none of them refused */
    record Transacted(List<TopicOutcome.Result> results, long acknowledged, long returned)
            implements SubscriptionOutcome {
        public Transacted {
            results = List.copyOf(results);
        }
    }

    /** Nothing of the transaction was done, because of these leases. */
    record Aborted(List<Refused> refused) implements SubscriptionOutcome {
        public Aborted {
            refused = List.copyOf(refused);
        }

        /** As {@link Settled#refusedOf}. */
        public List<Refused> refusedOf(List<Leases> asked) {
            return Refused.cut(refused, asked);
        }

        @Override
        public boolean tookEffect() {
            return false;
        }
    }

    /**
     * What was taken for good.
     *
     * @param topic internal id
     * @param offset -1 when the topic has nothing to take
     */
    record Taken(long topic, long offset) implements SubscriptionOutcome {}
}
