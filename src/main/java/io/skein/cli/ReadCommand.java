package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
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
    private static final Duration A_MOMENT = Duration.ofSeconds(5);

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
            } else if (page.getString("next") != null) {
                out.flush();
                more(api, page.getString("next")).ifPresent(words -> err.println(words + page.getString("next")));
            }
            err.flush();
        });
        return messages.isEmpty() ? ExitCode.NOTHING : 0;
    }

    /**
     * What is said of those behind a page, which ends with its limit or when it is large; where it ends is said also when
     * nothing comes behind it. What this node has is enough, since it has this page; and the page is read, whether it
     * answers or not.
     */
    private Optional<String> more(Api api, String cursor) {
        Optional<JsonObject> behind = api.look(
                        "/t" + Api.path(filter) + "?limit=1&from=" + Api.query(cursor) + "&level=none", A_MOMENT)
                .join();
        if (behind.isEmpty()) {
            return Optional.of("there may be more: --from ");
        }
        return behind.get().getJsonArray("messages").isEmpty()
                ? Optional.empty()
                : Optional.of("there are more: --from ");
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
