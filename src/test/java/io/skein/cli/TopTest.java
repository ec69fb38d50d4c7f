package io.skein.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skein.node.RunningNode;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A live cluster in the terminal. */
@Timeout(90)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TopTest {
    private static final Terminal.Size SIZE = new Terminal.Size(80, 24);

    private RunningNode node;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        node = new RunningNode(directory);
        Awaitility.await().until(() -> node.broker().status().health().equals("ok"));
        Said.say("", "publish", "orders/eu", "x", "--url", url());
        Said.say(
                "", "subscriptions", "create", "billing", "--filter", "orders/#", "--from", "earliest", "--url", url());
    }

    @AfterAll
    void stop() {
        node.close();
    }

    private String url() {
        return "localhost:" + node.httpPort();
    }

    private static TopFigures figures(long seconds, double published, long nextOffset) {
        JsonObject answer = new JsonObject("""
                {"node":"n1","role":"leader","term":2,"commitIndex":9,"appliedIndex":9,"health":"ok","members":[]}""");
        JsonObject member = new JsonObject("{\"id\":\"n2\",\"voter\":true,\"matchIndex\":4}");
        Map<Double, Double> took =
                new TreeMap<>(Map.of(0.001, published / 2, 0.01, published, Double.POSITIVE_INFINITY, published));
        List<JsonObject> topics = List.of(topic("quiet", 5), topic("busy", nextOffset));
        List<JsonObject> subscriptions = List.of(new JsonObject(
                "{\"subscription\":\"billing\",\"filter\":\"#\",\"lag\":7,\"inFlight\":0,\"dead\":0,\"delivered\":1}"));
        return new TopFigures(
                seconds * 1_000_000_000L,
                "http://localhost:8080",
                new ClusterView(new TreeMap<>(Map.of("n1", answer)), new TreeMap<>(Map.of("n1", member, "n2", member))),
                Map.of("n1", new TopFigures.Counters(published, 2 * published, took)),
                seconds * 1_000_000_000L,
                topics,
                subscriptions);
    }

    private static JsonObject topic(String name, long nextOffset) {
        return new JsonObject()
                .put("topic", name)
                .put("nextOffset", nextOffset)
                .put("messages", nextOffset)
                .put("bytes", 10);
    }

    private static TopScreen screen() {
        TopScreen screen = new TopScreen();
        screen.take(figures(10, 1000, 100));
        screen.take(figures(12, 3000, 300));
        return screen;
    }

    @Test
    void ratesAreWhatWasCountedBetweenTwoMoments() {
        JsonObject json = screen().json();
        assertEquals(1000.0, json.getDouble("publishedPerSecond"));
        assertEquals(2000.0, json.getDouble("deliveredPerSecond"));
        assertEquals(1.0, json.getDouble("p50Ms"));
        assertEquals("busy", json.getJsonArray("topics").getJsonObject(0).getString("topic"));
        assertEquals(100.0, json.getJsonArray("topics").getJsonObject(0).getDouble("publishedPerSecond"));
    }

    @Test
    void aNodeThatBeganAnewCountsFromThen() {
        TopScreen screen = new TopScreen();
        screen.take(figures(10, 5000, 100));
        screen.take(figures(12, 10, 100));
        assertEquals(0.0, screen.json().getDouble("publishedPerSecond"));
    }

    @Test
    void aFrameFitsItsTerminal() {
        List<String> lines = screen().lines(SIZE, "1s", true);
        assertEquals(SIZE.rows(), lines.size());
        assertTrue(lines.get(0).startsWith("skein top  1 of 2 nodes ok, n1 leads, term 2"), lines.get(0));
        assertTrue(lines.stream().anyMatch(line -> line.matches("n2 +\\(voter\\).*no answer")), lines.toString());
        assertTrue(lines.stream().anyMatch(line -> line.startsWith(">busy")), lines.toString());
    }

    @Test
    void keysChangeListsOrderAndLine() {
        TopScreen screen = screen();
        screen.move(1);
        assertTrue(screen.lines(SIZE, "1s", true).stream().anyMatch(line -> line.startsWith(">quiet")));
        screen.sort();
        assertTrue(screen.lines(SIZE, "1s", true).contains("2 topics by messages   (Tab: 1 subscription)"));
        screen.otherList();
        assertTrue(screen.lines(SIZE, "1s", true).stream().anyMatch(line -> line.startsWith(">billing")));
    }

    @Test
    void whilePausedNothingMoves() {
        TopScreen screen = screen();
        screen.pause();
        screen.take(figures(14, 90_000, 9000));
        assertEquals(1000.0, screen.json().getDouble("publishedPerSecond"));
        assertTrue(screen.lines(SIZE, "1s", true).get(0).contains("PAUSED"));
    }

    @Test
    void whenNobodyAnswersTheLastFiguresStayAndItIsSaid() {
        TopScreen screen = screen();
        screen.fail("no node answers at http://localhost:8080");
        List<String> lines = screen.lines(SIZE, "1s", true);
        assertTrue(lines.get(2).contains("no node answers"), lines.get(2));
        assertTrue(lines.stream().anyMatch(line -> line.startsWith(">busy")), lines.toString());
    }

    @Test
    void whatNoNodeCountsIsNotNothing() {
        TopFigures silent =
                new TopFigures(1, "http://localhost:8080", figures(1, 1, 1).view(), Map.of(), 1, List.of(), List.of());
        TopScreen screen = new TopScreen();
        screen.take(silent);
        screen.take(silent);
        assertTrue(screen.lines(SIZE, "1s", true).get(1).startsWith("publish -   deliver -"));
        assertEquals(null, screen.json().getValue("publishedPerSecond"));
    }

    @Test
    void subscriptionsAreListedToTheLastPage() throws IOException {
        String cluster = "{\"node\":\"n1\",\"role\":\"leader\",\"term\":2,\"commitIndex\":9,\"appliedIndex\":9,"
                + "\"health\":\"ok\",\"members\":[]}";
        try (FailingNode pages = FailingNode.that(exchange -> {
            String query = exchange.getRequestURI().toString();
            String first = "{\"subscriptions\":[{\"subscription\":\"a\"}],\"next\":\"a\"}";
            String last = "{\"subscriptions\":[{\"subscription\":\"b\"}],\"next\":null}";
            FailingNode.answer(
                    exchange,
                    200,
                    query.startsWith("/v1/topics")
                            ? "{\"topics\":[]}"
                            : query.contains("&after=a") ? last : query.startsWith("/v1/sub") ? first : cluster);
        })) {
            TopFigures figures = TopFigures.ask(new Api(Server.at(pages.url(), Optional.empty())), Optional.empty());
            assertEquals(2, figures.subscriptions().size());
        }
    }

    @Test
    void eachNodeIsAskedOverTheSameConnectionsFrameByFrame() {
        Api api = new Api(Server.at(url(), Optional.empty()));
        Api other = api.beside("127.0.0.1:1");
        assertSame(other, api.beside("127.0.0.1:1"));
        TopFigures.ask(api, Optional.empty());
        Set<Thread> before = threads();
        for (int i = 0; i < 5; i++) {
            TopFigures.ask(api, Optional.empty());
        }
        // Those of other tests may end meanwhile, when nobody knows their clients any more.
        Set<Thread> begun = threads();
        begun.removeAll(before);
        assertEquals(Set.of(), begun);
    }

    /** Each client of the JDK's has one. */
    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("HttpClient-\\d+-SelectorManager"))
                .collect(Collectors.toCollection(HashSet::new));
    }

    @Test
    void withoutATerminalItPrintsOneFrame() {
        Said said = Said.say("", "top", "--url", url());
        assertEquals(0, said.exitCode(), said.err());
        assertTrue(said.out().contains("1 of 1 node ok"), said.out());
        assertTrue(said.out().contains("orders/eu"), said.out());
        assertFalse(said.out().contains("\u001b"), said.out());
    }

    /** By script(1), which gives a program a terminal of its own. */
    @Test
    void theTerminalIsAsItWasWhenAKeyEndsIt() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "there is no script(1) here");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String top = java + " -XX:TieredStopAtLevel=1 -cp " + System.getProperty("java.class.path")
                + " io.skein.Main top --url " + url() + "; stty -a";
        Process process = new ProcessBuilder("/usr/bin/script", "-qfec", top, "/dev/null")
                .redirectErrorStream(true)
                .start();
        ByteArrayOutputStream seen = new ByteArrayOutputStream();
        try (OutputStream keys = process.getOutputStream();
                InputStream screen = process.getInputStream()) {
            read(screen, seen, "(Tab: 1 subscription)");
            press(keys, "\t");
            read(screen, seen, ">billing");
            press(keys, "\u0003");
            screen.transferTo(seen);
        }
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        String all = seen.toString(StandardCharsets.UTF_8);
        assertTrue(all.contains("\u001b[?1049h") && all.contains("\u001b[?1049l"), all);
        String after = all.substring(all.lastIndexOf("\u001b[?1049l"));
        assertTrue(after.contains(" icanon") && after.contains(" echo ") && after.contains("isig"), after);
    }

    private static void press(OutputStream keys, String key) throws IOException {
        keys.write(key.getBytes(StandardCharsets.UTF_8));
        keys.flush();
    }

    private static void read(InputStream screen, ByteArrayOutputStream seen, String until) throws IOException {
        byte[] buffer = new byte[4096];
        while (!seen.toString(StandardCharsets.UTF_8).contains(until)) {
            int n = screen.read(buffer);
            assertTrue(n > 0, seen.toString(StandardCharsets.UTF_8));
            seen.write(buffer, 0, n);
        }
    }
}
