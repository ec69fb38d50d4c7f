package io.skein.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What to do with dead letters: commands of {@code subscriptions}. */
final class DeadLetters {
    private DeadLetters() {}

    private static JsonObject from(String only) {
        return only == null ? new JsonObject() : new JsonObject().put("filter", only);
    }

    private static String counted(JsonObject answer, String done) {
        long letters = answer.getLong("done");
        return letters + (letters == 1 ? " dead letter is " : " dead letters are ") + done;
    }

    @Command(
            name = "redrive",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Hands dead letters out again; their deliveries count from 1.",
            footer = {
                "",
                "Example:",
                "  ${ROOT-COMMAND-NAME} subscriptions redrive billing --only 'orders/eu/#' --rate 10"
            })
    static final class Redrive extends NodeCommand {
        @Parameters(paramLabel = "SUBSCRIPTION", description = "whose they are")
        private String name;

        @Option(names = "--only", paramLabel = "FILTER", description = "from these topics (default: all)")
        private String only;

        @Option(names = "--rate", paramLabel = "PER-SECOND", description = "not all at once")
        private int rate;

        @Override
        int ask(Api api, PrintWriter out) {
            JsonObject what = from(only);
            if (rate > 0) {
                what.put("rate", rate);
            }
            JsonObject answer = api.post(SubscriptionsCommand.path(name) + "/redrive", what);
            done(out, answer, counted(answer, "handed out again"));
            return 0;
        }
    }

    @Command(
            name = "discard",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Forgets dead letters; they stay in their topic.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} subscriptions discard billing"})
    static final class Discard extends NodeCommand {
        @Parameters(paramLabel = "SUBSCRIPTION", description = "whose they are")
        private String name;

        @Option(names = "--only", paramLabel = "FILTER", description = "from these topics (default: all)")
        private String only;

        @Override
        int ask(Api api, PrintWriter out) {
            JsonObject answer = api.post(SubscriptionsCommand.path(name) + "/discard", from(only));
            done(out, answer, counted(answer, "forgotten"));
            return 0;
        }
    }
}
