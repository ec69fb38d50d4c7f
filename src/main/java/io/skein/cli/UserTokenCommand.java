package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tokens: what programs show. */
@Command(
        name = "tokens",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {UserTokenCommand.Add.class, UserTokenCommand.Listing.class, UserTokenCommand.Revoke.class},
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Tokens for programs. One may what its account may, or of that only what its scopes say.",
            "Admins make them for everybody, others for themselves. Alone it lists one's own."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} users tokens create billing prod --scope publish:orders/# > token",
            "  SKEIN_TOKEN_FILE=token ${ROOT-COMMAND-NAME} publish orders/eu hello",
            "  ${ROOT-COMMAND-NAME} users tokens delete billing prod"
        })
final class UserTokenCommand extends StateCommand {
    /** One's own. */
    @Override
    int show(Api api, PrintWriter out) {
        return list(api, out, json, api.get("/v1/sessions/current").getString("username"));
    }

    private static int list(Api api, PrintWriter out, boolean json, String name) {
        JsonArray tokens = api.get(UserCommand.path(name, "/tokens")).getJsonArray("tokens");
        if (json) {
            out.println(tokens.encode());
        } else if (tokens.isEmpty()) {
            out.println(
                    name + " has no tokens; make one: " + Program.line("users tokens create " + name + " TOKENNAME"));
        } else {
            Table.print(out, rows(tokens));
        }
        return 0;
    }

    /** For {@link Table}. */
    static List<String[]> rows(JsonArray tokens) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"TOKEN", "SCOPES", "CREATED", "UNTIL"});
        for (int i = 0; i < tokens.size(); i++) {
            JsonObject token = tokens.getJsonObject(i);
            Long expires = token.getLong("expires");
            rows.add(new String[] {
                token.getString("name"),
                scopes(token),
                Readable.text(token.getLong("created")),
                expires == null ? "-" : Readable.text(expires)
            });
        }
        return rows;
    }

    private static String scopes(JsonObject token) {
        return token.getJsonArray("scopes").stream().map(String::valueOf).collect(Collectors.joining(" "));
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = {
                "Makes a token and prints it, alone, on standard output: there is no other time to see it.",
                "Without --scope it may all that its account may."
            },
            footer = {
                "",
                "Examples:",
                "  export SKEIN_TOKEN=$(${ROOT-COMMAND-NAME} users tokens create billing prod)",
                "  ${ROOT-COMMAND-NAME} users tokens create billing reader \\",
                "      --scope subscribe:orders/# --scope subscribe:returns/# --lifetime 90d"
            })
    static final class Add extends NodeCommand {
        @Parameters(index = "0", paramLabel = "ACCOUNT", description = "whose it is")
        private String name;

        @Parameters(index = "1", paramLabel = "TOKEN", description = "what it is called, for example prod")
        private String token;

        @Option(
                names = "--scope",
                paramLabel = "ACTION:FILTER",
                description = "only this: publish, subscribe or manage, and topics; may be given again")
        private List<String> scopes = new ArrayList<>();

        @Option(
                names = "--lifetime",
                paramLabel = "TIME",
                description = "ends after this, for example 90d (default: never)")
        private String lifetime;

        @Override
        int ask(Api api, PrintWriter out) {
            JsonObject order = new JsonObject().put("name", token);
            if (!scopes.isEmpty()) {
                order.put("scopes", new JsonArray(scopes));
            }
            if (lifetime != null) {
                order.put("lifetime", lifetime);
            }
            JsonObject answer = api.post(UserCommand.path(name, "/tokens"), order);
            out.println(json ? answer.encode() : answer.getString("token"));
            if (!json) {
                PrintWriter err = spec.commandLine().getErr();
                err.println("token " + token + " of " + name + ", for " + scopes(answer)
                        + (lifetime == null ? "" : ", for " + lifetime)
                        + "; shown this once. A program shows it as Authorization: Bearer, a command as SKEIN_TOKEN");
                err.flush();
            }
            return 0;
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Lists the tokens of an account, without what is secret.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} users tokens list billing"})
    static final class Listing extends StateCommand {
        @Parameters(paramLabel = "ACCOUNT", description = "whose they are")
        private String name;

        @Override
        int show(Api api, PrintWriter out) {
            return list(api, out, json, name);
        }
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Ends a token, at once on every node; who is connected with it is cut off.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} users tokens delete billing prod"})
    static final class Revoke extends NodeCommand {
        @Parameters(index = "0", paramLabel = "ACCOUNT", description = "whose it is")
        private String name;

        @Parameters(index = "1", paramLabel = "TOKEN", description = "what it is called")
        private String token;

        @Override
        int ask(Api api, PrintWriter out) {
            api.delete(UserCommand.path(name, "/tokens") + "?name=" + Api.query(token));
            done(out, new JsonObject(), "token " + token + " of " + name + " is deleted");
            return 0;
        }
    }
}
