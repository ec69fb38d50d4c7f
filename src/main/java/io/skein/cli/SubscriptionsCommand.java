package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Durable subscriptions: how they are. */
@Command(
        name = "subscriptions",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {
            SubscriptionsCommand.Listing.class,
            SubscriptionsCommand.Show.class,
            SubscriptionsCommand.Why.class,
            SubscriptionHistory.class,
            SubscriptionChanges.Create.class,
            SubscriptionChanges.Change.class,
            SubscriptionChanges.Hold.class,
            SubscriptionChanges.Resume.class,
            SubscriptionChanges.Seek.class,
            DeadLetters.Redrive.class,
            DeadLetters.Discard.class,
            SubscriptionChanges.Delete.class,
            Leases.Ack.class,
            Leases.Nack.class,
            Leases.Extend.class
        },
        description = {
            "Durable subscriptions: lists, shows, makes, changes, moves and deletes them, says why nothing flows, and"
                    + " settles what was lent. Without a verb: lists them, or shows the one that is named."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} subscriptions --watch",
            "  ${ROOT-COMMAND-NAME} subscriptions create billing --filter 'orders/#' --from earliest",
            "  ${ROOT-COMMAND-NAME} subscriptions set billing --lease 2m --max-deliveries 10 --backoff 1s,30s",
            "  ${ROOT-COMMAND-NAME} subscriptions why billing",
            "  ${ROOT-COMMAND-NAME} subscriptions seek billing --to=-15m",
            "  ${ROOT-COMMAND-NAME} subscriptions redrive billing --only 'orders/eu/#' --rate 10",
            "  ${ROOT-COMMAND-NAME} subscriptions delete billing"
        })
final class SubscriptionsCommand extends StateCommand {
    private static final Set<String> ROUTES =
            Set.of("pull", "ack", "nack", "extend", "seek", "redrive", "discard", "why", "history");

    @Parameters(arity = "0..1", paramLabel = "SUBSCRIPTION", description = "one to show (default: lists all)")
    private String name;

    @Override
    int show(Api api, PrintWriter out) {
        if (name == null) {
            print(out, all(api), answer -> list(out, answer.getJsonArray("subscriptions")));
        } else {
            print(out, api.get(path(name)), row -> show(out, row));
        }
        return 0;
    }

    /** Of a name that ends like one of the routes behind it the last slash is written otherwise. */
    static String path(String name) {
        int last = name.lastIndexOf('/');
        return "/v1/subscriptions"
                + (last > 0 && ROUTES.contains(name.substring(last + 1))
                        ? Api.path(name.substring(0, last)) + "%2F" + name.substring(last + 1)
                        : Api.path(name));
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Lists durable subscriptions: how far behind, in flight, dead.")
    static final class Listing extends StateCommand {
        @Override
        int show(Api api, PrintWriter out) {
            print(out, all(api), answer -> list(out, answer.getJsonArray("subscriptions")));
            return 0;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Shows one subscription: what it follows, how far it is, how it lends.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} subscriptions show billing --watch"})
    static final class Show extends StateCommand {
        @Parameters(paramLabel = "SUBSCRIPTION", description = "its name")
        private String name;

        @Override
        int show(Api api, PrintWriter out) {
            print(out, api.get(path(name)), row -> SubscriptionsCommand.show(out, row));
            return 0;
        }
    }

    @Command(
            name = "why",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Says why nothing flows, and who holds what.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} subscriptions why billing"})
    static final class Why extends StateCommand {
        @Parameters(paramLabel = "SUBSCRIPTION", description = "its name")
        private String name;

        @Override
        int show(Api api, PrintWriter out) {
            print(out, api.get(path(name) + "/why"), answer -> why(out, name, answer));
            return 0;
        }
    }

    /** Page by page, as one answer. */
    static JsonObject all(Api api) {
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

    private static void list(PrintWriter out, JsonArray all) {
        if (all.isEmpty()) {
            out.println("no durable subscriptions yet; to make one: "
                    + Program.line("subscriptions create billing --filter 'orders/#' --from earliest"));
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

    static void show(PrintWriter out, JsonObject row) {
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

    private static void why(PrintWriter out, String name, JsonObject answer) {
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
