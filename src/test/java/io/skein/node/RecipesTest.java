package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.skein.Readme;
import io.skein.dashboard.Browser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/** README's recipes, as they stand there, at a real node. */
@Timeout(120)
class RecipesTest {
    private static RunningNode node;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        for (String tool : new String[] {"bash", "curl", "jq"}) {
            assumeTrue(isThere(tool), "the recipes need " + tool);
        }
        node = new RunningNode(data);
    }

    @AfterAll
    static void stop() {
        if (node != null) {
            node.close();
        }
    }

    private static boolean isThere(String tool) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(place -> Files.isExecutable(Path.of(place, tool)));
    }

    /** @return what it printed */
    private String run(String recipe, String afterwards) throws IOException, InterruptedException {
        return run("", recipe, afterwards);
    }

    private String run(String before, String recipe, String afterwards) throws IOException, InterruptedException {
        String script = "set -eu -o pipefail\n" + before + "\n" + Readme.block("recipe", recipe) + "\necho\n"
                + afterwards + "\n";
        Path file = Files.writeString(
                directory.resolve(recipe + ".sh"), script.replace("localhost:8080", "localhost:" + node.httpPort()));
        Path out = directory.resolve(recipe + ".out");
        Process process = new ProcessBuilder("bash", file.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> "still runs: " + said(out));
            assertEquals(0, process.exitValue(), () -> said(out));
            return said(out);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    private static String said(Path out) {
        try {
            return Files.readString(out);
        } catch (IOException gone) {
            return gone.toString();
        }
    }

    private static void assertSays(String expected, String said) {
        assertTrue(said.contains(expected), () -> "no \"" + expected + "\" in: " + said);
    }

    @Test
    void aWorkerDoesEachJobAndNothingIsLeft() throws Exception {
        String said = run("work-queue", "curl -sf $queue | jq -r '\"lag \\(.lag), in flight \\(.inFlight)\"'");
        assertSays("make a thumbnail of cat.png", said);
        assertSays("lag 0, in flight 0", said);
    }

    @Test
    void aJobThatFailsIsTriedAgainAndThenPutAside() throws Exception {
        String said = run("work-queue", """
                curl -sf -X PUT -H "$json" $queue -d '{"filter":"pictures/+","maxDeliveries":2,"backoff":["50ms"]}'
                curl -sf -d dog.png localhost:8080/t/pictures/new
                for time in 1 2; do
                    lease=$(curl -sf -X POST "$queue/pull?wait=10s" | jq -r '.messages[0].lease')
                    curl -sf -H "$json" -d "{\\"leases\\":[\\"$lease\\"],\\"reason\\":\\"no paint\\"}" $queue/nack
                done
                until curl -sf 'localhost:8080/t/$dead/thumbnails' >dead.json; do sleep 0.05; done
                jq -r '.messages[0] | "\\(.body) \\(.headers["skein-dead-deliveries"])"' dead.json
                """);
        assertSays("dog.png 2", said);
    }

    @Test
    void whoComesIntoTheRoomSeesWhatWasSaidAndIsHeard(@TempDir Path data) throws Exception {
        HttpServer pages = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String origin = "http://localhost:" + pages.getAddress().getPort();
        try (Browser browser = Browser.open(directory);
                RunningNode open = new RunningNode(data, Map.of("allowed-origins", origin))) {
            byte[] page = Readme.block("recipe", "chat-room")
                    .replace("localhost:8080", "localhost:" + open.httpPort())
                    .getBytes(StandardCharsets.UTF_8);
            pages.createContext("/room.html", asked -> {
                asked.getResponseHeaders().set("Content-Type", "text/html");
                asked.sendResponseHeaders(200, page.length);
                asked.getResponseBody().write(page);
                asked.close();
            });
            pages.start();
            browser.go(origin + "/room.html");
            browser.fill("#words", "hello");
            browser.press(Keys.ENTER);
            browser.awaitText("#said", "anna: hello");
            browser.go(origin + "/room.html");
            browser.awaitText("#said", "anna: hello");
        } finally {
            pages.stop(0);
        }
    }

    @Test
    void whoDecidesUponThePastOfAnotherIsRefusedAndAReaderGoesOnFromItsCursor() throws Exception {
        String said = run("event-log", "jq .sum <<<\"$balance\"");
        assertSays("the next offset of topic \\\"accounts/7\\\" is 2, expected was 1", said);
        assertTrue(said.endsWith("70\n"), said);
    }

    @Test
    void whatAProgramWroteIntoItsOutboxIsPublishedOnceAlsoWhenTheRelayDiesAfterPublishing() throws Exception {
        assumeTrue(isThere("sqlite3"), "this recipe needs sqlite3");
        String sales = "curl -s localhost:8080/t/sales | jq '(.messages // []) | length'";
        run("outbox", "sqlite3 shop.db \"INSERT INTO outbox VALUES (1, 'sold tea')\"");
        String said = run("before=$(" + sales + ")", "outbox", "echo $(($(" + sales + ") - before)) more");
        assertSays("1 more\n", said);
    }

    @Test
    void aSaleIsAcknowledgedAndWhatFollowsFromItPublishedAsOne() throws Exception {
        String said = run(
                "curl -sf -d 'sold tea' localhost:8080/t/sales",
                "transaction",
                "curl -sf localhost:8080/t/parcels | jq -r '.messages[0].body'; curl -sf localhost:8080/v1/subscriptions/invoices | jq .lag");
        assertSays("send: sold tea\n0\n", said);
    }

    @Test
    void whoAsksGetsTheAnswer() throws Exception {
        assertSays("3.20\n", run("request-reply", ""));
    }

    @Test
    void aJobIsCancelledAndAnotherSchedulesItsNextRun() throws Exception {
        String said = run("scheduled", "curl -sf localhost:8080/v1/scheduled | jq -c '[.messages[].body]'");
        assertSays("{\"body\":\"clean up\",", said);
        assertSays("do: report", said);
        assertTrue(said.endsWith("[\"report\"]\n"), said);
    }
}
