package io.skein.cli;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import picocli.CommandLine.Help.Ansi;

/** What a chat prints: plain lines, and on a terminal a prompt below them. May be used by several threads. */
final class ChatLines {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm");
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm");
    /** Back to the margin, and what stood there is gone. */
    private static final String CLEAR = "\r\u001B[K";

    private final PrintWriter out;
    private final boolean isTerminal = Terminal.isThere();
    private String prompted = "";

    ChatLines(PrintWriter out) {
        this.out = out;
    }

    /** {@code #17 12:03 bob> text}; what one sent oneself begins with the partner's name behind an arrow. */
    static String of(JsonObject mail, String me) {
        boolean isMine = mail.getString("from").equalsIgnoreCase(me);
        String who = isMine
                ? "-> " + mail.getString("to") + ">"
                : Ansi.AUTO.string("@|bold " + mail.getString("from") + ">|@");
        String star = !isMine && !mail.getBoolean("read") ? " *" : "";
        return "#" + mail.getLong("id") + " " + time(mail.getLong("time")) + star + " " + who + " "
                + visible(mail.getString("content"));
    }

    private static String time(long epochMs) {
        ZonedDateTime at = Instant.ofEpochMilli(epochMs).atZone(ZoneId.systemDefault());
        return (at.toLocalDate().equals(LocalDate.now()) ? CLOCK : DAY).format(at);
    }

    /** What somebody else wrote moves no cursor and changes no title. */
    private static String visible(String content) {
        StringBuilder text = new StringBuilder(content.length());
        content.codePoints().forEach(c -> {
            if (c == '\n') {
                text.append(System.lineSeparator()).append("    ");
            } else if (c == '\t' || !Character.isISOControl(c)) {
                text.appendCodePoint(c);
            } else {
                text.append('\uFFFD');
            }
        });
        return text.toString();
    }

    synchronized void say(String text) {
        out.print(isTerminal ? CLEAR : "");
        out.println(text);
        out.flush();
    }

    /** Something that is no answer to what was typed. */
    synchronized void note(String what) {
        say("skein: " + what);
        prompt(prompted);
    }

    /** @param partner who gets what is typed now; empty: nobody */
    synchronized void prompt(String partner) {
        prompted = partner;
        if (isTerminal) {
            out.print(CLEAR + partner + "> ");
            out.flush();
        }
    }
}
