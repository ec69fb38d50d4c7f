package io.skein.cli;

import io.skein.node.ExitCode;
import io.skein.node.LogFormat;
import io.skein.node.NodeConfig;
import io.skein.node.NodeProcess;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Starts a node and stays. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        modelTransformer = NodeOptions.class,
        sortOptions = false,
        abbreviateSynopsis = true,
        description = "Starts one node. Without flags: data in ./skein-data, this machine only, no login.",
        footer = {
            "",
            "Every flag is also a variable (--http-port: SKEIN_HTTP_PORT) and a line of",
            "--config (http-port = 8080). A flag wins over a variable, a variable over the",
            "file; '${ROOT-COMMAND-NAME} config' shows what counts.",
            "Exit codes: 64 usage, 70 broken invariant, 73 data directory in use, 74 disk",
            "error, 75 data went backwards, 76 data or cluster of a newer build."
        })
final class ServeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        NodeConfig config =
                NodeConfig.of(NodeOptions.settings(spec.commandLine().getParseResult()));
        PrintWriter out = spec.commandLine().getOut();
        NodeProcess.Outcome outcome = NodeProcess.run(config, SkeinCommand.Version.text());
        boolean isJson = config.log().format() == LogFormat.JSON;
        if (outcome.node().isEmpty()) {
            if (isJson) {
                // It stands in the log; a sentence beside it would be no JSON.
                return outcome.exitCode();
            }
            String hint = outcome.exitCode() == ExitCode.WENT_BACKWARDS
                    ? "; what can be done: " + Program.line("recover --data-dir " + config.dataDir())
                    : "";
            throw new CommandProblem(outcome.exitCode(), outcome.problem() + hint);
        }
        if (!isJson) {
            new Banner(config, outcome.node().get(), SkeinCommand.Version.text()).print(out);
        }
        outcome.node()
                .get()
                .firstAdmin()
                .onSuccess(token -> token.ifPresent(drawn -> Banner.print(out, drawn)))
                .onFailure(failure -> {
                    out.println("there is no admin's token: " + failure.getMessage());
                    out.flush();
                });
        return SkeinCommand.STAYS;
    }
}
