package io.skein.process;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Makes the data directory that {@code PreviousDataTest} opens: a node of the build before this one is filled with some of
 * everything and killed, so that its log goes on above its rows. To make it anew, once the build before is another:
 *
 * <pre>
 * ./mvnw test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
 * java -cp target/test-classes:target/classes:$(cat target/classpath) -Dskein.jar=previous.jar \
 *     io.skein.process.PreviousData src/test/resources/upgrade/data.zip
 * </pre>
 */
final class PreviousData {
    static final String ADMIN = "the-admin-of-the-build-before";
    private static final String LATER = "3650d";
    private static final List<String> LEFT_OUT = List.of("lock", "reserve", "tmp", "skein.db-shm");

    private final NodeUnderTest node;
    private String token = ADMIN;

    private PreviousData(NodeUnderTest node) {
        this.node = node;
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("previous");
        JsonObject secrets;
        try (NodeUnderTest node =
                NodeUnderTest.start(directory, "--auth", "true", "--admin-token", ADMIN, "--node-id", "n1")) {
            node.awaitReady();
            secrets = new PreviousData(node).fill();
            node.kill();
        }
        Path data = directory.resolve("data");
        Files.writeString(data.resolve("secrets.json"), secrets.encode());
        pack(data, Path.of(arguments[0]));
    }

    /** What only the client knows of what it was given. */
    private JsonObject fill() throws Exception {
        // Topics and their messages.
        send(201, "PUT", "/v1/topics/orders", "{\"retention\":{\"maxMessages\":1000},\"onFull\":\"reject\"}");
        for (int i = 0; i < 100; i++) {
            send(201, "POST", "/t/orders", "order " + i, "Skein-Key", "k" + i % 7, "Skein-Header-n", "" + i);
        }
        send(201, "POST", "/t/orders", "once", "Idempotency-Key", "once");
        send(201, "POST", "/t/orders", "first", "Skein-Producer", "p", "Skein-Epoch", "3", "Skein-Sequence", "1");
        send(202, "POST", "/t/orders", "later", "Skein-Delay", LATER);
        send(201, "POST", "/t/brief", "kept", "Skein-TTL", "3650d");
        // A subscription with something leased, something acknowledged, and dead letters.
        send(
                201,
                "PUT",
                "/v1/subscriptions/work",
                "{\"filter\":\"orders\",\"from\":\"earliest\",\"lease\":\"12h\",\"maxDeliveries\":1}");
        JsonArray first = pull(10);
        send(200, "POST", "/v1/subscriptions/work/ack", leases(first, 0, 4));
        send(200, "POST", "/v1/subscriptions/work/nack", leases(first, 4, 6));
        String leased = first.getJsonObject(6).getString("lease");
        // People.
        for (String name : List.of("anna", "bert")) {
            send(201, "POST", "/v1/accounts", "{\"username\":\"" + name + "\",\"password\":\"of-" + name + "\"}");
        }
        send(201, "PUT", "/v1/access", "{\"account\":\"bert\",\"filter\":\"private/#\",\"action\":\"publish\"}");
        JsonObject anna = json(201, "POST", "/v1/sessions", "{\"username\":\"anna\",\"password\":\"of-anna\"}");
        token = anna.getString("token");
        send(201, "POST", "/v1/mail", "{\"to\":\"bert\",\"content\":\"from the build before\"}");
        JsonObject program = json(201, "POST", "/v1/accounts/anna/tokens", "{\"name\":\"program\"}");
        token = ADMIN;
        // The last of it is in the log and not in rows: it is killed at once.
        for (int i = 0; i < 20; i++) {
            send(201, "POST", "/t/last", "last " + i);
        }
        return new JsonObject()
                .put("lease", leased)
                .put("session", anna.getString("token"))
                .put("token", program.getString("token"));
    }

    private JsonArray pull(int max) throws Exception {
        return json(200, "POST", "/v1/subscriptions/work/pull?max=" + max, "").getJsonArray("messages");
    }

    private static String leases(JsonArray messages, int from, int to) {
        JsonArray leases = new JsonArray();
        for (int i = from; i < to; i++) {
            leases.add(messages.getJsonObject(i).getString("lease"));
        }
        return new JsonObject().put("leases", leases).encode();
    }

    private JsonObject json(int expected, String method, String path, String body) throws Exception {
        return new JsonObject(send(expected, method, path, body));
    }

    private String send(int expected, String method, String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(node.uri(path))
                .timeout(Duration.ofSeconds(20))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Authorization", "Bearer " + token);
        if (body.startsWith("{")) {
            request.header("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        HttpResponse<String> answer = ClusterUnderTest.CLIENT.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() != expected) {
            throw new IOException(method + " " + path + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    private static void pack(Path data, Path archive) throws IOException {
        try (OutputStream out = Files.newOutputStream(archive);
                ZipOutputStream zip = new ZipOutputStream(out);
                Stream<Path> all = Files.walk(data)) {
            zip.setLevel(Deflater.BEST_COMPRESSION);
            for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
                String name = data.relativize(file).toString();
                if (LEFT_OUT.stream().noneMatch(left -> name.startsWith(left) || name.endsWith(left))) {
                    zip.putNextEntry(new ZipEntry(name));
                    Files.copy(file, zip);
                    zip.closeEntry();
                }
            }
        }
    }
}
