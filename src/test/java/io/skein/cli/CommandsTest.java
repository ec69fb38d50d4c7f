package io.skein.cli;

import static io.skein.cli.Said.say;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import io.skein.node.RunningNode;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Commands as a person types them, towards a running node. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandsTest {
    private RunningNode node;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        node = new RunningNode(directory);
        Awaitility.await().until(() -> node.broker().status().health().equals("ok"));
    }

    @AfterAll
    void stop() {
        node.close();
    }

    private Said to(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--url", "localhost:" + node.httpPort()));
        return say("", all.toArray(String[]::new));
    }

    @Test
    void leadershipIsHandedOverOnlyByWhoHasItAndToSomebody() {
        Said mistyped = to("member", "transfer", "--from", "n9");
        assertEquals(1, mistyped.exitCode());
        assertTrue(mistyped.err().contains("unknown-member"), mistyped.err());

        Said alone = to("member", "transfer", "--from", "n1");
        assertEquals(1, alone.exitCode());
        assertTrue(alone.err().contains("not-transferred"), alone.err());

        assertEquals(64, to("member", "transfer", "n2", "--from", "n1").exitCode());
    }

    @Test
    void aSubscriptionIsMadeWorkedForAndLookedAt() {
        assertTrue(to("subscriptions", "cli-work", "--filter", "cli/work", "--from", "earliest")
                .out()
                .startsWith("cli-work is made\ncli-work\n  follows       cli/work"));
        to("publish", "cli/work", "one");
        to("publish", "cli/work", "two");

        assertTrue(to("subscriptions", "cli-work", "--why").out().startsWith("no-consumers"));
        assertEquals(new Said(0, "one\n", ""), to("pull", "cli-work", "--body"));
        JsonObject standing = to("subscriptions", "cli-work", "--json").json();
        assertEquals(1, standing.getLong("acknowledged"));
        assertEquals(1, standing.getLong("lag"));
        assertTrue(to("subscriptions").out().contains("cli-work"));

        Said sought = to("subscriptions", "cli-work", "--seek", "earliest");
        assertEquals("cli-work goes on from earliest\n", sought.out());
        assertEquals(0, to("pull", "cli-work", "--count", "2", "--wait", "2s").exitCode());
        Said nothing = to("pull", "cli-work", "--wait", "100ms");
        assertEquals(3, nothing.exitCode());
        assertEquals("", nothing.err());

        assertEquals(
                "cli-work is deleted\n",
                to("subscriptions", "cli-work", "--delete").out());
        assertEquals(1, to("pull", "cli-work").exitCode());
    }

    @Test
    void aChangeOfASubscriptionLeavesWhatItDoesNotName() {
        to("subscriptions", "cli-change", "--filter", "cli/+", "--lease", "2m", "--backoff", "1s,5s");

        JsonObject changed =
                to("subscriptions", "cli-change", "--paused", "true", "--json").json();

        assertEquals("2m", changed.getString("lease"));
        assertEquals(2, changed.getJsonArray("backoff").size());
        assertTrue(changed.getBoolean("paused"));
    }

    @Test
    void whatMakesNoSenseForASubscriptionIsAUsageError() {
        assertEquals(64, to("subscriptions", "--seek", "earliest").exitCode());
        assertEquals(64, to("subscriptions", "a", "--why", "--filter", "b").exitCode());
        assertEquals(64, to("subscriptions", "a", "--why", "--delete").exitCode());
        assertEquals(64, to("pull", "a", "--wait", "soon").exitCode());
        assertEquals(64, to("pull", "a", "--count", "0").exitCode());
    }

    @Test
    void whatIsLentIsExtendedGivenBackAndAcknowledgedByItsLease() {
        to("subscriptions", "create", "cli-leases", "--filter", "cli/leases", "--from", "earliest");
        to("publish", "cli/leases", "one");
        String lease = lent("cli-leases");

        assertEquals(
                "1 message is lent for longer\n",
                to("subscriptions", "extend", "cli-leases", lease, "--lease", "1m")
                        .out());
        assertEquals(
                "1 message is given back\n",
                to("subscriptions", "nack", "cli-leases", lease, "--delay", "0s")
                        .out());
        Said late = to("subscriptions", "ack", "cli-leases", lease);
        assertEquals(1, late.exitCode());
        assertTrue(late.out().startsWith("0 messages are acknowledged\nrefused: " + lease), late.out());
        assertEquals(
                "1 message is acknowledged\n",
                to("subscriptions", "ack", "cli-leases", lent("cli-leases")).out());
    }

    private String lent(String subscription) {
        return to("pull", subscription, "--no-ack", "--json").json().getString("lease");
    }

    private Said headOf(long lines, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--url", "localhost:" + node.httpPort()));
        return say(InputStream.nullInputStream(), lines, all.toArray(String[]::new));
    }

    @Test
    void whatNobodyReadsIsNotAcknowledged() {
        to("subscriptions", "create", "cli-head", "--filter", "cli/head", "--from", "earliest");
        say("one\ntwo\nthree\n", "publish", "--lines", "cli/head", "--url", "localhost:" + node.httpPort());

        assertEquals(new Said(0, "one\n", ""), headOf(1, "pull", "cli-head", "--follow", "--body"));
        assertEquals(1, to("subscriptions", "show", "cli-head", "--json").json().getLong("acknowledged"));
    }

    @Test
    void aStreamEndsWhenNobodyReadsIt() {
        say("one\ntwo\nthree\n", "publish", "--lines", "cli/unread", "--url", "localhost:" + node.httpPort());
        assertEquals(new Said(0, "one\n", ""), headOf(1, "subscribe", "cli/unread", "--from", "earliest", "--body"));
        assertEquals(
                0, headOf(1, "topics", "list", "cli/unread", "--watch", "100ms").exitCode());
    }

    @Test
    void aBodyIsReadAsItIs() throws Exception {
        byte[] bytes = {(byte) 0xff, 0, 27, 'x'};
        say(
                new ByteArrayInputStream(bytes),
                Long.MAX_VALUE,
                "publish",
                "cli/bytes",
                "--url",
                "localhost:" + node.httpPort());
        PrintStream before = System.out;
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        System.setOut(new PrintStream(read, true));
        try {
            SkeinCommand.run("read", "cli/bytes", "--body", "--url", "localhost:" + node.httpPort());
        } finally {
            System.setOut(before);
        }
        assertArrayEquals(new byte[] {(byte) 0xff, 0, 27, 'x', '\n'}, read.toByteArray());
    }

    @Test
    void whatOthersWroteMovesNoCursor() {
        to("publish", "cli/escapes", "a\u001b[2J\rb", "--key", "k\u0007");
        for (String command : List.of("read cli/escapes", "subscribe cli/escapes --from earliest --count 1")) {
            Said said = to(command.split(" "));
            assertTrue(said.out().endsWith("cli/escapes 0 [k ]  a [2J b\n"), said.out());
        }
        assertEquals("a\u001b[2J\rb\n", to("read", "cli/escapes", "--body").out());
    }

    @Test
    void aPageOfMessagesSaysThatThereAreMore() {
        say("one\ntwo\n", "publish", "--lines", "cli/more", "--url", "localhost:" + node.httpPort());
        Said first = to("read", "cli/more", "--limit", "1", "--body");
        assertEquals("one\n", first.out());
        assertTrue(first.err().matches("there are more: --from \\S+\n"), first.err());
        String next = first.err().strip().replace("there are more: --from ", "");
        assertEquals(new Said(0, "two\n", ""), to("read", "cli/more", "--from", next, "--body"));
    }

    @Test
    void linesEndAtARefusalThoughMoreMayBeTyped() throws Exception {
        to("topics", "create", "cli/full", "--max-messages", "1", "--on-full", "reject");
        PipedOutputStream typing = new PipedOutputStream();
        PipedInputStream typed = new PipedInputStream(typing);
        typing.write("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
        typing.flush();
        Said said =
                say(typed, Long.MAX_VALUE, "publish", "--lines", "cli/full", "--url", "localhost:" + node.httpPort());
        assertEquals("1 lines are durable\n", said.out());
        assertTrue(said.exitCode() != 0);
        assertTrue(said.err().contains("the first line that was not stored is 2: two"), said.err());
    }

    @Test
    void aNounAloneLists() {
        for (String noun :
                List.of("topics", "subscriptions", "members", "users", "limits", "connections", "scheduled")) {
            Said alone = to(noun, "--json");
            assertTrue(alone.out().startsWith("{") || alone.out().startsWith("["), noun + ": " + alone.out());
        }
    }

    @Test
    void theKeyOfARequestIsSpelledTheSameForMessagesAndTransactions() {
        String order = "{\"publish\":[{\"topic\":\"cli/spelled\",\"body\":\"42\"}]}";
        Said said =
                say(order, "transaction", "--idempotency-key", "spelled-1", "--url", "localhost:" + node.httpPort());
        assertTrue(said.out().endsWith("done: 1 published, 0 acknowledged, 0 given back\n"), said.err());
    }

    @Test
    void aSubscriptionIsMadeOncePausedAndResumed() {
        to("subscriptions", "create", "cli/history", "--filter", "cli/#");
        assertEquals(
                1, to("subscriptions", "create", "cli/history", "--filter", "a").exitCode());
        assertEquals(
                "cli/history is paused: it hands nothing out\n",
                to("subscriptions", "pause", "cli/history").out());
        assertTrue(to("subscriptions", "show", "cli/history", "--json").json().getBoolean("paused"));
        assertEquals(
                "cli/history goes on\n",
                to("subscriptions", "resume", "cli/history").out());
        assertTrue(
                to("subscriptions", "history", "cli/history", "--json").json().containsKey("points"));
        assertEquals(0, to("subscriptions", "delete", "cli/history").exitCode());
    }

    @Test
    void messagesAreReadWithoutBeingConsumed() {
        to("publish", "cli/read", "one", "--key", "k");
        to("publish", "cli/read", "two");

        assertEquals("one\ntwo\n", to("read", "cli/read", "--body").out());
        assertEquals(
                "two\n",
                to("read", "cli/read", "--from", "1", "--body", "--level", "none")
                        .out());
        assertTrue(to("read", "cli/read", "--limit", "1").out().endsWith("cli/read 0 [k]  one\n"));
        JsonObject page = to("read", "cli/read", "--limit", "1", "--json").json();
        assertEquals(1, page.getJsonArray("messages").size());
        assertEquals(3, to("read", "cli/read", "--from=latest").exitCode());
    }

    @Test
    void aTransactionIsDoneOnceUnderItsKey() {
        String order = "{\"publish\":[{\"topic\":\"cli/paid\",\"body\":\"42\"}]}";
        String[] pay = {"transaction", "--key", "payment-7", "--url", "localhost:" + node.httpPort()};

        Said first = say(order, pay);
        assertTrue(first.out().endsWith("done: 1 published, 0 acknowledged, 0 given back\n"), first.err());
        assertEquals(first, say(order, pay));
        assertEquals("42\n", to("read", "cli/paid", "--body").out());
        assertEquals(64, say("no json", pay).exitCode());
    }

    @Test
    void aDelayedMessageIsListedAndCancelled() {
        String cursor = to("publish", "cli/delayed", "x", "--delay", "1h", "--json")
                .json()
                .getString("cursor");

        assertTrue(to("scheduled").out().contains(cursor));
        assertEquals(
                cursor + " is cancelled\n", to("scheduled", "delete", cursor).out());
        assertEquals(1, to("scheduled", "delete", cursor).exitCode());
    }

    @Test
    void aNodeSaysWhatItWasToldAndWhoIsConnected() {
        assertTrue(to("settings", "--changed").out().lines().anyMatch(line -> line.startsWith("http-port ")));
        assertEquals(0, to("connections").exitCode());
        assertEquals(1, to("connections", "close", "nobody").exitCode());
        assertTrue(to("capabilities").out().contains("name "));
        assertTrue(to("openapi").out().startsWith("openapi: 3"));
        assertEquals(77, to("sql", "SELECT 1").exitCode());
        assertTrue(to("sql").out().contains("serve --sql true"));
    }

    @Test
    void aMessageIsTraced() {
        to("subscriptions", "cli-trace", "--filter", "cli/trace", "--from", "earliest");
        String cursor = to("publish", "cli/trace", "x", "--json").json().getString("cursor");

        JsonObject traced = to("trace", cursor, "--json").json();

        assertEquals("cli/trace", traced.getString("topic"));
        assertTrue(to("trace", cursor).out().contains("through websocket in entry"));
        assertTrue(to("trace", cursor).out().contains("cli-trace     waiting"));
        to("pull", "cli-trace", "--consumer", "w1");
        assertTrue(to("trace", cursor).out().matches("(?s).*cli-trace +1 +w1 .* acknowledged .*"));
    }

    @Test
    void aPublishSaysWhereItStands() {
        Said first = to("publish", "cli/first", "hello");
        assertEquals(0, first.exitCode());
        assertTrue(first.out().startsWith("cli/first offset 0, cursor c"), first.out());
        assertTrue(first.out().strip().endsWith("durable: quorum"), first.out());
        assertEquals(1, to("publish", "cli/first", "hello", "--json").json().getInteger("offset"));
        assertTrue(to("publish", "cli/later", "x", "--delay", "1h").out().startsWith("cli/later is due at "));
    }

    @Test
    void linesOfStandardInputAreMessages() {
        Said said = say("a\nb\nc\n", "publish", "--lines", "cli/lines", "--url", "localhost:" + node.httpPort());
        assertEquals(0, said.exitCode(), said.err());
        assertEquals("3 lines are durable", said.out().strip());
        assertTrue(to("topics", "cli/lines").out().contains("0-2; the next is 3"));
    }

    @Test
    void whatIsWrongIsOneSentenceThatNamesTheFlag() {
        Said delay = to("publish", "cli/wrong", "x", "--delay", "soon");
        assertEquals(64, delay.exitCode());
        assertTrue(delay.err().startsWith("skein: --delay: a duration is "), delay.err());
        Said flag = to("publish", "cli/wrong", "x", "--dleay", "1s");
        assertEquals(64, flag.exitCode());
        assertTrue(flag.err().contains("did you mean --delay?"), flag.err());
        Said refused = to("publish", "cli//wrong", "x");
        assertEquals(1, refused.exitCode());
        assertEquals(
                "skein: topic name has an empty level: cli//wrong (malformed)",
                refused.err().strip());
        assertEquals("", refused.out());
    }

    @Test
    void whatIsNoCommandNoOptionOrOneTooManyIsSaid() {
        assertEquals("skein: there is no command topcs; did you mean topics?", firstLine(say("", "topcs")));
        assertEquals("skein: there is no command frob", firstLine(say("", "cluster", "frob")));
        assertEquals("skein: there is no option --foo", firstLine(say("", "publish", "a", "--foo", "x")));
        assertEquals("skein: \"c\" is one argument too many", firstLine(say("", "publish", "a", "b", "c")));
        assertEquals("skein: Missing required parameter: 'TOPIC'", firstLine(say("", "topics", "delete")));
        assertEquals("skein: a change is to one topic: a/# is a filter", firstLine(say("", "topics", "delete", "a/#")));
        assertEquals("skein: --count is a number from 1, not 0", firstLine(say("", "subscribe", "a", "--count", "0")));
        assertEquals("skein: --seconds is a number from 1, not 0", firstLine(say("", "bench", "--seconds", "0")));
    }

    private static String firstLine(Said said) {
        assertEquals(64, said.exitCode(), said.err());
        return said.err().lines().findFirst().orElse("");
    }

    @Test
    void aSubscriberThatHasItsCountSaysNothingOfTheEnd() {
        to("publish", "cli/counted", "x");
        Said said = to("subscribe", "cli/counted", "--from", "earliest", "--count", "1");
        assertEquals(0, said.exitCode(), said.err());
        assertEquals("", said.err());
    }

    @Test
    void aNodeThatKnowsNoLeaderIsShownLikeAnyOther() throws Exception {
        JsonObject answer = new JsonObject(to("status", "--json").out())
                .putNull("leader")
                .putNull("leaderAddress")
                .put("role", "follower")
                .put("health", "no-leader");
        HttpServer stub = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        stub.createContext("/v1/cluster", exchange -> {
            byte[] body = answer.encode().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        stub.start();
        try {
            Said said =
                    say("", "status", "--url", "localhost:" + stub.getAddress().getPort());
            assertEquals(1, said.exitCode(), said.err());
            assertEquals("n1  follower  no-leader  no leader is known", firstOut(said));
        } finally {
            stub.stop(0);
        }
    }

    private static String firstOut(Said said) {
        return said.out().lines().findFirst().orElse("");
    }

    @Test
    void aNodeThatIsNotThereIsNamed() {
        Said said = say("", "status", "--url", "localhost:1");
        assertEquals(69, said.exitCode());
        assertEquals(
                "skein: no node answers at http://localhost:1; start one (skein serve), or name it with --url",
                said.err().strip());
    }

    @Test
    void aMemberThatDoesNotAnswerYetIsWaitedFor() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HttpServer leader = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        leader.createContext("/v1/cluster/members", exchange -> {
            boolean isFirst = asked.incrementAndGet() == 1;
            byte[] answer = (isFirst
                            ? "{\"code\":\"unreachable\",\"detail\":\"nobody answers at 127.0.0.1:6003\"}"
                            : "{\"id\":\"n4\",\"voter\":true}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(isFirst ? 503 : 200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        leader.start();
        String[] add = {
            "member",
            "add",
            "n4",
            "127.0.0.1:6003",
            "--url",
            "127.0.0.1:" + leader.getAddress().getPort()
        };
        List<String> patient = new ArrayList<>(List.of(add));
        patient.addAll(List.of("--wait", "30s"));

        Said waited = say("", patient.toArray(String[]::new));
        asked.set(0);
        Said atOnce = say("", add);
        leader.stop(0);

        assertEquals("n4 is a member and votes", waited.out().strip());
        assertEquals(0, waited.exitCode());
        assertEquals(69, atOnce.exitCode());
        assertTrue(atOnce.err().contains("nobody answers at 127.0.0.1:6003"), atOnce.err());
    }

    @Test
    void aChangeOfATopicLeavesWhatItDoesNotName() {
        assertEquals(0, to("topics", "cli/kept", "--max-age", "7d").exitCode());
        Said both = to("topics", "cli/kept", "--max-messages", "100", "--on-full", "reject");
        assertTrue(both.out().contains("keeps      at most 100 messages, each for 7d; more is refused"), both.out());
        Said one = to("topics", "cli/kept", "--max-age", "none", "--max-messages", "none");
        assertTrue(one.out().contains("keeps      everything"), one.out());
        assertEquals("reject", to("topics", "cli/kept", "--json").json().getString("onFull"));
        assertEquals(0, to("topics", "cli/kept", "--delete").exitCode());
        assertEquals(
                "skein: there is no topic cli/kept (unknown-topic)",
                to("topics", "cli/kept").err().strip());
    }

    @Test
    void whatIsWatchedIsPrintedAgainUntilItIsEnded() throws Exception {
        to("publish", "cli/watched", "x");
        StringWriter seen = new StringWriter();
        CommandLine line =
                SkeinCommand.line().setOut(new PrintWriter(seen)).setErr(new PrintWriter(new StringWriter()));
        Thread watching = new Thread(() -> line.execute(
                "topics", "list", "cli/watched", "--watch", "100ms", "--url", "localhost:" + node.httpPort()));

        watching.start();
        Awaitility.await().until(() -> seen.toString().split("--- 20", -1).length > 3);
        watching.interrupt();
        watching.join();

        List<String> lines = seen.toString().lines().limit(3).toList();
        assertTrue(lines.get(0).matches("--- \\S+ \\S+"), lines.get(0));
        assertTrue(lines.get(1).startsWith("TOPIC"), lines.get(1));
        assertTrue(lines.get(2).startsWith("cli/watched"), lines.get(2));
    }

    @Test
    void topicsAreATable() {
        to("publish", "cli/table/a", "x");
        to("publish", "cli/table/a", "x");
        to("topics", "cli/table/b", "--max-age", "1h");
        List<String> lines = to("topics", "cli/table/+").out().lines().toList();
        assertEquals(3, lines.size());
        assertTrue(lines.get(0).matches("TOPIC +MESSAGES +SIZE +OFFSETS +IN/S"), lines.get(0));
        assertTrue(lines.get(1).matches("cli/table/a +2 +\\d+ B +0-1 +\\S+"), lines.get(1));
        assertTrue(lines.get(2).matches("cli/table/b +0 +0 B +- +0.0"), lines.get(2));
        Said changed = to("topics", "cli/#", "--delete");
        assertEquals(64, changed.exitCode());
        assertEquals(
                "skein: a change is to one topic: cli/# is a filter",
                changed.err().strip());
    }

    @Test
    void statusIsForPeopleAndForScripts() {
        Said glance = to("status");
        assertEquals(0, glance.exitCode());
        assertTrue(glance.out().startsWith("n1  leader  ok"), glance.out());
        JsonObject json = to("status", "--json").json();
        assertEquals("ok", json.getString("health"));
        assertEquals("n1", json.getJsonObject("nodes").getJsonObject("n1").getString("node"));
    }

    private static void collect(String path, CommandLine at, List<String> commands) {
        at.getSubcommands().forEach((name, command) -> {
            if (!command.getCommandSpec().usageMessage().hidden()) {
                commands.add(path + name);
                collect(path + name + " ", command, commands);
            }
        });
    }

    @Test
    void everyCommandHelpsAndItsExamplesNameTheProgramAsItWasCalled() {
        List<String> commands = new ArrayList<>();
        collect("", SkeinCommand.line(), commands);
        System.setProperty("skein.command", "./skein");
        try {
            for (String command : commands) {
                String[] words = (command + " --help").split(" ");
                Said help = say("", words);
                assertEquals(0, help.exitCode(), command);
                assertTrue(help.out().startsWith("Usage: ./skein " + command), help.out());
                assertFalse(help.out().contains("ROOT-COMMAND"), help.out());
                assertFalse(help.out().lines().anyMatch(line -> line.startsWith("  skein ")), help.out());
                assertTrue(help.out().lines().allMatch(line -> line.length() <= 80), help.out());
            }
        } finally {
            System.clearProperty("skein.command");
        }
    }

    @Test
    void configurationSaysWhereEachValueComesFrom() {
        Said said = say("", "config", "--http-port", "8099");
        assertEquals(0, said.exitCode());
        assertTrue(said.out().lines().anyMatch(line -> line.matches("http-port +8099 +--http-port")), said.out());
        assertTrue(said.out().lines().anyMatch(line -> line.matches("durability +fsync +default")), said.out());
        JsonObject json = say("", "config", "--json").json();
        assertEquals("default", json.getJsonObject("tcp-port").getString("source"));
    }
}
