package io.skein.protocol.http;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Backup;
import io.skein.broker.Broker;
import io.skein.broker.FakeBroker;
import io.skein.broker.Freshness;
import io.skein.broker.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A backup on its way to its client. */
@Timeout(60)
class BackupTest {
    private static final String SHA256 = "00ff".repeat(16);

    @TempDir
    private Path directory;

    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final List<BooleanSupplier> unwanted = new CopyOnWriteArrayList<>();
    private final List<Freshness.Level> levels = new CopyOnWriteArrayList<>();
    private volatile Promise<Backup> next = Promise.promise();
    private OpenDoor door;

    @BeforeEach
    void open() {
        door = new OpenDoor(config -> config, this::bent);
    }

    @AfterEach
    void close() {
        door.close();
    }

    private Broker bent(FakeBroker fake) {
        return new BentBroker(fake) {
            @Override
            public Future<Backup> backup(Freshness freshness, BooleanSupplier given) {
                asked.incrementAndGet();
                levels.add(freshness.level());
                unwanted.add(given);
                return next.future();
            }
        };
    }

    private Backup file(int bytes) throws Exception {
        byte[] content = new byte[bytes];
        new Random(1).nextBytes(content);
        Path file = Files.write(directory.resolve("file"), content);
        return new Backup(file, "skein-n1-20260101T000000Z-7.db", bytes, 7, 1, SHA256, ended::incrementAndGet);
    }

    private HttpResponse<byte[]> fetch() throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door.port + "/v1/backup"))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
    }

    @Test
    void itComesWholeWithItsLengthDigestNameAndIndex() throws Exception {
        Backup backup = file(3_000_001);
        next.complete(backup);

        HttpResponse<byte[]> answer = fetch();

        assertEquals(200, answer.statusCode());
        assertArrayEquals(Files.readAllBytes(backup.file()), answer.body());
        Map<String, List<String>> headers = answer.headers().map();
        assertEquals(List.of("3000001"), headers.get("content-length"));
        assertEquals(List.of("sha-256=:AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8A/wD/AP8=:"), headers.get("repr-digest"));
        assertEquals(List.of("7"), headers.get("skein-index"));
        assertEquals(
                List.of("attachment; filename=\"skein-n1-20260101T000000Z-7.db\""), headers.get("content-disposition"));
        assertEquals(List.of("application/vnd.sqlite3"), headers.get("content-type"));
        assertEquals(List.of("no-store"), headers.get("cache-control"));
        Awaitility.await().until(() -> ended.get() == 1);
        assertEquals(List.of(Freshness.Level.LINEARIZABLE), levels);
    }

    @Test
    void aHeadCopiesNothing() {
        OpenDoor.Answer answer = door.send("HEAD", "/v1/backup", new byte[0]);

        assertEquals(200, answer.status());
        assertEquals("application/vnd.sqlite3", answer.header("Content-Type"));
        assertEquals(0, asked.get());
    }

    @Test
    void whoIsGoneWhileItIsMadeIsToldOfAndTheFileIsLetGo() throws Exception {
        try (Socket client = door.socket()) {
            client.getOutputStream()
                    .write("GET /v1/backup HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            Awaitility.await().until(() -> asked.get() == 1);
        }
        Awaitility.await().until(() -> unwanted.get(0).getAsBoolean());

        next.complete(file(10));

        Awaitility.await().until(() -> ended.get() == 1);
    }

    @Test
    void whoIsGoneInTheMiddleLetsTheFileGo() throws Exception {
        next.complete(file(64 << 20));
        try (Socket client = door.socket()) {
            client.getOutputStream()
                    .write("GET /v1/backup HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = client.getInputStream();
            assertEquals('H', in.read());
        }

        Awaitility.await().until(() -> ended.get() == 1);
    }

    @Test
    void whoTakesNothingIsCut() throws Exception {
        try (OpenDoor quick = new OpenDoor(
                config -> new HttpConfig(
                        "1",
                        0,
                        config.maxMessageBytes(),
                        config.maxBatchBytes(),
                        config.maxPageBytes(),
                        config.maxStreams(),
                        config.allowedOrigins(),
                        20,
                        config.retryMs(),
                        config.bodyTimeoutMs(),
                        config.publishTimeoutMs(),
                        config.maxWaitMs(),
                        50),
                this::bent)) {
            next.complete(file(64 << 20));
            try (Socket client = quick.socket()) {
                client.getOutputStream()
                        .write("GET /v1/backup HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));

                Awaitility.await().until(() -> ended.get() == 1);
            }
        }
    }

    @Test
    void aConnectionOverWhichNothingPassesWhileItIsMadeIsKept() throws Exception {
        try (OpenDoor quick = OpenDoor.withServer(this::bent, options -> options.setIdleTimeout(2))) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            var answer = client.sendAsync(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + quick.port + "/v1/backup"))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            Backup backup = file(10);
            quick.vertx.setTimer(5_000, late -> next.complete(backup));

            assertEquals(200, answer.get().statusCode());
        }
    }

    @Test
    void aDoorThatClosesEndsIt() throws Exception {
        next.complete(file(64 << 20));
        try (Socket client = door.socket()) {
            client.getOutputStream()
                    .write("GET /v1/backup HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            assertEquals('H', client.getInputStream().read());

            door.leave();

            Awaitility.await().until(() -> ended.get() == 1);
        }
    }

    @Test
    void whatIsRefusedIsAProblem() {
        next.fail(Refusal.of(Refusal.Kind.TOO_MANY, "backup-running", "one at a time", Map.of("retryAfterMs", 5_000L)));
        OpenDoor.Answer busy = door.get("/v1/backup");
        assertEquals(429, busy.status());
        assertEquals("5", busy.header("Retry-After"));
        assertEquals("backup-running", busy.json().getString("code"));

        next = Promise.promise();
        next.fail(Refusal.of(Refusal.Kind.DISK_FULL, "no-room", "no room", Map.of("needed", 9L)));
        OpenDoor.Answer full = door.get("/v1/backup?level=none");
        assertEquals(507, full.status());
        assertEquals(9, full.json().getLong("needed"));
        assertEquals(List.of(Freshness.Level.LINEARIZABLE, Freshness.Level.NONE), levels);
        assertEquals(400, door.get("/v1/backup?levle=none").status());
        assertTrue(door.answered.contains("GET /v1/backup 429"));
    }
}
