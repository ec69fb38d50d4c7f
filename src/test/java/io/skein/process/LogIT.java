package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a node's process logs: JSON on standard error, also when nobody reads it for a while, and no secret in it. */
@Timeout(180)
class LogIT {
    private static final String TOKEN = "the-admin-of-the-log";
    private static final String SECRET = "what only the nodes know";
    private static final String PASSWORD = "correct horse battery";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @TempDir
    private Path directory;

    private int port;

    /** Its standard error is a pipe that nobody reads until somebody does. */
    private Process start() throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<String> command = SkeinJar.command();
        command.addAll(List.of(
                "serve",
                "--data-dir",
                directory.resolve("data").toString(),
                "--http-port",
                "" + port,
                "--tcp-port",
                "0",
                "--raft-port",
                "0",
                "--auth",
                "--registration",
                "open",
                "--log-format",
                "json",
                "--log-level",
                "trace"));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("SKEIN_"));
        builder.environment().put("SKEIN_ADMIN_TOKEN", TOKEN);
        builder.environment().put("SKEIN_PEER_SECRET", SECRET);
        return builder.start();
    }

    private HttpResponse<String> ask(String method, String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + TOKEN)
                .method(method, BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        if (body.startsWith("{")) {
            request.header("Content-Type", "application/json");
        }
        return ClusterUnderTest.CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private int status(String method, String path, String body, String... headers) throws Exception {
        return ask(method, path, body, headers).statusCode();
    }

    @Test
    void aNodeWhoseLogNobodyReadsGoesOnAndLaterSaysHowMuchItLeftOut() throws Exception {
        Process node = start();
        try {
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .ignoreExceptions()
                    .until(() -> status("GET", "/readyz", "") == 200);
            String account = "{\"username\":\"anna\",\"password\":\"" + PASSWORD + "\"}";
            assertEquals(201, status("POST", "/v1/accounts", account));
            String session = new JsonObject(ask("POST", "/v1/sessions", account).body()).getString("token");
            assertEquals(200, status("PUT", "/v1/log", "{\"levels\":{\"io.skein.trace\":\"trace\"}}"));
            // Far more than a pipe and what waits for it hold; each is several lines.
            String parent = "00-" + TRACE + "-00f067aa0ba902b7-01";
            String item = "{\"topic\":\"" + "t".repeat(100) + "\",\"body\":\"x\",\"traceparent\":\"" + parent + "\"}";
            String batch = "{\"messages\":[" + (item + ",").repeat(999) + item + "]}";
            for (int i = 0; i < 5; i++) {
                assertEquals(200, status("POST", "/v1/publish", batch));
            }
            assertEquals(200, status("GET", "/readyz", ""));

            List<String> lines = new ArrayList<>();
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(node.getErrorStream(), StandardCharsets.UTF_8));
            String line = reader.readLine();
            while (!line.contains("lines were dropped")) {
                lines.add(line);
                line = reader.readLine();
            }
            lines.add(line);
            // Process.destroy would close the pipe that is still to be read.
            assertTrue(node.toHandle().destroy());
            for (line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(line);
            }
            assertEquals(0, node.waitFor());
            for (String one : lines) {
                JsonObject json = new JsonObject(one);
                Instant.parse(json.getString("time"));
                assertFalse(json.getString("message").isEmpty());
                assertFalse(json.getString("level").isEmpty());
                assertEquals("n1", json.getString("node"), one);
            }
            String all = String.join("\n", lines);
            assertTrue(all.contains("\"trace\":\"" + TRACE + "\""), "a trace is a field");
            assertTrue(lines.get(lines.size() - 1).contains("stopped after"), lines.get(lines.size() - 1));
            for (String secret : List.of(TOKEN, SECRET, PASSWORD, session)) {
                assertFalse(all.contains(secret), "a secret in what is logged");
            }
        } finally {
            node.destroyForcibly();
        }
    }

    @Test
    void aRefusedStartIsOneJsonObject() throws Exception {
        Process first = start();
        try {
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .ignoreExceptions()
                    .until(() -> status("GET", "/readyz", "") == 200);
            Process second = start();
            List<String> lines = new BufferedReader(
                            new InputStreamReader(second.getErrorStream(), StandardCharsets.UTF_8))
                    .lines()
                    .toList();
            assertEquals(73, second.waitFor());
            JsonObject last = new JsonObject(lines.get(lines.size() - 1));
            assertEquals("error", last.getString("level"));
            assertEquals(73, last.getInteger("exit"));
        } finally {
            first.destroyForcibly();
        }
    }
}
