package io.skein.cli;

import io.skein.node.ExitCode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where passwords come from: a file, the terminal, which does not show them, or else standard input, one a line. Never the
 * command line, which everybody on the machine can read.
 */
final class PasswordPrompt {
    private static final long MAX_BYTES = 4096;

    private BufferedReader lines;

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
        if (Terminal.isTyped() && !once.equals(typed(what + ", again"))) {
            throw new CommandProblem(ExitCode.USAGE, "the two are not alike");
        }
        return once;
    }

    /** Whether a person at a terminal wants it; without one nobody is asked. */
    static boolean confirms(String question) {
        if (!Terminal.isTyped()) {
            return true;
        }
        String answer = asked(question + " [y/N] ", false);
        return answer != null && (answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes"));
    }

    private String typed(String what) {
        if (Terminal.isTyped()) {
            String typed = asked(what + ": ", true);
            return some(typed == null ? "" : typed);
        }
        try {
            String line = input().readLine();
            return some(line == null ? "" : line);
        } catch (IOException failed) {
            throw new CommandProblem(1, "standard input cannot be read: " + failed.getMessage());
        }
    }

    /** A line of the terminal itself, also while what is printed goes elsewhere; null: there is none. */
    private static String asked(String question, boolean isSecret) {
        if (Terminal.isThere()) { // In some JDKs a pipe has a console, too.
            Console console = System.console();
            char[] secret = isSecret ? console.readPassword("%s", question) : null;
            return isSecret ? secret == null ? null : new String(secret) : console.readLine("%s", question);
        }
        Optional<String> before = isSecret ? Terminal.stty("-g") : Optional.empty();
        Thread onSignal = new Thread(() -> before.ifPresent(Terminal::stty));
        try (InputStream in = Files.newInputStream(Terminal.PATH);
                OutputStream out = Files.newOutputStream(Terminal.PATH)) {
            if (isSecret) {
                if (before.isEmpty()) {
                    throw new CommandProblem(
                            ExitCode.USAGE, "this terminal would show it: give it in a file or on standard input");
                }
                Runtime.getRuntime().addShutdownHook(onSignal);
                Terminal.stty("-echo");
            }
            out.write(question.getBytes(StandardCharsets.UTF_8));
            out.flush();
            String line = line(in);
            if (isSecret) {
                out.write('\n');
            }
            return line;
        } catch (IOException failed) {
            throw new CommandProblem(ExitCode.NO, "the terminal cannot be read: " + failed.getMessage());
        } finally {
            before.ifPresent(Terminal::stty);
            if (isSecret) {
                Runtime.getRuntime().removeShutdownHook(onSignal);
            }
        }
    }

    /** Not a byte more: what was typed ahead is for the next question. */
    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        while (next >= 0 && next != '\n' && line.size() <= MAX_BYTES) {
            line.write(next);
            next = in.read();
        }
        return next < 0 && line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
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
