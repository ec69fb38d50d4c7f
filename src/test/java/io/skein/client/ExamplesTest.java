package io.skein.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The examples that people read are those that are compiled, and do what they say before a whole node. */
@Timeout(60)
class ExamplesTest {
    private static final Path SOURCE = Path.of("src/test/java/io/skein/client/Examples.java");
    private static final Path CLIENT = Path.of("src/main/java/io/skein/client");
    private static final Pattern REGION = Pattern.compile("(?ms)^ *// example: ([a-z-]+)\\n(.*?)^ *// end$");
    private static final Pattern IN_JAVADOC = Pattern.compile("(?s)<pre>\\{@code\\n(.*?)\\n \\* }</pre>");
    private static final Pattern IN_README = Pattern.compile("(?s)```java\\n(.*?)```");

    @TempDir
    static Path directory;

    private static RunningNode node;

    @BeforeAll
    static void start() throws Exception {
        node = new RunningNode(directory);
        node.awaitVoters(1);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    private static String url() {
        return "http://127.0.0.1:" + node.httpPort();
    }

    private static PlainClient client() {
        return PlainClient.connect(url());
    }

    /** By their names, without what they are indented by. */
    private static Map<String, String> compiled() throws IOException {
        Map<String, String> regions = new LinkedHashMap<>();
        Matcher all = REGION.matcher(Files.readString(SOURCE));
        while (all.find()) {
            regions.put(all.group(1), all.group(2).stripTrailing().stripIndent().strip());
        }
        return regions;
    }

    private static List<String> shown(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(found -> found.group(1)
                        .replaceAll("(?m)^ \\* ?", "")
                        .stripIndent()
                        .strip())
                .toList();
    }

    private static void assertCompiled(List<String> shown, Collection<String> compiled, String where) {
        Set<String> strangers = new HashSet<>(shown);
        strangers.removeAll(new HashSet<>(compiled));
        assertEquals(Set.of(), strangers, where + " shows what nobody compiles");
    }

    @Test
    void whatTheJavadocShowsIsCompiledAndAllIsShown() throws IOException {
        Map<String, String> compiled = compiled();
        List<String> shown = new ArrayList<>();
        for (String file : List.of("package-info.java", "SkeinClient.java", "PlainClient.java")) {
            shown.addAll(shown(IN_JAVADOC, Files.readString(CLIENT.resolve(file))));
        }

        assertCompiled(shown, compiled.values(), "the Javadoc");
        Set<String> missing = new TreeSet<>(compiled.keySet());
        missing.removeIf(name -> shown.contains(compiled.get(name)));
        assertEquals(Set.of(), missing, "the Javadoc does not show");
    }

    @Test
    void whatTheReadmeShowsIsCompiled() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String chapter =
                readme.substring(readme.indexOf("\n## Java client\n"), readme.indexOf("\n## Browser client\n"));
        List<String> shown = shown(IN_README, chapter);

        assertTrue(shown.size() >= 3, shown.size() + " examples");
        assertCompiled(shown, compiled().values(), "README.md");
    }

    @Test
    void whatIsPublishedIsStored() {
        assertTrue(Examples.publish(url()) >= 0);
        assertTrue(Examples.producer(url()).offset() >= 0);
        try (PlainClient skein = client()) {
            List<Published> many = Examples.publishMany(skein);
            assertEquals(10_000, many.size());
            assertEquals(9_999, many.get(9_999).offset() - many.get(0).offset());
            assertTrue(Examples.once(skein));
        }
    }

    @Test
    void whatIsStoredIsSeenAndRead() throws Exception {
        try (PlainClient skein = client()) {
            skein.publish("orders/see", "x").join();
            List<String> seen = Collections.synchronizedList(new ArrayList<>());
            Subscription subscription = Examples.subscribe(skein, seen);
            await().until(() -> seen.contains("orders/see 0"));
            subscription.close();
            assertTrue(!Examples.read(skein).equals("nothing came"));
        }
    }

    @Test
    void whatIsWorkedOnIsAcknowledged() throws Exception {
        HttpRequest make = HttpRequest.newBuilder(URI.create(url() + "/v1/subscriptions/billing"))
                .PUT(HttpRequest.BodyPublishers.ofString("{\"filter\":\"bills\",\"from\":\"earliest\"}"))
                .header("Content-Type", "application/json")
                .build();
        HttpClient http = HttpClient.newHttpClient();
        assertEquals(201, http.send(make, HttpResponse.BodyHandlers.ofString()).statusCode());
        try (PlainClient skein = client()) {
            skein.publish("bills", "one").join();
            List<String> done = Collections.synchronizedList(new ArrayList<>());
            Worker worker = Examples.work(skein, done);
            await().until(() -> done.contains("one") && worker.inHand() == 0);
        }
    }

    @Test
    void aTopicThatIsNoneIsRefusedForGood() {
        try (PlainClient skein = client()) {
            assertEquals("never: malformed", Examples.errors(skein));
        }
    }

    @Test
    void aVertxOfOnesOwnDoesToo() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            assertTrue(Examples.reactive(vertx, url()).await() >= 0);
        } finally {
            vertx.close().await();
        }
    }
}
