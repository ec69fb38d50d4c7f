package io.skein.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.slf4j.event.KeyValuePair;

/**
 * What was logged, as one record. Whatever strangers put into it stays within it: control characters, ends of lines and
 * what turns the direction of writing are written as in Java ({@code \n}, {@code \u001b}), in both formats.
 *
 * <p>A failure is its chain of causes, in one line. Its stack is shown where the logger is at debug, and where an error is
 * a defect of the program: then there is nothing else to go by.
 */
final class LogLine {
    /** Characters of a message; what is longer is cut. */
    static final int MAX_MESSAGE = 8_192;

    private static final int MAX_CAUSE = 1_000;
    private static final int MAX_CAUSES = 8;
    private static final int MAX_FRAMES = 40;
    private static final String OURS = "io.skein.";
    private static final String HEX = "0123456789abcdef";
    /** What a record says itself; a value of such a name would be there twice. */
    private static final Set<String> TAKEN = Set.of("time", "level", "logger", "message", "node", "error", "stack");

    private LogLine() {}

    /** @param node empty: not yet known */
    static String text(ILoggingEvent event, String node) {
        StringBuilder line = new StringBuilder(160);
        time(line, event.getTimeStamp());
        line.append(' ').append(event.getLevel());
        line.append(event.getLevel().toString().length() < 5 ? "  " : " ");
        if (!node.isEmpty()) {
            line.append(node).append(' ');
        }
        String logger = event.getLoggerName();
        line.append(logger.startsWith(OURS) ? logger.substring(OURS.length()) : logger);
        line.append(": ");
        escaped(line, event.getFormattedMessage(), MAX_MESSAGE);
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            line.append(": ");
            escaped(line, causes(thrown), MAX_MESSAGE);
        }
        line.append('\n');
        if (thrown != null && showsStack(event)) {
            for (String frame : stack(thrown)) {
                line.append('\t');
                escaped(line, frame, MAX_CAUSE);
                line.append('\n');
            }
        }
        return line.toString();
    }

    /** @param node empty: not yet known */
    static String json(ILoggingEvent event, String node) {
        StringBuilder line = new StringBuilder(240);
        line.append("{\"time\":\"");
        time(line, event.getTimeStamp());
        line.append('"');
        field(line, "level", event.getLevel().toString().toLowerCase(Locale.ROOT));
        field(line, "logger", event.getLoggerName());
        field(line, "message", event.getFormattedMessage());
        if (!node.isEmpty()) {
            field(line, "node", node);
        }
        values(line, event.getKeyValuePairs());
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown != null) {
            field(line, "error", causes(thrown));
            if (showsStack(event)) {
                field(line, "stack", String.join("\n", stack(thrown)));
            }
        }
        return line.append("}\n").toString();
    }

    private static void values(StringBuilder line, List<KeyValuePair> pairs) {
        if (pairs == null) {
            return;
        }
        Set<String> said = new HashSet<>(TAKEN);
        for (KeyValuePair pair : pairs) {
            if (pair.value == null || !said.add(pair.key)) {
                continue;
            }
            if (pair.value instanceof Long || pair.value instanceof Integer || pair.value instanceof Boolean) {
                line.append(",\"");
                jsonEscaped(line, pair.key);
                line.append("\":").append(pair.value);
            } else {
                field(line, pair.key, pair.value.toString());
            }
        }
    }

    private static void field(StringBuilder line, String name, String value) {
        line.append(",\"");
        jsonEscaped(line, name);
        line.append("\":\"");
        jsonEscaped(line, value);
        line.append('"');
    }

    /** RFC 3339 in UTC, with milliseconds; by hand, as a formatter would be loaded at every start. */
    private static void time(StringBuilder line, long ms) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(Math.floorDiv(ms, 1000L), 0, ZoneOffset.UTC);
        digits(line, time.getYear(), 4);
        digits(line.append('-'), time.getMonthValue(), 2);
        digits(line.append('-'), time.getDayOfMonth(), 2);
        digits(line.append('T'), time.getHour(), 2);
        digits(line.append(':'), time.getMinute(), 2);
        digits(line.append(':'), time.getSecond(), 2);
        digits(line.append('.'), (int) Math.floorMod(ms, 1000L), 3);
        line.append('Z');
    }

    private static void digits(StringBuilder line, int number, int width) {
        String text = Integer.toString(number);
        for (int i = text.length(); i < width; i++) {
            line.append('0');
        }
        line.append(text);
    }

    private static void escaped(StringBuilder line, String text, int max) {
        int end = Math.min(text == null ? 0 : text.length(), max);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (isPlain(c)) {
                line.append(c);
            } else if (Character.isHighSurrogate(c) && i + 1 < end && Character.isLowSurrogate(text.charAt(i + 1))) {
                line.append(c).append(text.charAt(++i));
            } else {
                escape(line, c);
            }
        }
        if (text == null) {
            line.append("null");
        } else if (text.length() > max) {
            line.append("...");
        }
    }

    private static void jsonEscaped(StringBuilder line, String text) {
        StringBuilder plain = new StringBuilder();
        int end = text == null ? 0 : text.length();
        int max = 4 * MAX_MESSAGE;
        for (int i = 0; i < Math.min(end, max); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                plain.append('\\').append(c);
            } else if (isPlain(c)) {
                plain.append(c);
            } else if (Character.isHighSurrogate(c) && i + 1 < end && Character.isLowSurrogate(text.charAt(i + 1))) {
                plain.append(c).append(text.charAt(++i));
            } else {
                escape(plain, c);
            }
        }
        line.append(plain).append(end > max ? "..." : "");
    }

    private static boolean isPlain(char c) {
        if (c >= ' ' && c < 0x7f) {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    /** Valid in JSON too. */
    private static void escape(StringBuilder line, char c) {
        switch (c) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default ->
                line.append("\\u")
                        .append(HEX.charAt(c >> 12 & 15))
                        .append(HEX.charAt(c >> 8 & 15))
                        .append(HEX.charAt(c >> 4 & 15))
                        .append(HEX.charAt(c & 15));
        }
    }

    private static String causes(IThrowableProxy thrown) {
        StringBuilder chain = new StringBuilder();
        IThrowableProxy next = thrown;
        String before = "";
        for (int i = 0; next != null && i < MAX_CAUSES; i++, next = next.getCause()) {
            String name = next.getClassName();
            String message = next.getMessage();
            String said = message == null ? name : name + ": " + message;
            // Who wraps without a word of his own takes the words of the cause.
            if (i > 0 && before.endsWith(said)) {
                continue;
            }
            chain.append(i == 0 ? "" : "; caused by ");
            chain.append(said.length() > MAX_CAUSE ? said.substring(0, MAX_CAUSE) + "..." : said);
            before = said;
        }
        return chain.toString();
    }

    private static boolean showsStack(ILoggingEvent event) {
        return isAtDebug(event)
                || event.getLevel().isGreaterOrEqual(Level.ERROR) && isDefect(event.getThrowableProxy());
    }

    private static boolean isAtDebug(ILoggingEvent event) {
        return org.slf4j.LoggerFactory.getILoggerFactory() instanceof LoggerContext loggers
                && loggers.getLogger(event.getLoggerName()).isDebugEnabled();
    }

    /** What the world does comes as an exception of its own; these are what a program does wrong. */
    private static boolean isDefect(IThrowableProxy proxy) {
        for (IThrowableProxy next = proxy; next != null; next = next.getCause()) {
            Throwable thrown = next instanceof ThrowableProxy real ? real.getThrowable() : null;
            if (thrown instanceof Error
                    || thrown instanceof RuntimeException
                            && (next.getClassName().startsWith("java.lang.")
                                    || next.getClassName().startsWith("java.util."))) {
                return true;
            }
        }
        return false;
    }

    private static List<String> stack(IThrowableProxy thrown) {
        List<String> frames = new ArrayList<>();
        IThrowableProxy next = thrown;
        for (int i = 0; next != null && i < MAX_CAUSES; i++, next = next.getCause()) {
            if (i > 0) {
                frames.add("caused by " + next.getClassName());
            }
            StackTraceElementProxy[] steps = next.getStackTraceElementProxyArray();
            // What it has in common with the one it caused is not said again.
            int own = steps.length - next.getCommonFrames();
            for (int f = 0; f < Math.min(own, MAX_FRAMES); f++) {
                frames.add(steps[f].getSTEAsString());
            }
            if (own > MAX_FRAMES) {
                frames.add("... " + (own - MAX_FRAMES) + " more");
            }
        }
        return frames;
    }
}
