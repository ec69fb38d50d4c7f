package io.skein.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The packed jar, as tests run it in processes of its own: as {@code ./skein} does, with a class-data archive, which is made
 * once for each run of tests; whatever goes wrong with that costs nothing but the quick start.
 */
final class SkeinJar {
    private static final String JAR = Path.of(System.getProperty("skein.jar", "target/skein.jar"))
            .toAbsolutePath()
            .toString();

    private static final List<String> FLAGS =
            List.of("-ea:io.skein...", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xshare:auto");

    /**
     * The build says {@code -XX:TieredStopAtLevel=1}: its processes live for seconds, and on two cores the second compiler
     * takes what the nodes need. Soaks and measurements say nothing and run as users do.
     */
    private static final List<String> OF_THE_BUILD =
            Optional.ofNullable(System.getProperty("skein.jvm")).map(List::of).orElse(List.of());

    private static Optional<List<String>> archive = Optional.empty();

    private SkeinJar() {}

    static String path() {
        return JAR;
    }

    /** What starts the jar; its own arguments follow. */
    static List<String> command(String... jvm) {
        return command(JAR, List.of(jvm));
    }

    /** @param jar this one or that of another build, which has no archive */
    static List<String> command(String jar, List<String> jvm) {
        List<String> command = new ArrayList<>(java());
        if (jar.equals(JAR)) {
            command.addAll(archive());
        }
        command.addAll(OF_THE_BUILD);
        command.addAll(jvm);
        command.addAll(List.of("-jar", jar));
        return command;
    }

    private static List<String> java() {
        List<String> java = new ArrayList<>();
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        java.addAll(FLAGS);
        return java;
    }

    private static synchronized List<String> archive() {
        if (archive.isEmpty()) {
            archive = Optional.of(List.of());
            try {
                makeArchive();
            } catch (IOException none) {
                System.out.println("no class-data archive: " + none);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return archive.orElseThrow();
    }

    private static void makeArchive() throws IOException, InterruptedException {
        Path file = Files.createTempFile("skein", ".jsa");
        file.toFile().deleteOnExit();
        List<String> command = java();
        command.addAll(List.of("-XX:ArchiveClassesAtExit=" + file, "-jar", JAR, "archive"));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> name.startsWith("SKEIN_"));
        Process process = builder.start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        if (ended && process.exitValue() == 0 && Files.size(file) > 0) {
            archive = Optional.of(List.of("-XX:SharedArchiveFile=" + file, "-Xlog:cds*=off"));
        }
    }
}
