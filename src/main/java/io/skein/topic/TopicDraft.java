package io.skein.topic;

import io.skein.machine.Cursor;
import io.skein.topic.TopicChange.Marked;
import java.util.ArrayList;
import java.util.List;

/**
 * One topic as it would be after what a command has done so far: a copy of the figures, and what was cut and trimmed on
 * top of the marks, which are not copied.
 */
final class TopicDraft {
    private final TopicState base;
    private final Figures figures;
    private final List<Marked> cuts = new ArrayList<>(0);
    /** Of {@code figures.expired} those that the base does not know yet. */
    private final ExpiredOffsets expired = new ExpiredOffsets();

    /** What this command adds to the base's pins and takes away. */
    private final Pins pins = new Pins();

    private TopicConfig config;
    private Grain grain;
    private long lowestPin;
    /** Of the marks of the base and then the cuts, the first above the low water. */
    private int front;

    TopicDraft(TopicState base) {
        this.base = base;
        this.figures = base.figures.copy();
        this.config = base.config();
        this.grain = base.grain();
        this.lowestPin = base.pins.lowest();
    }

    long id() {
        return base.id;
    }

    TopicName name() {
        return base.name;
    }

    TopicConfig config() {
        return config;
    }

    void configure(TopicConfig newConfig) {
        config = newConfig;
        grain = Grain.of(newConfig);
    }

    long nextOffset() {
        return figures.nextOffset;
    }

    long lowWater() {
        return figures.lowWater;
    }

    /** Nothing from this offset on may go; {@code times} -1: not for that reason any more. */
    void pin(long offset, int times) {
        pins.add(offset, times);
        lowestPin = base.pins.lowest(pins);
    }

    long live() {
        return figures.live();
    }

    long bytes() {
        return figures.bytes();
    }

    /** Takes note that a message's own TTL is over, unless it is over age and gone anyway. */
    void expire(long offset) {
        if (offset >= figures.lowWater) {
            expired.add(offset);
            figures.expired++;
        }
    }

    /** Whether the open stretch must be closed before a message of this size comes at this time. */
    boolean mustCut(long size, long time) {
        return figures.openMessages() > 0
                && (figures.openMessages() >= grain.messages()
                        || figures.openBytes() + size > grain.bytes()
                        || figures.openTime >= 0 && time - figures.openTime >= grain.spanMs());
    }

    Marked cut() {
        var mark = new Marked(
                base.id, figures.nextOffset, figures.last, figures.openTime, figures.lastTime, figures.totalBytes);
        cuts.add(mark);
        figures.mark(mark);
        return mark;
    }

    void append(long bytes, long index, int place, long time) {
        figures.append(1, bytes, index, place, time);
    }

    /** Removes what is over age, stretch by stretch. */
    void trimAge(long time) {
        long age = config.ageMs();
        if (age == 0) {
            return;
        }
        while (figures.kept() > 0 && frontTime() + age <= time && mayDropFront()) {
            dropFront();
        }
    }

    /** Removes leading stretches of which every message has expired. */
    void trimExpired() {
        while (figures.expired > 0
                && expiredIn(figures.lowWater, frontEnd()) == frontEnd() - figures.lowWater
                && mayDropFront()) {
            dropFront();
        }
    }

    /** Where the oldest give way: until {@code messages} more and {@code bytes} more are within the limits. */
    void trimOldest(int messages, long bytes) {
        if (config.onFull() != TopicConfig.OnFull.DROP_OLDEST) {
            return;
        }
        if (config.maxMessages() > 0) {
            trimCount(Math.min(figures.live(), figures.live() + messages - config.maxMessages()));
        }
        if (config.maxBytes() > 0) {
            trimBytes(config.maxBytes() - bytes);
        }
    }

    private void trimCount(long surplus) {
        long rest = surplus;
        while (rest > 0) {
            long end = frontEnd();
            long dead = expiredIn(figures.lowWater, end);
            long living = end - figures.lowWater - dead;
            if (living <= rest && mayDropFront()) {
                rest -= living;
                dropFront();
            } else if (living <= rest) {
                // All of it would go: what has expired right before the pin goes too.
                trimWithin(lowestPin);
                rest = 0;
            } else {
                long to = figures.lowWater + rest;
                while (to - figures.lowWater - expiredIn(figures.lowWater, to) < rest) {
                    to++;
                }
                trimWithin(Math.min(to, lowestPin));
                rest = 0;
            }
        }
    }

    /**
     * Stretches of the present grain go until the rest is within the limit. A coarser one, made before the limit was
     * lowered, goes only when what remains still fills the limit: nobody loses more than he asked to.
     */
    private void trimBytes(long limit) {
        while (figures.bytes() > limit && front < marks() && mayDropFront()) {
            long bytes = frontTotalBytes() - figures.trimmedBytes;
            boolean coarse = bytes > grain.bytes() && frontEnd() - figures.lowWater > 1;
            if (coarse && figures.bytes() - bytes < limit) {
                break;
            }
            dropFront();
        }
    }

    /** Whatever is below this offset goes, as far as it may. */
    void trimBelow(long offset) {
        long to = Math.min(Math.min(offset, lowestPin), figures.nextOffset);
        while (figures.kept() > 0 && frontEnd() <= to) {
            dropFront();
        }
        trimWithin(to);
    }

    private boolean mayDropFront() {
        return frontEnd() <= lowestPin;
    }

    private int marks() {
        return base.marks.size() + cuts.size();
    }

    private Marked mark(int i) {
        return i < base.marks.size() ? base.marks.get(i) : cuts.get(i - base.marks.size());
    }

    private long frontEnd() {
        return front < marks() ? mark(front).end() : figures.nextOffset;
    }

    private long frontTotalBytes() {
        return front < marks() ? mark(front).totalBytes() : figures.totalBytes;
    }

    private Cursor frontLast() {
        return front < marks() ? mark(front).last() : figures.last;
    }

    private long frontTime() {
        return front < marks() ? mark(front).lastTime() : figures.lastTime;
    }

    private void dropFront() {
        long end = frontEnd();
        long bytes = frontTotalBytes();
        Cursor last = frontLast();
        if (front < marks()) {
            front++;
        }
        moveLowWater(end, last, bytes);
    }

    /**
     * Removes a part of the front stretch. How many bytes went is an estimate, the cursor of the last that went the last
     * one of the stretch: later than the truth, so that no resuming reader takes a gap for none.
     */
    private void trimWithin(long to) {
        if (to <= figures.lowWater) {
            return;
        }
        long bytes =
                (frontTotalBytes() - figures.trimmedBytes) * (to - figures.lowWater) / (frontEnd() - figures.lowWater);
        moveLowWater(to, frontLast(), figures.trimmedBytes + bytes);
    }

    private void moveLowWater(long to, Cursor last, long trimmedBytes) {
        figures.expired -= expiredIn(figures.lowWater, to);
        figures.trim(to, last, trimmedBytes, front < marks());
    }

    private long expiredIn(long from, long to) {
        if (figures.expired == 0) {
            return 0;
        }
        return base.expired.count(from, to) + expired.count(from, to);
    }

    /** Adds the trim, when there was one. */
    void finish(List<? super TopicChange> changes) {
        if (figures.lowWater > base.figures.lowWater) {
            changes.add(new TopicChange.Trimmed(base.id, figures.lowWater, figures.lastTrimmed, figures.trimmedBytes));
        }
    }
}
