package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.skein.node.Settings.Value;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
