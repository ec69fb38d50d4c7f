package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Whom a node takes one for. */
@Command(
        name = "whoami",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Shows whom a node takes you for, by which token, and until when.",
        footer = {"", "Exit code 77 when it knows nobody by that token, or none is shown."})
final class WhoamiCommand extends NodeCommand {
    @Override
    int ask(Api api, PrintWriter out) {
        if (server.each().stream().allMatch(one -> one.shown().isEmpty())) {
            throw new CommandProblem(
                    ExitCode.DENIED,
                    "nobody: no token is shown; log in with " + Program.line("login --as NAME")
                            + ", or set SKEIN_TOKEN");
        }
        JsonObject answer = api.get("/v1/sessions/current");
        if (json) {
            out.println(answer.encode());
        } else {
            Long expires = answer.getLong("expires");
            out.printf("%s%n", answer.getString("username"));
            out.printf("  role     %s%n", answer.getString("role"));
            out.printf(
                    "  shows    %s%n", api.server().shown().map(String::valueOf).orElse("nothing"));
            out.printf("  until    %s%n", expires == null ? "it is deleted" : Readable.text(expires));
        }
        return 0;
    }
}
