package io.skein.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Accounts change and go: commands of {@code user}. */
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
                "  ${ROOT-COMMAND-NAME} user password anna"
            })
    static final class Password implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private Server server;

        @Parameters(paramLabel = "NAME", description = "an account's name")
        private String name;

        @Option(names = "--password-file", paramLabel = "FILE", description = "with the new one")
        private Path passwordFile;

        @Option(names = "--old-password-file", paramLabel = "FILE", description = "with the old one")
        private Path oldPasswordFile;

        @Override
        public Integer call() {
            Api api = new Api(server);
            PasswordPrompt prompt = new PasswordPrompt();
            JsonObject change = new JsonObject();
            if (oldPasswordFile != null || !isAdmin(api)) {
                change.put("old", prompt.ask("Old password of " + name, oldPasswordFile));
            }
            change.put("new", prompt.askNew("New password for " + name, passwordFile));
            api.put(UserCommand.path(name, "/password"), change.encode());
            PrintWriter out = spec.commandLine().getOut();
            out.println("the password of " + name + " is changed, and its sessions are over");
            out.flush();
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
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} user role anna admin"})
    static final class RoleOf implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private Server server;

        @Parameters(index = "0", paramLabel = "NAME", description = "an account's name")
        private String name;

        @Parameters(index = "1", paramLabel = "admin|member", description = "what it is from now on")
        private String role;

        @Override
        public Integer call() {
            new Api(server)
                    .put(
                            UserCommand.path(name, "/role"),
                            new JsonObject().put("role", role).encode());
            PrintWriter out = spec.commandLine().getOut();
            out.println(name + (role.equals("admin") ? " is an admin" : " is a member"));
            out.flush();
            return 0;
        }
    }

    @Command(
            name = "logout",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Ends all sessions of an account; its tokens stay.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} user logout anna"})
    static final class Logout implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private Server server;

        @Parameters(paramLabel = "NAME", description = "an account's name")
        private String name;

        @Override
        public Integer call() {
            new Api(server).delete(UserCommand.path(name, "/sessions"));
            PrintWriter out = spec.commandLine().getOut();
            out.println("all sessions of " + name + " are over");
            out.flush();
            return 0;
        }
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = {
                "Removes an account with its sessions, tokens, rules and mail, at once on every node.",
                "At a terminal it asks first. Who is no admin removes only himself, with his password."
            },
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} user remove anna --yes"})
    static final class Remove implements Callable<Integer> {
        @Spec
        private CommandSpec spec;

        @Mixin
        private Server server;

        @Parameters(paramLabel = "NAME", description = "an account's name")
        private String name;

        @Option(names = "--yes", description = "asks nothing")
        private boolean yes;

        @Option(names = "--password-file", paramLabel = "FILE", description = "of one's own account")
        private Path passwordFile;

        @Override
        public Integer call() {
            if (!yes && !PasswordPrompt.confirms("Remove " + name + " with its sessions, tokens, rules and mail?")) {
                throw new CommandProblem(1, name + " stays");
            }
            JsonObject proof = new JsonObject();
            if (passwordFile != null) {
                proof.put("password", new PasswordPrompt().ask("Password of " + name, passwordFile));
            }
            new Api(server).delete(UserCommand.path(name, ""), proof);
            PrintWriter out = spec.commandLine().getOut();
            out.println(name + " is removed");
            out.flush();
            return 0;
        }
    }
}
