package io.skein.process;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One place of a cluster of real processes: an id, ports and a data directory that stay the same, and the process that
 * is there now, if any. To be used by one thread, but for what asks over HTTP.
 */
final class ClusterNode implements AutoCloseable {

    /** A test that is ended from outside leaves no nodes behind. */
    private static final Set<Process> STARTED = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> STARTED.forEach(Process::destroyForcibly), "end-nodes"));
    }

    private final String id;
    private final Path directory;
    private volatile Place place;
    private final List<String> flags = new ArrayList<>();
    private volatile Process process;
    private String jar = SkeinJar.path();
    private boolean isPaused;
    private int starts;

    /**
     * Where its processes run.
     *
     * @param inside what a command begins with that runs there
     */
    record Place(String host, int httpPort, int raftPort, List<String> inside) {
        static Place here(int httpPort, int raftPort) {
            return new Place("127.0.0.1", httpPort, raftPort, List.of());
        }
    }

    ClusterNode(String id, Path directory, Place place) {
        this.id = id;
        this.directory = directory;
        this.place = place;
    }

    /** From the next start on. */
    void moveTo(Place another) {
        mustBeDown();
        place = another;
    }

    String id() {
        return id;
    }

    int raftPort() {
        return place.raftPort();
    }

    /** What {@code serve} is given from the next start on, besides the node's own. */
    void flags(List<String> given) {
        flags.clear();
        flags.addAll(given);
    }

    /** That build from the next start on. */
    void runs(Path build) {
        jar = build.toString();
    }

    /** The build that is tested from the next start on. */
    void runsThis() {
        jar = SkeinJar.path();
    }

    void start() throws IOException {
        mustBeDown();
        STARTED.removeIf(started -> !started.isAlive());
        List<String> command = new ArrayList<>(place.inside());
        command.addAll(SkeinJar.command(jar, List.of("-Xmx256m")));
        command.add("serve");
        command.addAll(List.of("--node-id", id, "--data-dir", data().toString(), "--tcp-port", "0"));
        command.addAll(List.of("--http-port", "" + place.httpPort(), "--raft-port", "" + place.raftPort()));
        command.addAll(flags);
        Files.createDirectories(directory);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output(++starts).toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("SKEIN_"));
        isPaused = false;
        process = builder.start();
        STARTED.add(process);
    }

    private Path output(int start) {
        return directory.resolve("start-" + start + ".out");
    }

    /** The last words of the process that is or was there. */
    String said() throws IOException {
        if (starts == 0) {
            return "";
        }
        List<String> lines = Files.readAllLines(output(starts));
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
    }

    /** Of the process that is or was there last. */
    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** SIGKILL: nothing is flushed, nobody is told. */
    void kill() throws InterruptedException {
        if (process != null && !process.destroyForcibly().waitFor(20, TimeUnit.SECONDS)) {
            throw new AssertionError(id + " does not die");
        }
    }

    /** SIGTERM; returns at once. */
    void terminate() {
        process.destroy();
    }

    int awaitExit() throws InterruptedException {
        return awaitExit(Duration.ofSeconds(40));
    }

    int awaitExit(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(id + " did not end");
        }
        return process.exitValue();
    }

    /** SIGSTOP: the process stands still, its sockets stay. */
    void pause() throws IOException, InterruptedException {
        signal("STOP");
        isPaused = true;
    }

    void resume() throws IOException, InterruptedException {
        if (isPaused) {
            signal("CONT");
            isPaused = false;
        }
    }

    private void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start();
        if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
            throw new AssertionError("no signal " + name + " for " + id);
        }
    }

    Path data() {
        return directory.resolve("data");
    }

    /** A new disk. */
    void wipe() throws IOException {
        mustBeDown();
        if (Files.exists(data())) {
            try (Stream<Path> all = Files.walk(data())) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    /** Everything it has on its disk. */
    Path copyTo(Path copy) throws IOException {
        mustBeDown();
        copy(data(), copy);
        return copy;
    }

    void restore(Path copy) throws IOException {
        wipe();
        copy(copy, data());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        }
    }

    /** It came back as another node, at least once. */
    boolean hasDataAside() throws IOException {
        try (Stream<Path> files = Files.list(data())) {
            return files.anyMatch(file -> file.getFileName().toString().startsWith("aside-"));
        }
    }

    /** A file of the generation that counts. */
    Path file(String name) throws IOException {
        mustBeDown();
        String generation = Files.readString(data().resolve("CURRENT")).strip();
        return data().resolve(generation).resolve(name);
    }

    void flipBit(String name, long place) throws IOException {
        try (FileChannel file = FileChannel.open(file(name), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            if (file.read(one, place) != 1) {
                throw new AssertionError(name + " of " + id + " has only " + file.size() + " bytes");
            }
            one.put(0, (byte) (one.get(0) ^ 0x10));
            file.write(one.rewind(), place);
        }
    }

    private void mustBeDown() {
        if (isAlive()) {
            throw new IllegalStateException(id + " runs");
        }
    }

    URI uri(String path) {
        return URI.create("http://" + place.host() + ":" + place.httpPort() + path);
    }

    HttpResponse<String> get(String path, Duration patience) throws IOException, InterruptedException {
        return ClusterUnderTest.CLIENT.send(
                HttpRequest.newBuilder(uri(path)).timeout(patience).build(), BodyHandlers.ofString());
    }

    /** Any request with a JSON body or none; throws when there was no answer in time. */
    HttpResponse<String> send(String method, String path, String body, Duration patience, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .timeout(patience)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return ClusterUnderTest.CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    /** A publish with an Idempotency-Key; throws when there was no answer in time. */
    HttpResponse<String> publish(String topic, String key, String body, Duration patience)
            throws IOException, InterruptedException {
        return ClusterUnderTest.CLIENT.send(publishing(topic, key, body, patience), BodyHandlers.ofString());
    }

    HttpRequest publishing(String topic, String key, String body, Duration patience) {
        return HttpRequest.newBuilder(uri("/t/" + topic))
                .timeout(patience)
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(body))
                .build();
    }

    /** This node's word on the cluster; throws when there was none. */
    JsonObject status() throws IOException, InterruptedException {
        HttpResponse<String> answer = get("/v1/cluster", Duration.ofSeconds(2));
        if (answer.statusCode() != 200) {
            throw new IOException("/v1/cluster of " + id + " answered " + answer.statusCode());
        }
        return new JsonObject(answer.body());
    }

    @Override
    public void close() {
        if (process != null) {
            // A stopped process dies of SIGKILL too.
            process.destroyForcibly().onExit().join();
        }
    }

    @Override
    public String toString() {
        return id;
    }
}
