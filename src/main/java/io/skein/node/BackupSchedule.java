package io.skein.node;

import io.skein.broker.Backup;
import io.skein.broker.Refusal;
import io.skein.metrics.BackupMeters;
import io.skein.raft.NodeId;
import io.skein.store.BackupFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a backup of this node into a directory of its operator when the newest there is old enough, and takes away the
 * oldest of its own beyond those to keep. Its files are told from all others by their names, {@code
 * skein-<cluster>-<node>-<UTC time>-<index>.scheduled.db}; it never touches another, nor one from the future: that is of a
 * clock that was wrong, and says nothing of when the next is due. All work is done on a thread of its own; what
 * cannot be done is tried again a little later.
 */
final class BackupSchedule {
    private static final Logger LOG = LoggerFactory.getLogger(BackupSchedule.class);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");
    private static final String ENDING = ".scheduled.db";
    /** A node that has just started has other things to do. */
    private static final long FIRST_LOOK_MS = 2_000;
    /** After a failure; or after the interval, if that is shorter. */
    private static final long AGAIN_MS = 60_000;
    /** No timer is set for longer: a clock may be set meanwhile. */
    private static final long LONGEST_TIMER_MS = 60_000;

    private static final long LONGEST_HOURS = 24;
    /** Somebody fetches one, or the node has just started: nothing is wrong, unless it lasts. */
    private static final Set<String> PASSING = Set.of("backup-running", "catching-up");

    /** Makes a backup in a directory. */
    interface Maker {
        Future<Backup> backupIn(Path directory, BooleanSupplier unwanted);
    }

    private final Vertx vertx;
    private final BackupPlan plan;
    private final Maker maker;
    private final BackupMeters meters;
    private final NodeId node;
    private final LongSupplier cluster;
    private final WorkerExecutor worker;
    /** When the last one was made; until one is known, when this began to wait for it. */
    private volatile long lastMs = System.currentTimeMillis();

    private volatile boolean closed;
    private long timer = -1;
    /** Of the last failure: said once, until another comes or it goes well. */
    private String trouble = "";

    /** One of its own. */
    private record Made(Path file, long timeMs) {}

    /** @param cluster its id, from any thread; 0 until the node belongs to one */
    BackupSchedule(Vertx vertx, BackupPlan plan, NodeId node, LongSupplier cluster, Maker maker, BackupMeters meters) {
        this.vertx = vertx;
        this.plan = plan;
        this.maker = maker;
        this.meters = meters;
        this.node = node;
        this.cluster = cluster;
        this.worker = vertx.createSharedWorkerExecutor("skein-backup-" + node, 1, LONGEST_HOURS, TimeUnit.HOURS);
    }

    void start() {
        LOG.info(
                "a backup goes to {} every {}, of which {} stay",
                plan.directory(),
                Duration.ofMillis(plan.everyMs()),
                plan.keep());
        meters.every(plan.everyMs());
        again(FIRST_LOOK_MS);
    }

    /** What is being made ends without a trace. */
    Future<Void> close() {
        synchronized (this) {
            closed = true;
            vertx.cancelTimer(timer);
        }
        return worker.close();
    }

    private synchronized void again(long ms) {
        if (!closed) {
            vertx.cancelTimer(timer);
            timer = vertx.setTimer(
                    Math.max(1, Math.min(ms, LONGEST_TIMER_MS)),
                    fired -> look().onFailure(defect -> LOG.error("backups are made no more", defect)));
        }
    }

    /** Makes one when it is time. */
    Future<Void> look() {
        return worker.executeBlocking(this::newest)
                .compose(newest -> {
                    newest.ifPresent(last -> {
                        lastMs = last.timeMs();
                        meters.found(last.timeMs());
                    });
                    long dueMs = newest.map(last -> last.timeMs() + plan.everyMs() - System.currentTimeMillis())
                            .orElse(0L);
                    if (dueMs > 0) {
                        again(dueMs);
                        return Future.<Void>succeededFuture();
                    }
                    return make().onSuccess(made -> again(plan.everyMs()));
                })
                .recover(failure -> {
                    if (!closed) {
                        failed(failure);
                        again(Math.min(plan.everyMs(), AGAIN_MS));
                    }
                    return Future.succeededFuture();
                });
    }

    private Future<Void> make() {
        long begunNanos = System.nanoTime();
        return maker.backupIn(plan.directory(), () -> closed)
                .compose(backup -> worker.executeBlocking(() -> keep(backup)).eventually(() -> {
                    backup.end().run();
                    return Future.succeededFuture();
                }))
                .map(kept -> {
                    long nanos = System.nanoTime() - begunNanos;
                    lastMs = System.currentTimeMillis();
                    meters.made(lastMs, nanos, kept.bytes());
                    LOG.info(
                            "wrote backup {}: {} bytes up to entry {} in {} ms",
                            kept.path(),
                            kept.bytes(),
                            kept.settled().index(),
                            TimeUnit.NANOSECONDS.toMillis(nanos));
                    trouble = "";
                    return null;
                });
    }

    private BackupFile keep(Backup backup) throws IOException {
        BackupFile sound = BackupFile.verifyAtLeisure(backup.file(), () -> closed);
        if (!sound.sha256().equals(backup.sha256())) {
            throw new IOException(
                    "what lies in " + plan.directory() + " is not what was written there: another checksum");
        }
        Path file = plan.directory().resolve(backup.name().replaceFirst("\\.db$", ENDING));
        BackupFile.name(backup.file(), file);
        BackupFile.writeChecksum(file, sound.sha256());
        List<Made> others =
                past().stream().filter(made -> !made.file().equals(file)).toList();
        for (Made old : others.subList(Math.min(plan.keep() - 1, others.size()), others.size())) {
            Files.deleteIfExists(old.file());
            Files.deleteIfExists(BackupFile.checksumOf(old.file()));
        }
        return new BackupFile(
                file, sound.settled(), sound.configuration(), sound.bytes(), sound.sha256(), sound.contents());
    }

    private Optional<Made> newest() throws IOException {
        Files.createDirectories(plan.directory());
        if (cluster.getAsLong() == 0) {
            throw Refusal.of(Refusal.Kind.UNAVAILABLE, "catching-up", "this node belongs to no cluster yet");
        }
        return past().stream().findFirst();
    }

    /** Its own, the newest first, without those from the future. */
    private List<Made> past() throws IOException {
        Pattern own = Pattern.compile(Pattern.quote(Backup.prefix(cluster.getAsLong(), node.value()))
                + "-([0-9]{8}T[0-9]{6}Z)-[0-9]{1,19}\\.scheduled\\.db");
        long nowMs = System.currentTimeMillis();
        try (Stream<Path> files = Files.list(plan.directory())) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .flatMap(file -> made(file, own).stream())
                    .filter(made -> made.timeMs() <= nowMs)
                    .sorted(Comparator.comparingLong(Made::timeMs)
                            .thenComparing(Made::file)
                            .reversed())
                    .toList();
        }
    }

    private static Optional<Made> made(Path file, Pattern own) {
        Matcher name = own.matcher(file.getFileName().toString());
        if (!name.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Made(
                    file,
                    LocalDateTime.parse(name.group(1), TIME)
                            .toInstant(ZoneOffset.UTC)
                            .toEpochMilli()));
        } catch (DateTimeParseException noTime) {
            return Optional.empty();
        }
    }

    private void failed(Throwable failure) {
        boolean mayPass = failure instanceof Refusal refusal && PASSING.contains(refusal.code());
        if (mayPass && System.currentTimeMillis() - lastMs <= 2 * plan.everyMs()) {
            return;
        }
        meters.failed();
        String cause = String.valueOf(failure instanceof Refusal ? failure.getMessage() : failure);
        if (!cause.equals(trouble)) {
            trouble = cause;
            LOG.error("no backup in {}: {}; it is tried again", plan.directory(), cause);
        }
    }
}
