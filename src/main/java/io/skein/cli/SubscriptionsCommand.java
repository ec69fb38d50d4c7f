package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists, shows, configures, moves and deletes durable subscriptions. */
@Command(
        name = "subscriptions",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Lists durable subscriptions; with a name, shows, makes, changes or deletes one, or says why nothing flows.",
            "A change leaves what it does not name."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} subscriptions",
            "  ${ROOT-COMMAND-NAME} subscriptions billing --filter 'orders/#' --from earliest",
            "  ${ROOT-COMMAND-NAME} subscriptions billing --lease 2m --max-deliveries 10 --backoff 1s,30s",
            "  ${ROOT-COMMAND-NAME} subscriptions billing --why",
            "  ${ROOT-COMMAND-NAME} subscriptions billing --seek=-15m",
            "  ${ROOT-COMMAND-NAME} subscriptions billing --redrive --only 'orders/eu/#' --rate 10",
            "  ${ROOT-COMMAND-NAME} subscriptions billing --delete"
        })
final class SubscriptionsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "of one subscription")
    private String name;

    @ArgGroup(exclusive = false)
    private Change change;

    @ArgGroup
    private Verb verb;

    @Option(names = "--only", paramLabel = "FILTER", description = "with --redrive, --discard: from these topics")
    private String only;

    @Option(names = "--rate", paramLabel = "PER-SECOND", description = "with --redrive: not all at once")
    private int rate;

    @Option(names = "--json", description = "the node's answer as one JSON line")
    private boolean json;

    /** What a subscription can be asked to be. */
    private static final class Change {
        @Option(names = "--filter", paramLabel = "FILTER", description = "the topics it follows, with + and #")
        private String filter;

        @Option(
                names = "--from",
                paramLabel = "WHERE",
                description = "where a new one begins: earliest, latest, a cursor, an offset, a time, -15m")
        private String from;

        @Option(names = "--lease", paramLabel = "TIME", description = "how long a message is lent (new: 30s)")
        private String lease;

        @Option(
                names = "--max-deliveries",
                paramLabel = "N",
                description = "then it is a dead letter; 0: never (new: 5)")
        private Integer maxDeliveries;

        @Option(
                names = "--backoff",
                paramLabel = "TIMES",
                split = ",",
                description = "before each next try (new: 1s,10s)")
        private List<String> backoff;

        @Option(names = "--dead-letter", paramLabel = "TOPIC", description = "of its dead letters (new: $dead/NAME)")
        private String deadLetter;

        @Option(
                names = "--order",
                paramLabel = "topic|key",
                description = "key: of each key one at a time (new: topic)")
        private String order;

        @Option(names = "--paused", arity = "1", paramLabel = "true|false", description = "hands nothing out")
        private Boolean paused;

        private void put(JsonObject config) {
            put(config, "filter", filter);
            put(config, "from", from);
            put(config, "lease", lease);
            put(config, "maxDeliveries", maxDeliveries);
            put(config, "backoff", backoff == null ? null : new JsonArray(backoff));
            put(config, "deadLetter", deadLetter);
            put(config, "order", order);
            put(config, "paused", paused);
        }

        private static void put(JsonObject config, String field, Object value) {
            if (value != null) {
                config.put(field, value);
            }
        }
    }

    /** What can be done with one. */
    private static final class Verb {
        @Option(names = "--why", description = "says why nothing flows")
        private boolean why;

        @Option(
                names = "--seek",
                paramLabel = "WHERE",
                description = "moves it: earliest, latest, a cursor, a time, -15m")
        private String seek;

        @Option(names = "--redrive", description = "hands its dead letters out again")
        private boolean redrive;

        @Option(names = "--discard", description = "forgets its dead letters")
        private boolean discard;

        @Option(names = "--delete", description = "deletes it; messages stay in their topics")
        private boolean delete;
    }

    @Override
    public Integer call() {
        if (name == null && (change != null || verb != null)) {
            throw new CommandProblem(ExitCode.USAGE, "name the subscription");
        }
        if (change != null && verb != null) {
            throw new CommandProblem(ExitCode.USAGE, "one thing at a time: a change, or what is to be done");
        }
        if ((only != null || rate > 0) && (verb == null || !verb.redrive && !verb.discard)) {
            throw new CommandProblem(ExitCode.USAGE, "--only and --rate go with --redrive or --discard");
        }
        Api api = new Api(server);
        PrintWriter out = spec.commandLine().getOut();
        if (name == null) {
            list(out, all(api));
        } else {
            one(out, api, "/v1/subscriptions" + Api.path(name));
        }
        out.flush();
        return 0;
    }

    private void one(PrintWriter out, Api api, String path) {
        if (verb != null) {
            act(out, api, path);
        } else if (change != null) {
            Optional<JsonObject> present = api.find(path);
            JsonObject config = present.map(JsonObject::copy).orElse(new JsonObject());
            change.put(config);
            JsonObject answer = api.put(path, config.encode());
            if (json) {
                out.println(answer.encode());
            } else {
                out.println(name + (present.isPresent() ? " is changed" : " is made"));
                show(out, api.get(path));
            }
        } else {
            show(out, api.get(path));
        }
    }

    private void act(PrintWriter out, Api api, String path) {
        if (verb.why) {
            why(out, api.get(path + "/why"));
        } else if (verb.seek != null) {
            api.post(path + "/seek", new JsonObject().put("to", verb.seek));
            out.println(json ? "{}" : name + " goes on from " + verb.seek);
        } else if (verb.redrive) {
            JsonObject what = dead();
            if (rate > 0) {
                what.put("rate", rate);
            }
            counted(out, api.post(path + "/redrive", what), "handed out again");
        } else if (verb.discard) {
            counted(out, api.post(path + "/discard", dead()), "forgotten");
        } else {
            api.delete(path);
            out.println(json ? "{}" : name + " is deleted");
        }
    }

    private JsonObject dead() {
        return only == null ? new JsonObject() : new JsonObject().put("filter", only);
    }

    private void counted(PrintWriter out, JsonObject answer, String done) {
        if (json) {
            out.println(answer.encode());
        } else {
            long letters = answer.getLong("done");
            out.println(letters + (letters == 1 ? " dead letter is " : " dead letters are ") + done);
        }
    }

    /** Page by page, as one answer. */
    private static JsonObject all(Api api) {
        JsonArray all = new JsonArray();
        String after = "";
        do {
            JsonObject page = api.get("/v1/subscriptions?limit=1000" + after);
            all.addAll(page.getJsonArray("subscriptions"));
            String next = page.getString("next");
            after = next == null ? null : "&after=" + Api.query(next);
        } while (after != null);
        return new JsonObject().put("subscriptions", all);
    }

    private void list(PrintWriter out, JsonObject answer) {
        if (json) {
            out.println(answer.encode());
            return;
        }
        JsonArray all = answer.getJsonArray("subscriptions");
        if (all.isEmpty()) {
            out.println("no durable subscriptions yet; to make one: "
                    + Program.line("subscriptions billing --filter 'orders/#' --from earliest"));
            return;
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"SUBSCRIPTION", "FILTER", "LAG", "IN FLIGHT", "DEAD", "OLDEST", "WAITING PULLS"});
        for (int i = 0; i < all.size(); i++) {
            JsonObject row = all.getJsonObject(i);
            rows.add(new String[] {
                row.getString("subscription") + (row.getBoolean("paused") ? " (paused)" : ""),
                row.getString("filter"),
                row.getLong("lag").toString(),
                row.getLong("inFlight").toString(),
                row.getLong("dead").toString(),
                oldest(row),
                row.getInteger("waitingPulls").toString()
            });
        }
        Table.print(out, rows);
    }

    private static String oldest(JsonObject row) {
        Long oldest = row.getLong("oldest");
        return oldest == null ? "-" : Readable.ago(Math.max(0, System.currentTimeMillis() - oldest));
    }

    private void show(PrintWriter out, JsonObject row) {
        if (json) {
            out.println(row.encode());
            return;
        }
        out.printf("%s%s%n", row.getString("subscription"), row.getBoolean("paused") ? "  (paused)" : "");
        out.printf("  follows       %s (%d topics)%n", row.getString("filter"), row.getInteger("topics"));
        String oldest = oldest(row);
        out.printf(
                "  lag           %d%s%n", row.getLong("lag"), oldest.equals("-") ? "" : ", the oldest for " + oldest);
        out.printf("  in flight     %d%n", row.getLong("inFlight"));
        out.printf("  come back     %d after a delay%n", row.getLong("delayed"));
        out.printf("  acknowledged  %d%n", row.getLong("acknowledged"));
        out.printf("  delivered     %d, %d of them again%n", row.getLong("delivered"), row.getLong("redelivered"));
        out.printf("  dead          %d, in %s%n", row.getLong("dead"), deadLetters(row));
        out.printf(
                "  lends for     %s, %s, backoff %s, order by %s%n",
                row.getString("lease"),
                row.getInteger("maxDeliveries") == 0
                        ? "any number of times"
                        : row.getInteger("maxDeliveries") + " times",
                row.getJsonArray("backoff").isEmpty()
                        ? "none"
                        : String.join(
                                " ",
                                row.getJsonArray("backoff").stream()
                                        .map(Object::toString)
                                        .toList()),
                row.getString("order"));
        out.printf("  waiting pulls %d at this node%n", row.getInteger("waitingPulls"));
        out.printf("  created       %s%n", Readable.text(row.getLong("created")));
    }

    private static String deadLetters(JsonObject row) {
        String named = row.getString("deadLetter");
        return named == null ? "$dead/" + row.getString("subscription") : named;
    }

    private void why(PrintWriter out, JsonObject answer) {
        if (json) {
            out.println(answer.encode());
            return;
        }
        if (answer.getBoolean("flowing")) {
            out.println(name + " flows: there is something to hand out, and somebody takes it");
        }
        JsonArray reasons = answer.getJsonArray("reasons");
        for (int i = 0; i < reasons.size(); i++) {
            JsonObject reason = reasons.getJsonObject(i);
            String until = reason.containsKey("until") ? " (" + Readable.text(reason.getLong("until")) + ")" : "";
            out.printf("%-14s %s%s%n", reason.getString("code"), reason.getString("detail"), until);
        }
        JsonArray holders = answer.getJsonArray("holders");
        for (int i = 0; i < holders.size(); i++) {
            JsonObject holder = holders.getJsonObject(i);
            String who = holder.getString("consumer");
            out.printf(
                    "%-14s has %d until %s%n",
                    who.isEmpty() ? "(somebody)" : who,
                    holder.getLong("messages"),
                    Readable.text(holder.getLong("until")));
        }
    }
}
