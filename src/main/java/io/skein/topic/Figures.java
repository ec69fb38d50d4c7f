package io.skein.topic;

import io.skein.machine.Cursor;

/**
 * Where a topic stands. The state has one, and each draft of a decision a copy that it moves ahead by the same steps.
 *
 * <p>The open stretch is what no mark has closed yet: from {@code openStart} to {@code nextOffset}.
 */
final class Figures {
    long lowWater;
    long trimmedBytes;
    Cursor lastTrimmed = Cursor.ORIGIN;
    long nextOffset;
    long totalBytes;
    Cursor last = Cursor.ORIGIN;
    long lastTime;
    /** Stamp of the first message since the last mark, or since the topic was last empty; -1 when there is none. */
    long openTime = -1;

    private long openStart;
    private long openStartBytes;
    /** Messages from {@code lowWater} on whose own TTL is over. */
    long expired;

    Figures(long time) {
        lastTime = time;
    }

    Figures copy() {
        var copy = new Figures(lastTime);
        copy.lowWater = lowWater;
        copy.trimmedBytes = trimmedBytes;
        copy.lastTrimmed = lastTrimmed;
        copy.nextOffset = nextOffset;
        copy.totalBytes = totalBytes;
        copy.last = last;
        copy.openTime = openTime;
        copy.openStart = openStart;
        copy.openStartBytes = openStartBytes;
        copy.expired = expired;
        return copy;
    }

    long kept() {
        return nextOffset - lowWater;
    }

    long live() {
        return nextOffset - lowWater - expired;
    }

    long bytes() {
        return totalBytes - trimmedBytes;
    }

    long openMessages() {
        return nextOffset - openStart;
    }

    long openBytes() {
        return totalBytes - openStartBytes;
    }

    void append(int messages, long bytes, long index, int lastPlace, long time) {
        nextOffset += messages;
        totalBytes += bytes;
        last = new Cursor(index, lastPlace);
        lastTime = time;
        if (openTime < 0) {
            openTime = time;
        }
    }

    void mark(TopicChange.Marked mark) {
        openStart = mark.end();
        openStartBytes = mark.totalBytes();
        openTime = -1;
    }

    /** @param marksLeft whether a mark above the new low water remains */
    void trim(long newLowWater, Cursor lastGone, long bytes, boolean marksLeft) {
        lowWater = newLowWater;
        lastTrimmed = lastGone;
        trimmedBytes = bytes;
        if (!marksLeft) {
            openStart = newLowWater;
            openStartBytes = bytes;
        }
    }

    void restore(TopicChange.Head head) {
        nextOffset = head.nextOffset();
        totalBytes = head.totalBytes();
        last = head.last();
        lastTime = head.lastTime();
        openTime = head.openTime();
    }
}
