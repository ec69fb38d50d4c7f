package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Whom a node takes one for. */
@Command(
        name = "whoami",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Shows whom a node takes you for, by which token, and until when.",
        footer = {"", "Exit code 77 when it knows nobody by that token, or none is shown."})
final class WhoamiCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Option(names = "--json", description = "the node's answer as one JSON line")
    private boolean json;

    @Override
    public Integer call() {
        Token.Shown shown = server.shown()
                .orElseThrow(() -> new CommandProblem(
                        ExitCode.DENIED,
                        "nobody: no token is shown; log in with " + Program.line("login --as NAME")
                                + ", or set SKEIN_TOKEN"));
        JsonObject answer = new Api(server).get("/v1/sessions/current");
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(answer.encode());
        } else {
            Long expires = answer.getLong("expires");
            out.printf("%s%n", answer.getString("username"));
            out.printf("  role     %s%n", answer.getString("role"));
            out.printf("  shows    %s%n", shown);
            out.printf("  until    %s%n", expires == null ? "it is revoked" : Readable.text(expires));
        }
        out.flush();
        return 0;
    }
}
