package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.Readme;
import io.skein.dashboard.Browser;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** README's first minute in the console's page and in Java, as it stands there, at a real node. */
@Timeout(120)
class FirstMinuteTest {
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
        Path out = directory.resolve("out");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.toString())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            Awaitility.await()
                    .until(() -> Files.readString(out).contains("read hello from Java") || !process.isAlive());
            String said = Files.readString(out);
            assertEquals(1, said.lines().filter("read hello from Java"::equals).count(), said);
            assertEquals(
                    1,
                    said.lines().filter(line -> line.startsWith("on disk at ")).count(),
                    said);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
