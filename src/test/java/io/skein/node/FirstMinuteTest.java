package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skein.Readme;
import io.skein.dashboard.Browser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** README's first minute, as it stands there, at a real node. */
@Timeout(120)
class FirstMinuteTest {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private static RunningNode node;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        node = new RunningNode(data);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void whatIsTypedIntoAShellPublishesAndIsHeard(@TempDir Path directory) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "the first minute needs curl");
        String node = "localhost:" + FirstMinuteTest.node.httpPort();
        Path skein = Files.writeString(
                directory.resolve("skein"),
                "#!/bin/sh\nexec '" + JAVA + "' -cp '" + System.getProperty("java.class.path")
                        + "' io.skein.Main \"$@\" --url http://" + node + "\n");
        assertTrue(skein.toFile().setExecutable(true));
        // People type slowly: what is to be heard live is published once somebody listens.
        String listens = "until curl -sf " + node + "/v1/connections | grep -q greetings; do :; done\n";
        String typed =
                Readme.block("first", "shell").replace("localhost:8080", node).replaceFirst("\n", "\n" + listens);

        // Both that go on have said it; what curl tells of its progress may stand anywhere.
        String said = said(
                directory,
                out -> bodies(out) == 2 && out.matches("(?s).* greetings \\d+  hello\n.*"),
                "bash",
                "-c",
                typed);

        assertTrue(said.contains("\"durable\":\"quorum\""), said);
        assertEquals(2, bodies(said), "followed and read again: " + said);
    }

    private static int bodies(String said) {
        return said.split("\"body\":\"hello\"", -1).length - 1;
    }

    /** What it prints until that is enough, or it ends. */
    private static String said(Path directory, Predicate<String> isEnough, String... command) throws Exception {
        Path out = directory.resolve("out");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> isEnough.test(Files.readString(out)) || !process.isAlive());
            return Files.readString(out);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void whatIsTypedIntoADeveloperToolPublishesAndSubscribes(@TempDir Path profile) throws Exception {
        String typed = Readme.block("first", "browser").replace("console.log(", "heard.push(");
        try (Browser browser = Browser.open(profile)) {
            browser.go("http://localhost:" + node.httpPort() + "/");
            Object said = browser.later("const heard = []; (async () => {" + typed
                    + "while (!heard.includes('hello from a page')) await new Promise((next) => setTimeout(next, 20));"
                    + "done(heard.at(-1)); })();");
            assertEquals("hello from a page", said);
        }
    }

    @Test
    void aProgramOfOneFilePublishesAndReads(@TempDir Path directory) throws Exception {
        Path program = Files.writeString(
                directory.resolve("Hello.java"),
                Readme.block("first", "java").replace("localhost:8080", "localhost:" + node.httpPort()));
        String said = said(
                directory,
                out -> out.contains("read hello from Java"),
                JAVA,
                "-cp",
                System.getProperty("java.class.path"),
                program.toString());
        assertEquals(1, said.lines().filter("read hello from Java"::equals).count(), said);
        assertEquals(
                1, said.lines().filter(line -> line.startsWith("on disk at ")).count(), said);
    }
}
