package io.skein.cli;

import io.skein.node.ExitCode;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where passwords come from: a file, the terminal, which does not show them, or else standard input, one a line. Never the
 * command line, which everybody on the machine can read.
 */
final class PasswordPrompt {
    private static final long MAX_BYTES = 4096;

    private BufferedReader lines;

    static boolean isTerminal() {
        return System.console() != null;
    }

    /** A password that exists. */
    String ask(String what, Path file) {
        return file != null ? in(file) : typed(what);
    }

    /** One that begins to exist: typed twice. */
    String askNew(String what, Path file) {
        if (file != null) {
            return in(file);
        }
        String once = typed(what);
        if (isTerminal() && !once.equals(typed(what + ", again"))) {
            throw new CommandProblem(ExitCode.USAGE, "the two are not alike");
        }
        return once;
    }

    /** Whether a person at a terminal wants it; without one nobody is asked. */
    static boolean confirms(String question) {
        Console console = System.console();
        if (console == null) {
            return true;
        }
        String answer = console.readLine("%s [y/N] ", question);
        return answer != null && (answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes"));
    }

    private String typed(String what) {
        Console console = System.console();
        if (console != null) {
            char[] typed = console.readPassword("%s: ", what);
            return some(typed == null ? "" : new String(typed));
        }
        try {
            String line = input().readLine();
            return some(line == null ? "" : line);
        } catch (IOException failed) {
            throw new CommandProblem(1, "standard input cannot be read: " + failed.getMessage());
        }
    }

    /** Standard input behind the passwords that were read from it. */
    BufferedReader input() {
        if (lines == null) {
            lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        }
        return lines;
    }

    /** Without the end of its line, which editors add. */
    private static String in(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new CommandProblem(ExitCode.USAGE, file + " is too large for a password");
            }
            return some(Files.readString(file).replaceFirst("\\R$", ""));
        } catch (IOException unreadable) {
            throw new CommandProblem(ExitCode.USAGE, file + " cannot be read, or is no text");
        }
    }

    private static String some(String password) {
        if (password.isEmpty()) {
            throw new CommandProblem(
                    ExitCode.USAGE, "there is no password: type it, or give it in a file or on standard input");
        }
        return password;
    }
}
