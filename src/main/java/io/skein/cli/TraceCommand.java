package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What happened to one message. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Says what happened to one message: when it was accepted, what it is to each subscription, and its deliveries"
                    + " one by one as long as the log still holds them."
        },
        footer = {
            "",
            "A message's cursor is in the answer to its publish, and in every message that is read.",
            "Example:",
            "  ${ROOT-COMMAND-NAME} trace c12cd.2.0"
        })
final class TraceCommand extends StateCommand {
    @Parameters(paramLabel = "CURSOR", description = "of the message")
    private String cursor;

    @Override
    int show(Api api, PrintWriter out) {
        JsonObject answer = api.get("/v1/messages" + Api.path(cursor) + "/trace");
        if (json) {
            out.println(answer.encode());
        } else {
            accepted(out, answer);
            subscriptions(out, answer.getJsonArray("subscriptions"));
            history(out, answer.getJsonArray("subscriptions"));
            if (!answer.getBoolean("complete")) {
                out.println(
                        "deliveries may be missing: this node's log does not go back so far, or is too long to be read");
            }
        }
        return 0;
    }

    private static void accepted(PrintWriter out, JsonObject answer) {
        String offset = answer.containsKey("offset") ? " " + answer.getLong("offset") : "";
        String door = answer.containsKey("door") ? " through " + answer.getString("door") : "";
        out.printf(
                "%s%s, accepted %s%s in entry %d%n",
                answer.getString("topic"),
                offset,
                Readable.text(answer.getLong("time")),
                door,
                answer.getLong("index"));
        if (answer.containsKey("due")) {
            out.println("delayed until " + Readable.text(answer.getLong("due")));
        }
    }

    private static void history(PrintWriter out, JsonArray standings) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"SUBSCRIPTION", "DELIVERY", "CONSUMER", "LEASED", "UNTIL", "END", "REASON"});
        for (int i = 0; i < standings.size(); i++) {
            JsonObject standing = standings.getJsonObject(i);
            JsonArray history = standing.getJsonArray("history", new JsonArray());
            for (int k = 0; k < history.size(); k++) {
                JsonObject one = history.getJsonObject(k);
                rows.add(new String[] {
                    standing.getString("subscription"),
                    one.containsKey("delivery") ? one.getInteger("delivery").toString() : "-",
                    one.getString("consumer", "-"),
                    time(one, "leased"),
                    time(one, "until"),
                    end(one),
                    one.getString("reason", "-")
                });
            }
        }
        if (rows.size() > 1) {
            out.println();
            Table.print(out, rows);
        }
    }

    private static String end(JsonObject one) {
        String end = one.getString("end");
        return end == null ? "-" : one.containsKey("ended") ? end + " " + time(one, "ended") : end;
    }

    private static String time(JsonObject json, String name) {
        return json.containsKey(name) ? Readable.text(json.getLong(name)) : "-";
    }

    private static void subscriptions(PrintWriter out, JsonArray standings) {
        if (standings.isEmpty()) {
            out.println("no durable subscription has to do with it");
            return;
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"SUBSCRIPTION", "STATUS", "DELIVERIES", "CONSUMER", "UNTIL"});
        for (int i = 0; i < standings.size(); i++) {
            JsonObject row = standings.getJsonObject(i);
            rows.add(new String[] {
                row.getString("subscription"),
                row.getString("status"),
                row.containsKey("deliveries") ? row.getInteger("deliveries").toString() : "-",
                row.getString("consumer", "-"),
                time(row, "until")
            });
        }
        Table.print(out, rows);
    }
}
