package io.skein.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Assumptions;

/**
 * The jar of the build before this one: given by {@code -Dskein.previous.jar}, or made from the repository's own history,
 * once, and kept in {@code target/}. Where neither can be had the test is skipped, with the reason.
 */
final class PreviousBuild {
    private static final Path KEPT = Path.of("target", "previous");
    private static final int BUILD_MINUTES = 10;

    private PreviousBuild() {}

    static String commit() {
        try (InputStream file = PreviousBuild.class.getResourceAsStream("/upgrade/previous-build.txt")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.startsWith("#") && !line.isEmpty())
                    .findFirst()
                    .orElseThrow();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static Path jar() throws IOException, InterruptedException {
        String given = System.getProperty("skein.previous.jar", "");
        if (!given.isEmpty()) {
            return Path.of(given).toAbsolutePath();
        }
        Path jar = KEPT.resolve("skein-" + commit().substring(0, 12) + ".jar").toAbsolutePath();
        if (!Files.exists(jar)) {
            make(jar);
        }
        return jar;
    }

    private static void make(Path jar) throws IOException, InterruptedException {
        Files.createDirectories(KEPT);
        Path sources = KEPT.resolve("sources");
        Path archive = KEPT.resolve("sources.zip");
        boolean isThere = run(Path.of("."), "git", "cat-file", "-e", commit() + "^{commit}") == 0;
        Assumptions.assumeTrue(
                isThere,
                "this clone has no commit " + commit() + " (git fetch --unshallow), so no build before this one");
        if (run(Path.of("."), "git", "archive", "--format=zip", "--output=" + archive, commit()) != 0) {
            throw new IOException("no sources of commit " + commit());
        }
        unpack(archive, sources);
        List<String> maven = new ArrayList<>(List.of("sh", "mvnw", "-o", "-B", "-ntp", "-q", "-Dmaven.test.skip=true"));
        String repository = System.getProperty("maven.repo.local", "");
        if (!repository.isEmpty()) {
            maven.add("-Dmaven.repo.local=" + repository);
        }
        maven.add("package");
        int code = run(sources, maven.toArray(String[]::new));
        Assumptions.assumeTrue(
                code == 0,
                "the build before this one cannot be made offline (what Maven says is in " + KEPT + "/build.log)");
        Files.move(sources.resolve("target/skein.jar"), jar, StandardCopyOption.ATOMIC_MOVE);
    }

    private static int run(Path directory, String... command) throws IOException, InterruptedException {
        Path log = KEPT.resolve("build.log").toAbsolutePath();
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException noSuchProgram) {
            return -1;
        }
        if (!process.waitFor(BUILD_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            return -1;
        }
        return process.exitValue();
    }

    static void unpack(Path archive, Path into) throws IOException {
        try (InputStream in = Files.newInputStream(archive)) {
            unpack(in, into);
        }
    }

    static void unpack(InputStream archive, Path into) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(archive)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path to = into.resolve(entry.getName()).normalize();
                if (!to.startsWith(into.normalize())) {
                    throw new IOException(entry.getName() + " leads out of the archive");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(to);
                } else {
                    Files.createDirectories(to.getParent());
                    Files.copy(zip, to, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }
}
