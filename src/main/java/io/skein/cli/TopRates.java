package io.skein.cli;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * What happened between two moments, in a second.
 *
 * @param isKnown a node gave its counters at both moments
 * @param p50Ms of publishes that were acknowledged meanwhile, as the buckets tell it; empty: there were none
 */
record TopRates(boolean isKnown, double published, double delivered, OptionalDouble p50Ms, OptionalDouble p99Ms) {
    static final TopRates NONE = new TopRates(false, 0, 0, OptionalDouble.empty(), OptionalDouble.empty());

    private static final double NANOS = 1e9;
    private static final double HALF = 0.5;
    private static final double NEARLY_ALL = 0.99;

    /** Of the whole cluster; a node that was not there before, or began anew, does not count yet. */
    static TopRates between(TopFigures before, TopFigures now) {
        double published = 0;
        double delivered = 0;
        Map<Double, Double> took = new TreeMap<>();
        for (Map.Entry<String, TopFigures.Counters> one : now.counters().entrySet()) {
            TopFigures.Counters earlier = before.counters().get(one.getKey());
            TopFigures.Counters later = one.getValue();
            if (earlier == null || later.published() < earlier.published()) {
                continue;
            }
            published += later.published() - earlier.published();
            delivered += Math.max(0, later.delivered() - earlier.delivered());
            later.publishes()
                    .forEach((bound, count) -> took.merge(
                            bound, Math.max(0, count - earlier.publishes().getOrDefault(bound, 0.0)), Double::sum));
        }
        double seconds = Math.max(0.001, (now.nanos() - before.nanos()) / NANOS);
        boolean isKnown = now.counters().keySet().stream().anyMatch(before.counters()::containsKey);
        return new TopRates(
                isKnown, published / seconds, delivered / seconds, within(took, HALF), within(took, NEARLY_ALL));
    }

    /** Milliseconds within which so large a part was done; between two bounds as if evenly. */
    private static OptionalDouble within(Map<Double, Double> upTo, double part) {
        double all = upTo.getOrDefault(Double.POSITIVE_INFINITY, 0.0);
        if (all <= 0) {
            return OptionalDouble.empty();
        }
        double wanted = all * part;
        double low = 0;
        double below = 0;
        for (Map.Entry<Double, Double> one : upTo.entrySet()) {
            if (one.getValue() >= wanted) {
                double high = one.getKey();
                if (Double.isInfinite(high)) {
                    return OptionalDouble.of(low * 1000);
                }
                double step = one.getValue() - below;
                double share = step <= 0 ? 1 : (wanted - below) / step;
                return OptionalDouble.of((low + (high - low) * share) * 1000);
            }
            low = one.getKey();
            below = one.getValue();
        }
        return OptionalDouble.empty();
    }
}
