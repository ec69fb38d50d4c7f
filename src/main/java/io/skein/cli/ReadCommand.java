package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A page of messages, which stay where they are. */
@Command(
        name = "read",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Reads messages without consuming them, and ends; 'subscribe' goes on with what comes.",
            "Exit code 3 when there is none. That there are more behind them is said on standard error, with where to go on."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} read orders/eu",
            "  ${ROOT-COMMAND-NAME} read 'orders/#' --from=-15m --limit 1000 --json",
            "  ${ROOT-COMMAND-NAME} read jobs --from latest --wait 10s --body"
        })
final class ReadCommand extends NodeCommand {
    @Parameters(paramLabel = "FILTER", description = "a topic, or with + (one level) and # (the rest)")
    private String filter;

    @Option(
            names = "--from",
            paramLabel = "WHERE",
            description = "earliest, latest, a cursor, an offset, a time or -15m (default: earliest)")
    private String from;

    @Option(names = "--limit", paramLabel = "N", description = "at most so many, up to 1000 (default: 100)")
    private int limit = 100;

    @Option(names = "--wait", paramLabel = "TIME", description = "for a first message (default: not)")
    private String wait;

    @Option(
            names = "--level",
            paramLabel = "none|weak|linearizable|strong",
            description = "none: what this node has; weak: the leader's word; linearizable (default); strong")
    private String level;

    @Option(names = "--body", description = "prints bodies alone, as they are, a line each")
    private boolean body;

    @Override
    int ask(Api api, PrintWriter out) {
        String path = "/t" + Api.path(filter) + "?limit=" + limit
                + (from == null ? "" : "&from=" + Api.query(from))
                + (wait == null ? "" : "&wait=" + Api.query(wait))
                + (level == null ? "" : "&level=" + Api.query(level));
        JsonObject page = api.patient(Duration.ofMillis(wait == null ? 0 : Words.ms("--wait", wait)))
                .get(path);
        JsonArray messages = page.getJsonArray("messages");
        print(out, page, all -> {
            for (int i = 0; i < messages.size(); i++) {
                JsonObject message = messages.getJsonObject(i);
                if (body) {
                    out.flush();
                    MessagePrinter.printBody(bytes(message));
                } else {
                    out.println(line(message));
                }
            }
            PrintWriter err = spec.commandLine().getErr();
            if (messages.isEmpty()) {
                err.println("nothing there");
            } else if (page.getString("next") != null && isMore(api, page.getString("next"))) {
                err.println("there are more: --from " + page.getString("next"));
            }
            err.flush();
        });
        return messages.isEmpty() ? ExitCode.NOTHING : 0;
    }

    /** A page ends with its limit, or when it is large; where it ends is said also when nothing comes behind it. */
    private boolean isMore(Api api, String cursor) {
        return !api.get("/t" + Api.path(filter) + "?limit=1&from=" + Api.query(cursor)
                        + (level == null ? "" : "&level=" + Api.query(level)))
                .getJsonArray("messages")
                .isEmpty();
    }

    private static String line(JsonObject message) {
        return MessagePrinter.line(
                message.getLong("time"),
                message.getString("topic"),
                message.getLong("offset"),
                message.getString("key", ""),
                "",
                text(message));
    }

    private static byte[] bytes(JsonObject message) {
        String bytes = message.getString("body64");
        return bytes == null
                ? message.getString("body", "").getBytes(StandardCharsets.UTF_8)
                : Base64.getDecoder().decode(bytes);
    }

    /** Bytes that are no text are shown as they travel. */
    private static String text(JsonObject message) {
        String bytes = message.getString("body64");
        return bytes == null
                ? message.getString("body", "")
                : "(" + Base64.getDecoder().decode(bytes).length + " bytes, base64) " + bytes;
    }
}
