package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What has to be given where others reach a node, and where its peers are. */
class WideHostTest {
    private static final String SECRET = "an open one, in a test";

    private static NodeConfig config(Map<String, String> environment, String... flags) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < flags.length; i += 2) {
            given.put(flags[i], flags[i + 1]);
        }
        return NodeConfig.of(Settings.resolve(given, environment, Optional.empty()));
    }

    private static String problem(Map<String, String> environment, String... flags) {
        return assertThrows(ConfigurationProblem.class, () -> config(environment, flags))
                .getMessage();
    }

    @Test
    void aNameIsLookedUpOnceAndWhatWasFoundIsListenedOn() {
        ListenAddress localhost = ListenAddress.of("localhost");
        assertEquals("localhost", localhost.text());
        assertTrue(localhost.bound().matches("127\\.0\\.0\\.1|0:0:0:0:0:0:0:1"), localhost.bound());
        assertFalse(localhost.isWide());
        assertEquals(new ListenAddress("::", "::", true), ListenAddress.of("::"));
        assertEquals(
                new ListenAddress("no-such-host.invalid", "no-such-host.invalid", true),
                ListenAddress.of("no-such-host.invalid"));
        assertEquals(localhost.bound(), config(Map.of(), "host", "localhost").raftHost());
    }

    @Test
    void peersElsewhereMustProveThatTheyAreEvenIfTheHostIsThisMachine() {
        String here = "n1=127.0.0.1:6000,n2=[::1]:6001";
        String elsewhere = "n1=127.0.0.1:6000,n2=192.0.2.1:6000";
        assertTrue(problem(Map.of(), "peers", elsewhere).startsWith("with --peers n2=192.0.2.1:6000 others than"));
        assertTrue(
                problem(Map.of(), "peers", here, "advertise", "192.0.2.7").startsWith("with --advertise 192.0.2.7 "));
        assertTrue(problem(Map.of(), "join", "", "advertise", "192.0.2.7").contains("--peer-secret"));

        config(Map.of(), "peers", here);
        config(Map.of(), "peers", elsewhere, "peer-secret", SECRET);
        config(Map.of(), "peers", elsewhere, "insecure", "");
        config(Map.of(), "advertise", "192.0.2.7");
    }

    @Test
    void insecureAloneDoesNotOpenTheRaftPortOfAClusterOfOne() {
        assertTrue(config(Map.of(), "host", "0.0.0.0", "insecure", "").isRaftPortKept());
        assertTrue(config(Map.of("BROKER_NODE_ID", "b1"), "host", "0.0.0.0", "insecure", "")
                .isRaftPortKept());
        assertEquals(
                "0.0.0.0",
                config(Map.of(), "host", "0.0.0.0", "insecure", "", "raft-port", "6000")
                        .raftHost());
        assertEquals(
                "127.0.0.1",
                config(Map.of(), "host", "0.0.0.0", "auth", "", "raft-port", "6000")
                        .raftHost());
    }

    @Test
    void anEmptySecretFileIsNoSecretAndSaidToBe(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("secret"), " \n");
        assertEquals(
                "SKEIN_PEER_SECRET_FILE: " + file + " is empty",
                problem(Map.of("SKEIN_PEER_SECRET_FILE", file.toString())));
    }

    @Test
    void ofTwoSecretsTheShortOneIsNamed() {
        assertTrue(problem(Map.of(), "peer-secret", SECRET, "peer-secret-previous", "short")
                .startsWith("peer-secret-previous (--peer-secret-previous) "));
        assertTrue(problem(Map.of(), "peer-secret", "short", "peer-secret-previous", SECRET)
                .startsWith("peer-secret (--peer-secret) "));
    }
}
