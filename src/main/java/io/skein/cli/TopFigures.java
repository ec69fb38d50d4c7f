package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * A cluster at one moment, as its nodes tell it.
 *
 * @param nanos when
 * @param asked URL of the node that was asked for what all know
 * @param counters of each node that answers, by node
 * @param topics as {@code /v1/topics} lists them
 * @param subscriptions as {@code /v1/subscriptions} lists them
 */
record TopFigures(
        long nanos,
        String asked,
        ClusterView view,
        Map<String, Counters> counters,
        List<JsonObject> topics,
        List<JsonObject> subscriptions) {
    private static final Duration A_MOMENT = Duration.ofSeconds(2);
    private static final String PUBLISHED = "skein_messages_published_total";
    private static final String DELIVERED = "skein_messages_delivered_total";
    private static final String BUCKET = "skein_publish_duration_seconds_bucket";

    /**
     * What a node counted since its start.
     *
     * @param publishes how many took up to so many seconds, by that many
     */
    record Counters(double published, double delivered, Map<Double, Double> publishes) {
        /** From what {@code /metrics} says. */
        static Counters of(String metrics) {
            double published = 0;
            double delivered = 0;
            Map<Double, Double> publishes = new TreeMap<>();
            for (String line : metrics.split("\n")) {
                int end = line.lastIndexOf(' ');
                if (end < 0 || line.startsWith("#")) {
                    continue;
                }
                if (line.startsWith(PUBLISHED)) {
                    published += number(line.substring(end + 1));
                } else if (line.startsWith(DELIVERED)) {
                    delivered += number(line.substring(end + 1));
                } else if (line.startsWith(BUCKET)) {
                    int le = line.indexOf("le=\"") + 4;
                    double bound = number(line.substring(le, line.indexOf('"', le)));
                    publishes.merge(bound, number(line.substring(end + 1)), Double::sum);
                }
            }
            return new Counters(published, delivered, publishes);
        }

        private static double number(String text) {
            return text.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
        }
    }

    /** @throws CommandProblem when no node answers */
    static TopFigures ask(Api api) {
        JsonObject cluster = api.get("/v1/cluster");
        Server server = api.server();
        ClusterView view = ClusterView.from(cluster, server);
        Map<String, CompletableFuture<Optional<String>>> asked = new LinkedHashMap<>();
        view.answers()
                .keySet()
                .forEach(node -> asked.put(node, new Api(at(view, node, cluster, server)).text("/metrics", A_MOMENT)));
        CompletableFuture<Optional<JsonObject>> topics = api.look("/v1/topics?match=%23&level=none", A_MOMENT);
        CompletableFuture<Optional<JsonObject>> subscriptions =
                api.look("/v1/subscriptions?limit=1000&level=none", A_MOMENT);
        Map<String, Counters> counters = new TreeMap<>();
        asked.forEach((node, answer) -> answer.join().ifPresent(text -> counters.put(node, Counters.of(text))));
        return new TopFigures(
                System.nanoTime(),
                server.url(),
                view,
                counters,
                list(topics.join(), "topics"),
                list(subscriptions.join(), "subscriptions"));
    }

    private static Server at(ClusterView view, String node, JsonObject first, Server server) {
        JsonObject member = view.members().get(node);
        String address = member == null ? "" : member.getString("httpAddress", "");
        return node.equals(first.getString("node")) || address == null || address.isEmpty()
                ? server
                : server.other(address);
    }

    private static List<JsonObject> list(Optional<JsonObject> answer, String name) {
        JsonArray all = answer.map(json -> json.getJsonArray(name)).orElse(new JsonArray());
        List<JsonObject> list = new ArrayList<>();
        all.forEach(one -> list.add((JsonObject) one));
        return list;
    }

    /** Addresses of all that are known, for when the one that was asked is gone. */
    List<String> addresses() {
        return view.members().values().stream()
                .map(member -> member.getString("httpAddress", ""))
                .filter(address -> address != null && !address.isEmpty())
                .toList();
    }
}
