package io.skein.simulator;

import io.skein.simulator.SubscriptionTruth.Place;
import io.skein.subscription.Start;
import io.skein.subscription.SubscriptionCommand;

/** What operators of subscriptions did: positions and configurations, as asked, and nothing else. */
final class OperatorRules {
    private final Custody custody;
    private final SubscriptionCommand command;

    OperatorRules(Custody custody, SubscriptionCommand command) {
        this.custody = custody;
        this.command = command;
    }

    void compare() {
        if (command instanceof SubscriptionCommand.Seek seek) {
            SubscriptionTruth subscription = custody.find(seek.name());
            subscription.places.forEach((topic, place) -> {
                Place before = custody.before().getOrDefault(new Custody.Spot(subscription.id, topic), place);
                check(
                        place.follows
                                ? place.runs.isEmpty() && place.next == start(seek.to(), topic)
                                : place.runs.equals(before.runs),
                        "sought to " + place.next + " in topic " + topic);
            });
        } else if (command instanceof SubscriptionCommand.Configure configure) {
            configured(configure);
        } else if (!(command instanceof SubscriptionCommand.DeleteTopic
                || command instanceof SubscriptionCommand.Delete)) {
            custody.before().forEach((spot, before) -> {
                SubscriptionTruth subscription = custody.find(spot.subscription());
                Place after = subscription.in(spot.topic());
                check(
                        before.runs.equals(after.runs) && before.next == after.next,
                        "subscription " + spot.subscription() + " moves in topic " + spot.topic());
            });
        }
    }

    private void configured(SubscriptionCommand.Configure configure) {
        SubscriptionTruth subscription = custody.find(configure.name());
        check(subscription.config().equals(configure.config()), "configured as " + subscription.config());
        for (TopicTruth topic : custody.topics()) {
            Place after = subscription.in(topic.id);
            check(
                    after.follows == subscription.wants(topic.name),
                    "topic " + topic.name + " is followed: " + after.follows);
            Place before = custody.before().get(new Custody.Spot(subscription.id, topic.id));
            if (before != null && after.follows) {
                check(
                        before.follows
                                ? after.next == before.next && after.runs.equals(before.runs)
                                : after.next == start(configure.from(), topic.id) && after.runs.isEmpty(),
                        "topic " + topic.name + " is taken from " + after.next);
            }
        }
    }

    private long start(Start start, long topic) {
        if (start instanceof Start.Latest) {
            return custody.topic(topic).nextOffset();
        }
        return start instanceof Start.At known
                ? known.offsets().stream()
                        .filter(one -> one.topic() == topic)
                        .mapToLong(Start.TopicOffset::offset)
                        .findFirst()
                        .orElse(0)
                : 0;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
