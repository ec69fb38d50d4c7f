package io.skein.cli;

import io.skein.node.ExitCode;
import io.skein.store.BackupFile;
import io.skein.store.Damaged;
import io.skein.store.UnusableDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One backup on its way from a node to a file: under {@code FILE.<at random>.part} until it is whole, looked through
 * and on the disk; whatever ends it before that takes the part away.
 */
final class BackupDownload {
    /** A node copies first, which takes as long as it has data. */
    private static final Duration COPYING = Duration.ofHours(24);
    /** A node that sends nothing for so long is gone. */
    private static final long SILENT_NANOS = TimeUnit.MINUTES.toNanos(2);

    /** For those before. */
    private static final long TURN_NANOS = TimeUnit.MINUTES.toNanos(10);

    private static final int READ_BYTES = 1 << 18;
    /** Flushed so often: what else is on this disk, perhaps the node itself, must not wait for much of it. */
    private static final long FLUSH_BYTES = 4L << 20;

    private static final Pattern DIGEST = Pattern.compile("(?:.*,)?\\s*sha-256=:([A-Za-z0-9+/=]+):.*");
    private static final Pattern NAME = Pattern.compile("attachment; filename=\"(skein-[A-Za-z0-9._-]+\\.db)\"");

    private final Api api;
    private final String level;
    private final Progress progress;
    private volatile long heardNanos;
    private volatile boolean ended;

    BackupDownload(Api api, String level, Progress progress) {
        this.api = api;
        this.level = level;
        this.progress = progress;
    }

    /** @param target a directory that is there, or a file that is not */
    BackupFile into(Path target) {
        try {
            HttpResponse<InputStream> answer = ask();
            try (InputStream body = answer.body()) {
                Path file = Files.isDirectory(target)
                        ? target.resolve(header(answer.headers(), "Content-Disposition", NAME))
                        : target;
                return into(file, body, answer.headers());
            }
        } catch (FileAlreadyExistsException taken) {
            throw new CommandProblem(ExitCode.USAGE, taken.getFile() + " is there already, and nothing is overwritten");
        } catch (IOException broken) {
            throw new CommandProblem(1, "the backup broke off: " + broken.getMessage());
        } finally {
            progress.end();
        }
    }

    /** A node makes one at a time: whoever comes meanwhile waits his turn. */
    private HttpResponse<InputStream> ask() throws IOException {
        long until = System.nanoTime() + TURN_NANOS;
        while (true) {
            try {
                return Ticker.beside(
                        progress,
                        "the node makes a copy",
                        () -> api.fetch("/v1/backup?level=" + Api.query(level), COPYING));
            } catch (CommandProblem busy) {
                if (!busy.code().equals("backup-running") || System.nanoTime() - until > 0) {
                    throw busy;
                }
                progress.say("another backup of this node is under way");
                Pause.of(Duration.ofSeconds(1));
            }
        }
    }

    private BackupFile into(Path file, InputStream body, HttpHeaders headers) throws IOException {
        String announced = digest(headers);
        long length = headers.firstValueAsLong("Content-Length").orElseThrow(() -> new IOException("it has no length"));
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        // Nobody else's, whoever fetches the same at the same time.
        String tag = HexFormat.of().toHexDigits(new SecureRandom().nextLong());
        Path part = file.resolveSibling(file.getFileName() + "." + tag + ".part");
        Thread onSignal = new Thread(() -> remove(part));
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            String sha256;
            try (FileChannel out = onDisk(part, () -> BackupFile.create(part))) {
                sha256 = take(body, length, out, part);
            }
            if (!sha256.equals(announced)) {
                throw new CommandProblem(ExitCode.DAMAGED, "what came is not what the node sent: another checksum");
            }
            return onDisk(file, () -> {
                BackupFile read = Ticker.beside(progress, "looks it through", () -> look(part));
                if (!read.sha256().equals(sha256)) {
                    throw new CommandProblem(ExitCode.DISK_ERROR, part + " is not what was written: another checksum");
                }
                BackupFile.name(part, file);
                BackupFile.writeChecksum(file, sha256);
                return new BackupFile(
                        file, read.settled(), read.configuration(), read.bytes(), sha256, read.contents());
            });
        } finally {
            remove(part);
            removeHook(onSignal);
        }
    }

    /** In lower-case hex. */
    private static String digest(HttpHeaders headers) throws IOException {
        try {
            return HexFormat.of().formatHex(Base64.getDecoder().decode(header(headers, "Repr-Digest", DIGEST)));
        } catch (IllegalArgumentException malformed) {
            throw new IOException("the answer has no usable Repr-Digest");
        }
    }

    /** Something of this machine's disk alone. */
    private interface DiskWork<T> {
        T get() throws IOException;
    }

    private static <T> T onDisk(Path file, DiskWork<T> work) throws FileAlreadyExistsException {
        try {
            return work.get();
        } catch (FileAlreadyExistsException taken) {
            throw taken;
        } catch (IOException disk) {
            throw new CommandProblem(ExitCode.DISK_ERROR, file + " cannot be written or read again: " + disk);
        }
    }

    /** Returns the checksum of what came. */
    private String take(InputStream body, long length, FileChannel out, Path part) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[READ_BYTES];
        long begunNanos = System.nanoTime();
        long taken = 0;
        long flushed = 0;
        heardNanos = begunNanos;
        Thread watch = watch(body);
        try {
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                heardNanos = System.nanoTime();
                digest.update(buffer, 0, n);
                write(out, ByteBuffer.wrap(buffer, 0, n), part);
                taken += n;
                if (taken - flushed >= FLUSH_BYTES) {
                    flush(out, part);
                    flushed = taken;
                }
                progress.at("fetches it", taken, length);
            }
        } finally {
            ended = true;
            watch.interrupt();
        }
        if (taken != length) {
            throw new IOException(taken + " bytes came of " + length);
        }
        flush(out, part);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void write(FileChannel out, ByteBuffer bytes, Path part) throws IOException {
        onDisk(part, () -> {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            return null;
        });
    }

    private static void flush(FileChannel out, Path part) throws IOException {
        onDisk(part, () -> {
            out.force(true);
            return null;
        });
    }

    /** Ends the reading when nothing comes any more. */
    private Thread watch(InputStream body) {
        Thread watch = new Thread(() -> {
            try {
                while (!ended) {
                    Pause.of(Duration.ofSeconds(1));
                    if (System.nanoTime() - heardNanos > SILENT_NANOS) {
                        body.close();
                        return;
                    }
                }
            } catch (CommandProblem | IOException over) {
                // It has ended otherwise.
            }
        });
        watch.setDaemon(true);
        watch.start();
        return watch;
    }

    private static BackupFile look(Path part) throws IOException {
        try {
            return BackupFile.verify(part, () -> {});
        } catch (Damaged damaged) {
            throw new CommandProblem(ExitCode.DAMAGED, "the node's backup is damaged: " + damaged.getMessage());
        } catch (UnusableDatabase foreign) {
            throw new CommandProblem(ExitCode.DAMAGED, "what the node gave cannot be used: " + foreign.getMessage());
        }
    }

    private static String header(HttpHeaders headers, String name, Pattern form) throws IOException {
        Matcher said = form.matcher(headers.firstValue(name).orElse(""));
        if (!said.matches()) {
            throw new IOException("the answer has no usable " + name);
        }
        return said.group(1);
    }

    private static void remove(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException stays) {
            // Its name says that it is none.
        }
    }

    private static void removeHook(Thread onSignal) {
        try {
            Runtime.getRuntime().removeShutdownHook(onSignal);
        } catch (IllegalStateException ending) {
            // It runs already.
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new AssertionError(everyJdkHasIt);
        }
    }
}
