package io.skein.topic;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What a store keeps of the changes and gives back at start, word for word as the room's package-info says it. A store
 * that does the same gives the same state back.
 */
final class TopicRows {
    private static final class Row {
        TopicChange.Created created;
        TopicConfig config;
        long lowWater;
        Cursor lastTrimmed = Cursor.ORIGIN;
        long trimmedBytes;
        long nextOffset;
        long totalBytes;
        Cursor last = Cursor.ORIGIN;
        long lastTime;
        long openTime = -1;
        final TreeMap<Long, TopicChange.Marked> marks = new TreeMap<>();
        /** Offset to expiry; -1 once it is over. */
        final TreeMap<Long, Long> expiries = new TreeMap<>();

        final List<Long> pins = new ArrayList<>();
    }

    private final TreeMap<Long, Row> topics = new TreeMap<>();
    private final TreeMap<Cursor, TopicChange.Scheduled> scheduled = new TreeMap<>();
    private final TreeMap<String, TreeMap<Long, TopicChange.Produced>> produced = new TreeMap<>();
    private long lastTopic;

    void write(Change change) {
        if (change instanceof TopicChange.Created c) {
            var row = new Row();
            row.created = c;
            row.config = c.config();
            row.lastTime = c.time();
            topics.put(c.topic(), row);
            lastTopic = Math.max(lastTopic, c.topic());
        } else if (change instanceof TopicChange.Configured c) {
            topics.get(c.topic()).config = c.config();
        } else if (change instanceof TopicChange.Deleted c) {
            topics.remove(c.topic());
        } else if (change instanceof TopicChange.Appended c) {
            Row row = topics.get(c.topic());
            row.nextOffset = c.nextOffset();
            row.totalBytes += c.bytes();
            row.last = new Cursor(
                    c.first().index(), c.first().place() + c.messages().size() - 1);
            row.lastTime = c.time();
            if (row.openTime == -1) {
                row.openTime = c.time();
            }
            if (c.expiresAt() != Long.MAX_VALUE) {
                for (long offset = c.firstOffset(); offset < c.nextOffset(); offset++) {
                    row.expiries.put(offset, c.expiresAt());
                }
            }
        } else if (change instanceof TopicChange.Marked c) {
            Row row = topics.get(c.topic());
            row.marks.put(c.end(), c);
            row.openTime = -1;
        } else if (change instanceof TopicChange.Trimmed c) {
            Row row = topics.get(c.topic());
            row.lowWater = c.lowWater();
            row.lastTrimmed = c.last();
            row.trimmedBytes = c.trimmedBytes();
            row.marks.headMap(c.lowWater(), true).clear();
            row.expiries.headMap(c.lowWater(), false).clear();
            if (row.lowWater == row.nextOffset) {
                row.openTime = -1;
            }
        } else if (change instanceof TopicChange.Expired c) {
            topics.get(c.topic()).expiries.put(c.offset(), -1L);
        } else if (change instanceof TopicChange.Scheduled c) {
            scheduled.put(c.at(), c);
        } else if (change instanceof TopicChange.Unscheduled c) {
            scheduled.remove(c.at());
        } else if (change instanceof TopicChange.Produced c) {
            var rows = produced.computeIfAbsent(c.producer(), p -> new TreeMap<>());
            rows.values().removeIf(row -> row.epoch() < c.epoch());
            rows.put(c.number(), c);
            rows.headMap(c.number() - window, true).clear();
        } else if (change instanceof TopicChange.ProducerRemoved c) {
            produced.remove(c.producer());
        } else if (change instanceof TopicChange.Pinned c) {
            topics.get(c.topic()).pins.add(c.offset());
        } else if (change instanceof TopicChange.Unpinned c) {
            topics.get(c.topic()).pins.remove((Long) c.offset());
        } else if (change instanceof TopicChange.AnswersForgotten c) {
            var rows = produced.get(c.producer());
            rows.headMap(c.last(), false).clear();
            rows.computeIfPresent(
                    c.last(),
                    (number, row) -> new TopicChange.Produced(
                            row.producer(), row.epoch(), row.number(), row.time(), new byte[0]));
        } else {
            throw new AssertionError("never decided: " + change);
        }
    }

    private final int window;

    TopicRows(TopicLimits limits) {
        window = limits.producerWindow();
    }

    void readInto(Consumer<Change> machine) {
        machine.accept(new TopicChange.LastTopic(lastTopic));
        topics.forEach((id, row) -> {
            var created = row.created;
            machine.accept(new TopicChange.Created(id, created.name(), row.config, created.at(), created.time()));
            if (row.lowWater > 0) {
                machine.accept(new TopicChange.Trimmed(id, row.lowWater, row.lastTrimmed, row.trimmedBytes));
            }
            row.marks.values().forEach(machine);
            machine.accept(
                    new TopicChange.Head(id, row.nextOffset, row.totalBytes, row.last, row.lastTime, row.openTime));
            row.expiries.forEach((offset, at) -> {
                if (at != -1) {
                    machine.accept(new TopicChange.TtlSet(id, offset, at));
                }
            });
            row.expiries.forEach((offset, at) -> {
                if (at == -1) {
                    machine.accept(new TopicChange.Expired(id, offset));
                }
            });
            row.pins.stream().sorted().forEach(offset -> machine.accept(new TopicChange.Pinned(id, offset)));
        });
        scheduled.forEach((at, row) -> machine.accept(new TopicChange.Waiting(at, row.due())));
        produced.values().forEach(rows -> rows.values().forEach(machine));
    }

    Publication scheduled(Cursor at) {
        return scheduled.get(at).publication();
    }

    List<Cursor> scheduled() {
        return new ArrayList<>(scheduled.keySet());
    }
}
