package io.skein.cli;

import io.skein.node.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a command shows of who asks: the flag, the variables, or what {@code login} stored for the node. */
final class Token {
    private static final long MAX_BYTES = 4096;

    /** @param source as people know it: {@code --token}, a variable, the log in */
    record Shown(String secret, String source) {
        /** What {@code login} stored. */
        static Shown of(LogIns.LogIn in) {
            return new Shown(in.token(), "the login of " + in.username());
        }

        boolean isLogin() {
            return source.startsWith("the login of ");
        }

        @Override
        public String toString() {
            return isLogin() ? source : "the token of " + source;
        }
    }

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "who asks (default: SKEIN_TOKEN, the file that SKEIN_TOKEN_FILE names, or the last login)")
    private String said;

    /** @return empty when nothing says who asks */
    Optional<Shown> at(String url) {
        return resolve(said, System.getenv(), url);
    }

    static Optional<Shown> resolve(String said, Map<String, String> environment, String url) {
        String variable = environment.getOrDefault("SKEIN_TOKEN", "");
        String file = environment.getOrDefault("SKEIN_TOKEN_FILE", "");
        if (said != null) {
            return Optional.of(checked(said, "--token"));
        }
        if (!variable.isEmpty() && !file.isEmpty()) {
            throw new CommandProblem(
                    ExitCode.USAGE, "SKEIN_TOKEN and SKEIN_TOKEN_FILE are both given; one of them is meant");
        }
        if (!variable.isEmpty()) {
            return Optional.of(checked(variable, "SKEIN_TOKEN"));
        }
        if (!file.isEmpty()) {
            return Optional.of(checked(in(Path.of(file)), "SKEIN_TOKEN_FILE"));
        }
        return LogIns.of(environment).find(url).map(Shown::of);
    }

    private static String in(Path file) {
        try {
            if (Files.size(file) <= MAX_BYTES) {
                return Files.readString(file).strip();
            }
        } catch (IOException unreadable) {
            throw new CommandProblem(ExitCode.USAGE, "SKEIN_TOKEN_FILE: " + file + " cannot be read");
        }
        throw new CommandProblem(ExitCode.USAGE, "SKEIN_TOKEN_FILE: " + file + " is too large for a token");
    }

    /** What cannot stand in a header would be quoted by whoever finds it there. */
    private static Shown checked(String secret, String source) {
        if (!secret.matches("[\\x21-\\x7E]{1,4096}")) {
            throw new CommandProblem(
                    ExitCode.USAGE, source + " is no token: it is empty, or has characters that no token has");
        }
        return new Shown(secret, source);
    }
}
