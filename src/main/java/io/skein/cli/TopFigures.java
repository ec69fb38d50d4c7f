package io.skein.cli;

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
 * @param listedNanos when topics and subscriptions were listed
 * @param topics as {@code /v1/topics} lists them
 * @param subscriptions as {@code /v1/subscriptions} lists them
 */
record TopFigures(
        long nanos,
        String asked,
        ClusterView view,
        Map<String, Counters> counters,
        long listedNanos,
        List<JsonObject> topics,
        List<JsonObject> subscriptions) {
    /** Whoever does not answer within this is not there. */
    static final Duration A_MOMENT = Duration.ofSeconds(2);
    /** More topics are listed seldom. */
    private static final int MANY = 1_000;

    private static final long SELDOM_NANOS = 10_000_000_000L;
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

    /**
     * Asks all nodes for their counters, and one for topics and subscriptions; of many topics only now and then, as all of
     * them come in one answer.
     *
     * @param last what was heard before; its lists stand where there is no newer one
     * @throws CommandProblem when no node answers
     */
    static TopFigures ask(Api api, Optional<TopFigures> last) {
        JsonObject cluster = api.get("/v1/cluster");
        Server server = api.server();
        ClusterView view = ClusterView.from(cluster, api);
        Map<String, CompletableFuture<Optional<String>>> asked = new LinkedHashMap<>();
        view.answers()
                .keySet()
                .forEach(node -> asked.put(node, at(view, node, cluster, api).text("/metrics", A_MOMENT)));
        boolean listsAnew = last.filter(TopFigures::isFreshAndLong).isEmpty();
        CompletableFuture<Optional<JsonObject>> topics = listsAnew
                ? api.look("/v1/topics?match=%23&level=none", A_MOMENT)
                : CompletableFuture.completedFuture(Optional.empty());
        CompletableFuture<Optional<List<JsonObject>>> subscriptions =
                listsAnew ? pages(api, "", List.of()) : CompletableFuture.completedFuture(Optional.empty());
        Map<String, Counters> counters = new TreeMap<>();
        asked.forEach((node, answer) -> answer.join().ifPresent(text -> counters.put(node, Counters.of(text))));
        Optional<List<JsonObject>> listed = topics.join().map(all -> list(all, "topics"));
        Optional<List<JsonObject>> durable = subscriptions.join();
        long now = System.nanoTime();
        return new TopFigures(
                now,
                server.url(),
                view,
                counters,
                listed.isPresent() ? now : last.map(TopFigures::listedNanos).orElse(now),
                listed.or(() -> last.map(TopFigures::topics)).orElse(List.of()),
                durable.or(() -> last.map(TopFigures::subscriptions)).orElse(List.of()));
    }

    private boolean isFreshAndLong() {
        return Math.max(topics.size(), subscriptions.size()) > MANY && System.nanoTime() - listedNanos < SELDOM_NANOS;
    }

    /** All subscriptions, page by page: they come by name, and those that lag most may be on the last one. */
    private static CompletableFuture<Optional<List<JsonObject>>> pages(Api api, String after, List<JsonObject> before) {
        return api.look("/v1/subscriptions?limit=" + MANY + "&level=none" + after, A_MOMENT)
                .thenCompose(answer -> {
                    if (answer.isEmpty()) {
                        return CompletableFuture.completedFuture(Optional.empty());
                    }
                    List<JsonObject> all = new ArrayList<>(before);
                    all.addAll(list(answer.get(), "subscriptions"));
                    String next = answer.get().getString("next");
                    return next == null
                            ? CompletableFuture.completedFuture(Optional.of(all))
                            : pages(api, "&after=" + Api.query(next), all);
                });
    }

    private static Api at(ClusterView view, String node, JsonObject first, Api api) {
        JsonObject member = view.members().get(node);
        String address = member == null ? "" : member.getString("httpAddress", "");
        return node.equals(first.getString("node")) || address == null || address.isEmpty() ? api : api.beside(address);
    }

    private static List<JsonObject> list(JsonObject answer, String name) {
        List<JsonObject> list = new ArrayList<>();
        answer.getJsonArray(name).forEach(one -> list.add((JsonObject) one));
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
