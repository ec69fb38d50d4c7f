package io.skein.subscription;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.machine.StateHash;

/**
 * The steps of the subscription machine. Each is a row as it is from now on, or a row that goes: whatever a command does,
 * it says by these. {@code subscription} and {@code topic} are internal ids; ids of subscriptions count up from 1 and are
 * never used twice.
 */
public sealed interface SubscriptionChange extends Change {
    /** It follows all topics that its filter matches, from offset 0; {@link Positioned} says where otherwise. */
    record Created(long subscription, SubscriptionName name, SubscriptionConfig config, Cursor at, long time)
            implements SubscriptionChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(201);
            hash.add(subscription);
            hash.add(name.value());
            hashConfig(hash, config);
        }

        @Override
        public int weight() {
            return 256;
        }
    }

    /**
     * It also follows the topics that the filter matches now, from offset 0; those that it matches no longer go by
     * {@link Left}.
     */
    record Configured(long subscription, SubscriptionConfig config) implements SubscriptionChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(202);
            hash.add(subscription);
            hashConfig(hash, config);
        }

        @Override
        public int weight() {
            return 256;
        }
    }

    /** All that belongs to it goes. */
    record Deleted(long subscription) implements SubscriptionChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(203);
            hash.add(subscription);
        }

        @Override
        public int weight() {
            return 64;
        }
    }

    /**
     * What a subscription counts.
     *
     * @param turn the topic that last gave a message; the one with the next higher id is next
     * @param delivered messages ever handed out, {@code redelivered} those of them not for the first time
     * @param acknowledged messages ever
     * @param rate redriven messages let go in a second, where they are {@link Run.State#PACED}
     */
    record Counted(long subscription, long turn, long delivered, long redelivered, long acknowledged, int rate)
            implements SubscriptionChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(204);
            hash.add(subscription);
            hash.add(turn);
            hash.add(delivered);
            hash.add(redelivered);
            hash.add(acknowledged);
            hash.add(rate);
        }

        @Override
        public int weight() {
            return 64;
        }
    }

    /**
     * The subscription has begun with everything below {@code next} in this topic.
     *
     * @param clears all runs in the topic go: the position was moved by hand
     */
    record Positioned(long subscription, long topic, long next, boolean clears) implements SubscriptionChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(205);
            hash.add(subscription);
            hash.add(topic);
            hash.add(next);
            hash.add(clears ? 1 : 0);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    /** The subscription follows this topic no longer; position and runs go. */
    record Left(long subscription, long topic) implements SubscriptionChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(206);
            hash.add(subscription);
            hash.add(topic);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    /** This run is there, in place of the one that began with the same offset if there was one. Runs never overlap. */
    record RunSet(long subscription, long topic, Run run) implements SubscriptionChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(207);
            hash.add(subscription);
            hash.add(topic);
            hash.add(run.first());
            hash.add(run.count());
            hash.add(run.state().ordinal());
            hash.add(run.deliveries());
            hash.add(run.time());
            hash.add(run.lease().index());
            hash.add(run.lease().place());
            hash.add(run.consumer());
            hash.add(run.key());
        }

        @Override
        public int weight() {
            return 96 + run.consumer().length();
        }
    }

    /** The run that begins with this offset goes. */
    record RunGone(long subscription, long topic, long first) implements SubscriptionChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(208);
            hash.add(subscription);
            hash.add(topic);
            hash.add(first);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    /** This mark is there, in place of the one of the same name. */
    record MarkSet(long subscription, Mark mark) implements SubscriptionChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(209);
            hash.add(subscription);
            hash.add(mark.at().index());
            hash.add(mark.at().place());
            hash.add(mark.topic());
            hash.add(mark.first());
            hash.add(mark.count());
            hash.add(mark.deliveries());
            hash.add(mark.reason());
        }

        @Override
        public int weight() {
            return 128 + mark.reason().length();
        }
    }

    record MarkGone(long subscription, Cursor at) implements SubscriptionChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(210);
            hash.add(subscription);
            hash.add(at.index());
            hash.add(at.place());
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    /**
     * These are dead letters of the subscription, in a dead-letter topic; in place of the stretch that began with the
     * same offset. Stretches never overlap.
     */
    record DeadSet(long subscription, OffsetRange range) implements SubscriptionChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(211);
            hash.add(subscription);
            hash.add(range.topic());
            hash.add(range.first());
            hash.add(range.count());
        }

        @Override
        public int weight() {
            return 48;
        }
    }

    /** The stretch of dead letters that begins with this offset goes. */
    record DeadGone(long subscription, long topic, long first) implements SubscriptionChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(212);
            hash.add(subscription);
            hash.add(topic);
            hash.add(first);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    /**
     * The highest id ever given, also when that subscription is gone. Only in a snapshot and in what the store reads
     * back; never decided ({@link Created} says it).
     */
    record LastSubscription(long subscription) implements SubscriptionChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(213);
            hash.add(subscription);
        }

        @Override
        public int weight() {
            return 32;
        }
    }

    private static void hashConfig(StateHash hash, SubscriptionConfig config) {
        hash.add(config.filter().value());
        hash.add(config.leaseMs());
        hash.add(config.maxDeliveries());
        hash.add(config.backoffMs().size());
        config.backoffMs().forEach(hash::add);
        hash.add(config.deadLetter().map(Object::toString).orElse(""));
        hash.add(config.order().ordinal());
        hash.add(config.paused() ? 1 : 0);
    }
}
