package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skein.Readme;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The runbooks of README.md, as they stand there: each is the shell block behind {@code <!-- runbook: NAME -->}, run in a
 * directory of its own, on free ports, after the disaster that it is for.
 */
@Timeout(300)
class RunbookIT {
    /** As README.md has them. */
    private static final List<String> PORTS = List.of("8080", "8081", "8082", "6000", "6001", "6002");

    private static final Pattern ANY_PORT = Pattern.compile("\\b(?:" + String.join("|", PORTS) + ")\\b");

    private static final int MESSAGES = 20;

    @TempDir
    private Path directory;

    private final List<String> ports = new ArrayList<>();

    @BeforeEach
    void prepare() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "runbooks are for bash");
        List<ServerSocket> open = new ArrayList<>();
        for (int i = 0; i < PORTS.size(); i++) {
            open.add(new ServerSocket(0));
        }
        for (ServerSocket socket : open) {
            ports.add("" + socket.getLocalPort());
            socket.close();
        }
        Path skein = directory.resolve("skein");
        Files.writeString(skein, "#!/bin/sh\nexec " + String.join(" ", SkeinJar.command("-Xmx256m")) + " \"$@\"\n");
        assertTrue(skein.toFile().setExecutable(true));
    }

    private static String runbook(String name) throws IOException {
        return Readme.block("runbook", name);
    }

    /** Three nodes, twenty messages on each of them. */
    private static final String CLUSTER = """
            peers=n1=127.0.0.1:6000,n2=127.0.0.1:6001,n3=127.0.0.1:6002
            ./skein serve --node-id n1 --data-dir n1 --peers $peers & n1=$!
            ./skein serve --node-id n2 --data-dir n2 --http-port 8081 --raft-port 6001 --peers $peers & n2=$!
            ./skein serve --node-id n3 --data-dir n3 --http-port 8082 --raft-port 6002 --peers $peers & n3=$!
            for port in 8080 8081 8082; do until curl -sf -o /dev/null localhost:$port/readyz; do sleep 0.2; done; done
            publish
            for port in 8080 8081 8082; do has_all $port; done
            """;

    private static final String PUBLISH_AND_CHECK = """
            publish() {
                for i in $(seq %1$d); do
                    until curl -sf -o /dev/null -H "Idempotency-Key: $i" -d "hello $i" localhost:8080/t/greetings; do
                        sleep 0.2
                    done
                done
            }
            count() { curl -sf "localhost:$1$2" | { grep -o "$3" || true; } | wc -l; }
            until_there_are() {
                for try in $(seq 100); do
                    [ "$(count "$1" "$2" "$3")" != "$4" ] || return 0
                    sleep 0.2
                done
                echo "port $1 does not have $4 of $3" >&2; exit 9
            }
            has_all() { until_there_are $1 '/t/greetings?limit=1000' '"body":"hello' %1$d; }
            votes() { until_there_are $1 /v1/cluster '"voter":true' $2; }
            """.formatted(MESSAGES);

    private void run(String... parts) throws Exception {
        String script = "set -eu -o pipefail\ntrap 'kill -9 $(jobs -p) 2>/dev/null || true' EXIT\n" + PUBLISH_AND_CHECK
                + String.join("\n", parts) + "\n";
        script = ANY_PORT.matcher(script).replaceAll(port -> ports.get(PORTS.indexOf(port.group())));
        Path file = Files.writeString(directory.resolve("runbook.sh"), script);
        Path out = directory.resolve("runbook.out");
        ProcessBuilder builder = new ProcessBuilder("/bin/bash", "-x", file.toString())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SKEIN_"));
        builder.environment().put("SKEIN_HTTP_PORT", ports.get(0));
        builder.environment().put("SKEIN_RAFT_PORT", ports.get(3));
        builder.environment().put("SKEIN_TCP_PORT", "0");
        builder.environment().put("SKEIN_URL", "http://127.0.0.1:" + ports.get(0));
        Process process = builder.start();
        try {
            boolean ended = process.waitFor(200, TimeUnit.SECONDS);
            assertTrue(ended, () -> "still runs: " + said(out));
            assertEquals(0, process.exitValue(), () -> said(out));
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }

    private static String said(Path out) {
        try {
            return Files.readString(out, StandardCharsets.UTF_8);
        } catch (IOException gone) {
            return gone.toString();
        }
    }

    @Test
    void aBackupIsMadeAndYesterdaysIsRestored() throws Exception {
        run("""
                ./skein serve --data-dir data & node=$!
                until curl -sf -o /dev/null localhost:8080/readyz; do sleep 0.2; done
                publish
                """, runbook("backup"), """
                curl -sf -d 'after the backup' localhost:8080/t/greetings
                kill -9 $node; wait $node || true
                rm -rf data
                """, runbook("restore"), """
                for port in 8080 8081 8082; do has_all $port; votes $port 3; done
                if curl -sf localhost:8080/t/greetings | grep 'after the backup'; then exit 9; fi
                """);
    }

    @Test
    void aLostDiskOfOneNodeIsReplaced() throws Exception {
        run(CLUSTER, """
                kill -9 $n2; wait $n2 || true
                rm -rf n2
                """, runbook("lost-disk"), """
                for port in 8080 8081 8082; do has_all $port; votes $port 3; done
                """);
    }

    @Test
    void aLostQuorumIsGotOver() throws Exception {
        run(CLUSTER, """
                kill -9 $n1 $n2 $n3; wait $n1 $n2 $n3 || true
                rm -rf n1 n2
                """, runbook("lost-quorum"), """
                for port in 8080 8081 8082; do has_all $port; votes $port 3; done
                """);
    }
}
