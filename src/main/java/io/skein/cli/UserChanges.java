package io.skein.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Accounts change and go: commands of {@code users}. */
final class UserChanges {
    private UserChanges() {}

    @Command(
            name = "password",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = {
                "Changes a password and ends the account's sessions; its tokens stay.",
                "An admin changes anybody's, others their own, for which the old one is asked."
            },
            footer = {
                "",
                "Without a terminal both are lines of standard input, the old one first.",
                "Example:",
                "  ${ROOT-COMMAND-NAME} users password anna"
            })
    static final class Password extends NodeCommand {
        @Parameters(paramLabel = "ACCOUNT", description = "an account's name")
        private String name;

        @Option(names = "--password-file", paramLabel = "FILE", description = "with the new one")
        private Path passwordFile;

        @Option(names = "--old-password-file", paramLabel = "FILE", description = "with the old one")
        private Path oldPasswordFile;

        @Override
        int ask(Api api, PrintWriter out) {
            PasswordPrompt prompt = new PasswordPrompt();
            JsonObject change = new JsonObject();
            if (oldPasswordFile != null || !isAdmin(api)) {
                change.put("old", prompt.ask("Old password of " + name, oldPasswordFile));
            }
            change.put("new", prompt.askNew("New password for " + name, passwordFile));
            api.put(UserCommand.path(name, "/password"), change.encode());
            done(out, new JsonObject(), "the password of " + name + " is changed, and its sessions are over");
            return 0;
        }

        /** Whoever shows nothing is none. */
        private boolean isAdmin(Api api) {
            return server.shown().isPresent()
                    && "admin".equals(api.get("/v1/sessions/current").getString("role"));
        }
    }

    @Command(
            name = "role",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Makes an account an admin, or a member; the last admin stays one.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} users role anna admin"})
    static final class RoleOf extends NodeCommand {
        @Parameters(index = "0", paramLabel = "ACCOUNT", description = "an account's name")
        private String name;

        @Parameters(index = "1", paramLabel = "admin|member", description = "what it is from now on")
        private String role;

        @Override
        int ask(Api api, PrintWriter out) {
            api.put(
                    UserCommand.path(name, "/role"),
                    new JsonObject().put("role", role).encode());
            done(
                    out,
                    new JsonObject().put("username", name).put("role", role),
                    name + (role.equals("admin") ? " is an admin" : " is a member"));
            return 0;
        }
    }

    @Command(
            name = "logout",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Ends all sessions of an account; its tokens stay.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} users logout anna"})
    static final class Logout extends NodeCommand {
        @Parameters(paramLabel = "ACCOUNT", description = "an account's name")
        private String name;

        @Override
        int ask(Api api, PrintWriter out) {
            api.delete(UserCommand.path(name, "/sessions"));
            done(out, new JsonObject(), "all sessions of " + name + " are over");
            return 0;
        }
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = {
                "Deletes an account with its sessions, tokens, rules and mail, at once on every node.",
                "At a terminal it asks first. Who is no admin removes only himself, with his password."
            },
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} users delete anna --yes"})
    static final class Remove extends NodeCommand {
        @Parameters(paramLabel = "ACCOUNT", description = "an account's name")
        private String name;

        @Option(names = "--yes", description = "asks nothing")
        private boolean yes;

        @Option(names = "--password-file", paramLabel = "FILE", description = "of one's own account")
        private Path passwordFile;

        @Override
        int ask(Api api, PrintWriter out) {
            if (!yes && !PasswordPrompt.confirms("Delete " + name + " with its sessions, tokens, rules and mail?")) {
                throw new CommandProblem(1, name + " stays");
            }
            JsonObject proof = new JsonObject();
            if (passwordFile != null) {
                proof.put("password", new PasswordPrompt().ask("Password of " + name, passwordFile));
            }
            api.delete(UserCommand.path(name, ""), proof);
            done(out, new JsonObject(), name + " is deleted");
            return 0;
        }
    }
}
