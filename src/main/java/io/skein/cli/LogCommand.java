package io.skein.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** How much a running node logs. */
@Command(
        name = "log",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows and changes how much a running node logs, of that node only, until it ends.",
            "A logger is a package or a class; skein is all of Skein. What was set for a while falls back by itself."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} log",
            "  ${ROOT-COMMAND-NAME} log io.skein.cluster debug --for 10m",
            "  ${ROOT-COMMAND-NAME} log io.skein.cluster --reset",
            "What became of a publish that carries a traceparent is said by io.skein.trace."
        })
final class LogCommand implements Callable<Integer> {
    private static final String ALL = "skein";

    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Parameters(index = "0", arity = "0..1", paramLabel = "LOGGER", description = "package or class, or skein")
    private String logger = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "LEVEL",
            description = "trace, debug, info, warn, error or off")
    private String level = "";

    @Option(names = "--for", paramLabel = "TIME", description = "it falls back after this, for example 10m")
    private String time = "";

    @Option(names = "--reset", description = "the logger says again what it said at the start")
    private boolean reset;

    @Option(names = "--json", description = "the node's answer as one JSON line")
    private boolean json;

    @Override
    public Integer call() {
        Api api = new Api(server);
        if (logger.isEmpty()) {
            print(api.get("/v1/log"));
            return 0;
        }
        if (level.isEmpty() != reset) {
            throw new CommandProblem(
                    io.skein.node.ExitCode.USAGE, "a logger is given a level, or taken back with --reset");
        }
        String name = logger.equals(ALL) ? "" : logger;
        JsonObject change = new JsonObject().put("levels", new JsonObject().put(name, reset ? null : level));
        if (!time.isEmpty()) {
            change.put("for", time);
        }
        print(api.put("/v1/log", change.encode()));
        return 0;
    }

    private void print(JsonObject answer) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer.encode());
        } else {
            JsonObject until = answer.getJsonObject("until", new JsonObject());
            List<String[]> rows = new ArrayList<>();
            rows.add(new String[] {"LOGGER", "LEVEL", "UNTIL"});
            for (Map.Entry<String, Object> one : answer.getJsonObject("levels")) {
                String name = one.getKey();
                rows.add(new String[] {
                    name.isEmpty() ? ALL : name, String.valueOf(one.getValue()), until.getString(name, "")
                });
            }
            Table.print(out, rows);
        }
        out.flush();
    }
}
