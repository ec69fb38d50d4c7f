package io.skein.cli;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.ProcessBuilder.Redirect;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The terminal before which somebody sits; colours are picocli's, which looks at NO_COLOR and CLICOLOR_FORCE. */
final class Terminal {
    /** @param columns characters in a line */
    record Size(int columns, int rows) {
        static final Size USUAL = new Size(80, 24);
    }

    static final String TO_LINE_END = "\u001b[K";
    static final String TO_SCREEN_END = "\u001b[J";

    static final Path PATH = Path.of("/dev/tty");

    private static final File DEVICE = PATH.toFile();
    private static final long STTY_SECONDS = 2;
    private static final Pattern ROWS_COLUMNS = Pattern.compile("(\\d+) (\\d+)");

    private Terminal() {}

    /** What was printed is flushed; whether nobody reads it any more, like behind {@code | head -1}. */
    static boolean isUnread(PrintWriter out) {
        return out.checkError() || System.out.checkError();
    }

    /** What is printed is read by a person, and what that person types comes in. */
    static boolean isThere() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try { // From JDK 22 on there is a console without a terminal, too.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException older) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException odd) {
            return false;
        }
    }

    /** What comes in is typed by a person, wherever that which is printed goes. */
    static boolean isTyped() {
        return isThere() || DEVICE.exists() && isTerminal("0", false);
    }

    /** What goes to standard error is read by a person, too. */
    static boolean isThereForErrors() {
        return isThere() && isTerminal("2", true);
    }

    /** @param unknown what is said where there is no test(1) */
    private static boolean isTerminal(String number, boolean unknown) {
        try {
            Process test = new ProcessBuilder("test", "-t", number)
                    .redirectInput(Redirect.INHERIT)
                    .redirectError(Redirect.INHERIT)
                    .start();
            return test.waitFor(STTY_SECONDS, TimeUnit.SECONDS) ? test.exitValue() == 0 : unknown;
        } catch (IOException nobodyKnows) {
            return unknown;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Where nobody sits, lines may be as long as they are. */
    static int columns() {
        return isThere() ? size().columns() : Integer.MAX_VALUE;
    }

    /** As it is now: a window may be drawn larger at any time. */
    static Size size() {
        Matcher said = ROWS_COLUMNS.matcher(stty("size").orElse(""));
        if (said.find()) {
            Size size = new Size(Integer.parseInt(said.group(2)), Integer.parseInt(said.group(1)));
            return size.columns() > 0 && size.rows() > 0 ? size : Size.USUAL;
        }
        return Size.USUAL;
    }

    /** As much of a line as there is room for; colours take none, and end with it. */
    static String fitting(String line, int columns) {
        StringBuilder fits = new StringBuilder(line.length());
        int width = 0;
        for (int i = 0; i < line.length(); ) {
            if (line.charAt(i) == '\u001b') {
                int end = line.indexOf('m', i);
                if (end > 0) {
                    fits.append(line, i, end + 1);
                    i = end + 1;
                    continue;
                }
            }
            int c = line.codePointAt(i);
            if (++width <= columns) {
                fits.appendCodePoint(c);
            }
            i += Character.charCount(c);
        }
        return fits.toString();
    }

    /** What stty(1) says; empty where there is none, or no terminal. */
    static Optional<String> stty(String... arguments) {
        if (!DEVICE.exists()) {
            return Optional.empty();
        }
        String[] command = new String[arguments.length + 1];
        command[0] = "stty";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectInput(Redirect.from(DEVICE))
                    .redirectError(Redirect.DISCARD)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            return process.waitFor(STTY_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0
                    ? Optional.of(said)
                    : Optional.empty();
        } catch (IOException none) {
            return Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
