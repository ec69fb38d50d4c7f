package io.skein.cli;

import static io.skein.cli.Said.say;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.ExitCode;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** What is said, and what is asked of whom, when nodes break off, say nothing, or stop in the middle. */
@Timeout(20)
class FailingNodesTest {
    private static final String REFUSAL = "{\"code\":\"no-such-thing\",\"detail\":\"as asked\"}";

    @Test
    void namesAreLeftOutWhenTheAnswerStopsBehindItsHead() throws IOException {
        try (FailingNode node = FailingNode.stopsBehindTheHead()) {
            assertEquals(new Said(0, "", ""), say("", "names", "topics", "--url", node.url()));
        }
    }

    @Test
    void anAnswerThatStopsBehindItsHeadIsNone() throws IOException {
        try (FailingNode node = FailingNode.stopsBehindTheHead()) {
            Api api = new Api(Server.at(node.url(), Optional.empty()));
            assertThrows(
                    IOException.class, () -> api.ask("GET", "/v1/topics", Optional.empty(), Duration.ofMillis(300)));
        }
    }

    @Test
    void whatOneTookAndTheNextFindsGoneIsDeleted() throws IOException {
        try (FailingNode mute = FailingNode.mute();
                FailingNode next = FailingNode.answers(404, REFUSAL)) {
            Said said = say("", "topics", "delete", "a", "--url", mute.url() + "," + next.url());
            assertEquals(new Said(0, "a is deleted\n", ""), said);
        }
    }

    @Test
    void whatOneTookAndTheNextRefusesIsNotKnown() throws IOException {
        try (FailingNode mute = FailingNode.mute();
                FailingNode next = FailingNode.answers(409, REFUSAL)) {
            Said said = say("", "topics", "delete", "a", "--url", mute.url() + "," + next.url());
            assertEquals(ExitCode.UNKNOWN, said.exitCode(), said.err());
        }
    }

    @Test
    void theOneThatTookItIsNamedNotTheOneThatWasAskedNext() throws IOException {
        try (FailingNode mute = FailingNode.mute();
                FailingNode next = FailingNode.answers(409, REFUSAL)) {
            Said said = say("", "topics", "delete", "a", "--url", mute.url() + "," + next.url() + ",127.0.0.1:1");
            assertTrue(said.err().startsWith("skein: http://" + mute.url() + " took the request"), said.err());

            ChatLink link = new ChatLink(
                    Server.at(mute.url(), Optional.empty()), List.of("127.0.0.1:1"), Duration.ofMillis(50), line -> {});
            CommandProblem problem = assertThrows(CommandProblem.class, () -> link.post("/v1/mail", new JsonObject()));
            assertTrue(problem.getMessage().startsWith("http://" + mute.url() + " took"), problem.getMessage());
        }
    }

    @Test
    void whatOneTookAndTheNextCannotTellNowTheThirdTells() throws IOException {
        try (FailingNode mute = FailingNode.mute();
                FailingNode waiting = FailingNode.answers(503, REFUSAL);
                FailingNode third = FailingNode.answers(404, REFUSAL)) {
            String two = mute.url() + "," + waiting.url();
            assertEquals(
                    0,
                    say("", "topics", "delete", "a", "--url", two + "," + third.url())
                            .exitCode());
            assertEquals(
                    ExitCode.UNKNOWN,
                    say("", "topics", "delete", "a", "--url", two).exitCode());
        }
    }

    @Test
    void aDelayedMessageThatIsGoneMayHaveBeenDelivered() throws IOException {
        try (FailingNode mute = FailingNode.mute();
                FailingNode next = FailingNode.answers(404, REFUSAL)) {
            Said said = say("", "scheduled", "delete", "c1.6.0", "--url", mute.url() + "," + next.url());
            assertEquals(ExitCode.UNKNOWN, said.exitCode(), said.out() + said.err());
        }
    }

    @Test
    void aConnectionIsClosedAndALogIsSetByOneNodeOnly() throws IOException {
        try (FailingNode mute = FailingNode.mute();
                FailingNode next = FailingNode.answers(404, REFUSAL)) {
            String both = mute.url() + "," + next.url();
            Said said = say("", "connections", "close", "mwz5kq1f", "--url", both);
            assertEquals(ExitCode.UNKNOWN, said.exitCode(), said.out() + said.err());
            assertEquals(
                    ExitCode.UNKNOWN,
                    say("", "log", "set", "io.skein", "debug", "--url", both).exitCode());
            assertEquals(List.of(), next.asked);
        }
    }

    @Test
    void aConnectionOfANodeThatCanDoNothingNowIsNotLookedForAtAnother() throws IOException {
        try (FailingNode waiting = FailingNode.answers(503, REFUSAL);
                FailingNode next = FailingNode.answers(404, REFUSAL)) {
            Said said = say("", "connections", "close", "mwz5kq1f", "--url", waiting.url() + "," + next.url());
            assertEquals(ExitCode.UNREACHABLE, said.exitCode(), said.out() + said.err());
        }
    }

    @Test
    void aPageThatWasReadIsReadThoughNobodySaysWhatIsBehindIt() throws IOException {
        String message = "{\"topic\":\"a\",\"offset\":0,\"time\":0,\"cursor\":\"c1\",\"body\":\"one\"}";
        try (FailingNode node = FailingNode.that(exchange -> {
            if (exchange.getRequestURI().getQuery().contains("from=c1")) {
                exchange.close();
            } else {
                FailingNode.answer(exchange, 200, "{\"messages\":[" + message + "],\"next\":\"c1\"}");
            }
        })) {
            assertEquals(
                    new Said(0, "one\n", "there may be more: --from c1\n"),
                    say("", "read", "a", "--body", "--url", node.url()));
        }
    }

    @Test
    void whatIsBehindAPageIsAskedOfTheSameNodeAlone() throws IOException {
        List<String> questions = new CopyOnWriteArrayList<>();
        String message = "{\"topic\":\"a\",\"offset\":0,\"time\":0,\"cursor\":\"c1\",\"body\":\"one\"}";
        try (FailingNode node = FailingNode.that(exchange -> {
            questions.add(exchange.getRequestURI().getQuery());
            FailingNode.answer(exchange, 200, "{\"messages\":[" + message + "],\"next\":\"c1\"}");
        })) {
            Said said = say("", "read", "a", "--level", "strong", "--url", node.url());
            assertEquals("there are more: --from c1\n", said.err());
            assertEquals(List.of("limit=100&level=strong", "limit=1&from=c1&level=none"), questions);
        }
    }

    @Test
    void namesAreSomeHundredsAtMostAndThoseThatBeginAsWasTyped() throws IOException {
        List<String> questions = new CopyOnWriteArrayList<>();
        String many = IntStream.range(0, 3000)
                .mapToObj(i -> "{\"topic\":\"" + (i % 2 == 0 ? "orders/eu" : "orders/us") + i + "\"}")
                .collect(Collectors.joining(",", "{\"topics\":[", "]}"));
        try (FailingNode node = FailingNode.that(exchange -> {
            questions.add(exchange.getRequestURI().getQuery());
            FailingNode.answer(exchange, 200, many);
        })) {
            assertEquals(
                    500,
                    say("", "names", "topics", "--url", node.url())
                            .out()
                            .lines()
                            .count());
            List<String> some = say("", "names", "--url", node.url(), "topics", "--", "orders/u")
                    .out()
                    .lines()
                    .toList();
            assertEquals(500, some.size());
            assertTrue(some.stream().allMatch(name -> name.startsWith("orders/us")), some.toString());
            say("", "names", "--url", node.url(), "accounts", "--", "an");
            say("", "names", "--url", node.url(), "subscriptions", "--", "--name=bil");
            assertEquals(
                    List.of("match=#", "match=orders/#", "limit=1000&match=an*", "limit=1000&after=bi"), questions);
        }
    }

    @Test
    void aClockIsMovedByOneNodeOnly() throws IOException {
        try (FailingNode mute = FailingNode.mute();
                FailingNode next = FailingNode.answers(200, "{\"nodes\":[]}")) {
            Said said = say("", "sim", "clock", "3d", "--json", "--url", mute.url() + "," + next.url());
            assertEquals(ExitCode.UNKNOWN, said.exitCode(), said.err());
            assertEquals(List.of(), next.asked);
        }
    }

    @Test
    void aQuestionInSqlChangesNothingSoThatTheNextIsAsked() throws IOException {
        try (FailingNode mute = FailingNode.mute();
                FailingNode next = FailingNode.answers(200, "{\"columns\":[],\"rows\":[]}")) {
            Said said = say("", "sql", "SELECT 1", "--json", "--url", mute.url() + "," + next.url());
            assertEquals(0, said.exitCode(), said.err());
            assertEquals(
                    ExitCode.UNREACHABLE,
                    say("", "sql", "SELECT 1", "--url", mute.url()).exitCode());
        }
    }

    @Test
    void mailThatWasSentAndNotAnsweredMayBeThere() throws IOException {
        try (FailingNode mute = FailingNode.mute()) {
            ChatLink link =
                    new ChatLink(Server.at(mute.url(), Optional.empty()), List.of(), Duration.ofMillis(50), line -> {});
            CommandProblem problem = assertThrows(CommandProblem.class, () -> link.post("/v1/mail", new JsonObject()));
            assertEquals(ExitCode.UNKNOWN, problem.exitCode());
            assertEquals(
                    ExitCode.UNREACHABLE,
                    assertThrows(CommandProblem.class, () -> link.get("/v1/mail"))
                            .exitCode());
        }
    }

    @Test
    void mailOfWhichANodeSaidThatNobodyKnowsMayBeThereWhateverTheNextSays() throws IOException {
        try (FailingNode unknown = FailingNode.answers(504, REFUSAL);
                FailingNode waiting = FailingNode.answers(503, REFUSAL)) {
            ChatLink link = new ChatLink(
                    Server.at(unknown.url(), Optional.empty()),
                    List.of("http://" + waiting.url()),
                    Duration.ofMillis(50),
                    line -> {});
            CommandProblem problem = assertThrows(CommandProblem.class, () -> link.post("/v1/mail", new JsonObject()));
            assertEquals(ExitCode.UNKNOWN, problem.exitCode(), problem.getMessage());
        }
    }

    @Test
    void whoSpeaksNoTlsIsPassedOver() throws IOException {
        try (ServerSocket plain = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                FailingNode next = FailingNode.answers(404, REFUSAL)) {
            Thread answering = new Thread(() -> refuse(plain));
            answering.start();
            String url = "https://127.0.0.1:" + plain.getLocalPort();
            Said said = say("", "topics", "delete", "a", "--url", url + ",http://" + next.url());
            assertEquals(ExitCode.NO, said.exitCode(), said.err());
            Said alone = say("", "topics", "delete", "a", "--url", url);
            assertEquals(ExitCode.UNREACHABLE, alone.exitCode());
            assertTrue(alone.err().contains("no TLS with"), alone.err());
        }
    }

    /** As a door without TLS does. */
    private static void refuse(ServerSocket door) {
        while (!door.isClosed()) {
            try (Socket one = door.accept()) {
                one.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                one.getInputStream().readAllBytes(); // the client ends it
            } catch (IOException ended) {
                // The next one, if there is one.
            }
        }
    }

    @Test
    void whatACommandCannotMakeSenseOfIsItsOwnFault() throws IOException {
        try (FailingNode odd = FailingNode.answers(200, "{}")) {
            Said said = say("", "status", "--url", odd.url());
            assertEquals(70, said.exitCode(), said.err());
            assertTrue(said.err().startsWith("skein: a fault of its own"), said.err());
        }
    }

    @Test
    void aSessionIsKeptForTheNodeThatBeganIt() throws IOException {
        String session = "{\"username\":\"anna\",\"token\":\"skt_x\",\"expires\":99999999999999}";
        try (FailingNode node = FailingNode.that(exchange -> FailingNode.answer(
                exchange,
                200,
                exchange.getRequestURI().getPath().equals("/v1/cluster") ? "{\"members\":[]}" : session))) {
            String both = "127.0.0.1:1," + node.url();
            Said in = say("secret\n", "login", "--as", "anna", "--url", both);
            assertTrue(
                    in.out().startsWith("anna is logged in at http://" + node.url() + " until"), in.out() + in.err());
            Path file = LogIns.of(System.getenv()).file();
            JsonObject stored = new JsonObject(Files.readString(file));
            assertTrue(stored.containsKey("http://" + node.url()), stored.encode());
            assertFalse(stored.containsKey("http://127.0.0.1:1"), stored.encode());

            assertEquals(new Said(0, "anna is logged out\n", ""), say("", "logout", "--url", both));
            assertTrue(node.asked.contains("DELETE /v1/sessions/current"), node.asked.toString());
        }
    }

    @Test
    void aTokenThatWentOverTlsDoesNotGoInClear() {
        Server behindTls = Server.at("https://n1:443", Optional.of(new Token.Shown("skt_x", "--token")));

        assertEquals(Optional.empty(), behindTls.other("n2:8080").shown());
        assertEquals(
                "skt_x",
                behindTls.other("https://n2:8080").shown().orElseThrow().secret());
        Server inClear = Server.at("http://n1:8080", Optional.of(new Token.Shown("skt_x", "--token")));
        assertEquals("skt_x", inClear.other("n2:8080").shown().orElseThrow().secret());
    }

    @Test
    void whatIsWatchedSaysOnceThatNobodyAnswersAlsoToPrograms() throws Exception {
        StringWriter err = new StringWriter();
        CommandLine line = SkeinCommand.line().setErr(new PrintWriter(err));
        Thread watching =
                new Thread(() -> line.execute("topics", "list", "--watch", "100ms", "--json", "--url", "127.0.0.1:1"));
        watching.start();
        Awaitility.await().until(() -> err.toString().contains("no node answers at"));
        watching.interrupt();
        watching.join();
    }

    @Test
    void topGoesOnWithTheNextWhenItsNodeSaysNothing() throws IOException {
        String cluster = "{\"node\":\"n1\",\"role\":\"leader\",\"term\":2,\"commitIndex\":9,\"appliedIndex\":9,"
                + "\"health\":\"ok\",\"members\":[]}";
        try (FailingNode silent = FailingNode.silent();
                FailingNode next = FailingNode.that(exchange -> {
                    String path = exchange.getRequestURI().getPath();
                    FailingNode.answer(
                            exchange,
                            200,
                            path.equals("/v1/topics")
                                    ? "{\"topics\":[]}"
                                    : path.equals("/v1/subscriptions") ? "{\"subscriptions\":[]}" : cluster);
                })) {
            Said said = say("", "top", "--json", "--url", silent.url() + "," + next.url());
            assertEquals(0, said.exitCode(), said.err());
            assertEquals(1, silent.asked.size());
        }
    }
}
