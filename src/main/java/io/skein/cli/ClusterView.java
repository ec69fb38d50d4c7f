package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import picocli.CommandLine.Help.Ansi;

/**
 * A cluster as its nodes tell it, each in its own words; of those that do not answer, what the leader says of them.
 *
 * @param answers of {@code /v1/cluster}, by node, in order of name
 * @param members as the leader lists them, or else whoever of those that answer is furthest
 */
record ClusterView(Map<String, JsonObject> answers, Map<String, JsonObject> members) {
    private static final Duration A_MOMENT = Duration.ofSeconds(2);

    /**
     * @param first what one node said; the others are asked where it says that they are
     * @param api of that node
     */
    static ClusterView from(JsonObject first, Api api) {
        Map<String, String> others = new LinkedHashMap<>();
        for (JsonObject member : members(first)) {
            others.put(member.getString("id"), member.getString("httpAddress", ""));
        }
        others.remove(first.getString("node"));
        return ask(others, Optional.of(first), api::beside);
    }

    /**
     * @param addresses host:port of HTTP doors, by node, perhaps with https:// before it; empty: unknown
     * @param apis by such an address; the same one each time, where it is asked for again and again
     */
    static ClusterView ask(Map<String, String> addresses, Optional<JsonObject> known, Function<String, Api> apis) {
        List<CompletableFuture<Optional<JsonObject>>> questions = new ArrayList<>();
        addresses.forEach((id, address) -> {
            if (!address.isEmpty()) {
                questions.add(apis.apply(address).look("/v1/cluster", A_MOMENT));
            }
        });
        Map<String, JsonObject> answers = new TreeMap<>();
        known.ifPresent(answer -> answers.put(answer.getString("node"), answer));
        for (CompletableFuture<Optional<JsonObject>> question : questions) {
            question.join().ifPresent(answer -> answers.put(answer.getString("node"), answer));
        }
        Map<String, JsonObject> members = new TreeMap<>();
        best(answers).ifPresent(answer -> members(answer).forEach(m -> members.put(m.getString("id"), m)));
        return new ClusterView(answers, members);
    }

    private static Optional<JsonObject> best(Map<String, JsonObject> answers) {
        return answers.values().stream()
                .max((a, b) -> a.getLong("term").equals(b.getLong("term"))
                        ? Long.compare(rank(a), rank(b))
                        : Long.compare(a.getLong("term"), b.getLong("term")));
    }

    private static long rank(JsonObject answer) {
        return "leader".equals(answer.getString("role")) ? Long.MAX_VALUE : answer.getLong("commitIndex");
    }

    private static List<JsonObject> members(JsonObject answer) {
        JsonArray members = answer.getJsonArray("members");
        List<JsonObject> all = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            all.add(members.getJsonObject(i));
        }
        return all;
    }

    boolean isCluster() {
        return members.size() > 1;
    }

    /** Every member says that it is well. */
    boolean isWell() {
        return !members.isEmpty()
                && members.keySet().stream()
                        .allMatch(id -> answers.containsKey(id)
                                && "ok".equals(answers.get(id).getString("health")));
    }

    boolean hasLeader() {
        return answers.values().stream().anyMatch(answer -> "leader".equals(answer.getString("role")));
    }

    private long commit() {
        return answers.values().stream()
                .mapToLong(answer -> answer.getLong("commitIndex"))
                .max()
                .orElse(0);
    }

    /** Members, and those that answer without being one. */
    List<String> nodes() {
        Map<String, Boolean> all = new TreeMap<>();
        members.keySet().forEach(id -> all.put(id, true));
        answers.keySet().forEach(id -> all.put(id, true));
        return List.copyOf(all.keySet());
    }

    static final String[] HEADINGS = {"NODE", "ROLE", "TERM", "COMMIT", "APPLIED", "LAG", "VERSION", "LEVEL", "HEALTH"};

    /**
     * Under {@link #HEADINGS}.
     *
     * @param silence what is said of the health of a node that does not answer
     */
    String[] row(String node, String silence) {
        JsonObject answer = answers.get(node);
        JsonObject member = members.get(node);
        if (answer != null) {
            long applied = answer.getLong("appliedIndex");
            return new String[] {
                node,
                answer.getString("role"),
                answer.getLong("term").toString(),
                answer.getLong("commitIndex").toString(),
                String.valueOf(applied),
                String.valueOf(Math.max(0, commit() - applied)),
                version(member),
                level(member),
                answer.getString("health")
            };
        }
        String role = member == null ? "-" : member.getBoolean("voter") ? "(voter)" : "(learner)";
        // A leader that never heard of it knows no better than 0.
        long match = member == null ? -1 : member.getLong("matchIndex");
        String lag = match <= 0 ? "-" : String.valueOf(Math.max(0, commit() - match));
        return new String[] {node, role, "-", "-", "-", lag, version(member), level(member), silence};
    }

    /** Of its build; nodes of older builds do not say it. */
    static String version(JsonObject member) {
        return member == null ? "-" : member.getString("version", "-");
    }

    static String level(JsonObject member) {
        Integer level = member == null ? null : member.getInteger("featureLevel");
        return level == null ? "-" : level.toString();
    }

    /** Of the cluster, as far as any of its nodes has heard; 0 when nobody says. */
    int featureLevel() {
        return answers.values().stream()
                .mapToInt(answer -> answer.getInteger("featureLevel", 0))
                .max()
                .orElse(0);
    }

    /** Members whose build knows a higher level than the cluster has, when there are such: others keep it there, or are not there. */
    Optional<String> behind() {
        int possible = members.values().stream()
                .mapToInt(member -> member.getInteger("featureLevel", 0))
                .max()
                .orElse(0);
        if (featureLevel() == 0 || possible <= featureLevel()) {
            return Optional.empty();
        }
        List<String> late = new ArrayList<>();
        List<String> silent = new ArrayList<>();
        members.forEach((id, member) -> {
            int level = member.getInteger("featureLevel", 0);
            if (level > 0 && level < possible) {
                late.add(id);
            } else if (level == 0 || !member.getBoolean("reachable", true)) {
                silent.add(id);
            }
        });
        List<String> until = new ArrayList<>();
        if (!late.isEmpty()) {
            until.add(String.join(", ", late) + (late.size() == 1 ? " runs" : " run") + " a newer Skein");
        }
        if (!silent.isEmpty()) {
            until.add(String.join(", ", silent) + (silent.size() == 1 ? " is" : " are") + " there or removed");
        }
        return Optional.of("feature level " + featureLevel()
                + (until.isEmpty()
                        ? ", about to rise to " + possible
                        : "; " + possible + " once " + String.join(", and ", until)));
    }

    /** A table, indented. */
    void print(PrintWriter out) {
        List<String[]> rows = new ArrayList<>();
        rows.add(HEADINGS);
        nodes().forEach(node -> rows.add(row(node, "no answer")));
        Table.print(out, "  ", rows, ClusterView::coloured);
        behind().ifPresent(line -> out.println("  " + line));
    }

    /** Of the column HEALTH: green when well, red otherwise; others as they are. */
    static String coloured(String heading, String cell) {
        if (heading.equals("HEALTH") && !cell.isBlank()) {
            return Ansi.AUTO.string((cell.strip().equals("ok") ? "@|green " : "@|red ") + cell + "|@");
        }
        return heading.equals("ROLE") && cell.strip().equals("leader")
                ? Ansi.AUTO.string("@|bold " + cell + "|@")
                : cell;
    }
}
