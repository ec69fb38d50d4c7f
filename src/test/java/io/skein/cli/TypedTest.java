package io.skein.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A person types, while what is printed goes elsewhere; by script(1), which gives a program a terminal of its own. */
@Timeout(90)
class TypedTest {
    private static final Path SCRIPT = Path.of("/usr/bin/script");

    /** @param typed a question, and what is answered to it */
    private static String terminal(String line, String... typed) throws Exception {
        assumeTrue(Files.isExecutable(SCRIPT), "there is no script(1) here");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String skein =
                java + " -XX:TieredStopAtLevel=1 -cp " + System.getProperty("java.class.path") + " io.skein.Main";
        Process process = new ProcessBuilder(
                        SCRIPT.toString(), "-qfec", line.replace("SKEIN", skein) + "; stty -a", "/dev/null")
                .redirectErrorStream(true)
                .start();
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        try (OutputStream keys = process.getOutputStream();
                InputStream screen = process.getInputStream()) {
            for (int i = 0; i < typed.length; i += 2) {
                read(screen, seen, typed[i]);
                keys.write(typed[i + 1].getBytes(StandardCharsets.UTF_8));
                keys.flush();
            }
            screen.transferTo(seen);
        }
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        return seen.toString(StandardCharsets.UTF_8);
    }

    private static void read(InputStream screen, ByteArrayOutputStream seen, String until) throws IOException {
        byte[] buffer = new byte[4096];
        while (!seen.toString(StandardCharsets.UTF_8).contains(until)) {
            int n = screen.read(buffer);
            assertTrue(n > 0, seen.toString(StandardCharsets.UTF_8));
            seen.write(buffer, 0, n);
        }
    }

    @Test
    void aPasswordIsNotShownAlsoWhileTheAnswerGoesIntoAPipe() throws Exception {
        String session = "{\"username\":\"typed\",\"token\":\"skt_x\",\"expires\":99999999999999,\"members\":[]}";
        try (FailingNode node = FailingNode.answers(200, session)) {
            String all = terminal(
                    "SKEIN login --as typed --url " + node.url() + " | cat", "Password of typed: ", "secret\n");
            assertTrue(all.contains("typed is logged in at"), all);
            assertFalse(all.contains("secret"), all);
            assertTrue(all.substring(all.indexOf("logged in")).contains(" echo "), all);
        }
    }

    @Test
    void whatCannotBeUndoneIsAskedAlsoWhileTheAnswerGoesIntoAPipe() throws Exception {
        try (FailingNode node = FailingNode.answers(200, "{}")) {
            String all = terminal("SKEIN users delete typed --url " + node.url() + " | cat", "[y/N] ", "n\n");
            assertTrue(all.contains("typed stays"), all);
            assertEquals(List.of(), node.asked);
        }
    }

    @Test
    void aFileOfErrorsHasNoColours(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("errors");
        terminal("SKEIN topcs 2> " + file);
        String errors = Files.readString(file);
        assertTrue(errors.startsWith("skein: there is no command topcs"), errors);
    }
}
