package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi;

/** What {@code top} shows: figures and what the keys chose, to lines. Draws nothing itself. */
final class TopScreen {
    /** What a list is in the order of. */
    private record Order(String name, ToDoubleFunction<JsonObject> figure) {}

    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final double NANOS = 1e9;
    private static final String RATE = "skeinRate";
    private static final String KEYS = "q quit   Tab, arrows: lists and lines   s sort   p pause   +/- slower, faster";
    private static final List<Order> TOPIC_ORDERS = List.of(
            new Order("in/s", topic -> topic.getDouble(RATE)),
            new Order("messages", topic -> topic.getLong("messages")),
            new Order("size", topic -> topic.getLong("bytes")),
            new Order("name", topic -> 0));
    private static final List<Order> SUBSCRIPTION_ORDERS = List.of(
            new Order("lag", one -> one.getLong("lag")),
            new Order("in flight", one -> one.getLong("inFlight")),
            new Order("dead", one -> one.getLong("dead")),
            new Order("out/s", one -> one.getDouble(RATE)),
            new Order("name", one -> 0));

    private TopFigures before;
    private TopFigures now;
    /** The lists before those of now. */
    private TopFigures listedBefore;

    private TopRates rates = TopRates.NONE;
    private String problem = "";
    private boolean onSubscriptions;
    private int topicOrder;
    private int subscriptionOrder;
    private int chosen;
    private boolean isPaused;

    /** Something new was heard; does nothing while it is paused. */
    void take(TopFigures heard) {
        problem = "";
        if (!isPaused) {
            before = now == null ? heard : now;
            if (listedBefore == null || heard.listedNanos() != before.listedNanos()) {
                listedBefore = before;
            }
            now = heard;
            rates = TopRates.between(before, now);
        }
    }

    /** No node answers. */
    void fail(String why) {
        problem = why;
    }

    boolean hasFigures() {
        return now != null;
    }

    void pause() {
        isPaused = !isPaused;
    }

    void sort() {
        if (onSubscriptions) {
            subscriptionOrder = (subscriptionOrder + 1) % SUBSCRIPTION_ORDERS.size();
        } else {
            topicOrder = (topicOrder + 1) % TOPIC_ORDERS.size();
        }
        chosen = 0;
    }

    void otherList() {
        onSubscriptions = !onSubscriptions;
        chosen = 0;
    }

    void move(int lines) {
        int last = (onSubscriptions ? now.subscriptions() : now.topics()).size() - 1;
        chosen = Math.max(0, Math.min(Math.max(0, last), chosen + lines));
    }

    /**
     * One frame.
     *
     * @param isLive keys are pressed, and said; else both lists are shown as far as they go
     */
    List<String> lines(Terminal.Size size, String every, boolean isLive) {
        List<String> lines = new ArrayList<>();
        if (now == null) {
            lines.add(bold("skein top"));
            lines.add(problem.isEmpty() ? "asks..." : Ansi.AUTO.string("@|bold,red skein:|@ ") + problem);
            return lines;
        }
        lines.add(headline(every));
        lines.add(rates());
        lines.add(
                problem.isEmpty()
                        ? ""
                        : Ansi.AUTO.string("@|bold,red skein:|@ ") + problem + "; what is below is older");
        lines.addAll(nodes(size.columns()));
        now.view().behind().ifPresent(line -> lines.add("  " + line));
        lines.add("");
        if (isLive) {
            list(lines, size, onSubscriptions, Math.max(3, size.rows() - lines.size() - 2), true);
            while (lines.size() < size.rows() - 1) {
                lines.add("");
            }
            lines.add(faint(KEYS));
        } else {
            list(lines, size, false, size.rows(), false);
            lines.add("");
            list(lines, size, true, size.rows(), false);
        }
        return lines;
    }

    private String headline(String every) {
        ClusterView view = now.view();
        String leader = view.answers().entrySet().stream()
                .filter(one -> "leader".equals(one.getValue().getString("role")))
                .max(Comparator.comparing(one -> one.getValue().getLong("term")))
                .map(one -> one.getKey() + " leads, term " + one.getValue().getLong("term"))
                .orElse("NOBODY LEADS");
        int members = Math.max(1, view.members().size());
        long well = view.answers().values().stream()
                .filter(answer -> "ok".equals(answer.getString("health")))
                .count();
        return bold("skein top") + "  " + well + " of " + members + (members == 1 ? " node" : " nodes") + " ok, "
                + leader
                + "  " + now.asked() + "  " + CLOCK.format(LocalTime.now())
                + (isPaused ? bold("  PAUSED") : every.isEmpty() ? "" : "  every " + every);
    }

    private String rates() {
        return "publish " + bold(perSecond(rates.published())) + "   deliver " + bold(perSecond(rates.delivered()))
                + "   latency p50 " + ms(rates.p50Ms()) + "  p99 " + ms(rates.p99Ms());
    }

    /** Nothing was counted is another thing than nobody says. */
    private String perSecond(double rate) {
        return rates.isKnown() ? rate(rate) + "/s" : "-";
    }

    private static String rate(double perSecond) {
        return perSecond >= 100
                ? String.format(Locale.ROOT, "%,.0f", perSecond)
                : String.format(Locale.ROOT, "%.1f", perSecond);
    }

    private static String ms(OptionalDouble value) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.1f ms", value.getAsDouble()) : "-";
    }

    private List<String> nodes(int columns) {
        List<String[]> rows = new ArrayList<>();
        rows.add(with(ClusterView.HEADINGS, "PUBLISH/S", "DELIVER/S"));
        for (String node : now.view().nodes()) {
            TopFigures.Counters later = now.counters().get(node);
            TopFigures.Counters earlier = before.counters().get(node);
            boolean isKnown = later != null && earlier != null && later.published() >= earlier.published();
            double seconds = seconds();
            rows.add(with(
                    now.view().row(node, "no answer"),
                    isKnown ? rate((later.published() - earlier.published()) / seconds) : "-",
                    isKnown ? rate(Math.max(0, later.delivered() - earlier.delivered()) / seconds) : "-"));
        }
        return Table.lines("", rows, ClusterView::coloured, columns);
    }

    private double seconds() {
        return Math.max(0.001, (now.nanos() - before.nanos()) / NANOS);
    }

    /** In place of version and level, which change with an upgrade only. */
    private static String[] with(String[] row, String published, String delivered) {
        return new String[] {row[0], row[1], row[2], row[3], row[4], row[5], published, delivered, row[8]};
    }

    private static String counted(int number, boolean subscriptions) {
        return number + (subscriptions ? " subscription" : " topic") + (number == 1 ? "" : "s");
    }

    /** @param room lines there are for it, its title and heading among them */
    private void list(List<String> lines, Terminal.Size size, boolean subscriptions, int room, boolean isLive) {
        List<JsonObject> all = subscriptions ? subscriptions() : topics();
        Order order = subscriptions ? SUBSCRIPTION_ORDERS.get(subscriptionOrder) : TOPIC_ORDERS.get(topicOrder);
        boolean isChosen = isLive && subscriptions == onSubscriptions;
        String title = counted(all.size(), subscriptions) + " by " + order.name();
        int other = (subscriptions ? now.topics() : now.subscriptions()).size();
        lines.add(bold(title) + (isLive ? faint("   (Tab: " + counted(other, !subscriptions) + ")") : ""));
        int shown = Math.max(1, room - 2);
        int first = isChosen ? Math.max(0, Math.min(chosen - shown + 1, all.size() - shown)) : 0;
        List<String[]> rows = new ArrayList<>();
        rows.add(
                subscriptions
                        ? new String[] {" SUBSCRIPTION", "FILTER", "LAG", "OLDEST", "IN FLIGHT", "DEAD", "OUT/S"}
                        : new String[] {" TOPIC", "MESSAGES", "SIZE", "IN/S"});
        for (int i = first; i < Math.min(all.size(), first + shown); i++) {
            String mark = isChosen && i == chosen ? ">" : " ";
            rows.add(subscriptions ? subscription(mark, all.get(i)) : topic(mark, all.get(i)));
        }
        lines.addAll(Table.lines("", rows, (heading, cell) -> cell, size.columns()));
    }

    private static String[] topic(String mark, JsonObject topic) {
        return new String[] {
            mark + topic.getString("topic"),
            String.format(Locale.ROOT, "%,d", topic.getLong("messages")),
            Readable.size(topic.getLong("bytes")),
            rate(topic.getDouble(RATE))
        };
    }

    private static String[] subscription(String mark, JsonObject one) {
        Long oldest = one.getLong("oldest");
        return new String[] {
            mark + one.getString("subscription") + (one.getBoolean("paused", false) ? " (paused)" : ""),
            one.getString("filter"),
            String.format(Locale.ROOT, "%,d", one.getLong("lag")),
            oldest == null ? "-" : Readable.ago(Math.max(0, System.currentTimeMillis() - oldest)),
            one.getLong("inFlight").toString(),
            one.getLong("dead").toString(),
            rate(one.getDouble(RATE))
        };
    }

    private List<JsonObject> topics() {
        return rated(now.topics(), listedBefore.topics(), "topic", "nextOffset", TOPIC_ORDERS.get(topicOrder));
    }

    private List<JsonObject> subscriptions() {
        return rated(
                now.subscriptions(),
                listedBefore.subscriptions(),
                "subscription",
                "delivered",
                SUBSCRIPTION_ORDERS.get(subscriptionOrder));
    }

    /** With what its counter gained in a second, in order. */
    private List<JsonObject> rated(
            List<JsonObject> later, List<JsonObject> earlier, String name, String counter, Order order) {
        Map<String, Long> counted = earlier.stream()
                .collect(Collectors.toMap(one -> one.getString(name), one -> one.getLong(counter, 0L), (a, b) -> b));
        double seconds = Math.max(0.001, (now.listedNanos() - listedBefore.listedNanos()) / NANOS);
        return later.stream()
                .map(one -> {
                    long gained = one.getLong(counter, 0L)
                            - counted.getOrDefault(one.getString(name), one.getLong(counter, 0L));
                    return one.copy().put(RATE, Math.max(0, gained) / seconds);
                })
                .sorted(Comparator.<JsonObject>comparingDouble(
                                one -> -order.figure().applyAsDouble(one))
                        .thenComparing(one -> one.getString(name)))
                .toList();
    }

    /** The same for programs. */
    JsonObject json() {
        JsonArray nodes = new JsonArray();
        for (String node : now.view().nodes()) {
            JsonObject answer = now.view().answers().get(node);
            nodes.add(new JsonObject().put("node", node).put("status", answer));
        }
        return new JsonObject()
                .put("time", System.currentTimeMillis())
                .put("asked", now.asked())
                .put("publishedPerSecond", rates.isKnown() ? rates.published() : null)
                .put("deliveredPerSecond", rates.isKnown() ? rates.delivered() : null)
                .put("p50Ms", rates.p50Ms().isPresent() ? rates.p50Ms().getAsDouble() : null)
                .put("p99Ms", rates.p99Ms().isPresent() ? rates.p99Ms().getAsDouble() : null)
                .put("nodes", nodes)
                .put("topics", named(topics(), "publishedPerSecond"))
                .put("subscriptions", named(subscriptions(), "deliveredPerSecond"));
    }

    private static JsonArray named(List<JsonObject> rated, String rate) {
        JsonArray all = new JsonArray();
        rated.forEach(one -> {
            JsonObject copy = one.copy();
            copy.put(rate, copy.remove(RATE));
            all.add(copy);
        });
        return all;
    }

    private static String bold(String text) {
        return Ansi.AUTO.string("@|bold " + text + "|@");
    }

    private static String faint(String text) {
        return Ansi.AUTO.string("@|faint " + text + "|@");
    }
}
