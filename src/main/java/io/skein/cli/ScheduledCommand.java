package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Delayed messages. */
@Command(
        name = "scheduled",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {ScheduledCommand.Listing.class, ScheduledCommand.Delete.class},
        description = "Delayed messages that are not due yet: lists them, and cancels one.",
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} publish reminders 'call Anna' --delay 2h",
            "  ${ROOT-COMMAND-NAME} scheduled",
            "  ${ROOT-COMMAND-NAME} scheduled delete cz6d.6.0"
        })
final class ScheduledCommand extends StateCommand {
    private static final int USUAL = 100;

    @Override
    int show(Api api, PrintWriter out) {
        return list(api, out, this, USUAL);
    }

    private static int list(Api api, PrintWriter out, StateCommand command, int limit) {
        JsonObject answer = api.get("/v1/scheduled?limit=" + limit);
        command.print(out, answer, page -> table(out, page));
        return 0;
    }

    private static void table(PrintWriter out, JsonObject page) {
        JsonArray messages = page.getJsonArray("messages");
        if (messages.isEmpty()) {
            out.println("nothing is scheduled; a delayed publish: "
                    + Program.line("publish reminders 'call Anna' --delay 2h"));
            return;
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"DUE", "IN", "TOPIC", "CURSOR", "BODY"});
        long now = System.currentTimeMillis();
        for (int i = 0; i < messages.size(); i++) {
            JsonObject message = messages.getJsonObject(i);
            rows.add(new String[] {
                Readable.text(message.getLong("due")),
                Readable.ago(Math.max(0, message.getLong("due") - now)),
                message.getString("topic"),
                message.getString("cursor"),
                Readable.oneLine(message.getString("body", "(bytes)"))
            });
        }
        Table.print(out, rows);
        if (page.getString("next") != null) {
            out.println("there are more: " + Program.line("scheduled list --limit 1000"));
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Lists delayed messages, those that are due next first.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} scheduled list --watch"})
    static final class Listing extends StateCommand {
        @Option(names = "--limit", paramLabel = "N", description = "at most so many, up to 1000 (default: 100)")
        private int limit = USUAL;

        @Override
        int show(Api api, PrintWriter out) {
            return list(api, out, this, limit);
        }
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Cancels a delayed message. Exit code 1 when it is not there, or was due already.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} scheduled delete cz6d.6.0"})
    static final class Delete extends NodeCommand {
        @Parameters(paramLabel = "CURSOR", description = "as its publish answered, and 'list' shows")
        private String cursor;

        @Override
        int ask(Api api, PrintWriter out) {
            done(out, api.delete("/v1/scheduled" + Api.segment(cursor)), cursor + " is cancelled");
            return 0;
        }
    }
}
