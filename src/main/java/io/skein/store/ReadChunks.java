package io.skein.store;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Chunks that were lately read whole and checked: whoever works through a backlog wants each of them many times, a few
 * messages at a time. A chunk never changes, and its number is never used again. From any thread.
 */
final class ReadChunks {
    private final long maxBytes;
    /** By number; the one that was used last stands last. */
    private final Map<Long, byte[]> bodies = new LinkedHashMap<>(16, 0.75f, true);

    private long bytes;

    ReadChunks(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    synchronized Optional<byte[]> find(long id) {
        return Optional.ofNullable(bodies.get(id));
    }

    /** @param body is not changed any more */
    synchronized void keep(long id, byte[] body) {
        if (body.length > maxBytes / 2 || bodies.put(id, body) != null) {
            return;
        }
        bytes += body.length;
        Iterator<byte[]> oldest = bodies.values().iterator();
        while (bytes > maxBytes) {
            bytes -= oldest.next().length;
            oldest.remove();
        }
    }
}
