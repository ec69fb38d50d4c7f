package io.skein.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What {@code ./skein} makes before it starts a node: the classes a node needs, ready to map. Tests that start dozens of
 * nodes on a busy machine take half the time with it. Made once for each run of tests; whatever goes wrong costs
 * nothing but the quick start.
 */
final class ClassDataArchive {
    private static List<String> flags = List.of();
    private static boolean isTried;

    private ClassDataArchive() {}

    /** For the JVM of a node. */
    static synchronized List<String> flags(List<String> jvm, String jar) {
        if (!isTried) {
            isTried = true;
            try {
                make(jvm, jar);
            } catch (IOException none) {
                System.out.println("no class-data archive: " + none);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return flags;
    }

    private static void make(List<String> jvm, String jar) throws IOException, InterruptedException {
        Path archive = Files.createTempFile("skein", ".jsa");
        archive.toFile().deleteOnExit();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        command.addAll(List.of("-XX:ArchiveClassesAtExit=" + archive, "-jar", jar, "archive"));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().keySet().removeIf(name -> name.startsWith("SKEIN_"));
        Process process = builder.start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        if (ended && process.exitValue() == 0 && Files.size(archive) > 0) {
            flags = List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds*=off");
        }
    }
}
