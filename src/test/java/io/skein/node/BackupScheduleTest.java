package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.skein.broker.Backup;
import io.skein.broker.Freshness;
import io.skein.broker.Refusal;
import io.skein.metrics.Metrics;
import io.skein.raft.NodeId;
import io.skein.store.BackupFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that keeps backups of itself in a directory. */
@Timeout(120)
class BackupScheduleTest {
    private static final long HOUR_MS = 3_600_000;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    @TempDir
    private Path directory;

    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final PrometheusMeterRegistry registry = Metrics.newRegistry();
    private RunningNode node;
    private long cluster;
    private String prefix;
    private BackupSchedule schedule;
    /** Null: backups are the node's. */
    private Refusal refusal;

    @BeforeEach
    void start() throws Exception {
        node = new RunningNode(directory.resolve("node"));
        Awaitility.await().until(() -> node.broker().status().health().equals("ok"));
        Backup any = node.broker().backup(Freshness.NONE, () -> false).await();
        any.end().run();
        prefix = any.name().replaceFirst("-[0-9]{8}T.*", "");
        cluster = HexFormat.fromHexDigitsToLong(prefix.split("-")[1]);
        assertEquals(Backup.prefix(cluster, "n1"), prefix);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private Path to() {
        return directory.resolve("backups");
    }

    private BackupSchedule schedule(int keep) {
        return schedule(node.vertx(), HOUR_MS, keep, this::backupIn);
    }

    private BackupSchedule schedule(Vertx vertx, long everyMs, int keep, BackupSchedule.Maker maker) {
        schedule = new BackupSchedule(
                vertx,
                new BackupPlan(to(), everyMs, keep),
                new NodeId("n1"),
                () -> cluster,
                maker,
                new Metrics(registry).backups());
        return schedule;
    }

    private Future<Backup> backupIn(Path in, BooleanSupplier unwanted) {
        made.incrementAndGet();
        if (refusal != null) {
            return Future.failedFuture(refusal);
        }
        return ((io.skein.broker.LocalBroker) node.broker())
                .backupIn(in, unwanted)
                .map(backup -> new Backup(
                        backup.file(),
                        backup.name(),
                        backup.bytes(),
                        backup.index(),
                        backup.time(),
                        backup.sha256(),
                        () -> {
                            ended.incrementAndGet();
                            backup.end().run();
                        }));
    }

    private void look() {
        schedule.look().await();
        schedule.close().await();
    }

    private String named(long ageMs, int index) {
        return prefix + "-" + TIME.format(Instant.now().minusMillis(ageMs)) + "-" + index + ".scheduled.db";
    }

    private Path old(String name) throws IOException {
        Files.createDirectories(to());
        Files.writeString(to().resolve(name + ".sha256"), "x");
        return Files.writeString(to().resolve(name), "old");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(to())) {
            return List.copyOf(new TreeSet<>(
                    files.map(file -> file.getFileName().toString()).toList()));
        }
    }

    private String metrics() {
        return registry.scrape();
    }

    @Test
    void theFirstIsMadeAtOnceVerifiedAndWithItsChecksum() throws Exception {
        schedule(2);
        assertFalse(metrics().contains("skein_backup_last_success_timestamp_seconds"));
        assertTrue(metrics().contains("skein_backup_failures_total 0.0"));

        look();

        List<String> files = files();
        assertEquals(2, files.size(), files.toString());
        assertTrue(files.get(0).matches(prefix + "-[0-9]{8}T[0-9]{6}Z-[0-9]+\\.scheduled\\.db"), files.get(0));
        Path file = to().resolve(files.get(0));
        BackupFile sound = BackupFile.verify(file, () -> {});
        assertEquals(java.util.Optional.of(sound.sha256()), BackupFile.writtenChecksum(file));
        assertEquals(1, ended.get());
        String metrics = metrics();
        assertTrue(metrics.contains("skein_backup_last_success_timestamp_seconds 1."), metrics);
        assertTrue(metrics.contains("skein_backup_duration_seconds"), metrics);
        assertTrue(metrics.contains("skein_backup_bytes " + (double) sound.bytes()), metrics);
    }

    @Test
    void oneThatIsYoungEnoughIsLeftAtThat() throws Exception {
        old(named(HOUR_MS / 2, 5));

        schedule(2);
        look();

        assertEquals(0, made.get());
        assertTrue(metrics().contains("skein_backup_last_success_timestamp_seconds"));
    }

    @Test
    void oneThatIsOldIsFollowedByTheNext() throws Exception {
        old(named(2 * HOUR_MS, 5));

        schedule(2);
        look();

        assertEquals(4, files().size(), files().toString());
    }

    @Test
    void oneFromTheFutureIsOfAClockThatWasWrong() throws Exception {
        old(named(-2 * HOUR_MS, 5));

        schedule(2);
        schedule.look().await();
        assertEquals(4, files().size(), files().toString());

        // The next is due as if it were not there.
        look();
        assertEquals(1, made.get());
    }

    @Test
    void oneFromTheFutureTakesNoOthersPlace() throws Exception {
        String future = named(-2 * HOUR_MS, 5);
        String later = named(-3 * HOUR_MS, 6);
        String past = named(2 * HOUR_MS, 4);
        String before = named(3 * HOUR_MS, 3);
        for (String name : List.of(future, later, past, before)) {
            old(name);
        }

        schedule(2);
        look();

        List<String> files = files();
        assertTrue(files.containsAll(List.of(future, later, past)), files.toString());
        assertFalse(files.contains(before), files.toString());
        assertEquals(2 * 4, files.size(), "and the one that was made: " + files);
    }

    @Test
    void whateverBecomesOfALookThereIsOneTimer() throws Exception {
        List<Long> timers = new CopyOnWriteArrayList<>();
        Vertx counting = (Vertx) Proxy.newProxyInstance(
                Vertx.class.getClassLoader(), new Class<?>[] {Vertx.class}, (proxy, method, arguments) -> {
                    Object answer = method.invoke(node.vertx(), arguments);
                    if (method.getName().equals("setTimer")) {
                        timers.add((Long) answer);
                    } else if (method.getName().equals("cancelTimer")) {
                        timers.remove((Long) arguments[0]);
                    }
                    return answer;
                });
        schedule(counting, HOUR_MS, 2, this::backupIn);

        refusal = Refusal.of(Refusal.Kind.DISK_FULL, "no-room", "no room");
        schedule.look().await();
        assertEquals(1, timers.size());

        refusal = null;
        schedule.look().await();
        assertEquals(1, timers.size());

        schedule.look().await();
        assertEquals(1, timers.size());
        schedule.close().await();
        assertEquals(0, timers.size());
        assertEquals(2, made.get());
    }

    @Test
    void theOldestOfItsOwnGoAndNobodyElsesDo() throws Exception {
        String newest = named(2 * HOUR_MS, 9);
        old(newest);
        old(named(3 * HOUR_MS, 8));
        old(named(30 * HOUR_MS, 7));
        List<String> others = List.of(
                prefix + "-20200101T000000Z-1.db",
                Backup.prefix(cluster, "n2") + "-20200101T000000Z-1.scheduled.db",
                Backup.prefix(cluster, "n10") + "-20200101T000000Z-1.scheduled.db",
                Backup.prefix(cluster + 1, "n1") + "-20200101T000000Z-1.scheduled.db",
                Backup.prefix(cluster + 1, "n1") + ".backup.part",
                prefix + "-20200199T000000Z-1.scheduled.db",
                prefix + "-20200101T000000Z-1.scheduled.db.part",
                "notes.txt");
        for (String other : others) {
            old(other);
        }
        Path linked = Files.createSymbolicLink(
                to().resolve(prefix + "-20200101T000000Z-2.scheduled.db"), to().resolve("notes.txt"));
        Files.createDirectory(to().resolve(prefix + "-20200101T000000Z-3.scheduled.db"));

        schedule(2);
        look();

        List<String> files = files();
        for (String other : others) {
            assertTrue(files.contains(other) && files.contains(other + ".sha256"), other);
        }
        assertTrue(Files.isSymbolicLink(linked));
        assertTrue(files.contains(prefix + "-20200101T000000Z-3.scheduled.db"));
        assertTrue(files.contains(newest));
        assertEquals(2 * others.size() + 2 + 2 * 2, files.size(), files.toString());
    }

    @Test
    void whatAProcessLeftBehindIsWrittenOver() throws Exception {
        Files.createDirectories(to());
        Files.writeString(to().resolve(prefix + ".backup.part"), "half");

        schedule(2);
        look();

        assertEquals(2, files().size(), files().toString());
    }

    @Test
    void aFailureIsCountedAndOneThatOnlyHasToWaitIsNot() {
        refusal = Refusal.of(Refusal.Kind.DISK_FULL, "no-room", "no room");
        schedule(2);
        schedule.look().await();
        schedule.look().await();
        assertTrue(metrics().contains("skein_backup_failures_total 2.0"), metrics());

        refusal = Refusal.of(Refusal.Kind.TOO_MANY, "backup-running", "one at a time", Map.of());
        look();
        assertTrue(metrics().contains("skein_backup_failures_total 2.0"), metrics());
    }

    @Test
    void whatOnlyHasToWaitIsAFailureOnceItHasKeptTwoAway() throws Exception {
        refusal = Refusal.of(Refusal.Kind.TOO_MANY, "backup-running", "one at a time", Map.of());
        old(named(3 * HOUR_MS, 5));

        schedule(2);
        look();

        assertTrue(metrics().contains("skein_backup_failures_total 1.0"), metrics());
    }

    @Test
    void aNodeThatBelongsToNoClusterYetHasToWait() throws Exception {
        cluster = 0;

        schedule(2);
        look();

        assertEquals(0, made.get());
        assertEquals(List.of(), files());
        assertTrue(metrics().contains("skein_backup_failures_total 0.0"), metrics());
    }

    @Test
    void itSaysHowOftenItMeansToMakeOne() {
        schedule(2).start();

        assertTrue(metrics().contains("skein_backup_interval_seconds 3600.0"), metrics());
        schedule.close().await();
    }

    @Test
    void aCopyThatIsNotWhatWasWrittenGetsNoName() throws Exception {
        schedule(
                node.vertx(),
                HOUR_MS,
                2,
                (in, unwanted) -> backupIn(in, unwanted)
                        .map(backup -> new Backup(
                                backup.file(),
                                backup.name(),
                                backup.bytes(),
                                backup.index(),
                                backup.time(),
                                "00".repeat(32),
                                backup.end())));
        look();

        assertEquals(1, ended.get());
        Awaitility.await().until(() -> files().isEmpty());
        assertTrue(metrics().contains("skein_backup_failures_total 1.0"), metrics());
    }

    @Test
    void aDirectoryThatCannotBeUsedIsAFailure() throws Exception {
        Files.writeString(to(), "a file");

        schedule(2);
        look();

        assertTrue(metrics().contains("skein_backup_failures_total 1.0"), metrics());
        assertEquals(0, made.get());
    }

    @Test
    void aDamagedCopyGetsNoName() throws Exception {
        Files.createDirectories(to());
        Path copy = to().resolve("copy");
        Files.writeString(copy, "no database");
        schedule(
                node.vertx(),
                HOUR_MS,
                2,
                (in, unwanted) ->
                        Future.succeededFuture(new Backup(copy, prefix + "-20260101T000000Z-7.db", 11, 7, 1, "", () -> {
                            try {
                                Files.move(copy, directory.resolve("gone"), StandardCopyOption.REPLACE_EXISTING);
                            } catch (IOException failed) {
                                throw new java.io.UncheckedIOException(failed);
                            }
                        })));
        look();

        assertEquals(List.of(), files());
        assertTrue(metrics().contains("skein_backup_failures_total 1.0"), metrics());
    }
}
