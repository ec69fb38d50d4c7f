package io.skein.subscription;

/**
 * Messages of a topic with consecutive offsets.
 *
 * @param topic internal id
 * @param count above 0
 */
public record OffsetRange(long topic, long first, long count) {
    public long end() {
        return first + count;
    }
}
