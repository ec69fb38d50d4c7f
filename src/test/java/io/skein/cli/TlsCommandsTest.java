package io.skein.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.RunningNode;
import io.skein.tls.TestAuthority;
import io.skein.tls.TestAuthority.Identity;
import io.vertx.core.json.JsonObject;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands towards a node that speaks TLS, with a certificate of an authority of its own. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsCommandsTest {
    private RunningNode node;
    private TestAuthority authority;
    private int tcpPort;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        authority = new TestAuthority(directory, "authority");
        Identity shown = authority.identity("node");
        try (ServerSocket free = new ServerSocket(0)) {
            tcpPort = free.getLocalPort();
        }
        node = new RunningNode(
                directory.resolve("data"),
                Map.of(
                        "tls-cert", shown.certificate().toString(),
                        "tls-key", shown.key().toString(),
                        "tcp-port", "" + tcpPort));
        Awaitility.await().until(() -> node.broker().status().health().equals("ok"));
    }

    @AfterAll
    void stop() {
        node.close();
    }

    private Said to(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(
                "--url",
                "https://localhost:" + node.httpPort(),
                "--ca",
                authority.certificate().toString()));
        return Said.say("", all.toArray(String[]::new));
    }

    @Test
    void messagesArePublishedReadAndPulled() {
        assertEquals(0, to("publish", "tls/a", "hello").exitCode());
        assertEquals(
                new Said(0, "hello\n", ""), to("subscribe", "tls/a", "--from", "earliest", "--count", "1", "--body"));
        to("subscriptions", "work", "--filter", "tls/a", "--from", "earliest");
        assertEquals(new Said(0, "hello\n", ""), to("pull", "work", "--body"));
        assertTrue(to("status").out().startsWith("n1"));
    }

    @Test
    void loadIsPutOnAllDoors() {
        for (String door : List.of("ws", "client", "http", "tcp")) {
            Said said = to(
                    "bench",
                    "--door",
                    door,
                    "--tcp-port",
                    "" + tcpPort,
                    "--publishers",
                    "1",
                    "--window",
                    "16",
                    "--warm-up",
                    "0",
                    "--seconds",
                    "1",
                    "--json");
            assertEquals(0, said.exitCode(), said.err());
            assertTrue(new JsonObject(said.out()).getDouble("ackedPerSecond") > 0, said.out());
        }
    }

    @Test
    void anAuthorityThatIsNotKnownIsASentence() {
        Said said = Said.say("", "status", "--url", "https://localhost:" + node.httpPort());
        assertEquals(69, said.exitCode());
        assertTrue(said.err().contains("no TLS with https://localhost:" + node.httpPort()), said.err());
        assertTrue(said.err().contains("--ca"), said.err());

        Said nowhere = Said.say("", "status", "--url", "https://localhost:1", "--ca", "nowhere.pem");
        assertEquals(64, nowhere.exitCode());
        assertTrue(nowhere.err().contains("--ca: nowhere.pem cannot be read"), nowhere.err());
    }

    @Test
    void anAuthorityThatIsNotKnownIsASentenceWhateverIsAsked(@TempDir Path directory) {
        String url = "https://localhost:" + node.httpPort();
        for (List<String> command : List.of(
                List.of("status", "--url", url + ",https://localhost:1"),
                List.of("backup", directory.toString(), "--url", url),
                List.of("openapi", "--url", url))) {
            Said said = Said.say("", command.toArray(String[]::new));
            assertEquals(69, said.exitCode(), said.err());
            assertTrue(said.err().startsWith("skein: no TLS with " + url + ":"), said.err());
        }
        Said doctor = Said.say("", "doctor", "--url", url);
        assertTrue(doctor.out().contains("with --ca"), doctor.out());
    }

    @Test
    void aChatSaysThatItDoesNotBelieveANode() throws Exception {
        String url = "https://localhost:" + node.httpPort();
        List<String> notes = new CopyOnWriteArrayList<>();
        ChatLink link = new ChatLink(
                Server.at(url, Optional.empty()), List.of("https://localhost:1"), Duration.ofMillis(50), notes::add);
        CommandProblem problem = assertThrows(CommandProblem.class, () -> link.get("/v1/mail"));
        assertTrue(problem.getMessage().startsWith("no TLS with " + url), problem.getMessage());

        Thread following = new Thread(() -> assertThrows(CommandProblem.class, () -> link.stream("/v1/mail/stream")));
        following.start();
        Awaitility.await().until(() -> !notes.isEmpty());
        following.interrupt();
        following.join();
        assertTrue(notes.get(0).startsWith("no TLS with " + url), notes.toString());
    }

    @Test
    void aSecretIsNotAmongTheSettingsThatAreShown() {
        Said said = Said.say("", "config", "--peer-secret", "this is never shown");
        assertTrue(said.out().contains("(set)"), said.out());
        assertFalse(said.out().contains("never shown"), said.out());
        Said json = Said.say("", "config", "--json", "--peer-secret", "this is never shown");
        assertFalse(json.out().contains("never shown"), json.out());
    }

    @Test
    void aWideHostWithPeersAndNothingThatKeepsStrangersOutEndsWithUsage() {
        Said said = Said.say("", "serve", "--host", "0.0.0.0", "--auth", "--join");
        assertEquals(64, said.exitCode());
        assertTrue(said.err().contains("--peer-secret"), said.err());
        Said open = Said.say("", "serve", "--host", "0.0.0.0");
        assertEquals(64, open.exitCode());
        assertTrue(open.err().contains("--auth"), open.err());
    }
}
