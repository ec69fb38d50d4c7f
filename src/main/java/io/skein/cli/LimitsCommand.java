package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How much may be published, and how many connections may be open. */
@Command(
        name = "limits",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {
            LimitsCommand.Listing.class,
            LimitsCommand.Show.class,
            LimitsCommand.Set.class,
            LimitsCommand.Drop.class
        },
        description = {
            "Limits: how much may be published, and how many connections may be open.",
            "What is changed here holds at once on every node, each counting what comes in at its own doors."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} limits",
            "  ${ROOT-COMMAND-NAME} limits set everybody --messages 1000 --bytes 10MiB --connections 50",
            "  ${ROOT-COMMAND-NAME} limits set anna --account anna --messages 20000",
            "  ${ROOT-COMMAND-NAME} limits set orders --topic 'orders/#' --per all --messages 5000",
            "  ${ROOT-COMMAND-NAME} limits delete orders"
        })
final class LimitsCommand extends StateCommand {
    /** As many as a node lists at once. */
    private static final int PAGE = 1000;

    @Override
    int show(Api api, PrintWriter out) {
        return list(api, out, this);
    }

    private static int list(Api api, PrintWriter out, StateCommand command) {
        JsonObject answer = all(api);
        command.print(out, answer, all -> {
            JsonArray limits = all.getJsonArray("limits");
            if (limits.isEmpty()) {
                out.println("there are no limits; to set one: "
                        + Program.line("limits set everybody --messages 1000 --bytes 10MiB --connections 50"));
            } else {
                Table.print(out, rows(limits));
            }
        });
        return 0;
    }

    /** Page by page, as one answer. */
    private static JsonObject all(Api api) {
        JsonArray all = new JsonArray();
        String next = "";
        do {
            JsonObject page = api.get("/v1/limits?limit=" + PAGE + (next.isEmpty() ? "" : "&after=" + Api.query(next)));
            all.addAll(page.getJsonArray("limits"));
            next = page.getString("next");
        } while (next != null);
        return new JsonObject().put("limits", all);
    }

    @Command(name = "list", mixinStandardHelpOptions = true, sortOptions = false, description = "Lists limits by name.")
    static final class Listing extends StateCommand {
        @Override
        int show(Api api, PrintWriter out) {
            return list(api, out, this);
        }
    }

    @Command(name = "show", mixinStandardHelpOptions = true, sortOptions = false, description = "Shows one limit.")
    static final class Show extends StateCommand {
        @Parameters(paramLabel = "LIMIT", description = "its name")
        private String name;

        @Override
        int show(Api api, PrintWriter out) {
            print(out, api.get(path(name)), limit -> Table.print(out, rows(new JsonArray().add(limit))));
            return 0;
        }
    }

    private static List<String[]> rows(JsonArray limits) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"LIMIT", "ACCOUNT", "FILTER", "MESSAGES/S", "BYTES/S", "CONNECTIONS"});
        for (int i = 0; i < limits.size(); i++) {
            JsonObject limit = limits.getJsonObject(i);
            Long bytes = limit.getLong("bytesPerSecond");
            String account = limit.getString("account");
            String topic = limit.getString("topic");
            String whom = limit.getString("per").equals("all") ? "(all together)" : "(each)";
            rows.add(new String[] {
                limit.getString("name"),
                account == null ? whom : account,
                topic == null ? "-" : topic,
                figure(limit, "messagesPerSecond"),
                bytes == null ? "-" : Readable.size(bytes),
                figure(limit, "connections")
            });
        }
        return rows;
    }

    private static String figure(JsonObject limit, String name) {
        Long figure = limit.getLong(name);
        return figure == null ? "-" : figure.toString();
    }

    private static String path(String name) {
        return "/v1/limits" + Api.segment(name);
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = {
                "Sets a limit, in place of one of the same name.",
                "An account's own limit takes the place of what each account has for the same topics."
            })
    static final class Set extends NodeCommand {
        @Parameters(paramLabel = "LIMIT", description = "its name: letters, digits and . _ - @")
        private String name;

        @Option(names = "--account", paramLabel = "ACCOUNT", description = "default: every account")
        private String account;

        @Option(names = "--topic", paramLabel = "FILTER", description = "counts what is published there; default: all")
        private String topic;

        @Option(
                names = "--per",
                paramLabel = "account|all",
                description = "without --account: each has as much (the default), or all have it together")
        private String per;

        @Option(names = "--messages", paramLabel = "N", description = "published in a second")
        private Long messages;

        @Option(names = "--bytes", paramLabel = "SIZE", description = "of bodies in a second, for example 10MiB")
        private String bytes;

        @Option(names = "--connections", paramLabel = "N", description = "open at one node; not with --topic")
        private Long connections;

        @Override
        int ask(Api api, PrintWriter out) {
            JsonObject limit = new JsonObject();
            put(limit, "account", account);
            put(limit, "topic", topic);
            put(limit, "per", per);
            put(limit, "messagesPerSecond", messages);
            put(limit, "bytesPerSecond", bytes);
            put(limit, "connections", connections);
            JsonObject answer = api.put(path(name), limit.encode());
            if (json) {
                out.println(answer.encode());
            } else {
                Table.print(out, rows(new JsonArray().add(answer)));
            }
            return 0;
        }

        private static void put(JsonObject object, String name, Object value) {
            if (value != null) {
                object.put(name, value);
            }
        }
    }

    @Command(name = "delete", mixinStandardHelpOptions = true, sortOptions = false, description = "Lifts a limit.")
    static final class Drop extends NodeCommand {
        @Parameters(paramLabel = "LIMIT", description = "its name")
        private String name;

        @Override
        int ask(Api api, PrintWriter out) {
            api.delete(path(name));
            done(out, new JsonObject(), name + " is deleted");
            return 0;
        }
    }
}
