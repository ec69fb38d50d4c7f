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
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One backup on its way from a node to a file: under {@code FILE.part} until it is whole, looked through and on the disk;
 * whatever ends it before that takes the part away.
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
            progress.say("the node makes a copy...");
            try {
                return api.fetch("/v1/backup?level=" + Api.query(level), COPYING);
            } catch (CommandProblem busy) {
                if (!busy.code().equals("backup-running") || System.nanoTime() - until > 0) {
                    throw busy;
                }
                progress.say("another backup of this node is under way...");
                pause();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandProblem(1, "interrupted");
        }
    }

    private BackupFile into(Path file, InputStream body, HttpHeaders headers) throws IOException {
        byte[] announced = Base64.getDecoder().decode(header(headers, "Repr-Digest", DIGEST));
        long length = headers.firstValueAsLong("Content-Length").orElseThrow(() -> new IOException("it has no length"));
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Thread onSignal = new Thread(() -> remove(part));
        boolean isMine = false;
        try (FileChannel out = open(part)) {
            isMine = true;
            Runtime.getRuntime().addShutdownHook(onSignal);
            String sha256 = take(body, length, out);
            if (!sha256.equals(HexFormat.of().formatHex(announced))) {
                throw new CommandProblem(ExitCode.DAMAGED, "what came is not what the node sent: another checksum");
            }
            progress.say("looks it through...");
            BackupFile read = look(part);
            BackupFile.name(part, file);
            BackupFile.writeChecksum(file, sha256);
            return new BackupFile(file, read.settled(), read.configuration(), read.bytes(), sha256, read.contents());
        } finally {
            if (isMine) {
                remove(part);
                removeHook(onSignal);
            }
        }
    }

    /** One of an earlier try is written over, one that is being written is not. */
    private static FileChannel open(Path part) throws IOException {
        FileChannel out;
        try {
            out = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException unusable) {
            throw new CommandProblem(ExitCode.DISK_ERROR, part + " cannot be written: " + unusable);
        }
        if (out.tryLock() == null) {
            out.close();
            throw new CommandProblem(ExitCode.USAGE, "another backup is being written to " + part);
        }
        out.truncate(0);
        return out;
    }

    /** Returns the checksum of what came. */
    private String take(InputStream body, long length, FileChannel out) throws IOException {
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
                write(out, ByteBuffer.wrap(buffer, 0, n));
                taken += n;
                if (taken - flushed >= FLUSH_BYTES) {
                    flush(out);
                    flushed = taken;
                }
                progress.say(Readable.size(taken) + " of " + Readable.size(length));
            }
        } finally {
            ended = true;
            watch.interrupt();
        }
        if (taken != length) {
            throw new IOException(taken + " bytes came of " + length);
        }
        flush(out);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void write(FileChannel out, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException disk) {
            throw new CommandProblem(ExitCode.DISK_ERROR, "the disk here does not take it: " + disk.getMessage());
        }
    }

    private static void flush(FileChannel out) {
        try {
            out.force(true);
        } catch (IOException disk) {
            throw new CommandProblem(ExitCode.DISK_ERROR, "the disk here does not take it: " + disk.getMessage());
        }
    }

    /** Ends the reading when nothing comes any more. */
    private Thread watch(InputStream body) {
        Thread watch = new Thread(() -> {
            try {
                while (!ended) {
                    TimeUnit.SECONDS.sleep(1);
                    if (System.nanoTime() - heardNanos > SILENT_NANOS) {
                        body.close();
                        return;
                    }
                }
            } catch (InterruptedException | IOException over) {
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
