package io.skein.topic;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import java.util.function.Consumer;

/** One topic: name, configuration, figures, marks, and the messages with a TTL of their own. */
final class TopicState implements TopicReach {
    final long id;
    final TopicName name;
    final Cursor created;
    final long createdTime;
    final Figures figures;
    final Marks marks = new Marks();
    final Timetable ttls = new Timetable();
    final ExpiredOffsets expired = new ExpiredOffsets();
    final Pins pins = new Pins();
    /** When {@link TopicRegister} will look at this topic's age again; only a cache. */
    long ageAskedAt = Long.MAX_VALUE;

    /** In {@link Trims}, only a cache; null when this topic has lost nothing. */
    Trims.Place trim;

    private TopicConfig config;
    private Grain grain;

    TopicState(TopicChange.Created change) {
        id = change.topic();
        name = change.name();
        created = change.at();
        createdTime = change.time();
        figures = new Figures(change.time());
        configure(change.config());
    }

    @Override
    public TopicConfig config() {
        return config;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public TopicName name() {
        return name;
    }

    @Override
    public long lowWater() {
        return figures.lowWater;
    }

    @Override
    public long lowestPin() {
        return pins.lowest();
    }

    @Override
    public long nextOffset() {
        return figures.nextOffset;
    }

    @Override
    public long firstLive(long from, long time) {
        long offset = Math.max(from, figures.lowWater);
        while (offset < figures.nextOffset && isOver(offset, time)) {
            offset++;
        }
        return Math.min(offset, figures.nextOffset);
    }

    @Override
    public long liveEnd(long from, long to, long time) {
        if (figures.expired == 0 && ttls.size() == 0) {
            return to;
        }
        long offset = from;
        while (offset < to && !isOver(offset, time)) {
            offset++;
        }
        return offset;
    }

    private boolean isOver(long offset, long time) {
        if (figures.expired > 0 && expired.contains(offset)) {
            return true;
        }
        long expiry = ttls.size() == 0 ? -1 : ttls.time(offset, 0);
        return expiry >= 0 && expiry <= time;
    }

    @Override
    public long count(long from, long to) {
        long first = Math.max(from, figures.lowWater);
        return first >= to ? 0 : to - first - (figures.expired == 0 ? 0 : expired.count(first, to));
    }

    @Override
    public long timeNear(long offset) {
        int low = 0;
        int high = marks.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (marks.get(middle).end() > offset) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        if (low < marks.size()) {
            return marks.get(low).firstTime();
        }
        return figures.openTime >= 0 && offset < figures.nextOffset ? figures.openTime : figures.lastTime;
    }

    Grain grain() {
        return grain;
    }

    void configure(TopicConfig newConfig) {
        config = newConfig;
        grain = Grain.of(newConfig);
    }

    void append(TopicChange.Appended change) {
        assert change.firstOffset() == figures.nextOffset : change.firstOffset() + " in " + this;
        int messages = change.messages().size();
        Cursor first = change.first();
        figures.append(messages, change.bytes(), first.index(), first.place() + messages - 1, change.time());
        if (change.expiresAt() != Long.MAX_VALUE) {
            for (int i = 0; i < messages; i++) {
                ttls.add(change.firstOffset() + i, 0, change.expiresAt());
            }
        }
    }

    void mark(TopicChange.Marked mark) {
        marks.add(mark);
        figures.mark(mark);
    }

    void trim(TopicChange.Trimmed change) {
        marks.removeThrough(change.lowWater());
        figures.trim(change.lowWater(), change.last(), change.trimmedBytes(), marks.size() > 0);
        figures.expired -= expired.removeBelow(change.lowWater());
        ttls.removeBelow(change.lowWater());
        if (figures.kept() == 0) {
            figures.openTime = -1;
        }
    }

    void expire(long offset) {
        ttls.remove(offset, 0);
        if (expired.add(offset)) {
            figures.expired++;
        }
    }

    /** The stamp at which the oldest stretch is over age; {@link Long#MAX_VALUE} when none ever is. */
    long ageDue() {
        long age = config.ageMs();
        if (age == 0 || figures.kept() == 0 || pins.lowest() < frontEnd()) {
            return Long.MAX_VALUE;
        }
        return age + (marks.size() > 0 ? marks.get(0).lastTime() : figures.lastTime);
    }

    private long frontEnd() {
        return marks.size() > 0 ? marks.get(0).end() : figures.nextOffset;
    }

    TopicView view() {
        return new TopicView(
                id,
                name,
                config,
                figures.lowWater,
                figures.nextOffset,
                figures.live(),
                figures.bytes(),
                figures.lastTrimmed,
                created,
                createdTime,
                figures.lastTime);
    }

    void snapshot(Consumer<Change> into) {
        into.accept(new TopicChange.Created(id, name, config, created, createdTime));
        if (figures.lowWater > 0) {
            into.accept(new TopicChange.Trimmed(id, figures.lowWater, figures.lastTrimmed, figures.trimmedBytes));
        }
        for (int i = 0; i < marks.size(); i++) {
            into.accept(marks.get(i));
        }
        if (figures.nextOffset > 0) {
            into.accept(new TopicChange.Head(
                    id, figures.nextOffset, figures.totalBytes, figures.last, figures.lastTime, figures.openTime));
        }
        ttls.forEach((offset, none, expiresAt) -> into.accept(new TopicChange.TtlSet(id, offset, expiresAt)));
        expired.forEach(offset -> into.accept(new TopicChange.Expired(id, offset)));
        pins.forEach(offset -> into.accept(new TopicChange.Pinned(id, offset)));
    }

    @Override
    public String toString() {
        return "topic " + id + " " + name + " [" + figures.lowWater + ", " + figures.nextOffset + ")";
    }
}
