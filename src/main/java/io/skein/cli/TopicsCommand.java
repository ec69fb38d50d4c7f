package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Topics: what there is. */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {
            TopicsCommand.Listing.class,
            TopicsCommand.Show.class,
            TopicChanges.Create.class,
            TopicChanges.Change.class,
            TopicChanges.Delete.class
        },
        description = {
            "Topics: lists, shows, makes, configures and deletes them. Without a verb: lists them, or shows the one that is"
                    + " named."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} topics",
            "  ${ROOT-COMMAND-NAME} topics list 'orders/#' --watch",
            "  ${ROOT-COMMAND-NAME} topics set logs/app --max-age 7d --max-bytes 1GiB",
            "  ${ROOT-COMMAND-NAME} topics set jobs --max-messages 10000 --on-full reject",
            "  ${ROOT-COMMAND-NAME} topics create events --require JSON",
            "  ${ROOT-COMMAND-NAME} topics delete scratch"
        })
final class TopicsCommand extends StateCommand {
    static final String ALL = "#";

    @Parameters(arity = "0..1", paramLabel = "TOPIC|FILTER", description = "one to show, or + and # to list")
    private String topic = ALL;

    @Override
    int show(Api api, PrintWriter out) {
        if (isFilter(topic)) {
            list(api, out, this, topic);
        } else {
            print(out, api.get(path(topic)), row -> show(out, row));
        }
        return 0;
    }

    static String path(String topic) {
        return "/v1/topics" + Api.path(topic);
    }

    static boolean isFilter(String topic) {
        return topic.contains("#") || topic.contains("+");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Lists topics with their figures, by name.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} topics list 'orders/#' --watch 1s"})
    static final class Listing extends StateCommand {
        @Parameters(arity = "0..1", paramLabel = "FILTER", description = "a name, or with + and # (default: all)")
        private String filter = ALL;

        @Override
        int show(Api api, PrintWriter out) {
            list(api, out, this, filter);
            return 0;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Shows one topic: its messages, its rate, what it keeps.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} topics show orders/eu"})
    static final class Show extends StateCommand {
        @Parameters(paramLabel = "TOPIC", description = "its name")
        private String topic;

        @Override
        int show(Api api, PrintWriter out) {
            print(out, api.get(path(topic)), row -> TopicsCommand.show(out, row));
            return 0;
        }
    }

    private static void list(Api api, PrintWriter out, StateCommand command, String filter) {
        JsonObject answer = api.get("/v1/topics?match=" + Api.query(filter));
        command.print(out, answer, topics -> list(out, topics.getJsonArray("topics"), api, filter));
    }

    private static void list(PrintWriter out, JsonArray topics, Api api, String filter) {
        if (topics.isEmpty()) {
            String whose = api.server().shown().isEmpty() ? "" : " that you may use";
            out.println(
                    filter.equals(ALL)
                            ? "no topics yet" + whose + "; a first publish makes one: "
                                    + Program.line("publish greetings hello")
                            : "no topic" + whose + " is like " + filter);
            return;
        }
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"TOPIC", "MESSAGES", "SIZE", "OFFSETS", "IN/S"});
        for (int i = 0; i < topics.size(); i++) {
            JsonObject row = topics.getJsonObject(i);
            rows.add(new String[] {
                row.getString("topic"),
                row.getLong("messages").toString(),
                Readable.size(row.getLong("bytes")),
                offsets(row),
                String.format("%.1f", row.getDouble("publishedPerSecond"))
            });
        }
        Table.print(out, rows);
    }

    static void show(PrintWriter out, JsonObject row) {
        out.printf("%s%n", row.getString("topic"));
        out.printf("  messages   %d (%s)%n", row.getLong("messages"), Readable.size(row.getLong("bytes")));
        out.printf("  offsets    %s; the next is %d%n", offsets(row), row.getLong("nextOffset"));
        out.printf("  coming in  %.1f/s%n", row.getDouble("publishedPerSecond"));
        out.printf("  keeps      %s%n", kept(row));
        if (row.getString("format") != null) {
            out.printf("  requires   %s%n", row.getString("format"));
        }
        out.printf("  created    %s%n", Readable.text(row.getLong("created")));
    }

    /** First and last, or that there is none. */
    private static String offsets(JsonObject row) {
        long first = row.getLong("firstOffset");
        long last = row.getLong("nextOffset") - 1;
        return first > last ? "-" : first == last ? String.valueOf(first) : first + "-" + last;
    }

    private static String kept(JsonObject row) {
        JsonObject retention = row.getJsonObject("retention");
        List<String> limits = new ArrayList<>();
        if (retention.getValue("maxMessages") != null) {
            limits.add(retention.getLong("maxMessages") + " messages");
        }
        if (retention.getValue("maxBytes") != null) {
            limits.add(Readable.size(retention.getLong("maxBytes")));
        }
        if (retention.getValue("maxAge") != null) {
            limits.add("each for " + retention.getString("maxAge"));
        }
        if (row.getString("ttl") != null) {
            limits.add("each for " + row.getString("ttl") + " (ttl)");
        }
        if (limits.isEmpty()) {
            return "everything";
        }
        boolean canBeFull = retention.getValue("maxMessages") != null || retention.getValue("maxBytes") != null;
        String full = row.getString("onFull").equals("reject") ? "more is refused" : "the oldest give way";
        return "at most " + String.join(", ", limits) + (canBeFull ? "; " + full : "");
    }
}
