package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Accounts: who there is. */
@Command(
        name = "users",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {
            UserCommand.Add.class,
            UserCommand.Listing.class,
            UserCommand.Show.class,
            UserChanges.Password.class,
            UserChanges.RoleOf.class,
            UserChanges.Logout.class,
            UserChanges.Remove.class,
            UserRules.Allow.class,
            UserRules.Forbid.class,
            UserRules.Unset.class,
            UserRules.Listing.class,
            UserTokenCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Accounts, what they may do with which topics, and tokens for programs.",
            "What is changed here holds at once on every node. Most of it is for admins."
        },
        footer = {
            "",
            "An admin may everything. A member may nothing with topics until a rule",
            "allows it, for that account or for --everyone; one that forbids wins.",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} users",
            "  ${ROOT-COMMAND-NAME} users create anna",
            "  ${ROOT-COMMAND-NAME} users allow anna publish 'orders/#'",
            "  ${ROOT-COMMAND-NAME} users allow --everyone subscribe 'news/#'",
            "  ${ROOT-COMMAND-NAME} users create billing --no-password",
            "  ${ROOT-COMMAND-NAME} users tokens create billing prod --lifetime 90d > token",
            "  ${ROOT-COMMAND-NAME} users show anna"
        })
final class UserCommand extends StateCommand {
    /** As many as a node lists at once. */
    private static final int PAGE = 1000;

    @Override
    int show(Api api, PrintWriter out) {
        return list(api, out, json, "*");
    }

    /** @param more what comes after the name */
    static String path(String name, String more) {
        return "/v1/accounts" + Api.segment(name) + more;
    }

    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Makes an account. It may nothing with topics until a rule allows it; an admin may all.",
            footer = {
                "",
                "Examples:",
                "  ${ROOT-COMMAND-NAME} users create anna",
                "  ${ROOT-COMMAND-NAME} users create root2 --admin --password-file root2.password",
                "  ${ROOT-COMMAND-NAME} users create billing --no-password     for a program"
            })
    static final class Add extends NodeCommand {
        private static final int NOBODY_GUESSES_BYTES = 32;

        @Parameters(paramLabel = "ACCOUNT", description = "letters, digits and . _ - @; its case does not count")
        private String name;

        @Option(names = "--admin", description = "it may everything")
        private boolean admin;

        @Option(
                names = "--password-file",
                paramLabel = "FILE",
                description = "default: asks; without a terminal: a line of standard input")
        private Path passwordFile;

        @Option(names = "--no-password", description = "nobody logs in: it is for a program, which shows a token")
        private boolean noPassword;

        @Override
        int ask(Api api, PrintWriter out) {
            if (noPassword && passwordFile != null) {
                throw new CommandProblem(ExitCode.USAGE, "--no-password goes without --password-file");
            }
            String password = noPassword ? drawn() : new PasswordPrompt().askNew("Password for " + name, passwordFile);
            JsonObject answer = api.post(
                    "/v1/accounts",
                    new JsonObject()
                            .put("username", name)
                            .put("password", password)
                            .put("role", admin ? "admin" : "member"));
            if (json) {
                out.println(answer.encode());
            } else if (admin) {
                out.println(name + " is made, an admin");
            } else if (noPassword) {
                out.println(name + " is made, a member; its program shows a token: "
                        + Program.line("users tokens create " + name + " TOKENNAME"));
            } else {
                out.println(name + " is made, a member; rules say what it may: "
                        + Program.line("users allow " + name + " publish 'orders/#'"));
            }
            return 0;
        }

        /** Nobody knows it, this program neither once it has ended. */
        private static String drawn() {
            byte[] bytes = new byte[NOBODY_GUESSES_BYTES];
            new SecureRandom().nextBytes(bytes);
            return Base64.getEncoder().encodeToString(bytes);
        }
    }

    private static int list(Api api, PrintWriter out, boolean json, String glob) {
        JsonArray accounts = Listing.all(api, glob);
        if (json) {
            out.println(new JsonObject().put("accounts", accounts).encode());
        } else if (accounts.isEmpty()) {
            out.println("there is no account" + (glob.equals("*") ? " yet" : " like " + glob));
        } else {
            Table.print(out, Listing.rows(accounts));
        }
        return 0;
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Lists accounts by name. Who is no admin sees names only.",
            footer = {
                "",
                "Examples:",
                "  ${ROOT-COMMAND-NAME} users list",
                "  ${ROOT-COMMAND-NAME} users list 'a*' --json"
            })
    static final class Listing extends StateCommand {
        @Parameters(arity = "0..1", paramLabel = "GLOB", description = "* stands for any characters, ? for one")
        private String glob = "*";

        @Override
        int show(Api api, PrintWriter out) {
            return list(api, out, json, glob);
        }

        private static JsonArray all(Api api, String glob) {
            String base = "/v1/accounts?limit=" + PAGE + "&match=" + Api.query(glob);
            JsonArray all = new JsonArray();
            String next = "";
            do {
                JsonObject page = api.get(base + (next.isEmpty() ? "" : "&after=" + Api.query(next)));
                all.addAll(page.getJsonArray("accounts"));
                next = page.getString("next");
            } while (next != null);
            return all;
        }

        private static List<String[]> rows(JsonArray accounts) {
            boolean whole = accounts.getJsonObject(0).containsKey("role");
            List<String[]> rows = new ArrayList<>();
            rows.add(whole ? new String[] {"NAME", "ROLE", "SESSIONS", "TOKENS", "CREATED"} : new String[] {"NAME"});
            for (int i = 0; i < accounts.size(); i++) {
                JsonObject account = accounts.getJsonObject(i);
                String name = account.getString("username");
                rows.add(
                        whole
                                ? new String[] {
                                    name,
                                    account.getString("role"),
                                    account.getLong("sessions").toString(),
                                    account.getLong("tokens").toString(),
                                    Readable.text(account.getLong("created"))
                                }
                                : new String[] {name});
            }
            return rows;
        }
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Shows an account, the rules for it and its tokens; without what is secret.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} users show anna"})
    static final class Show extends StateCommand {
        @Parameters(paramLabel = "ACCOUNT", description = "an account's name")
        private String name;

        @Override
        int show(Api api, PrintWriter out) {
            JsonObject account = api.get(path(name, ""));
            JsonArray rules = UserRules.rules(api, name);
            JsonArray tokens = api.get(path(name, "/tokens")).getJsonArray("tokens");
            if (json) {
                out.println(account.put("rules", rules).put("tokens", tokens).encode());
            } else {
                print(out, account, rules, tokens);
            }
            return 0;
        }

        private static void print(PrintWriter out, JsonObject account, JsonArray rules, JsonArray tokens) {
            out.println(account.getString("username"));
            if (account.containsKey("role")) {
                out.printf("  role      %s%n", account.getString("role"));
                out.printf("  created   %s%n", Readable.text(account.getLong("created")));
                out.printf("  sessions  %d%n", account.getLong("sessions"));
            }
            out.println();
            if (rules.isEmpty()) {
                out.println("No rules of its own; " + Program.line("users rules --everyone") + " shows those for all.");
            } else {
                Table.print(out, UserRules.rows(rules));
            }
            out.println();
            if (tokens.isEmpty()) {
                out.println("No tokens.");
            } else {
                Table.print(out, UserTokenCommand.rows(tokens));
            }
        }
    }
}
