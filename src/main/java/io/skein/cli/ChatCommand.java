package io.skein.cli;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Mail between people: a conversation at the terminal, single commands for scripts, and a demonstration. */
@Command(
        name = "chat",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Chats: what others write appears live, what you write is on the disks of a majority when it is shown.",
            "Goes on by itself at another node when its own dies; nothing is lost or doubled.",
            "Without a login it asks for the password and keeps the session, as login does; beside a login of somebody else"
                    + " the session ends with the command."
        },
        footer = {
            "",
            "Examples:",
            "  ${ROOT-COMMAND-NAME} chat --as anna",
            "  ${ROOT-COMMAND-NAME} chat --as anna --to bob --send 'see you at eight'",
            "  ${ROOT-COMMAND-NAME} chat --as anna --list --unread --json",
            "  ${ROOT-COMMAND-NAME} chat --demo     five nodes, two people, what happens when nodes die"
        })
final class ChatCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final int PAGE = 200;
    private static final double PACE_SECONDS = 2.5;

    @Spec
    private CommandSpec spec;

    @Mixin
    private Server server;

    @Option(names = "--as", paramLabel = "USER", description = "an account (default: who is logged in)")
    private String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "default: asks; without a terminal: a line of standard input")
    private Path passwordFile;

    @Option(names = "--to", paramLabel = "USER", description = "whom to write to")
    private String to;

    @Option(names = "--send", paramLabel = "TEXT", description = "sends it and ends; -: standard input")
    private String text;

    @Option(names = "--list", description = "prints mail, oldest first, and ends; marks nothing as read")
    private boolean list;

    @Option(names = "--with", paramLabel = "USER", description = "with --list: what went between you and them")
    private String with;

    @Option(names = "--unread", description = "with --list: only what you have not read")
    private boolean unread;

    @Option(names = "--limit", paramLabel = "N", description = "with --list: the newest so many (default: 100)")
    private int limit = 100;

    @Option(names = "--json", description = "one JSON line for each mail")
    private boolean json;

    @Option(names = "--demo", description = "plays on five nodes of its own what the chat survives, and checks it")
    private boolean demo;

    @Option(
            names = "--pace",
            paramLabel = "SECONDS",
            description = "with --demo: between two steps, to read; 0: as fast as it goes (default: 2.5)")
    private Double pace;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description = "with --demo: the nodes' disks lie there and stay (default: a temporary directory)")
    private Path keep;

    private final PasswordPrompt prompt = new PasswordPrompt();

    @Override
    public Integer call() throws IOException {
        check();
        PrintWriter out = spec.commandLine().getOut();
        if (demo) {
            return ChatDemo.play(out, pace == null ? PACE_SECONDS : pace, Optional.ofNullable(keep));
        }
        Entry entry = enter();
        try {
            ChatLines lines = new ChatLines(out);
            boolean isScript = text != null || list;
            ChatLink link = new ChatLink(entry.server, entry.others, PATIENCE, isScript ? this::say : lines::note);
            if (text != null) {
                send(link, out);
            } else if (list) {
                list(link, entry.user, out);
            } else {
                link.learn();
                new ChatTerminal(link, entry.user, prompt.input(), lines).run(Optional.ofNullable(to));
            }
        } finally {
            entry.leave();
        }
        return 0;
    }

    private void check() {
        boolean isScript = text != null || list;
        never(demo && (isScript || user != null || to != null), "--demo has its own people");
        never(!demo && (pace != null || keep != null), "--pace and --keep go with --demo");
        never(pace != null && !(pace >= 0 && pace <= 60), "--pace is 0 to 60 seconds");
        never(text != null && list, "--send and --list are two commands");
        never(text != null && to == null, "--send needs --to USER");
        never(list && to != null, "--list takes --with USER");
        never(!list && (with != null || unread), "--with and --unread go with --list");
        never(json && !isScript, "--json goes with --send and --list");
        never(limit < 1, "--limit is a number from 1");
    }

    private static void never(boolean wrong, String sentence) {
        if (wrong) {
            throw new CommandProblem(ExitCode.USAGE, sentence);
        }
    }

    private void say(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("skein: " + line);
        err.flush();
    }

    /** @param others where else the session counts */
    private record Entry(Server server, String user, List<String> others, boolean endsWithUs) {
        void leave() {
            if (endsWithUs) {
                try {
                    new Api(server).delete("/v1/sessions/current");
                } catch (CommandProblem gone) {
                    // It ends by itself.
                }
            }
        }
    }

    private Entry enter() {
        Optional<Token.Shown> shown = server.shown();
        LogIns logIns = LogIns.of(System.getenv());
        if (shown.isPresent() && !shown.get().isLogin()) {
            String name = new Api(server).get("/v1/sessions/current").getString("username");
            if (user != null && !user.equalsIgnoreCase(name)) {
                throw new CommandProblem(ExitCode.USAGE, shown.get() + " is that of " + name + ", not of " + user);
            }
            return new Entry(server, name, List.of(), false);
        }
        Optional<LogIns.LogIn> stored = logIns.find(server.url());
        if (stored.isPresent()
                && (user == null || user.equalsIgnoreCase(stored.get().username()))) {
            LogIns.LogIn in = stored.get();
            return new Entry(server, in.username(), logIns.urls(in.token()), false);
        }
        if (user == null) {
            throw new CommandProblem(
                    ExitCode.USAGE,
                    "who are you? --as USER; an account is made with " + Program.line("users create USER"));
        }
        LoginCommand.Begun begun = LoginCommand.begin(server, user, prompt.ask("Password of " + user, passwordFile));
        LogIns.LogIn in = LoginCommand.in(begun.answer());
        List<String> nodes = LoginCommand.nodes(begun.at(), in);
        if (stored.isEmpty()) {
            logIns.put(nodes, in);
        }
        return new Entry(begun.at().shownBy(Optional.of(Token.Shown.of(in))), in.username(), nodes, stored.isPresent());
    }

    private void send(ChatLink link, PrintWriter out) throws IOException {
        String content = text;
        if (text.equals("-")) {
            StringWriter all = new StringWriter();
            prompt.input().transferTo(all);
            content = all.toString().stripTrailing();
        }
        JsonObject sent = link.post("/v1/mail", new JsonObject().put("to", to).put("content", content));
        out.println(json ? sent.encode() : "sent to " + to + ", #" + sent.getLong("id"));
        out.flush();
    }

    private void list(ChatLink link, String me, PrintWriter out) {
        List<JsonObject> newestFirst = new ArrayList<>();
        Long before = null;
        do {
            JsonObject page = link.get("/v1/mail?limit=" + Math.min(PAGE, limit - newestFirst.size())
                    + (with == null ? "" : "&with=" + Api.query(with))
                    + (unread ? "&unread=true" : "")
                    + (before == null ? "" : "&before=" + before));
            JsonArray messages = page.getJsonArray("messages");
            for (int i = 0; i < messages.size(); i++) {
                newestFirst.add(messages.getJsonObject(i));
            }
            before = page.getLong("next");
        } while (before != null && newestFirst.size() < limit);
        Collections.reverse(newestFirst);
        for (JsonObject mail : newestFirst) {
            out.println(json ? mail.encode() : ChatLines.of(mail, me));
        }
        out.flush();
    }
}
