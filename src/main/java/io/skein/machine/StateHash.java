package io.skein.machine;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * A rolling 64-bit hash over changes in log order (DESIGN D10): equal state, equal hash. It finds damage and
 * disagreement, not malice.
 */
public final class StateHash {
    private final CRC32C crc = new CRC32C();
    private long value;

    public StateHash(long value) {
        this.value = value;
    }

    public long value() {
        return value;
    }

    public void add(long number) {
        // The finalizer of SplitMix64 over a rotated sum: order matters, every bit spreads.
        long z = Long.rotateLeft(value, 23) + number + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        value = z ^ (z >>> 31);
    }

    public void add(byte[] bytes) {
        crc.reset();
        crc.update(bytes, 0, bytes.length);
        add(crc.getValue() << 32 | bytes.length);
    }

    public void add(String text) {
        add(text.getBytes(StandardCharsets.UTF_8));
    }
}
