package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command, as a person types it: a cluster that is well, one with a dead node, and a damaged data directory. */
@Timeout(240)
class DoctorIT {
    @TempDir
    private Path directory;

    private record Said(int code, String out, String err) {
        List<JsonObject> findings() {
            JsonArray findings = new JsonObject(out).getJsonArray("findings");
            return findings.stream().map(JsonObject.class::cast).toList();
        }

        /** What a check says, of all nodes. */
        List<String> verdicts(String check) {
            return findings().stream()
                    .filter(finding -> finding.getString("check").equals(check))
                    .map(finding -> finding.getString("verdict"))
                    .toList();
        }
    }

    private Said doctor(String... arguments) throws Exception {
        List<String> command = SkeinJar.command();
        command.add("doctor");
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SKEIN_"));
        builder.environment().put("XDG_CONFIG_HOME", directory.toString());
        Process process = builder.start();
        try {
            assertTrue(process.waitFor(120, TimeUnit.SECONDS), () -> "still runs: " + command);
        } finally {
            process.destroyForcibly();
        }
        return new Said(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await().atMost(90, TimeUnit.SECONDS).ignoreExceptions().until(condition);
    }

    private static boolean isWell(Said said) {
        List<String> three = List.of("ok", "ok", "ok");
        return said.code() < 2
                && said.verdicts("node").equals(three)
                && said.verdicts("peers").equals(three)
                && List.of("leader", "quorum", "members", "lag", "state", "versions").stream()
                        .allMatch(check -> said.verdicts(check).equals(List.of("ok")));
    }

    @Test
    void aClusterIsLookedAtWhileItIsWellAndWhenANodeIsDeadAndDamaged() throws Exception {
        try (ClusterUnderTest cluster = ClusterUnderTest.startDirect(directory.resolve("cluster"), 3)) {
            ClusterNode leader = cluster.awaitLeader();
            ClusterNode dead = cluster.others(leader).get(0);
            String url = leader.uri("").toString();
            for (int i = 0; i < 20; i++) {
                String key = "k" + i;
                until(() -> leader.publish("orders", key, "x".repeat(30_000), ClusterUnderTest.PATIENCE)
                                .statusCode()
                        == 201);
            }

            // A busy machine has elections of its own: then there is something to say.
            until(() -> isWell(doctor("--url", url, "--json")));

            dead.kill();
            until(() -> {
                Said hurt = doctor("--url", url);
                return hurt.code() == 2
                        && hurt.out().contains("wrong    " + dead.id() + ": node")
                        && hurt.out().contains("one more that fails stops the cluster")
                        && hurt.out().contains("-> start " + dead.id() + " again");
            });

            Said whole = doctor("--data-dir", dead.data().toString(), "--json");
            assertEquals(List.of("ok"), whole.verdicts("sentinel"), whole.out());
            assertEquals(List.of("ok"), whole.verdicts("checksums"), whole.out());
            long size = Files.size(dead.file("skein.db"));
            for (long at = size / 2; at < size; at += 4_096) {
                dead.flipBit("skein.db", at);
            }
            Said damaged = doctor("--data-dir", dead.data().toString(), "--json");
            assertEquals(2, damaged.code(), damaged.out());
            assertTrue(
                    damaged.findings().stream()
                            .anyMatch(finding -> finding.getString("verdict").equals("wrong")
                                    && finding.getString("todo").contains("comes back from the others")),
                    damaged.out());
        }
    }

    @Test
    void whoIsNotLetInIsToldSo() throws Exception {
        try (NodeUnderTest node =
                NodeUnderTest.start(directory, "--auth", "--tcp-port", "0").awaitReady()) {
            String url = "http://127.0.0.1:" + node.port();
            Said denied = doctor("--url", url, "--token", "skt_this-is-nobody");
            assertEquals(2, denied.code(), denied.out());
            assertTrue(denied.out().startsWith("wrong    token"), denied.out());
        }
    }
}
