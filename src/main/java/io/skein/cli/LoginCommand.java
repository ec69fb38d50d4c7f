package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Begins a session, which the commands that follow show by themselves. */
@Command(
        name = "login",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Logs in with a password. From then on every command shows who you are, to each node of that cluster.",
            "The session is kept in a file that only you can read, until it ends or you log out."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} login --as anna",
            "  ${ROOT-COMMAND-NAME} login --as anna --password-file anna.password",
            "  ${ROOT-COMMAND-NAME} logout"
        })
final class LoginCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Option(names = "--as", required = true, paramLabel = "USER", description = "an account's name")
    private String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "default: asks; without a terminal: a line of standard input")
    private Path passwordFile;

    @Option(names = "--json", description = "one JSON line: username, expires")
    private boolean json;

    @Override
    public Integer call() {
        String password = new PasswordPrompt().ask("Password of " + user, passwordFile);
        Begun begun = begin(server, user, password);
        JsonObject answer = begun.answer();
        LogIns.LogIn in = in(answer);
        LogIns.of(System.getenv()).put(nodes(begun.at(), in), in);
        PrintWriter out = spec.commandLine().getOut();
        answer.remove("token");
        out.println(
                json
                        ? answer.encode()
                        : in.username() + " is logged in at " + begun.at().url() + " until "
                                + Readable.text(in.expires()));
        out.flush();
        server.shown().filter(shown -> !shown.isLogin()).ifPresent(shown -> {
            PrintWriter err = spec.commandLine().getErr();
            err.println("skein: commands go on showing " + shown + " as long as that is given");
            err.flush();
        });
        return 0;
    }

    /** @param at the one that answered, of those that were named */
    record Begun(JsonObject answer, Server at) {}

    /** A session; whatever else is shown to the node is over, or about to be replaced. */
    static Begun begin(Server server, String user, String password) {
        Api api = new Api(server.shownBy(Optional.empty()));
        JsonObject answer =
                api.post("/v1/sessions", new JsonObject().put("username", user).put("password", password));
        return new Begun(answer, api.server());
    }

    static LogIns.LogIn in(JsonObject answer) {
        return new LogIns.LogIn(answer.getString("username"), answer.getString("token"), answer.getLong("expires"));
    }

    /** The one that was asked, and those it belongs together with. */
    static List<String> nodes(Server server, LogIns.LogIn in) {
        List<String> urls = new ArrayList<>(List.of(server.url()));
        JsonArray members = new Api(server.shownBy(Optional.of(Token.Shown.of(in))))
                .get("/v1/cluster")
                .getJsonArray("members");
        for (int i = 0; i < members.size(); i++) {
            String address = members.getJsonObject(i).getString("httpAddress", "");
            if (address != null && !address.isEmpty() && server.isAsSafe(server.other(address))) {
                urls.add(server.other(address).url());
            }
        }
        return urls;
    }
}
