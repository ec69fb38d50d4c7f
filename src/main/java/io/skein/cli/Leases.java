package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What becomes of messages on loan, by their leases: commands of {@code subscriptions}. */
final class Leases {
    private Leases() {}

    /** Of which messages. */
    abstract static class Settlement extends NodeCommand {
        @Parameters(index = "0", paramLabel = "SUBSCRIPTION", description = "its name")
        private String name;

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "LEASE",
                description = "as '${ROOT-COMMAND-NAME} pull SUBSCRIPTION --no-ack --json' prints it")
        private List<String> leases;

        /** Exit code 1 when one was refused: its message may be somebody else's by now. */
        int settle(Api api, PrintWriter out, String how, JsonObject more, String words) {
            JsonObject answer =
                    api.post(SubscriptionsCommand.path(name) + "/" + how, more.put("leases", new JsonArray(leases)));
            JsonArray refused = answer.getJsonArray("refused");
            print(out, answer, settled -> {
                long done = settled.getLong("done");
                out.println(done + (done == 1 ? " message is " : " messages are ") + words);
                for (int i = 0; i < refused.size(); i++) {
                    JsonObject one = refused.getJsonObject(i);
                    out.println("refused: " + one.getString("lease") + " (" + one.getString("code") + ")");
                }
            });
            return refused.isEmpty() ? 0 : ExitCode.NO;
        }
    }

    @Command(
            name = "ack",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Messages are done with. Exit code 1 when a lease does not hold any more.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} subscriptions ack billing lz6d.1.1.0.7.0"})
    static final class Ack extends Settlement {
        @Override
        int ask(Api api, PrintWriter out) {
            return settle(api, out, "ack", new JsonObject(), "acknowledged");
        }
    }

    @Command(
            name = "nack",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Messages could not be worked on: they come back, or become dead letters.",
            footer = {
                "",
                "Example:",
                "  ${ROOT-COMMAND-NAME} subscriptions nack billing lz6d.1.1.0.7.0 --delay 1m --reason 'bank is closed'"
            })
    static final class Nack extends Settlement {
        @Option(names = "--delay", paramLabel = "TIME", description = "come back after this (default: as backoff says)")
        private String delay;

        @Option(names = "--reason", paramLabel = "TEXT", description = "goes with those that become dead letters")
        private String reason;

        @Override
        int ask(Api api, PrintWriter out) {
            JsonObject more = new JsonObject();
            if (delay != null) {
                more.put("delay", delay);
            }
            if (reason != null) {
                more.put("reason", reason);
            }
            return settle(api, out, "nack", more, "given back");
        }
    }

    @Command(
            name = "extend",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Leases last longer, from now.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} subscriptions extend billing lz6d.1.1.0.7.0 --lease 5m"})
    static final class Extend extends Settlement {
        @Option(names = "--lease", paramLabel = "TIME", description = "so long (default: as the subscription says)")
        private String lease;

        @Override
        int ask(Api api, PrintWriter out) {
            JsonObject more = lease == null ? new JsonObject() : new JsonObject().put("lease", lease);
            return settle(api, out, "extend", more, "lent for longer");
        }
    }
}
