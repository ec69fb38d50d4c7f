package io.skein.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Prometheus' own judge of configurations, rules and figures, where it is installed. */
public final class Promtool {
    public static final String ABSENT = "promtool is not installed (apt-get install prometheus)";

    private Promtool() {}

    /** What it said and how it ended. */
    public record Verdict(int code, String said) {}

    public static boolean isInstalled() {
        try {
            return run("", "--version").code() == 0;
        } catch (IOException | InterruptedException absent) {
            return false;
        }
    }

    public static Verdict run(String input, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("skein.promtool", "promtool")));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(UTF_8));
        }
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Verdict(process.waitFor(), said);
    }

    static Verdict check(String what, Path file) throws IOException, InterruptedException {
        return run("", "check", what, file.toString());
    }

    /** What it says of our names; those of the JVM binders are Micrometer's. */
    public static String complaints(String exposition) throws IOException, InterruptedException {
        return run(exposition, "check", "metrics")
                .said()
                .lines()
                .filter(line -> line.startsWith("skein_") || line.contains("error"))
                .collect(Collectors.joining("\n"));
    }
}
