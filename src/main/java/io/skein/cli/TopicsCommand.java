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
        description = "Lists topics; with a name, shows, changes or deletes one.",
        footer = {
            "",
            "Examples:",
            "  skein topics",
            "  skein topics 'orders/#'",
            "  skein topics logs/app --max-age 7d --max-bytes 1GiB",
            "  skein topics jobs --max-messages 10000 --on-full reject",
            "  skein topics events --require JSON",
            "  skein topics scratch --delete"
        })
final class TopicsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Parameters(arity = "0..1", paramLabel = "TOPIC", description = "a name, or a filter with + and # to list")
    private String topic = "#";

    @Option(names = "--max-age", paramLabel = "TIME", description = "messages go after this, for example 7d")
    private String maxAge;

    @Option(names = "--max-bytes", paramLabel = "SIZE", description = "the oldest go above this, for example 1GiB")
    private String maxBytes;

    @Option(names = "--max-messages", paramLabel = "N", description = "the oldest go above this many")
    private Long maxMessages;

    @Option(names = "--on-full", paramLabel = "reject|dropOldest", description = "what happens at a limit")
    private String onFull;

    @Option(names = "--require", paramLabel = "JSON|XML", description = "takes only valid messages of this format")
    private String require;

    @Option(names = "--delete", description = "deletes the topic with all its messages")
    private boolean delete;

    @Option(names = "--json", description = "the node's answer as one JSON line")
    private boolean json;

    @Override
    public Integer call() {
        Api api = new Api(server);
        PrintWriter out = spec.commandLine().getOut();
        JsonObject config = config();
        boolean isFilter = topic.contains("#") || topic.contains("+");
        if (isFilter && (delete || !config.isEmpty())) {
            throw new CommandProblem(ExitCode.USAGE, "a change is to one topic: " + topic + " is a filter");
        }
        if (delete) {
            api.delete("/v1/topics" + Api.path(topic));
            out.println(json ? "{}" : topic + " is deleted");
        } else if (!config.isEmpty()) {
            JsonObject answer = api.put("/v1/topics" + Api.path(topic), config.encode());
            out.println(json ? answer.encode() : topic + " " + config.encode());
        } else if (isFilter) {
            list(out, api.get("/v1/topics?match=" + Api.query(topic)));
        } else {
            show(out, api.get("/v1/topics" + Api.path(topic)));
        }
        out.flush();
        return 0;
    }

    private JsonObject config() {
        JsonObject retention = new JsonObject();
        put(retention, "maxAge", maxAge);
        put(retention, "maxBytes", maxBytes);
        put(retention, "maxMessages", maxMessages);
        JsonObject config = new JsonObject();
        put(config, "retention", retention.isEmpty() ? null : retention);
        put(config, "onFull", onFull);
        put(config, "format", require);
        return config;
    }

    private static void put(JsonObject object, String name, Object value) {
        if (value != null) {
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
            out.println("no topics yet; a first publish makes one: skein publish greetings hello");
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
                row.getLong("firstOffset") + "-" + row.getLong("nextOffset"),
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
        out.printf("  offsets    %d to before %d%n", row.getLong("firstOffset"), row.getLong("nextOffset"));
        out.printf("  coming in  %.1f/s%n", row.getDouble("publishedPerSecond"));
        out.printf("  retention  %s, on full: %s%n", row.getValue("retention"), row.getString("onFull"));
        if (row.getString("format") != null) {
            out.printf("  requires   %s%n", row.getString("format"));
        }
        out.printf("  created    %s%n", Readable.text(row.getLong("created")));
    }
}
