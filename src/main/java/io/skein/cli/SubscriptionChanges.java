package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Durable subscriptions come, change and go: commands of {@code subscriptions}. */
final class SubscriptionChanges {
    private SubscriptionChanges() {}

    /** What a subscription can be asked to be. */
    static final class Config {
        @Option(names = "--filter", paramLabel = "FILTER", description = "the topics it follows, with + and #")
        private String filter;

        @Option(
                names = "--from",
                paramLabel = "WHERE",
                description = "where a new one begins: earliest, latest, a cursor, an offset, a time, -15m")
        private String from;

        @Option(names = "--lease", paramLabel = "TIME", description = "how long a message is lent (new: 30s)")
        private String lease;

        @Option(
                names = "--max-deliveries",
                paramLabel = "N",
                description = "then it is a dead letter; 0: never (new: 5)")
        private Integer maxDeliveries;

        @Option(
                names = "--backoff",
                paramLabel = "TIMES",
                split = ",",
                description = "before each next try (new: 1s,10s)")
        private List<String> backoff;

        @Option(names = "--dead-letter", paramLabel = "TOPIC", description = "of its dead letters (new: $dead/NAME)")
        private String deadLetter;

        @Option(
                names = "--order",
                paramLabel = "topic|key",
                description = "key: of each key one at a time (new: topic)")
        private String order;

        @Option(names = "--paused", arity = "1", paramLabel = "true|false", description = "hands nothing out")
        private Boolean paused;

        void put(JsonObject config) {
            put(config, "filter", filter);
            put(config, "from", from);
            put(config, "lease", lease);
            put(config, "maxDeliveries", maxDeliveries);
            put(config, "backoff", backoff == null ? null : new JsonArray(backoff));
            put(config, "deadLetter", deadLetter);
            put(config, "order", order);
            put(config, "paused", paused);
        }

        private static void put(JsonObject config, String field, Object value) {
            if (value != null) {
                config.put(field, value);
            }
        }
    }

    private static JsonObject put(Api api, String path, JsonObject config) {
        return api.put(path, config.encode());
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Makes a durable subscription that is not there yet. Exit code 1 when it is there.",
            footer = {
                "",
                "Example:",
                "  ${ROOT-COMMAND-NAME} subscriptions create billing --filter 'orders/#' --from earliest"
            })
    static final class Create extends NodeCommand {
        @Parameters(paramLabel = "SUBSCRIPTION", description = "its name")
        private String name;

        @Mixin
        private Config config;

        @Override
        int ask(Api api, PrintWriter out) {
            String path = SubscriptionsCommand.path(name);
            if (config.filter == null) {
                throw new CommandProblem(ExitCode.USAGE, "what does it follow? --filter 'orders/#', for example");
            }
            if (api.find(path).isPresent()) {
                throw new CommandProblem(
                        ExitCode.NO,
                        "there is a subscription " + name + " already; to change it: "
                                + Program.line("subscriptions set " + name));
            }
            JsonObject made = new JsonObject();
            config.put(made);
            print(out, put(api, path, made), answer -> {
                out.println(name + " is made");
                SubscriptionsCommand.show(out, api.get(path));
            });
            return 0;
        }
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Changes a subscription, and makes it if need be. What is not named stays as it is.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} subscriptions set billing --lease 2m --max-deliveries 10"
            })
    static final class Change extends NodeCommand {
        @Parameters(paramLabel = "SUBSCRIPTION", description = "its name")
        private String name;

        @Mixin
        private Config config;

        @Override
        int ask(Api api, PrintWriter out) {
            String path = SubscriptionsCommand.path(name);
            Optional<JsonObject> present = api.find(path);
            JsonObject changed = present.map(JsonObject::copy).orElse(new JsonObject());
            config.put(changed);
            print(out, put(api, path, changed), answer -> {
                out.println(name + (present.isPresent() ? " is changed" : " is made"));
                SubscriptionsCommand.show(out, api.get(path));
            });
            return 0;
        }
    }

    private static void paused(Api api, PrintWriter out, NodeCommand command, String name, boolean isPaused) {
        String path = SubscriptionsCommand.path(name);
        JsonObject answer = put(api, path, api.get(path).put("paused", isPaused));
        command.done(out, answer, name + (isPaused ? " is paused: it hands nothing out" : " goes on"));
    }

    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Hands nothing out until it is resumed; what is lent may still be acknowledged.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} subscriptions pause billing"})
    static final class Hold extends NodeCommand {
        @Parameters(paramLabel = "SUBSCRIPTION", description = "its name")
        private String name;

        @Override
        int ask(Api api, PrintWriter out) {
            paused(api, out, this, name, true);
            return 0;
        }
    }

    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Hands out again what a pause held back.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} subscriptions resume billing"})
    static final class Resume extends NodeCommand {
        @Parameters(paramLabel = "SUBSCRIPTION", description = "its name")
        private String name;

        @Override
        int ask(Api api, PrintWriter out) {
            paused(api, out, this, name, false);
            return 0;
        }
    }

    @Command(
            name = "seek",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Moves a subscription; what is lent meanwhile is lost to those who hold it.",
            footer = {
                "",
                "Examples:",
                "  ${ROOT-COMMAND-NAME} subscriptions seek billing --to earliest",
                "  ${ROOT-COMMAND-NAME} subscriptions seek billing --to=-15m"
            })
    static final class Seek extends NodeCommand {
        @Parameters(paramLabel = "SUBSCRIPTION", description = "its name")
        private String name;

        @Option(
                names = "--to",
                required = true,
                paramLabel = "WHERE",
                description = "earliest, latest, a cursor, an offset, a time, -15m")
        private String to;

        @Override
        int ask(Api api, PrintWriter out) {
            JsonObject answer = api.post(SubscriptionsCommand.path(name) + "/seek", new JsonObject().put("to", to));
            done(out, answer, name + " goes on from " + to);
            return 0;
        }
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Deletes a subscription; messages stay in their topics, dead letters in theirs.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} subscriptions delete billing"})
    static final class Delete extends NodeCommand {
        @Parameters(paramLabel = "SUBSCRIPTION", description = "its name")
        private String name;

        @Override
        int ask(Api api, PrintWriter out) {
            done(out, api.delete(SubscriptionsCommand.path(name)), name + " is deleted");
            return 0;
        }
    }
}
