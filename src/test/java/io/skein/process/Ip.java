package io.skein.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The command {@code ip} of iproute2. */
final class Ip {
    private Ip() {}

    static void must(String... arguments) throws IOException {
        Optional<String> problem = run(arguments);
        if (problem.isPresent()) {
            throw new AssertionError("ip " + String.join(" ", arguments) + ": " + problem.get());
        }
    }

    /** @return what went wrong */
    static Optional<String> run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        Path said = Files.createTempFile("ip", ".out");
        try {
            Process ip = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            if (!ip.waitFor(20, TimeUnit.SECONDS)) {
                ip.destroyForcibly();
                return Optional.of("no answer");
            }
            return ip.exitValue() == 0
                    ? Optional.empty()
                    : Optional.of(Files.readString(said).strip() + " (" + ip.exitValue() + ")");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        } catch (IOException noSuchProgram) {
            return Optional.of(noSuchProgram.getMessage());
        } finally {
            Files.deleteIfExists(said);
        }
    }
}
