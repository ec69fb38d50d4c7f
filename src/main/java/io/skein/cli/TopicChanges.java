package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Topics come, change and go: commands of {@code topics}. */
final class TopicChanges {
    private TopicChanges() {}

    /** How a topic keeps its messages. */
    static final class Config {
        private static final String NONE = "none";

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

        /** A PUT says all there is: what is not changed stays as it is. */
        JsonObject changed(JsonObject config) {
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
    }

    /** @return its path; a change is to one topic */
    private static String one(String topic) {
        if (TopicsCommand.isFilter(topic)) {
            throw new CommandProblem(ExitCode.USAGE, "a change is to one topic: " + topic + " is a filter");
        }
        return TopicsCommand.path(topic);
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description =
                    "Makes a topic that is not there yet; a first publish does so, too. Exit code 1 when it is there.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} topics create logs/app --max-age 7d"})
    static final class Create extends NodeCommand {
        @Parameters(paramLabel = "TOPIC", description = "its name: levels with / between")
        private String topic;

        @Mixin
        private Config config;

        @Override
        int ask(Api api, PrintWriter out) {
            String path = one(topic);
            if (api.find(path).isPresent()) {
                throw new CommandProblem(
                        ExitCode.NO,
                        "there is a topic " + topic + " already; to change it: " + Program.line("topics set " + topic));
            }
            JsonObject answer = api.put(path, config.changed(new JsonObject()).encode());
            print(out, answer, made -> TopicsCommand.show(out, api.get(path)));
            return 0;
        }
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = {
                "Changes how a topic keeps its messages, and makes it if need be.",
                "What is not named stays as it is; \"none\" lifts a limit."
            },
            footer = {
                "",
                "Examples:",
                "  ${ROOT-COMMAND-NAME} topics set logs/app --max-age 7d --max-bytes 1GiB",
                "  ${ROOT-COMMAND-NAME} topics set logs/app --max-bytes none"
            })
    static final class Change extends NodeCommand {
        @Parameters(paramLabel = "TOPIC", description = "its name")
        private String topic;

        @Mixin
        private Config config;

        @Override
        int ask(Api api, PrintWriter out) {
            String path = one(topic);
            JsonObject answer = api.put(
                    path,
                    config.changed(api.find(path).orElse(new JsonObject())).encode());
            print(out, answer, changed -> TopicsCommand.show(out, api.get(path)));
            return 0;
        }
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Deletes a topic with all its messages.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} topics delete scratch"})
    static final class Delete extends NodeCommand {
        @Parameters(paramLabel = "TOPIC", description = "its name")
        private String topic;

        @Override
        int ask(Api api, PrintWriter out) {
            done(out, api.delete(one(topic)), topic + " is deleted");
            return 0;
        }
    }
}
