package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** How much a running node logs. */
@Command(
        name = "log",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {LogCommand.Listing.class, LogCommand.Set.class, LogCommand.Reset.class},
        description = {
            "Shows and changes how much a running node logs, of that node only, until it ends.",
            "A logger is a package or a class; skein is all of Skein. What was set for a while falls back by itself."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} log",
            "  ${ROOT-COMMAND-NAME} log set io.skein.cluster debug --for 10m",
            "  ${ROOT-COMMAND-NAME} log reset io.skein.cluster",
            "What became of a publish that carries a traceparent is said by io.skein.trace."
        })
final class LogCommand extends StateCommand {
    private static final String ALL = "skein";
    private static final String PATH = "/v1/log";

    @Override
    int show(Api api, PrintWriter out) {
        print(out, api.get(PATH), levels -> table(out, levels));
        return 0;
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Lists the levels that were set, and until when.")
    static final class Listing extends StateCommand {
        @Override
        int show(Api api, PrintWriter out) {
            print(out, api.get(PATH), levels -> table(out, levels));
            return 0;
        }
    }

    @Command(
            name = "set",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Gives a logger a level, for good or for a while.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} log set io.skein.cluster debug --for 10m"})
    static final class Set extends NodeCommand {
        @Parameters(index = "0", paramLabel = "LOGGER", description = "package or class, or skein")
        private String logger;

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "LEVEL",
                description = "trace, debug, info, warn, error or off")
        private String level;

        @Option(names = "--for", paramLabel = "TIME", description = "it falls back after this, for example 10m")
        private String time = "";

        @Override
        int ask(Api api, PrintWriter out) {
            if (level == null) {
                throw new CommandProblem(
                        ExitCode.USAGE,
                        "a logger is given a level, or taken back: " + Program.line("log reset " + logger));
            }
            JsonObject change = new JsonObject().put("levels", new JsonObject().put(name(logger), level));
            if (!time.isEmpty()) {
                change.put("for", time);
            }
            print(out, api.put(PATH, change.encode()), levels -> table(out, levels));
            return 0;
        }
    }

    @Command(
            name = "reset",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Has a logger say again what it said at the start.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} log reset io.skein.cluster"})
    static final class Reset extends NodeCommand {
        @Parameters(paramLabel = "LOGGER", description = "package or class, or skein")
        private String logger;

        @Override
        int ask(Api api, PrintWriter out) {
            JsonObject change = new JsonObject().put("levels", new JsonObject().putNull(name(logger)));
            print(out, api.put(PATH, change.encode()), levels -> table(out, levels));
            return 0;
        }
    }

    private static String name(String logger) {
        return logger.equals(ALL) ? "" : logger;
    }

    private static void table(PrintWriter out, JsonObject answer) {
        JsonObject until = answer.getJsonObject("until", new JsonObject());
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"LOGGER", "LEVEL", "UNTIL"});
        for (Map.Entry<String, Object> one : answer.getJsonObject("levels")) {
            String name = one.getKey();
            rows.add(
                    new String[] {name.isEmpty() ? ALL : name, String.valueOf(one.getValue()), until.getString(name, "")
                    });
        }
        Table.print(out, rows);
    }
}
