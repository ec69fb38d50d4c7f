package io.skein.cli;

import io.skein.node.ExitCode;
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

/** Lists, shows, configures and deletes topics. */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Lists topics; with a name, shows, changes or deletes one.",
            "A change makes the topic if need be, and leaves what it does not name; \"none\" lifts a limit."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} topics",
            "  ${ROOT-COMMAND-NAME} topics 'orders/#'",
            "  ${ROOT-COMMAND-NAME} topics logs/app --max-age 7d --max-bytes 1GiB",
            "  ${ROOT-COMMAND-NAME} topics jobs --max-messages 10000 --on-full reject",
            "  ${ROOT-COMMAND-NAME} topics events --require JSON",
            "  ${ROOT-COMMAND-NAME} topics scratch --delete"
        })
final class TopicsCommand implements Callable<Integer> {
    private static final String ALL = "#";
    private static final String NONE = "none";

    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Parameters(arity = "0..1", paramLabel = "TOPIC", description = "a name, or a filter with + and # to list")
    private String topic = ALL;

    @Option(names = "--max-age", paramLabel = "TIME", description = "messages go after this, for example 7d")
    private String maxAge;

    @Option(names = "--max-bytes", paramLabel = "SIZE", description = "the oldest go above this, for example 1GiB")
    private String maxBytes;

    @Option(names = "--max-messages", paramLabel = "N", description = "the oldest go above this many")
    private String maxMessages;

    @Option(names = "--on-full", paramLabel = "reject|dropOldest", description = "what happens at a limit")
    private String onFull;

    @Option(names = "--require", paramLabel = "JSON|XML", description = "takes only valid messages of this format")
    private String require;

    @Option(names = "--ttl", paramLabel = "TIME", description = "nobody sees a message after this")
    private String ttl;

    @Option(names = "--delete", description = "deletes the topic with all its messages")
    private boolean delete;

    @Option(names = "--json", description = "the node's answer as one JSON line")
    private boolean json;

    @Override
    public Integer call() {
        Api api = new Api(server);
        PrintWriter out = spec.commandLine().getOut();
        boolean changes = maxAge != null
                || maxBytes != null
                || maxMessages != null
                || onFull != null
                || require != null
                || ttl != null;
        boolean isFilter = topic.contains("#") || topic.contains("+");
        if (isFilter && (delete || changes)) {
            throw new CommandProblem(
                    ExitCode.USAGE,
                    topic.equals(ALL)
                            ? "a change is to one topic: name it"
                            : "a change is to one topic: " + topic + " is a filter");
        }
        String path = "/v1/topics" + Api.path(topic);
        if (delete) {
            api.delete(path);
            out.println(json ? "{}" : topic + " is deleted");
        } else if (changes) {
            JsonObject answer = api.put(
                    path, changed(api.find(path).orElse(new JsonObject())).encode());
            if (json) {
                out.println(answer.encode());
            } else {
                show(out, api.get(path));
            }
        } else if (isFilter) {
            list(out, api.get("/v1/topics?match=" + Api.query(topic)));
        } else {
            show(out, api.get(path));
        }
        out.flush();
        return 0;
    }

    /** A PUT says all there is: what is not changed stays as it is. */
    private JsonObject changed(JsonObject config) {
        JsonObject retention =
                config.getJsonObject("retention", new JsonObject()).copy();
        put(retention, "maxAge", maxAge);
        put(retention, "maxBytes", maxBytes);
        put(retention, "maxMessages", maxMessages);
        JsonObject changed = config.copy().put("retention", retention);
        put(changed, "onFull", onFull);
        put(changed, "format", require);
        put(changed, "ttl", ttl);
        return changed;
    }

    private static void put(JsonObject object, String name, String value) {
        if (value == null) {
            return;
        }
        if (value.equals(NONE)) {
            object.putNull(name);
        } else if (name.equals("maxMessages") && value.matches("[0-9]{1,18}")) {
            object.put(name, Long.parseLong(value));
        } else {
            object.put(name, value);
        }
    }

    private void list(PrintWriter out, JsonObject answer) {
        if (json) {
            out.println(answer.encode());
            return;
        }
        JsonArray topics = answer.getJsonArray("topics");
        if (topics.isEmpty()) {
            out.println("no topics yet" + (server.shown().isEmpty() ? "" : " that you may use")
                    + "; a first publish makes one: " + Program.line("publish greetings hello"));
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

    private void show(PrintWriter out, JsonObject row) {
        if (json) {
            out.println(row.encode());
            return;
        }
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
