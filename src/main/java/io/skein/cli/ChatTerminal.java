package io.skein.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi;

/**
 * A conversation in plain lines. What is typed and what comes in goes through one queue to one thread, in that order. What
 * of the open conversation is shown is marked as read.
 */
final class ChatTerminal {
    private static final int SHOWN = 20;
    private static final int WAITING = 1_024;
    /** As many as presence takes at once. */
    private static final int PRESENCE = 200;

    private static final String HELP = String.join(
            System.lineSeparator(),
            "  /to anna        opens the conversation with anna; what you type then goes to her",
            "  /with anna      shows it without opening it",
            "  /list           who wrote what you have not read",
            "  /read           marks the open conversation as read (/read anna: that with her)",
            "  /delete 17      deletes mail #17, for both sides",
            "  /find a*        accounts by name",
            "  /who            who of those you know is there",
            "  /quit           ends; so does the end of input",
            "  //text          sends /text");

    private record Typed(String line) {}

    private record End() {}

    private final ChatLink link;
    private final String me;
    private final BufferedReader in;
    private final ChatLines lines;
    private final BlockingQueue<Object> happenings = new ArrayBlockingQueue<>(WAITING);
    private final Set<String> known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    private Optional<String> partner = Optional.empty();
    /** Of the mails that were seen or counted. */
    private long last;
    /** Sent from here, or listed, and not yet told of by the stream. */
    private final Set<Long> shownAlready = new HashSet<>();
    /** Deleted from here, and not yet told of by the stream. */
    private final Set<Long> deletedHere = new HashSet<>();
    /** Something went by that the stream did not tell. */
    private boolean isBehind;
    /** What was typed and is not known to have been sent, with its key; sent again under that. */
    private String unsent = "";

    private String unsentKey = "";

    ChatTerminal(ChatLink link, String me, BufferedReader in, ChatLines lines) {
        this.link = link;
        this.me = me;
        this.in = in;
        this.lines = lines;
    }

    /** @param first with whom it begins */
    void run(Optional<String> first) {
        ChatStream stream = new ChatStream(link, happenings);
        JsonArray newest = link.get("/v1/mail?limit=1").getJsonArray("messages");
        last = newest.isEmpty() ? 0 : newest.getJsonObject(0).getLong("id");
        say(me + " at " + link.url() + "; /help says what can be typed");
        list();
        first.ifPresent(this::open);
        stream.start();
        Thread typing = new Thread(this::type, "chat-typing");
        typing.setDaemon(true);
        typing.start();
        lines.prompt(partner.orElse(""));
        try {
            loop(stream);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void type() {
        try {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                happenings.put(new Typed(line));
            }
            happenings.put(new End());
        } catch (IOException | InterruptedException ended) {
            happenings.offer(new End());
        }
    }

    private void loop(ChatStream stream) throws InterruptedException {
        while (true) {
            Object next = happenings.poll(1, TimeUnit.SECONDS);
            if (next == null) {
                stream.endIfSilent();
                if (!isBehind) {
                    continue;
                }
                next = new ChatStream.Event("gap", new JsonObject());
            }
            if (next instanceof End
                    || next instanceof Typed typed && typed.line().strip().equals("/quit")) {
                return;
            }
            try {
                if (next instanceof Typed typed) {
                    typed(typed.line().strip());
                } else {
                    happened((ChatStream.Event) next);
                }
            } catch (CommandProblem problem) {
                say(Ansi.AUTO.string("@|red skein:|@ ") + problem.getMessage());
            }
            if (next instanceof Typed || happenings.isEmpty()) {
                lines.prompt(partner.orElse(""));
            }
        }
    }

    // What is typed.

    private void typed(String line) {
        String[] words = line.split("\\s+", 2);
        String rest = words.length > 1 ? words[1].strip() : "";
        switch (words[0]) {
            case "" -> {
                if (!unsent.isEmpty()) {
                    send(unsent, unsentKey);
                }
            }
            case "/help" -> say(HELP);
            case "/to" -> open(named(rest));
            case "/with" -> show(named(rest), false);
            case "/list" -> list();
            case "/read" -> read(rest.isEmpty() ? partner() : rest);
            case "/delete" -> delete(rest);
            case "/find" -> find(rest.isEmpty() ? "*" : rest);
            case "/who" -> who();
            default -> {
                if (line.startsWith("/") && !line.startsWith("//")) {
                    throw new CommandProblem(1, "there is no " + words[0] + "; /help says what there is");
                }
                String text = line.startsWith("//") ? line.substring(1) : line;
                send(text, text.equals(unsent) ? unsentKey : ChatLink.newKey());
            }
        }
    }

    private static String named(String rest) {
        if (rest.isEmpty()) {
            throw new CommandProblem(1, "with whom? Say a name, for example /to anna");
        }
        return rest;
    }

    private String partner() {
        return partner.orElseThrow(() -> new CommandProblem(1, "to whom? /to NAME opens a conversation"));
    }

    private void send(String text, String key) {
        JsonObject mail = new JsonObject().put("to", partner()).put("content", text);
        try {
            JsonObject sent = link.post("/v1/mail", mail, key);
            unsent = "";
            shownAlready.add(sent.getLong("id"));
            say(ChatLines.of(
                    mail.put("from", me)
                            .put("id", sent.getLong("id"))
                            .put("time", sent.getLong("time"))
                            .put("read", false),
                    me));
        } catch (CommandProblem problem) {
            boolean isPassing =
                    !problem.code().equals("not-found") && !problem.code().equals("malformed");
            unsent = isPassing ? text : "";
            unsentKey = key;
            throw isPassing
                    ? new CommandProblem(
                            1, "not sent: " + problem.getMessage() + "; Enter tries again, and it counts once")
                    : problem;
        }
    }

    private void open(String name) {
        JsonObject account = link.get("/v1/accounts" + Api.segment(name));
        partner = Optional.of(account.getString("username"));
        unsent = "";
        show(partner.get(), true);
    }

    private void show(String name, boolean isOpen) {
        known.add(name);
        JsonArray page =
                link.get("/v1/mail?limit=" + SHOWN + "&with=" + Api.query(name)).getJsonArray("messages");
        List<Long> unread = new ArrayList<>();
        if (page.isEmpty()) {
            say("nothing yet between you and " + name);
        }
        for (int i = page.size() - 1; i >= 0; i--) {
            JsonObject mail = page.getJsonObject(i);
            say(ChatLines.of(mail, me));
            if (mail.getLong("id") > last) {
                shownAlready.add(mail.getLong("id"));
            }
            if (isUnread(mail)) {
                unread.add(mail.getLong("id"));
            }
        }
        if (isOpen) {
            mark(unread);
        }
    }

    private boolean isUnread(JsonObject mail) {
        return mail.getString("to").equalsIgnoreCase(me) && !mail.getBoolean("read");
    }

    private void mark(List<Long> ids) {
        if (!ids.isEmpty()) {
            link.post("/v1/mail/read", new JsonObject().put("ids", new JsonArray(ids)));
        }
    }

    private void list() {
        JsonObject unread = link.get("/v1/mail/unread");
        JsonObject byAccount = unread.getJsonObject("byAccount");
        List<String> counts = new ArrayList<>();
        for (String name : byAccount.fieldNames()) {
            known.add(name);
            counts.add(name + " " + byAccount.getLong(name));
        }
        long total = unread.getLong("unread");
        say(total == 0 ? "nothing unread" : total + " unread: " + String.join(", ", counts));
    }

    private void read(String name) {
        int marked = 0;
        while (true) {
            JsonArray page = link.get("/v1/mail?unread=true&limit=100&with=" + Api.query(name))
                    .getJsonArray("messages");
            List<Long> ids = new ArrayList<>();
            for (int i = 0; i < page.size(); i++) {
                if (isUnread(page.getJsonObject(i))) {
                    ids.add(page.getJsonObject(i).getLong("id"));
                }
            }
            if (ids.isEmpty()) {
                say(marked + " marked as read");
                return;
            }
            mark(ids);
            marked += ids.size();
        }
    }

    private void delete(String rest) {
        String number = rest.startsWith("#") ? rest.substring(1) : rest;
        if (!number.matches("[1-9][0-9]{0,17}")) {
            throw new CommandProblem(1, "which? /delete 17 deletes mail #17");
        }
        long id = Long.parseLong(number);
        JsonObject done = link.post("/v1/mail/delete", new JsonObject().put("ids", new JsonArray().add(id)));
        boolean isDone = done.getLong("done") == 1;
        if (isDone) {
            deletedHere.add(id);
        }
        say(isDone ? "#" + id + " is deleted, for both sides" : "there is no mail #" + id);
    }

    private void find(String glob) {
        JsonObject page = link.get("/v1/accounts?limit=50&match=" + Api.query(glob));
        JsonArray accounts = page.getJsonArray("accounts");
        List<String> names = new ArrayList<>();
        for (int i = 0; i < accounts.size(); i++) {
            names.add(accounts.getJsonObject(i).getString("username"));
        }
        say(names.isEmpty() ? "nobody" : String.join(", ", names) + (page.getString("next") == null ? "" : ", ..."));
    }

    private void who() {
        if (known.isEmpty()) {
            say("you have written with nobody yet");
            return;
        }
        String names =
                String.join(",", known.stream().limit(PRESENCE).map(Api::query).toList());
        JsonArray online = link.get("/v1/mail/presence?of=" + names).getJsonArray("online");
        List<String> there = new ArrayList<>();
        online.forEach(name -> there.add((String) name));
        List<String> away = known.stream().filter(name -> !there.contains(name)).toList();
        say("there: " + (there.isEmpty() ? "nobody" : String.join(", ", there))
                + (away.isEmpty() ? "" : "; away: " + String.join(", ", away)));
    }

    // What comes in.

    private void happened(ChatStream.Event event) {
        JsonObject data = event.data();
        if (isBehind || event.name().equals("open") || event.name().equals("gap")) {
            isBehind = true;
            catchUp();
            isBehind = false;
        }
        switch (event.name()) {
            case "message" -> arrived(data);
            case "read" -> {
                if (partner.filter(data.getString("by")::equalsIgnoreCase).isPresent()) {
                    say(partner.get() + " has read " + numbers(ids(data)));
                }
            }
            case "deleted" -> {
                List<Long> ids = ids(data);
                ids.removeIf(deletedHere::remove);
                if (!ids.isEmpty()) {
                    say(numbers(ids) + " deleted by " + data.getString("by"));
                }
            }
            case "account-gone" -> say("the account " + data.getString("username") + " is gone");
            case "failed" -> throw new CommandProblem(1, data.getString("problem"));
            default -> {
                // The stream's own affairs: it begins anew.
            }
        }
    }

    private static List<Long> ids(JsonObject data) {
        List<Long> ids = new ArrayList<>();
        data.getJsonArray("ids").forEach(id -> ids.add(((Number) id).longValue()));
        return ids;
    }

    private static String numbers(List<Long> ids) {
        String all = ids.stream().limit(5).map(id -> "#" + id).collect(Collectors.joining(", "));
        return all + (ids.size() > 5 ? ", ..." : "");
    }

    /** What went by while nobody told. */
    private void catchUp() {
        List<JsonObject> missed = new ArrayList<>();
        Long before = null;
        do {
            JsonObject page = link.get("/v1/mail?limit=100" + (before == null ? "" : "&before=" + before));
            JsonArray messages = page.getJsonArray("messages");
            before = page.getLong("next");
            for (int i = 0; i < messages.size(); i++) {
                JsonObject mail = messages.getJsonObject(i);
                if (mail.getLong("id") <= last) {
                    before = null;
                    break;
                }
                missed.add(mail);
            }
        } while (before != null && missed.size() < WAITING);
        Collections.reverse(missed);
        missed.forEach(this::arrived);
    }

    private void arrived(JsonObject mail) {
        if (mail.getLong("id") <= last) {
            return; // listed before
        }
        last = mail.getLong("id");
        if (shownAlready.remove(last)) {
            return;
        }
        String from = mail.getString("from");
        boolean isMine = from.equalsIgnoreCase(me);
        String other = isMine ? mail.getString("to") : from;
        known.add(other);
        if (partner.filter(other::equalsIgnoreCase).isEmpty()) {
            if (!isMine) {
                say(ChatLines.of(mail, me) + "   (/to " + from + " opens)");
            }
            return;
        }
        boolean isNew = isUnread(mail);
        say(ChatLines.of(mail.put("read", true), me));
        if (isNew) {
            mark(List.of(mail.getLong("id")));
        }
    }

    private void say(String text) {
        lines.say(text);
    }
}
