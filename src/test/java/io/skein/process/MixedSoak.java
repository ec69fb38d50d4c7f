package io.skein.process;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Three nodes under everything at once for a long while, {@code SECONDS [CSV]}: publishers over HTTP and WebSocket, queues
 * over RRMQ, mail, a durable subscription with workers and dead letters, and 200 subscribers that come and go at every
 * door, some of which read nothing. Looks every ten seconds at what each node holds of memory and descriptors, and says at
 * the end how the last quarter differs from the second. What lives in the heap is known after a collection, which it asks for
 * once a minute.
 */
public final class MixedSoak {
    private static final int SUBSCRIBERS = 200;
    private static final int TOPICS = 20;
    private static final long LOOK_SECONDS = 10;
    private static final int COLLECT_EVERY = 6;
    private static final int KEPT = 5_000;
    private static final int MAX_UNDER_WAY = 200;
    private static final String BARS = "▁▂▃▄▅▆▇█";
    private static final int COLUMNS = 60;

    private record Sample(long second, long resident, long live, long descriptors, long threads, long disk) {}

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = vertx.createHttpClient(
            new HttpClientOptions().setConnectTimeout(2_000),
            new PoolOptions().setHttp1MaxSize(400).setMaxWaitQueueSize(5_000));
    private final WebSocketClient webSockets =
            vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(2_000));
    private final Random random = new Random(1);
    private final ClusterUnderTest cluster;
    private final long seconds;
    private final Map<String, List<Sample>> samples = new TreeMap<>();
    private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();
    private int underWay;
    private boolean isOver;

    private MixedSoak(ClusterUnderTest cluster, long seconds) {
        this.cluster = cluster;
        this.seconds = seconds;
    }

    public static void main(String[] arguments) throws Exception {
        long seconds = arguments.length > 0 ? Long.parseLong(arguments[0]) : 3_600;
        Path directory = Files.createTempDirectory("skein-soak");
        try (ClusterUnderTest cluster = ClusterUnderTest.startDirect(directory, 3)) {
            MixedSoak soak = new MixedSoak(cluster, seconds);
            soak.run();
            if (arguments.length > 1) {
                Files.writeString(Path.of(arguments[1]), soak.csv());
            }
            soak.report();
        }
        delete(directory);
        System.exit(0);
    }

    private void run() throws Exception {
        prepare();
        vertx.runOnContext(v -> {
            every(100, this::publishOverHttp);
            every(100, this::publishOverWebSocket);
            every(200, this::queue);
            every(200, this::mail);
            every(300, this::work);
            for (int i = 0; i < SUBSCRIBERS; i++) {
                int number = i;
                vertx.setTimer(1 + random.nextInt(5_000), timer -> subscribe(number));
            }
        });
        long began = System.nanoTime();
        for (int look = 1; look * LOOK_SECONDS <= seconds; look++) {
            long until = began + TimeUnit.SECONDS.toNanos(look * LOOK_SECONDS);
            while (System.nanoTime() - until < 0) {
                LockSupport.parkNanos(until - System.nanoTime());
            }
            look(look * LOOK_SECONDS, look % COLLECT_EVERY == 0);
        }
        isOver = true;
    }

    private void prepare() throws Exception {
        ClusterNode node = cluster.awaitLeader();
        for (int topic = 0; topic < TOPICS; topic++) {
            put(node, "/v1/topics/mixed/" + topic, "{\"retention\":{\"maxMessages\":" + KEPT + "}}");
        }
        put(node, "/v1/topics/queue", "{\"retention\":{\"maxMessages\":" + KEPT + "}}");
        put(
                node,
                "/v1/subscriptions/work",
                "{\"filter\":\"mixed/0\",\"lease\":\"5s\",\"maxDeliveries\":2,\"backoff\":[\"1s\"],\"deadLetter\":\"mixed/19\"}");
        for (String name : List.of("anna", "bob")) {
            node.send(
                    "POST",
                    "/v1/accounts",
                    new JsonObject()
                            .put("username", name)
                            .put("password", "a password")
                            .encode(),
                    ClusterUnderTest.PATIENCE,
                    "Content-Type",
                    "application/json");
        }
        token = new JsonObject(node.send(
                                "POST",
                                "/v1/sessions",
                                new JsonObject()
                                        .put("username", "anna")
                                        .put("password", "a password")
                                        .encode(),
                                ClusterUnderTest.PATIENCE,
                                "Content-Type",
                                "application/json")
                        .body())
                .getString("token");
    }

    private String token;

    private static void put(ClusterNode node, String path, String body) throws Exception {
        var answer = node.send("PUT", path, body, ClusterUnderTest.PATIENCE, "Content-Type", "application/json");
        if (answer.statusCode() >= 300) {
            throw new AssertionError(path + ": " + answer.statusCode() + " " + answer.body());
        }
    }

    private void every(long ms, Runnable what) {
        vertx.setTimer(ms, timer -> {
            if (!isOver) {
                what.run();
                every(ms, what);
            }
        });
    }

    private void count(String what, long many) {
        counts.computeIfAbsent(what, name -> new LongAdder()).add(many);
    }

    private ClusterNode any() {
        List<ClusterNode> nodes = cluster.inService();
        return nodes.get(random.nextInt(nodes.size()));
    }

    private Future<Buffer> ask(String what, HttpMethod method, String path, JsonObject body, String... headers) {
        if (underWay >= MAX_UNDER_WAY) {
            count(what + " held back", 1);
            return Future.failedFuture("too many");
        }
        underWay++;
        return http.request(method, port(any()), "127.0.0.1", path)
                .compose(request -> {
                    for (int i = 0; i < headers.length; i += 2) {
                        request.putHeader(headers[i], headers[i + 1]);
                    }
                    if (body != null) {
                        request.putHeader("Content-Type", "application/json");
                    }
                    return (body == null ? request.send() : request.send(body.toBuffer()));
                })
                .compose(response -> {
                    count(what + " " + response.statusCode(), 1);
                    return response.body();
                })
                .onComplete(done -> underWay--)
                .onFailure(failure -> count(what + " failed", 1));
    }

    private static int port(ClusterNode node) {
        return node.uri("").getPort();
    }

    private String topic() {
        return "mixed/" + random.nextInt(TOPICS);
    }

    private void publishOverHttp() {
        for (int i = 0; i < 10; i++) {
            String[] headers = i == 0
                    ? new String[] {"Idempotency-Key", Long.toHexString(random.nextLong())}
                    : i == 1
                            ? new String[] {"Skein-TTL", "5s"}
                            : i == 2 ? new String[] {"Skein-Delay", "2s"} : new String[0];
            ask(
                    "publish",
                    HttpMethod.POST,
                    "/t/" + topic(),
                    new JsonObject().put("n", i).put("pad", "x".repeat(200)),
                    headers);
        }
    }

    private void publishOverWebSocket() {
        webSockets.connect(port(any()), "127.0.0.1", "/ws").onSuccess(socket -> {
            JsonArray messages = new JsonArray();
            for (int i = 0; i < 50; i++) {
                messages.add(new JsonObject().put("topic", topic()).put("body", "y".repeat(200)));
            }
            socket.textMessageHandler(reply -> {
                count("published over WebSocket", reply.contains("\"ok\":true") ? 50 : 0);
                socket.close();
            });
            socket.writeTextMessage(new JsonObject()
                    .put("id", 1)
                    .put("op", "publish")
                    .put("messages", messages)
                    .encode());
        });
    }

    private void queue() {
        ask(
                "queue put",
                HttpMethod.PUT,
                "/message",
                new JsonObject().put("topic", "queue").put("message", "m"));
        ask("queue take", HttpMethod.GET, "/message/queue", null);
    }

    private void mail() {
        String bearer = "Bearer " + token;
        ask(
                        "mail",
                        HttpMethod.POST,
                        "/v1/mail",
                        new JsonObject().put("to", "bob").put("content", "hi"),
                        "Authorization",
                        bearer)
                .onSuccess(sent -> {
                    JsonArray ids = new JsonArray().add(sent.toJsonObject().getLong("id", 0L));
                    ask(
                            "mail deleted",
                            HttpMethod.POST,
                            "/v1/mail/delete",
                            new JsonObject().put("ids", ids),
                            "Authorization",
                            bearer);
                });
    }

    private void work() {
        ask("pull", HttpMethod.POST, "/v1/subscriptions/work/pull?max=20&wait=1s", null)
                .onSuccess(page -> {
                    if (page.length() == 0 || !page.toString().startsWith("{\"messages\"")) {
                        return;
                    }
                    JsonArray done = new JsonArray();
                    JsonArray failed = new JsonArray();
                    for (Object each : page.toJsonObject().getJsonArray("messages")) {
                        (random.nextInt(20) == 0 ? failed : done).add(((JsonObject) each).getString("lease"));
                    }
                    ask("ack", HttpMethod.POST, "/v1/subscriptions/work/ack", new JsonObject().put("leases", done));
                    if (!failed.isEmpty()) {
                        ask(
                                "nack",
                                HttpMethod.POST,
                                "/v1/subscriptions/work/nack",
                                new JsonObject().put("leases", failed));
                    }
                    if (random.nextInt(200) == 0) {
                        ask("discard", HttpMethod.POST, "/v1/subscriptions/work/discard", new JsonObject());
                    }
                });
    }

    /** Comes, stays for a while, goes, and comes again, perhaps elsewhere. Every eighth reads nothing. */
    private void subscribe(int number) {
        if (isOver) {
            return;
        }
        long staysMs = 2_000 + random.nextInt(60_000);
        boolean isDeaf = number % 8 == 7;
        String from = random.nextInt(4) == 0 ? "earliest" : "latest";
        // Most want one topic: the machine is shared with the nodes.
        String filter = number % 20 < 2 ? "mixed/+" : topic();
        Future<Runnable> opened = switch (number % 3) {
            case 0 -> overWebSocket(filter, from, isDeaf);
            case 1 -> stream("/v1/stream?topic=" + filter.replace("+", "%2B") + "&from=" + from, isDeaf);
            default -> stream("/t/" + topic() + "?follow&from=" + from, isDeaf);
        };
        opened.onComplete(done -> {
            count(done.succeeded() ? "subscribers that came" : "subscribers refused", 1);
            vertx.setTimer(done.succeeded() ? staysMs : 1_000, timer -> {
                if (done.succeeded()) {
                    done.result().run();
                }
                subscribe(number);
            });
        });
    }

    private Future<Runnable> overWebSocket(String filter, String from, boolean isDeaf) {
        return webSockets.connect(port(any()), "127.0.0.1", "/ws").map(socket -> {
            socket.textMessageHandler(text -> count("bytes to subscribers", text.length()));
            socket.exceptionHandler(gone -> count("subscribers cut", 1));
            socket.writeTextMessage(new JsonObject()
                    .put("id", 1)
                    .put("op", "subscribe")
                    .put("topic", filter)
                    .put("from", from)
                    .put("credit", "auto")
                    .encode());
            if (isDeaf) {
                socket.pause();
            }
            return () -> socket.close();
        });
    }

    private Future<Runnable> stream(String path, boolean isDeaf) {
        return http.request(HttpMethod.GET, port(any()), "127.0.0.1", path)
                .compose(request -> request.send().map(response -> opened(request, response, isDeaf)));
    }

    private Runnable opened(HttpClientRequest request, HttpClientResponse response, boolean isDeaf) {
        response.handler(bytes -> count("bytes to subscribers", bytes.length()));
        response.exceptionHandler(gone -> {});
        if (isDeaf) {
            response.pause();
        }
        return () -> request.connection().close();
    }

    // What the nodes hold.

    private void look(long second, boolean collects) throws Exception {
        for (ClusterNode node : cluster.nodes()) {
            if (!node.isAlive()) {
                throw new AssertionError(node + " ended: " + node.said());
            }
            long live = -1;
            if (collects) {
                command("jcmd", "" + node.pid(), "GC.run");
                live = liveKiB(command("jcmd", "" + node.pid(), "GC.heap_info"));
            }
            Path process = Path.of("/proc", "" + node.pid());
            Sample sample = new Sample(
                    second,
                    status(process, "VmRSS"),
                    live,
                    entries(process.resolve("fd")),
                    status(process, "Threads"),
                    size(node.data()) / 1024);
            samples.computeIfAbsent(node.id(), id -> new ArrayList<>()).add(sample);
        }
    }

    private static long status(Path process, String name) throws IOException {
        for (String line : Files.readAllLines(process.resolve("status"))) {
            if (line.startsWith(name + ":")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new AssertionError("no " + name);
    }

    private static long entries(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.count();
        }
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.mapToLong(path -> path.toFile().length()).sum();
        }
    }

    /** The sum of what the generations hold. */
    private static long liveKiB(String info) {
        long sum = 0;
        for (String line : info.lines().toList()) {
            if (line.contains("generation") && line.contains(" used ")) {
                sum += Long.parseLong(line.replaceAll(".* used ([0-9]+)K.*", "$1"));
            }
        }
        return sum;
    }

    private static String command(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(words));
        command.set(0, Path.of(System.getProperty("java.home"), "bin", words[0]).toString());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }

    private String csv() {
        StringBuilder csv = new StringBuilder("node,second,resident_kib,live_kib,descriptors,threads,disk_kib\n");
        samples.forEach((node, all) -> all.forEach(sample -> csv.append(node)
                .append(',')
                .append(sample.second())
                .append(',')
                .append(sample.resident())
                .append(',')
                .append(sample.live() < 0 ? "" : "" + sample.live())
                .append(',')
                .append(sample.descriptors())
                .append(',')
                .append(sample.threads())
                .append(',')
                .append(sample.disk())
                .append('\n')));
        return csv.toString();
    }

    private interface Figure {
        long of(Sample sample);
    }

    private void report() {
        counts.forEach((what, many) -> System.out.printf("%-28s %d%n", what, many.sum()));
        samples.forEach((node, all) -> {
            line(node, "resident KiB", all, Sample::resident);
            line(node, "live heap KiB", all, Sample::live);
            line(node, "descriptors", all, Sample::descriptors);
            line(node, "threads", all, Sample::threads);
            line(node, "disk KiB", all, Sample::disk);
        });
    }

    private static void line(String node, String what, List<Sample> all, Figure figure) {
        List<Long> values =
                all.stream().map(figure::of).filter(value -> value >= 0).toList();
        if (values.size() < 4) {
            return;
        }
        int quarter = values.size() / 4;
        long second = median(values.subList(quarter, 2 * quarter));
        long last = median(values.subList(values.size() - quarter, values.size()));
        long most = values.stream().max(Comparator.naturalOrder()).orElseThrow();
        StringBuilder bars = new StringBuilder();
        for (int column = 0; column < COLUMNS; column++) {
            long value = values.get((int) ((long) column * values.size() / COLUMNS));
            bars.append(BARS.charAt((int) Math.min(BARS.length() - 1, value * BARS.length() / Math.max(1, most))));
        }
        System.out.printf(
                "%s %-13s %s second quarter %,d, last quarter %,d (%+.1f %%), most %,d%n",
                node, what, bars, second, last, 100.0 * (last - second) / Math.max(1, second), most);
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
