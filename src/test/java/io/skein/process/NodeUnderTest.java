package io.skein.process;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;

/** A real node in a process of its own, as {@code java -jar target/skein.jar serve} starts it. */
final class NodeUnderTest implements AutoCloseable {
    private static final Pattern PORT = Pattern.compile("curl .*-d 'hello' (?:https://)?localhost:([0-9]+)/");
    private static final Pattern TOTAL = Pattern.compile("Total +[0-9]+ +([0-9]+)");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client;
    private final String base;
    private final Process process;
    private final Path output;
    private final int port;

    private NodeUnderTest(Process process, Path output, Optional<SSLContext> trusting) {
        HttpClient.Builder making =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5));
        trusting.ifPresent(making::sslContext);
        this.client = making.build();
        this.base = trusting.isPresent() ? "https://localhost:" : "http://127.0.0.1:";
        this.process = process;
        this.output = output;
        this.port = awaitPort();
    }

    /**
     * @param before what the JVM is started by, for example strace; may be empty
     * @param flags of the JVM, then {@code --}, then of {@code serve}
     */
    static NodeUnderTest start(Path directory, List<String> before, List<String> jvm, String... flags)
            throws IOException {
        return start(directory, before, jvm, Optional.empty(), flags);
    }

    /** @param trusting for a node that is told to speak TLS */
    static NodeUnderTest start(
            Path directory, List<String> before, List<String> jvm, Optional<SSLContext> trusting, String... flags)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(SkeinJar.command(jvm.toArray(String[]::new)));
        command.add("serve");
        command.addAll(List.of("--data-dir", directory.resolve("data").toString()));
        for (String port : List.of("--http-port", "--raft-port")) {
            if (!List.of(flags).contains(port)) {
                command.addAll(List.of(port, "0"));
            }
        }
        command.addAll(List.of(flags));
        Path output = Files.createTempFile(directory, "node", ".out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SKEIN_"));
        return new NodeUnderTest(builder.start(), output, trusting);
    }

    static NodeUnderTest start(Path directory, String... flags) throws IOException {
        return start(directory, List.of(), List.of(), flags);
    }

    private int awaitPort() {
        return Awaitility.await("the node's banner").atMost(PATIENCE).until(this::portInBanner, found -> found > 0);
    }

    private int portInBanner() throws IOException {
        if (!process.isAlive()) {
            throw new AssertionError("the node ended with " + process.exitValue() + ": " + said());
        }
        Matcher matcher = PORT.matcher(said());
        return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
    }

    String said() throws IOException {
        return Files.readString(output);
    }

    int port() {
        return port;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    NodeUnderTest awaitReady() {
        Awaitility.await("readiness")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> get("/readyz").statusCode() == 200);
        return this;
    }

    URI uri(String path) {
        return URI.create(base + port + path);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri(path))
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                BodyHandlers.ofString());
    }

    JsonObject json(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = get(path);
        if (response.statusCode() != 200) {
            throw new AssertionError(path + " answered " + response.statusCode() + ": " + response.body());
        }
        return new JsonObject(response.body());
    }

    /** The answer; throws when none came. */
    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri(path))
                        .timeout(Duration.ofSeconds(20))
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    /** What is left of the heap after a full collection. */
    long liveHeapBytes() throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(process.pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher total = TOTAL.matcher(histogram);
        if (jcmd.waitFor() != 0 || !total.find()) {
            throw new IOException("no histogram but: " + histogram);
        }
        return Long.parseLong(total.group(1));
    }

    /** SIGKILL: nothing is flushed, nobody is told. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
    }

    /** SIGTERM; gives the exit code. */
    int terminate() throws InterruptedException {
        // A tracer in front would only let go of the node.
        List<ProcessHandle> traced = process.descendants().toList();
        if (traced.isEmpty()) {
            process.destroy();
        }
        traced.forEach(ProcessHandle::destroy);
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new AssertionError("the node did not end");
        }
        return process.exitValue();
    }

    int awaitExit() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("the node did not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().onExit().join();
    }
}
