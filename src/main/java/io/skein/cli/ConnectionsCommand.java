package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Who is connected to a node. */
@Command(
        name = "connections",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {ConnectionsCommand.Listing.class, ConnectionsCommand.Close.class},
        description = "Connections of one node: lists them, and closes one.",
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} connections --watch",
            "  ${ROOT-COMMAND-NAME} connections close mwz5kq1f"
        })
final class ConnectionsCommand extends StateCommand {
    private static final int PAGE = 1000;

    @Override
    int show(Api api, PrintWriter out) {
        return list(api, out, this);
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Lists who is connected to this node, by which door, and what waits for them.")
    static final class Listing extends StateCommand {
        @Override
        int show(Api api, PrintWriter out) {
            return list(api, out, this);
        }
    }

    @Command(
            name = "close",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Closes a connection; its program may come again. Exit code 1 when it is gone.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} connections close mwz5kq1f"})
    static final class Close extends NodeCommand {
        @Parameters(paramLabel = "CONNECTION", description = "its ID, as 'list' shows it")
        private String id;

        @Override
        int ask(Api api, PrintWriter out) {
            done(out, api.delete("/v1/connections" + Api.segment(id)), "connection " + id + " is closed");
            return 0;
        }
    }

    private static int list(Api api, PrintWriter out, StateCommand command) {
        JsonArray all = new JsonArray();
        JsonObject page;
        String after = "";
        do {
            page = api.get("/v1/connections?limit=" + PAGE + after);
            all.addAll(page.getJsonArray("connections"));
            Object next = page.getValue("next");
            after = next == null ? "" : "&after=" + Api.query(next.toString());
        } while (!after.isEmpty());
        JsonObject answer = page.put("connections", all).putNull("next");
        command.print(out, answer, whole -> table(out, whole));
        return 0;
    }

    private static void table(PrintWriter out, JsonObject answer) {
        JsonArray all = answer.getJsonArray("connections");
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"ID", "DOOR", "PEER", "WHO", "SINCE", "DELIVERED", "WAITING", "FOLLOWS"});
        long now = System.currentTimeMillis();
        for (int i = 0; i < all.size(); i++) {
            JsonObject one = all.getJsonObject(i);
            rows.add(new String[] {
                String.valueOf(one.getValue("id")),
                one.getString("door"),
                one.getString("peer", "-"),
                Objects.requireNonNullElse(one.getString("principal"), "-"),
                Readable.ago(Math.max(0, now - one.getLong("since", now))),
                String.valueOf(one.getLong("delivered", 0L)),
                Readable.size(one.getLong("waitingBytes", 0L)),
                follows(one)
            });
        }
        if (rows.size() == 1) {
            out.println("nobody is connected to " + answer.getString("node"));
        } else {
            Table.print(out, rows);
        }
    }

    private static String follows(JsonObject one) {
        String subscription = one.getString("subscription");
        if (subscription != null && !subscription.isEmpty()) {
            return "subscription " + subscription;
        }
        JsonArray filters = one.getJsonArray("filters");
        return filters == null || filters.isEmpty()
                ? "-"
                : filters.stream().map(String::valueOf).collect(Collectors.joining(" "));
    }
}
