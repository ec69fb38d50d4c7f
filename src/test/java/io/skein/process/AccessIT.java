package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The first minute with a node that wants to know who asks, as a new user types it. */
@Timeout(120)
class AccessIT {
    private static final Pattern TOKEN = Pattern.compile("export SKEIN_TOKEN=(skt_\\S+)");

    @TempDir
    private Path directory;

    private record Said(int code, String out, String err) {}

    /** @param variables besides those of a shell that knows nothing of Skein */
    private Said skein(String typed, Map<String, String> variables, String... arguments) throws Exception {
        List<String> command = SkeinJar.command();
        command.addAll(List.of(arguments));
        Path in = Files.writeString(Files.createTempFile(directory, "in", ""), typed);
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SKEIN_"));
        builder.environment().put("XDG_CONFIG_HOME", directory.toString());
        builder.environment().putAll(variables);
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> "still runs: " + command);
        } finally {
            process.destroyForcibly();
        }
        return new Said(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static String adminToken(NodeUnderTest node) {
        return Awaitility.await("the admin's token")
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> token(node.said()), token -> !token.isEmpty());
    }

    private static String token(String said) {
        Matcher matcher = TOKEN.matcher(said);
        return matcher.find() ? matcher.group(1) : "";
    }

    @Test
    void theFirstStartPrintsTheAdminsTokenAndWithItPeopleAreLetIn() throws Exception {
        try (NodeUnderTest node =
                NodeUnderTest.start(directory, "--auth", "--tcp-port", "0").awaitReady()) {
            String url = "http://localhost:" + node.port();
            Map<String, String> admin = Map.of("SKEIN_URL", url, "SKEIN_TOKEN", adminToken(node));
            Map<String, String> anna = Map.of("SKEIN_URL", url);

            assertEquals(77, skein("", anna, "topics").code());
            Said added = skein("anna's secret\n", admin, "user", "add", "anna");
            assertTrue(added.out().startsWith("anna is made, a member; "), added.err());
            assertEquals(
                    "anna may publish orders/#\n",
                    skein("", admin, "user", "allow", "anna", "publish", "orders/#")
                            .out());

            assertEquals(
                    0, skein("anna's secret\n", anna, "login", "--as", "anna").code());
            Said published = skein("", anna, "publish", "orders/eu", "hello");
            assertTrue(published.out().startsWith("orders/eu offset 0, "), published.err());
            Said elsewhere = skein("", anna, "publish", "private", "hello");
            assertEquals(77, elsewhere.code());
            assertEquals(
                    "skein: \"anna\" may not publish to \"private\"; an admin can allow it (skein users allow)\n",
                    elsewhere.err());

            String token =
                    skein("", anna, "user", "token", "add", "anna", "ci").out().strip();
            Path file = Files.writeString(directory.resolve("token"), token + "\n");
            Said program = skein(
                    "a\nb\n",
                    Map.of("SKEIN_URL", url, "SKEIN_TOKEN_FILE", file.toString()),
                    "publish",
                    "--lines",
                    "orders/eu");
            assertEquals("2 lines are durable\n", program.out(), program.err());
            assertFalse(node.said().contains(token), "a secret in what the node says");
        }
    }

    @Test
    void aLaterStartPrintsNoTokenAndTheVariablesOfCommandsAreNoneOfANodes() throws Exception {
        String first;
        try (NodeUnderTest node =
                NodeUnderTest.start(directory, "--auth", "--tcp-port", "0").awaitReady()) {
            first = adminToken(node);
        }
        List<String> withVariables = List.of("env", "SKEIN_TOKEN=" + first, "SKEIN_TOKEN_FILE=none");
        try (NodeUnderTest node = NodeUnderTest.start(directory, withVariables, List.of(), "--auth", "--tcp-port", "0")
                .awaitReady()) {
            Map<String, String> admin = Map.of("SKEIN_URL", "http://localhost:" + node.port(), "SKEIN_TOKEN", first);
            assertTrue(skein("", admin, "whoami").out().startsWith("admin\n  role     admin\n"));
            assertFalse(node.said().contains("SKEIN_TOKEN="), "another token");
            assertFalse(node.said().contains(first), "the token again");
        }
    }
}
