package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentinelTest {
    @TempDir
    Path directory;

    @Test
    void anEmptySentinelSaysNothing() throws IOException {
        try (Sentinel sentinel = new Sentinel(directory.resolve("sentinel"))) {
            assertEquals(Optional.empty(), sentinel.read());
        }
    }

    @Test
    void theNewestMarkIsReadBack() throws IOException {
        Path file = directory.resolve("sentinel");
        try (Sentinel sentinel = new Sentinel(file)) {
            for (int batch = 0; batch <= 7; batch++) {
                sentinel.write(new Sentinel.Mark(42, batch));
            }
        }
        try (Sentinel sentinel = new Sentinel(file)) {
            assertEquals(Optional.of(new Sentinel.Mark(42, 7)), sentinel.read());
        }
    }

    @Test
    void aTornMarkLeavesTheOneBefore() throws IOException {
        Path file = directory.resolve("sentinel");
        try (Sentinel sentinel = new Sentinel(file)) {
            sentinel.write(new Sentinel.Mark(42, 6));
            sentinel.write(new Sentinel.Mark(42, 7));
        }
        try (FileChannel torn = FileChannel.open(file, StandardOpenOption.WRITE)) {
            torn.write(ByteBuffer.wrap(new byte[] {99}), 4096 + 23);
        }
        try (Sentinel sentinel = new Sentinel(file)) {
            assertEquals(Optional.of(new Sentinel.Mark(42, 6)), sentinel.read());
        }
    }
}
