package io.skein.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;

/** How often one thread can append and fdatasync: what no durable publish of one message at a time can beat. */
final class DiskCeiling {

    /** One record of {@code bytes}, appended and made durable, again and again. */
    record Figure(int bytes, long perSecond, Latency latency) {
        JsonObject toJson() {
            return new JsonObject()
                    .put("bytes", bytes)
                    .put("perSecond", perSecond)
                    .put("ms", latency.toJson());
        }
    }

    /** Begin again in a new file above this: a probe must not fill the disk. */
    private static final long MAX_FILE_BYTES = 256L << 20;

    private DiskCeiling() {}

    /** @param folder on the disk that is asked about; exists; nothing stays there */
    static Figure measure(Path folder, int bytes, Duration time) throws IOException {
        byte[] content = new byte[bytes];
        ThreadLocalRandom.current().nextBytes(content);
        ByteBuffer block = ByteBuffer.allocateDirect(bytes).put(content);
        Histogram histogram = Latency.histogram();
        Path file = Files.createTempFile(folder, "probe", ".bin");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            append(channel, block);
            long started = System.nanoTime();
            long end = started + time.toNanos();
            long now = started;
            while (now < end) {
                if (channel.position() > MAX_FILE_BYTES) {
                    channel.truncate(0);
                }
                append(channel, block);
                long after = System.nanoTime();
                Latency.record(histogram, after - now);
                now = after;
            }
            double seconds = (now - started) / 1e9;
            return new Figure(bytes, Math.round(histogram.getTotalCount() / seconds), Latency.of(histogram));
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static void append(FileChannel channel, ByteBuffer block) throws IOException {
        block.rewind();
        while (block.hasRemaining()) {
            channel.write(block);
        }
        channel.force(false);
    }
}
