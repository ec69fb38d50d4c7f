package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.node.Settings.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTest {
    @TempDir
    private Path directory;

    private static Settings of(Map<String, String> flags, Map<String, String> environment) {
        return Settings.resolve(flags, environment, Optional.empty());
    }

    private static String problem(Map<String, String> flags, Map<String, String> environment) {
        return assertThrows(ConfigurationProblem.class, () -> NodeConfig.of(of(flags, environment)))
                .getMessage();
    }

    @Test
    void aFlagWinsOverItsVariableThatOverTheFileThatOverTheDefault() throws Exception {
        Path file = Files.writeString(
                directory.resolve("skein.conf"), "http-port=1\ntcp-port = 2\nraft-port=3\n# a comment\n");
        Settings settings = Settings.resolve(
                Map.of("http-port", "11"),
                Map.of("SKEIN_HTTP_PORT", "21", "SKEIN_TCP_PORT", "22", "SKEIN_HOST", "", "HOME", "/root"),
                Optional.of(file));
        assertEquals(new Value("11", "--http-port"), settings.value(Setting.HTTP_PORT));
        assertEquals(new Value("22", "SKEIN_TCP_PORT"), settings.value(Setting.TCP_PORT));
        assertEquals(new Value("3", file.toString()), settings.value(Setting.RAFT_PORT));
        assertEquals(new Value("127.0.0.1", "default"), settings.value(Setting.HOST), "an empty variable says nothing");
    }

    @Test
    void anUnknownNameStopsTheStartAndTheNearestIsNamed() throws Exception {
        assertEquals(
                "unknown setting --http-prot; did you mean http-port?", problem(Map.of("http-prot", "1"), Map.of()));
        assertEquals(
                "unknown variable SKEIN_HTPP_PORT; did you mean SKEIN_HTTP_PORT?",
                problem(Map.of(), Map.of("SKEIN_HTPP_PORT", "1")));
        Path file = Files.writeString(directory.resolve("skein.conf"), "tcpport=1");
        assertEquals(
                "unknown setting " + file + ": tcpport; did you mean tcp-port?",
                assertThrows(ConfigurationProblem.class, () -> Settings.resolve(Map.of(), Map.of(), Optional.of(file)))
                        .getMessage());
    }

    @Test
    void whatMakesNoSenseIsSaidWithItsSource() {
        assertEquals(
                "http-port (SKEIN_HTTP_PORT) is \"70000\"; expected: a port, 0 to 65535",
                problem(Map.of(), Map.of("SKEIN_HTTP_PORT", "70000")));
        assertEquals(
                "election-timeout (--election-timeout) is \"90ms\"; expected: at least twice --heartbeat",
                problem(Map.of("election-timeout", "90ms"), Map.of()));
        assertEquals(
                "heartbeat (--heartbeat) is \"soon\"; expected: a duration is a whole number and a unit, like 250ms, 10s,"
                        + " 15m, 2h or 7d, not \"soon\"",
                problem(Map.of("heartbeat", "soon"), Map.of()));
        assertEquals(
                "publish-timeout (--publish-timeout) is \"1ms\"; expected: a time from 100 ms to 600000 ms, for example"
                        + " 250ms or 10s",
                problem(Map.of("publish-timeout", "1ms"), Map.of()));
        assertEquals(
                "peers (--peers) is \"n1\"; expected: id=host:port, separated by commas",
                problem(Map.of("peers", "n1"), Map.of()));
    }

    @Test
    void howANodeLogsIsOneOfAFewWords() {
        assertEquals(
                "log-format (--log-format) is \"xml\"; expected: text or json",
                problem(Map.of("log-format", "xml"), Map.of()));
        assertEquals(
                "log-level (SKEIN_LOG_LEVEL) is \"loud\"; expected: a level is one of trace, debug, info, warn, error,"
                        + " off, not \"loud\"",
                problem(Map.of(), Map.of("SKEIN_LOG_LEVEL", "loud")));
        NodeConfig json = NodeConfig.of(of(Map.of("log-format", "json", "log-level", "DEBUG"), Map.of()));
        assertEquals(new LogConfig(LogFormat.JSON, "DEBUG", true), json.log());
    }

    @Test
    void backupsGoToADirectoryOfTheirOwnOrNotAtAll() throws Exception {
        assertEquals(Optional.empty(), NodeConfig.of(of(Map.of(), Map.of())).backups());
        BackupPlan plan = NodeConfig.of(of(Map.of("backup-dir", "/b", "backup-keep", "3"), Map.of()))
                .backups()
                .orElseThrow();
        assertEquals(new BackupPlan(Path.of("/b"), 6 * 3_600_000, 3), plan);
        assertEquals(
                "backup-every (SKEIN_BACKUP_EVERY) is \"1h\"; expected: --backup-dir beside it",
                problem(Map.of(), Map.of("SKEIN_BACKUP_EVERY", "1h")));
        assertEquals(
                "backup-dir (--backup-dir) is \"skein-data/tmp\"; expected: a directory outside of --data-dir: what takes"
                        + " the one would take the other",
                problem(Map.of("backup-dir", "skein-data/tmp"), Map.of()));
        Path file = Files.writeString(directory.resolve("file"), "x");
        assertTrue(problem(Map.of("backup-dir", file.toString()), Map.of())
                .endsWith("expected: a directory, and it is a file"));
        assertTrue(problem(Map.of("backup-dir", "/b", "backup-every", "1s"), Map.of())
                .contains("expected: a time from 60000 ms"));
        assertTrue(problem(Map.of("backup-dir", "/b", "backup-keep", "0"), Map.of())
                .endsWith("expected: a number from 1 to 10000"));
    }

    @Test
    void variablesOfThePadSystemCountWhenNothingElseIsSaid() {
        Map<String, String> pad = Map.of("BROKER_NODE_ID", "b2", "BROKER_PORT", "5001", "HTTP_PORT", "8081");
        Settings settings = of(Map.of(), pad);
        assertEquals("b2", settings.text(Setting.NODE_ID));
        assertEquals("skein-data/b2", settings.text(Setting.DATA_DIR));
        assertEquals("5001", settings.text(Setting.TCP_PORT));
        assertEquals("8081", settings.text(Setting.HTTP_PORT));

        Settings told = of(Map.of("node-id", "n9", "data-dir", "d", "tcp-port", "1", "http-port", "2"), pad);
        assertEquals("n9", told.text(Setting.NODE_ID));
        assertEquals("d", told.text(Setting.DATA_DIR));
        assertEquals("1", told.text(Setting.TCP_PORT));
        assertEquals("2", told.text(Setting.HTTP_PORT));
    }

    @Test
    void severalBrokersOfThePadSystemStartFromOneFolder() {
        Map<String, String> pad = Map.of("BROKER_NODE_ID", "b2");
        assertEquals(new Value("0", "BROKER_NODE_ID"), of(Map.of(), pad).value(Setting.RAFT_PORT));
        assertEquals("6000", of(Map.of("peers", "b1=h:6000,b2=i:6000"), pad).text(Setting.RAFT_PORT));
        assertEquals("7000", of(Map.of("raft-port", "7000"), pad).text(Setting.RAFT_PORT));
    }

    // Secrets.

    private static final String SECRET = "an open one, in a test";

    @Test
    void aSecretIsReadFromAFileAndNeverShown() throws Exception {
        Path file = Files.writeString(directory.resolve("secret"), SECRET + "\n");
        Settings settings = of(Map.of(), Map.of("SKEIN_PEER_SECRET_FILE", file.toString()));
        assertEquals(new Value(SECRET, "SKEIN_PEER_SECRET_FILE"), settings.value(Setting.PEER_SECRET));
        assertEquals("(set)", settings.shown(Setting.PEER_SECRET));
        assertFalse(NodeConfig.of(settings).toString().contains(SECRET));
        assertEquals(
                "peer-secret (--peer-secret) is \"(set)\"; expected: a secret has at least 16 characters",
                problem(Map.of("peer-secret", "short"), Map.of()));
        assertEquals(
                "SKEIN_PEER_SECRET and SKEIN_PEER_SECRET_FILE are both given; one of them is meant",
                problem(Map.of(), Map.of("SKEIN_PEER_SECRET", SECRET, "SKEIN_PEER_SECRET_FILE", file.toString())));
        Path nowhere = directory.resolve("nowhere");
        assertTrue(problem(Map.of(), Map.of("SKEIN_PEER_SECRET_FILE", nowhere.toString()))
                .startsWith("SKEIN_PEER_SECRET_FILE: " + nowhere + " cannot be read"));
        assertEquals(
                "unknown variable SKEIN_HTTP_PORT_FILE; did you mean SKEIN_HTTP_PORT?",
                problem(Map.of(), Map.of("SKEIN_HTTP_PORT_FILE", "x")));
    }

    @Test
    void aSecretBeforeNeedsOneThatCounts() {
        assertEquals(
                "peer-secret-previous (--peer-secret-previous) is \"(set)\"; expected: --peer-secret beside it",
                problem(Map.of("peer-secret-previous", SECRET), Map.of()));
    }

    @Test
    void certificatesComeWithTheirKeysOrNotAtAll() {
        assertEquals(
                "--tls-key is missing: --tls-cert, --tls-key are given together or not at all",
                problem(Map.of("tls-cert", "c.pem"), Map.of()));
        assertEquals(
                "--peer-ca is missing: --peer-cert, --peer-key, --peer-ca are given together or not at all",
                problem(Map.of("peer-cert", "c.pem", "peer-key", "k.pem"), Map.of()));
    }

    // Wide hosts.

    private static NodeConfig config(String... flags) {
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < flags.length; i += 2) {
            given.put(flags[i], flags[i + 1]);
        }
        return NodeConfig.of(of(given, Map.of()));
    }

    private static final String PEERS = "n1=h:6000,n2=i:6000";
    private static final String PEERS_HERE = "n1=127.0.0.1:6000,n2=localhost:6001";
    private static final List<String> WIDE = List.of("0.0.0.0", "::", "no-such-host.invalid");
    private static final List<String> LOOPBACK = List.of("127.0.0.1", "127.0.0.7", "::1", "localhost");

    private static String refused(String... flags) {
        return assertThrows(ConfigurationProblem.class, () -> config(flags)).getMessage();
    }

    @Test
    void aNodeThatOthersReachAsksThemWhoTheyAre() {
        assertEquals(
                "with --host 0.0.0.0 others than this machine reach this node, and nobody is asked who it is: give it"
                        + " --auth, or take the risk with --insecure",
                refused("host", "0.0.0.0"));
        for (String wide : WIDE) {
            assertTrue(refused("host", wide).contains("--auth"));
            assertTrue(refused("host", wide, "auth", "false").contains("--auth"));
            // What keeps strangers from the Raft port keeps nobody from the others.
            assertTrue(refused("host", wide, "peer-secret", SECRET).contains("--auth"));
            assertTrue(
                    refused("host", wide, "peers", PEERS, "peer-secret", SECRET).contains("--auth"));
            assertTrue(config("host", wide, "auth", "true").isWide());
            assertTrue(config("host", wide, "insecure", "true").isWide());
        }
    }

    @Test
    void aNodeThatOnlyThisMachineReachesAsksForNothing() {
        for (String loopback : LOOPBACK) {
            for (String auth : List.of("true", "false")) {
                assertFalse(config("host", loopback, "auth", auth).isWide());
                String bound = ListenAddress.of(loopback).bound();
                assertEquals(
                        bound,
                        config("host", loopback, "auth", auth, "peers", PEERS_HERE)
                                .raftHost());
                assertEquals(
                        bound,
                        config("host", loopback, "auth", auth, "peers", PEERS, "peer-secret", SECRET)
                                .raftHost());
            }
        }
    }

    @Test
    void aNodeThatOthersReachDoesNotBelieveEverybodyToBeItsPeer() {
        assertEquals(
                "with --host 0.0.0.0 others than this machine reach the Raft port, and nothing keeps strangers out: give"
                        + " all nodes the same --peer-secret (SKEIN_PEER_SECRET_FILE), or --peer-cert, --peer-key and"
                        + " --peer-ca; or take the risk with --insecure",
                refused("host", "0.0.0.0", "auth", "true", "peers", PEERS));
        for (String wide : WIDE) {
            assertTrue(refused("host", wide, "auth", "true", "join", "true").contains("--peer-secret"));
            assertTrue(refused("host", wide, "auth", "true", "peers", PEERS).contains("--peer-secret"));
            assertEquals(
                    wide,
                    config("host", wide, "peers", PEERS, "insecure", "true").raftHost());
            assertEquals(
                    wide,
                    config("host", wide, "auth", "true", "peers", PEERS, "peer-secret", SECRET)
                            .raftHost());
            assertEquals(
                    wide,
                    config("host", wide, "auth", "true", "join", "", "peer-cert", "c", "peer-key", "k", "peer-ca", "a")
                            .raftHost());
        }
    }

    @Test
    void aClusterOfOneKeepsItsRaftPortToThisMachine() {
        assertEquals("127.0.0.1", config("host", "0.0.0.0", "auth", "true").raftHost());
        assertTrue(config("host", "0.0.0.0", "auth", "true").isRaftPortKept());
        assertEquals(
                "0.0.0.0",
                config("host", "0.0.0.0", "auth", "true", "peer-secret", SECRET).raftHost());
        assertFalse(config("host", "127.0.0.1").isRaftPortKept());
    }
}
