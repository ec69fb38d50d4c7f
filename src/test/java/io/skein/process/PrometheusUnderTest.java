package io.skein.process;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A real Prometheus on the loopback, with a configuration and a disk of its own. */
final class PrometheusUnderTest implements AutoCloseable {
    static final String ABSENT = "prometheus is not installed (apt-get install prometheus)";
    private static final String PROGRAM = System.getProperty("skein.prometheus", "prometheus");

    private final Process process;
    private final Path output;
    private final int port;

    private PrometheusUnderTest(Process process, Path output, int port) {
        this.process = process;
        this.output = output;
        this.port = port;
    }

    static boolean isInstalled() {
        try {
            Process version = new ProcessBuilder(PROGRAM, "--version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return version.waitFor() == 0;
        } catch (IOException | InterruptedException absent) {
            return false;
        }
    }

    static PrometheusUnderTest start(Path directory, Path configuration) throws IOException {
        Path output = directory.resolve("prometheus.out");
        int port = freePort();
        Process process = new ProcessBuilder(
                        PROGRAM,
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + directory.resolve("prometheus-data"),
                        "--web.listen-address=127.0.0.1:" + port,
                        "--log.level=warn")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new PrometheusUnderTest(process, output, port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    boolean isReady() throws Exception {
        if (!process.isAlive()) {
            throw new AssertionError("prometheus ended with " + process.exitValue() + ": " + said());
        }
        try {
            return send(request("/-/ready").build()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** {@code data} of an answer of its API. */
    JsonObject get(String path) throws Exception {
        return data(path, send(request(path).build()));
    }

    /** The series that an expression gives now; fails when it is none. */
    List<JsonObject> query(String expression) throws Exception {
        HttpResponse<String> answer = send(request("/api/v1/query")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8)))
                .build());
        JsonObject data = data(expression, answer);
        if (!data.getString("resultType").equals("vector")) {
            throw new AssertionError(expression + " is a " + data.getString("resultType"));
        }
        return data.getJsonArray("result").stream().map(JsonObject.class::cast).toList();
    }

    private static JsonObject data(String asked, HttpResponse<String> answer) {
        if (answer.statusCode() != 200) {
            throw new AssertionError(asked + ": " + answer.statusCode() + " " + answer.body());
        }
        return new JsonObject(answer.body()).getJsonObject("data");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(10));
    }

    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        return ClusterUnderTest.CLIENT.send(request, BodyHandlers.ofString());
    }

    String said() throws IOException {
        return Files.readString(output);
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
