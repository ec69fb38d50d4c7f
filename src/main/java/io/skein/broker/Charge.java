package io.skein.broker;

import io.skein.topic.Publication;
import io.skein.topic.TopicOutcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one publish takes of the limits that hold for it. */
final class Charge {
    /** Of one bucket. */
    private static final class Cost {
        final Ration ration;
        final Throttled.Figure figure;
        long amount;

        Cost(Ration ration, Throttled.Figure figure) {
            this.ration = ration;
            this.figure = figure;
        }
    }

    private static final class Load {
        long messages;
        long bytes;
    }

    private final Throttle throttle;
    private final LimitTree limits;
    private final long account;
    /** Of each bucket; buckets are equal to themselves alone. */
    private Map<Bucket, Cost> costs = Map.of();

    Charge(Throttle throttle, LimitTree limits, long account) {
        this.throttle = throttle;
        this.limits = limits;
        this.account = account;
    }

    /** Takes what these messages cost, all or nothing; null when it could, else why not. */
    Refusal take(List<Publication> messages, long now) {
        costs = costs(messages, now);
        List<Bucket> taken = new ArrayList<>(costs.size());
        for (Map.Entry<Bucket, Cost> each : costs.entrySet()) {
            if (each.getKey().take(each.getValue().amount, now) > 0) {
                taken.forEach(bucket -> bucket.giveBack(costs.get(bucket).amount));
                return refusal(now);
            }
            taken.add(each.getKey());
        }
        return null;
    }

    private Map<Bucket, Cost> costs(List<Publication> messages, long now) {
        String first = messages.get(0).topic().value();
        Load load = new Load();
        int i = 0;
        while (i < messages.size() && messages.get(i).topic().value().equals(first)) {
            add(load, messages.get(i));
            i++;
        }
        Map<Bucket, Cost> of = new LinkedHashMap<>();
        if (i == messages.size()) {
            add(of, first, load, now);
            return of;
        }
        Map<String, Load> byTopic = new HashMap<>();
        byTopic.put(first, load);
        for (; i < messages.size(); i++) {
            add(byTopic.computeIfAbsent(messages.get(i).topic().value(), topic -> new Load()), messages.get(i));
        }
        byTopic.forEach((topic, some) -> add(of, topic, some, now));
        return of;
    }

    private static void add(Load load, Publication message) {
        load.messages++;
        load.bytes += message.message().body().length;
    }

    private void add(Map<Bucket, Cost> costs, String topic, Load load, long now) {
        for (LimitTree.Entry entry : limits.of(topic)) {
            Ration ration = entry.ration();
            Ration.Used used = throttle.used(ration, account, now);
            if (entry.messages()) {
                costs.computeIfAbsent(used.messages(), first -> new Cost(ration, Throttled.Figure.RATE)).amount +=
                        load.messages;
            }
            if (entry.bytes()) {
                costs.computeIfAbsent(used.bytes(), first -> new Cost(ration, Throttled.Figure.BYTES)).amount +=
                        load.bytes;
            }
        }
    }

    /** By the limit that will say no for longest. */
    private Refusal refusal(long now) {
        Bucket longest = null;
        long wait = -1;
        for (Map.Entry<Bucket, Cost> each : costs.entrySet()) {
            long one = each.getKey().wait(each.getValue().amount, now);
            if (one > wait) {
                longest = each.getKey();
                wait = one;
            }
        }
        Cost cost = costs.get(longest);
        return throttle.refused(cost.figure, cost.ration, longest.used(now), wait);
    }

    /** Nothing of it was done. */
    void giveBack() {
        costs.forEach((bucket, cost) -> bucket.giveBack(cost.amount));
    }

    /** @param results one for each message; none when nothing was done */
    void giveBackRefused(List<Publication> messages, List<TopicOutcome.Result> results) {
        if (results.isEmpty()) {
            giveBack();
            return;
        }
        // Together, not one by one: the whole was charged no more than a bucket's most.
        Map<Bucket, Cost> refused = new LinkedHashMap<>();
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof TopicOutcome.Refused) {
                Load load = new Load();
                add(load, messages.get(i));
                add(refused, messages.get(i).topic().value(), load, throttle.now());
            }
        }
        refused.forEach((bucket, cost) -> bucket.giveBack(cost.amount));
    }
}
