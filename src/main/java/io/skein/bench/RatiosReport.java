package io.skein.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a node reaches of what its machine can do.
 *
 * @param errors messages of the node that failed or had no answer, over all runs
 */
public record RatiosReport(RatiosConfig config, List<Ratio> ratios, long errors) implements Report {

    /**
     * Medians over the rounds. The ratio is the median of the rounds' ratios, not the ratio of the medians: what was
     * measured beside each other is compared.
     */
    public record Ratio(String name, double node, double ceiling, double ratio) {

        static Ratio of(String name, List<double[]> rounds) {
            return new Ratio(
                    name,
                    median(rounds.stream().mapToDouble(round -> round[0]).toArray()),
                    median(rounds.stream().mapToDouble(round -> round[1]).toArray()),
                    median(rounds.stream()
                            .mapToDouble(round -> round[1] == 0 ? 0 : round[0] / round[1])
                            .toArray()));
        }

        JsonObject toJson() {
            return new JsonObject()
                    .put("name", name)
                    .put("node", rounded(node))
                    .put("ceiling", rounded(ceiling))
                    .put("ratio", rounded(ratio));
        }

        private static double rounded(double value) {
            return Math.round(value * 1000) / 1000.0;
        }
    }

    public RatiosReport {
        ratios = List.copyOf(ratios);
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    @Override
    public JsonObject toJson() {
        return new JsonObject()
                .put("bench", "ratios")
                .put("machine", CeilingsReport.machine())
                .put("rounds", config.rounds())
                .put("seconds", config.time().toMillis() / 1000.0)
                .put("load", config.load().toJson())
                .put("ratios", new JsonArray(ratios.stream().map(Ratio::toJson).toList()))
                .put("errors", errors);
    }

    @Override
    public String table() {
        StringBuilder text = new StringBuilder(
                String.format(Locale.ROOT, "%-62s %12s %12s %8s%n", "ratio", "node", "ceiling", "ratio"));
        for (Ratio ratio : ratios) {
            text.append(String.format(
                    Locale.ROOT,
                    "%-62s %12s %12s %8.2f%n",
                    ratio.name(),
                    number(ratio.node()),
                    number(ratio.ceiling()),
                    ratio.ratio()));
        }
        if (errors > 0) {
            text.append(String.format(Locale.ROOT, "%,d messages failed or had no answer%n", errors));
        }
        return text.toString();
    }

    private static String number(double value) {
        return value < 1000 ? Latency.text(value) : String.format(Locale.ROOT, "%,.0f", value);
    }
}
