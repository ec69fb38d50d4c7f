package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Ends what {@code login} began. */
@Command(
        name = "logout",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Ends the session that 'login' began, at once on every node, and forgets it.",
            "Tokens of programs stay as they are: '${ROOT-COMMAND-NAME} users tokens delete' ends one."
        })
final class LogoutCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Option(names = "--json", description = "one JSON line: username")
    private boolean json;

    @Override
    public Integer call() {
        LogIns all = LogIns.of(System.getenv());
        List<String> named = server.each().stream().map(Server::url).toList();
        LogIns.LogIn in = named.stream()
                .flatMap(url -> all.find(url).stream())
                .findFirst()
                .orElseThrow(() -> new CommandProblem(1, "nobody is logged in at " + String.join(", ", named)));
        List<String> its = named.stream()
                .filter(url -> all.find(url).equals(Optional.of(in)))
                .toList();
        try {
            new Api(server.among(its, Optional.of(Token.Shown.of(in)))).delete("/v1/sessions/current");
        } catch (CommandProblem problem) {
            if (problem.exitCode() != ExitCode.DENIED) {
                throw problem;
            } // It was over already.
        }
        all.forget(in.token());
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? new JsonObject().put("username", in.username()).encode() : in.username() + " is logged out");
        out.flush();
        return 0;
    }
}
