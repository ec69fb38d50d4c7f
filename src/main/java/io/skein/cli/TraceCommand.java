package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What happened to one message. */
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Says what happened to one message: when it was accepted, and what it is to each subscription.",
        footer = {
            "",
            "A message's cursor is in the answer to its publish, and in every message that is read.",
            "Example:",
            "  ${ROOT-COMMAND-NAME} trace c12cd.2.0"
        })
final class TraceCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Parameters(paramLabel = "CURSOR", description = "of the message")
    private String cursor;

    @Option(names = "--json", description = "the node's answer as one JSON line")
    private boolean json;

    @Override
    public Integer call() {
        JsonObject answer = new Api(server).get("/v1/messages" + Api.path(cursor) + "/trace");
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer.encode());
        } else {
            out.printf(
                    "%s %d, accepted %s in entry %d%n",
                    answer.getString("topic"),
                    answer.getLong("offset"),
                    Readable.text(answer.getLong("time")),
                    answer.getLong("index"));
            subscriptions(out, answer.getJsonArray("subscriptions"));
        }
        out.flush();
        return 0;
    }

    private static void subscriptions(PrintWriter out, JsonArray standings) {
        if (standings.isEmpty()) {
            out.println("no durable subscription follows its topic");
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
                row.containsKey("until") ? Readable.text(row.getLong("until")) : "-"
            });
        }
        Table.print(out, rows);
    }
}
