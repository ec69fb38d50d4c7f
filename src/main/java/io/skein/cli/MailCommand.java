package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Mail between accounts, one command at a time; {@code chat} is for people. */
@Command(
        name = "mail",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        subcommands = {
            MailCommand.Listing.class,
            MailCommand.Send.class,
            MailCommand.Unread.class,
            MailCommand.Read.class,
            MailCommand.Delete.class,
            MailCommand.Presence.class
        },
        synopsisSubcommandLabel = "COMMAND",
        description = "Mail of whoever is logged in, for scripts. People write and read live with 'chat'.",
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} login --as anna",
            "  ${ROOT-COMMAND-NAME} mail send bob 'see you at eight'",
            "  ${ROOT-COMMAND-NAME} mail unread --watch",
            "  ${ROOT-COMMAND-NAME} mail list --with bob --json"
        })
final class MailCommand extends StateCommand {
    private static final int USUAL = 100;

    @Override
    int show(Api api, PrintWriter out) {
        print(out, api.get("/v1/mail?limit=" + USUAL), page -> Listing.table(api, out, page, "no mail"));
        return 0;
    }

    private static String me(Api api) {
        return api.get("/v1/sessions/current").getString("username");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description =
                    "Lists one's own mail, oldest first; marks nothing as read. JSON: as the node answers, newest first.")
    static final class Listing extends StateCommand {
        @Option(names = "--with", paramLabel = "ACCOUNT", description = "what went between you and them")
        private String with;

        @Option(names = "--unread", description = "only what you have not read")
        private boolean unread;

        @Option(names = "--limit", paramLabel = "N", description = "the newest so many, up to 1000 (default: 100)")
        private int limit = USUAL;

        @Option(names = "--before", paramLabel = "ID", description = "older than this one")
        private Long before;

        @Override
        int show(Api api, PrintWriter out) {
            JsonObject answer = api.get("/v1/mail?limit=" + limit
                    + (with == null ? "" : "&with=" + Api.query(with))
                    + (unread ? "&unread=true" : "")
                    + (before == null ? "" : "&before=" + before));
            print(out, answer, page -> table(api, out, page, unread ? "nothing unread" : "no mail"));
            return 0;
        }

        private static void table(Api api, PrintWriter out, JsonObject page, String nothing) {
            JsonArray mails = page.getJsonArray("messages");
            String me = mails.isEmpty() ? "" : me(api);
            for (int i = mails.size() - 1; i >= 0; i--) {
                out.println(ChatLines.of(mails.getJsonObject(i), me));
            }
            if (mails.isEmpty()) {
                out.println(nothing);
            }
        }
    }

    @Command(
            name = "send",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Sends mail; it is on the disks of a majority when this ends.",
            footer = {
                "",
                "Examples:",
                "  ${ROOT-COMMAND-NAME} mail send bob 'see you at eight'",
                "  ${ROOT-COMMAND-NAME} mail send bob < letter.txt"
            })
    static final class Send extends NodeCommand {
        @Parameters(index = "0", paramLabel = "ACCOUNT", description = "to whom")
        private String to;

        @Parameters(index = "1", arity = "0..1", paramLabel = "TEXT", description = "default: standard input")
        private String text;

        @Override
        int ask(Api api, PrintWriter out) {
            JsonObject answer =
                    api.post("/v1/mail", new JsonObject().put("to", to).put("content", content()));
            done(out, answer, "sent to " + to + ", #" + answer.getLong("id"));
            return 0;
        }

        private String content() {
            try {
                return text != null
                        ? text
                        : new String(System.in.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
            } catch (IOException unreadable) {
                throw new CommandProblem(ExitCode.USAGE, "standard input cannot be read: " + unreadable.getMessage());
            }
        }
    }

    @Command(
            name = "unread",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Counts what one has not read, and of whom.")
    static final class Unread extends StateCommand {
        @Override
        int show(Api api, PrintWriter out) {
            print(out, api.get("/v1/mail/unread"), answer -> {
                out.println(answer.getLong("unread") + " unread");
                answer.getJsonObject("byAccount")
                        .forEach(from -> out.println("  " + from.getKey() + " " + from.getValue()));
            });
            return 0;
        }
    }

    /** Of which mails. */
    abstract static class Touch extends NodeCommand {
        @Parameters(arity = "1..*", paramLabel = "ID", description = "number of a mail")
        private List<Long> ids;

        /** Exit code 1 when there is no such mail. */
        int touch(Api api, PrintWriter out, String how, String words) {
            JsonObject answer = api.post("/v1/mail/" + how, new JsonObject().put("ids", new JsonArray(ids)));
            JsonArray refused = answer.getJsonArray("refused");
            print(out, answer, done -> {
                out.println(done.getLong("done") + words);
                for (int i = 0; i < refused.size(); i++) {
                    out.println("there is no mail #" + refused.getJsonObject(i).getLong("id") + " of yours");
                }
            });
            return refused.isEmpty() ? 0 : ExitCode.NO;
        }
    }

    @Command(
            name = "read",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description = "Marks mail as read. Exit code 1 when there is no such mail.")
    static final class Read extends Touch {
        @Override
        int ask(Api api, PrintWriter out) {
            return touch(api, out, "read", " marked as read");
        }
    }

    @Command(
            name = "delete",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description =
                    "Deletes mail that one received or sent, for both sides. Exit code 1 when there is no such mail.")
    static final class Delete extends Touch {
        @Override
        int ask(Api api, PrintWriter out) {
            return touch(api, out, "delete", " deleted, for both sides");
        }
    }

    @Command(
            name = "presence",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            description =
                    "Says who of these follows their mail right now, on whatever node. Exit code 1 when nobody does.",
            footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} mail presence anna bob"})
    static final class Presence extends StateCommand {
        @Parameters(arity = "1..200", paramLabel = "ACCOUNT", description = "names")
        private List<String> names;

        @Override
        int show(Api api, PrintWriter out) {
            JsonObject answer = api.get(
                    "/v1/mail/presence?of=" + names.stream().map(Api::query).collect(Collectors.joining(",")));
            JsonArray online = answer.getJsonArray("online");
            print(
                    out,
                    answer,
                    there -> out.println(
                            online.isEmpty()
                                    ? "nobody of them is there"
                                    : "there: "
                                            + online.stream()
                                                    .map(String::valueOf)
                                                    .collect(Collectors.joining(", "))));
            return online.isEmpty() ? ExitCode.NO : 0;
        }
    }
}
