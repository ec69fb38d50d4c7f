package io.skein.cli;

import static io.skein.cli.Said.say;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.skein.node.ExitCode;
import io.skein.store.DataDirectory;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a script hears. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExitCodesTest {
    private static final String NOBODY = "localhost:1";

    private HttpServer node;
    private final AtomicInteger posts = new AtomicInteger();

    /** One that answers each path as its name says, and breaks off at {@code /t/mute}. */
    @BeforeAll
    void start() throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.createContext("/", exchange -> {
            String path = exchange.getRequestURI().getPath();
            exchange.getRequestBody().readAllBytes();
            if (path.endsWith("/mute/seek")) {
                posts.incrementAndGet();
                exchange.close();
                return;
            }
            int status = path.endsWith("/503") ? 503 : path.endsWith("/504") ? 504 : path.endsWith("/401") ? 401 : 404;
            String code = status == 401 ? "unauthenticated" : "no-such-thing";
            byte[] body = ("{\"code\":\"" + code + "\",\"detail\":\"as asked\"}").getBytes(StandardCharsets.UTF_8);
            boolean isEmptyPage = path.equals("/t/empty");
            byte[] said = isEmptyPage ? "{\"messages\":[],\"next\":null}".getBytes(StandardCharsets.UTF_8) : body;
            exchange.sendResponseHeaders(isEmptyPage ? 200 : status, said.length);
            exchange.getResponseBody().write(said);
            exchange.close();
        });
        node.start();
    }

    @AfterAll
    void stop() {
        node.stop(0);
    }

    private String url() {
        return "127.0.0.1:" + node.getAddress().getPort();
    }

    private int code(String... arguments) {
        return say("", arguments).exitCode();
    }

    @Test
    void everyCodeThatIsKnownIsExplained() throws IllegalAccessException {
        Set<Integer> known = new TreeSet<>(Set.of(0, 2, 130));
        for (Field field : ExitCode.class.getFields()) {
            known.add(field.getInt(null));
        }

        Set<Integer> explained = new TreeSet<>();
        ExitCodes.ALL.forEach(one -> explained.add(one.code()));

        assertEquals(known, explained);
        String said = say("", "help", "exit-codes").out();
        known.forEach(code -> assertTrue(said.lines().anyMatch(line -> line.startsWith(code + " ")), said));
    }

    @Test
    void noIsOne() {
        assertEquals(ExitCode.NO, code("topics", "show", "gone", "--url", url()));
    }

    @Test
    void nothingToReadIsThree() {
        assertEquals(ExitCode.NOTHING, code("read", "empty", "--url", url()));
    }

    @Test
    void anAnswerThatNobodyKnowsIsFour() {
        Said said = say("", "subscriptions", "seek", "mute", "--to", "earliest", "--url", url());
        assertEquals(ExitCode.UNKNOWN, said.exitCode());
        assertTrue(said.err().contains("it may have been done, or not"), said.err());
        assertEquals(ExitCode.UNKNOWN, code("topics", "delete", "504", "--url", url()));
    }

    @Test
    void whatMakesNoSenseIsSixtyFour() {
        assertEquals(ExitCode.USAGE, code("topics", "delete"));
        assertEquals(ExitCode.USAGE, code("read", "a", "--wait", "soon", "--url", url()));
        assertEquals(ExitCode.USAGE, code("topics", "--watch", "1ms", "--url", url()));
        assertEquals(ExitCode.USAGE, code("completion", "csh"));
        assertEquals(ExitCode.USAGE, code("transaction", "-f", "no-such-file.json", "--url", url()));
    }

    @Test
    void whatStandsBeforeTheVerbWouldNotBeTheVerbs() {
        Said said = say("", "members", "--url", url(), "remove", "n3");
        assertEquals(ExitCode.USAGE, said.exitCode());
        assertTrue(said.err().contains("--url goes behind the verb"), said.err());
        assertEquals(ExitCode.USAGE, code("users", "--token", "skt_x", "tokens", "list", "anna", "--url", url()));
        assertEquals(ExitCode.USAGE, code("users", "tokens", "--json", "list", "anna", "--url", url()));
        assertEquals(ExitCode.USAGE, code("topics", "gone", "delete", "other", "--url", url()));
        assertEquals(0, code("members", "--help", "remove", "n3"));
    }

    @Test
    void aKeyThatNoHeaderCanHoldIsSixtyFour() {
        Said said = say("{}", "transaction", "--idempotency-key", "x\u20ac", "--url", url());
        assertEquals(ExitCode.USAGE, said.exitCode(), said.err());
        assertTrue(said.err().contains("Idempotency-Key"), said.err());
    }

    @Test
    void aDiskHereThatTakesNothingIsSeventyFour(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "no directory");
        CommandProblem problem = assertThrows(
                CommandProblem.class,
                () -> LocalCluster.of(file, 1, 8080, 0, 6000).save());
        assertEquals(ExitCode.DISK_ERROR, problem.exitCode());

        Path pid = Files.createDirectory(directory.resolve("n1.pid"));
        Files.createFile(pid.resolve("inside"));
        CommandProblem stays = assertThrows(
                CommandProblem.class, () -> new LocalNode(directory, "n1", 8080, 0, 6000, false).forgetProcess());
        assertEquals(ExitCode.DISK_ERROR, stays.exitCode());
    }

    @Test
    void aDamagedBackupIsSixtyFive(@TempDir Path directory) throws IOException {
        Path file = Files.write(directory.resolve("backup.db"), new byte[8192]);
        int code = code("backup", "--verify", file.toString());
        assertTrue(code == ExitCode.DAMAGED || code == ExitCode.USAGE, "said " + code);
    }

    @Test
    void nobodyThereAndNobodyFitIsSixtyNine() {
        assertEquals(ExitCode.UNREACHABLE, code("status", "--url", NOBODY));
        assertEquals(ExitCode.UNREACHABLE, code("topics", "show", "503", "--url", url()));
    }

    @Test
    void aDirectoryThatIsInUseIsSeventyThree(@TempDir Path directory) throws Exception {
        Path data = directory.resolve("data");
        Files.createDirectories(data.resolve("gen-1"));
        Files.writeString(data.resolve("CURRENT"), "gen-1\n");
        try (DataDirectory held = DataDirectory.lock(data)) {
            assertEquals(data, held.path());
            assertEquals(ExitCode.DATA_DIRECTORY_IN_USE, code("recover", "--data-dir", data.toString()));
        }
    }

    @Test
    void whoIsNotKnownIsSeventySeven() {
        assertEquals(ExitCode.DENIED, code("topics", "show", "401", "--url", url()));
    }

    @Test
    void ofSeveralNodesTheFirstThatAnswersIsAsked() {
        Said said = say("", "topics", "show", "gone", "--url", NOBODY + "," + url());
        assertEquals(ExitCode.NO, said.exitCode(), said.err());

        Said nobody = say("", "status", "--server", NOBODY + ", localhost:2");
        assertEquals(ExitCode.UNREACHABLE, nobody.exitCode());
        assertTrue(nobody.err().contains("http://localhost:1, http://localhost:2"), nobody.err());
    }

    @Test
    void whatOneTookAndDidNotAnswerIsAskedOfTheNextUnderTheSameKey() {
        posts.set(0);
        Said said = say("", "subscriptions", "seek", "mute", "--to", "earliest", "--url", url() + "," + NOBODY);
        assertEquals(ExitCode.UNKNOWN, said.exitCode(), said.err());
        assertTrue(posts.get() >= 1);
    }

    @Test
    void helpSaysTheSameAsReadme() throws IOException {
        List<String> readme = Files.readAllLines(Path.of("README.md"));
        List<String> rows = readme.subList(readme.indexOf("| exit code | means |") + 2, readme.size()).stream()
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        assertEquals(
                String.join(
                        "\n",
                        ExitCodes.ALL.stream()
                                .map(one -> "| " + one.code() + " | " + one.meaning() + " |")
                                .toList()),
                String.join("\n", rows));
    }
}
