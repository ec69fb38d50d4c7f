package io.skein.store;

import io.skein.machine.Cursor;
import io.skein.topic.Format;
import io.skein.topic.Header;
import io.skein.topic.Message;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicConfig;
import io.vertx.core.json.JsonArray;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes the steps of the topic machine, messages excepted ({@link ChunkRows}) and producers excepted
 * ({@link ProducerRows}). What is kept of each change is said in {@code io.skein.topic}'s package documentation. Topics
 * change with every message, so their rows are read once, moved in memory and written once a batch.
 */
final class TopicRows {
    /** The part of a topic's row that moves with its messages. */
    private static final class Head {
        long nextOffset;
        long totalBytes;
        Cursor last = Cursor.ORIGIN;
        long lastTime;
        long openTime = -1;
        long lowWater;
        Cursor trimmed = Cursor.ORIGIN;
        long trimmedBytes;
        boolean isTrimmed;
    }

    private final Map<Long, Head> heads = new LinkedHashMap<>();
    private final PreparedStatement insertTopic;
    private final PreparedStatement raiseTopicId;
    private final PreparedStatement configureTopic;
    private final PreparedStatement deleteTopic;
    private final PreparedStatement selectHead;
    private final PreparedStatement updateHead;
    private final PreparedStatement insertMark;
    private final PreparedStatement insertTtl;
    private final PreparedStatement expireTtl;
    private final PreparedStatement pin;
    private final PreparedStatement unpin;
    private final PreparedStatement removePin;
    private final PreparedStatement removePins;
    private final PreparedStatement insertSweep;
    private final PreparedStatement insertScheduled;
    private final PreparedStatement deleteScheduled;

    TopicRows(Statements statements) throws SQLException {
        insertTopic = statements.prepare("""
                INSERT INTO topic (id, name, created_idx, created_place, created_time, max_age_ms, max_bytes,
                    max_messages, on_full, format, ttl_ms, acknowledged, next_offset, total_bytes, last_idx, last_place, last_time,
                    open_time, low_water, trimmed_idx, trimmed_place, trimmed_bytes)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0)""");
        raiseTopicId = statements.prepare("UPDATE topic_id SET last = max(last, ?)");
        configureTopic = statements.prepare("""
                UPDATE topic SET max_age_ms = ?, max_bytes = ?, max_messages = ?, on_full = ?, format = ?, ttl_ms = ?,
                    acknowledged = ?
                WHERE id = ?""");
        deleteTopic = statements.prepare("DELETE FROM topic WHERE id = ?");
        selectHead = statements.prepare("""
                SELECT next_offset, total_bytes, last_idx, last_place, last_time, open_time, low_water, trimmed_idx,
                    trimmed_place, trimmed_bytes
                FROM topic WHERE id = ?""");
        updateHead = statements.prepare("""
                UPDATE topic SET next_offset = ?, total_bytes = ?, last_idx = ?, last_place = ?, last_time = ?,
                    open_time = ?, low_water = ?, trimmed_idx = ?, trimmed_place = ?, trimmed_bytes = ?
                WHERE id = ?""");
        insertMark = statements.prepare("INSERT INTO mark VALUES (?, ?, ?, ?, ?, ?, ?)");
        insertTtl = statements.prepare("INSERT INTO ttl VALUES (?, ?, ?, 0)");
        expireTtl = statements.prepare("UPDATE ttl SET expired = 1 WHERE topic_id = ? AND \"offset\" = ?");
        pin = statements.prepare("INSERT INTO pin VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1");
        unpin = statements.prepare("UPDATE pin SET times = times - 1 WHERE topic_id = ? AND \"offset\" = ?");
        removePin = statements.prepare("DELETE FROM pin WHERE topic_id = ? AND \"offset\" = ? AND times = 0");
        removePins = statements.prepare("DELETE FROM pin WHERE topic_id = ?");
        insertSweep = statements.prepare("INSERT OR IGNORE INTO sweep VALUES (?)");
        insertScheduled = statements.prepare("""
                INSERT INTO scheduled (idx, place, due, time, topic, key, format, content_type, headers, delay_ms,
                    ttl_ms, expect_offset, crc, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""");
        deleteScheduled = statements.prepare("DELETE FROM scheduled WHERE idx = ? AND place = ?");
    }

    void write(TopicChange change) throws SQLException {
        if (change instanceof TopicChange.Appended appended) {
            append(appended);
        } else if (change instanceof TopicChange.Marked marked) {
            mark(marked);
        } else if (change instanceof TopicChange.Trimmed trimmed) {
            trim(trimmed);
        } else if (change instanceof TopicChange.Expired expired) {
            expireTtl.setLong(1, expired.topic());
            expireTtl.setLong(2, expired.offset());
            expireTtl.executeUpdate();
        } else if (change instanceof TopicChange.Pinned pinned) {
            pin(pin, pinned.topic(), pinned.offset());
        } else if (change instanceof TopicChange.Unpinned unpinned) {
            pin(unpin, unpinned.topic(), unpinned.offset());
            pin(removePin, unpinned.topic(), unpinned.offset());
        } else if (change instanceof TopicChange.Scheduled scheduled) {
            schedule(scheduled);
        } else if (change instanceof TopicChange.Unscheduled unscheduled) {
            deleteScheduled.setLong(1, unscheduled.at().index());
            deleteScheduled.setInt(2, unscheduled.at().place());
            deleteScheduled.executeUpdate();
        } else if (change instanceof TopicChange.Created created) {
            create(created);
        } else if (change instanceof TopicChange.Configured configured) {
            configure(configureTopic, 1, configured.config());
            configureTopic.setLong(8, configured.topic());
            configureTopic.executeUpdate();
        } else if (change instanceof TopicChange.Deleted deleted) {
            delete(deleted.topic());
        } else {
            throw new AssertionError("never decided, or unknown: " + change);
        }
    }

    private static void pin(PreparedStatement statement, long topic, long offset) throws SQLException {
        statement.setLong(1, topic);
        statement.setLong(2, offset);
        statement.executeUpdate();
    }

    private void create(TopicChange.Created created) throws SQLException {
        insertTopic.setLong(1, created.topic());
        insertTopic.setString(2, created.name().value());
        insertTopic.setLong(3, created.at().index());
        insertTopic.setInt(4, created.at().place());
        insertTopic.setLong(5, created.time());
        configure(insertTopic, 6, created.config());
        insertTopic.executeUpdate();
        raiseTopicId.setLong(1, created.topic());
        raiseTopicId.executeUpdate();
        Head head = new Head();
        head.lastTime = created.time();
        heads.put(created.topic(), head);
    }

    private static void configure(PreparedStatement statement, int from, TopicConfig config) throws SQLException {
        statement.setLong(from, config.maxAgeMs());
        statement.setLong(from + 1, config.maxBytes());
        statement.setLong(from + 2, config.maxMessages());
        statement.setString(from + 3, config.onFull().name());
        if (config.format().isPresent()) {
            statement.setString(from + 4, config.format().map(Format::name).orElseThrow());
        } else {
            statement.setNull(from + 4, Types.VARCHAR);
        }
        statement.setLong(from + 5, config.ttlMs());
        statement.setBoolean(from + 6, config.acknowledged());
    }

    private void delete(long topic) throws SQLException {
        heads.remove(topic);
        deleteTopic.setLong(1, topic);
        deleteTopic.executeUpdate();
        removePins.setLong(1, topic);
        removePins.executeUpdate();
        sweep(topic);
    }

    private void append(TopicChange.Appended appended) throws SQLException {
        Head head = head(appended.topic());
        if (appended.firstOffset() != head.nextOffset) {
            throw new AssertionError("topic " + appended.topic() + " gets offset " + appended.firstOffset() + ", not "
                    + head.nextOffset);
        }
        int messages = appended.messages().size();
        head.nextOffset = appended.nextOffset();
        head.totalBytes += appended.bytes();
        head.last = new Cursor(appended.first().index(), appended.first().place() + messages - 1);
        head.lastTime = appended.time();
        head.openTime = head.openTime == -1 ? appended.time() : head.openTime;
        if (appended.expiresAt() != Long.MAX_VALUE) {
            for (int i = 0; i < messages; i++) {
                insertTtl.setLong(1, appended.topic());
                insertTtl.setLong(2, appended.firstOffset() + i);
                insertTtl.setLong(3, appended.expiresAt());
                insertTtl.executeUpdate();
            }
        }
    }

    private void mark(TopicChange.Marked marked) throws SQLException {
        insertMark.setLong(1, marked.topic());
        insertMark.setLong(2, marked.end());
        insertMark.setLong(3, marked.last().index());
        insertMark.setInt(4, marked.last().place());
        insertMark.setLong(5, marked.firstTime());
        insertMark.setLong(6, marked.lastTime());
        insertMark.setLong(7, marked.totalBytes());
        insertMark.executeUpdate();
        head(marked.topic()).openTime = -1;
    }

    private void trim(TopicChange.Trimmed trimmed) throws SQLException {
        Head head = head(trimmed.topic());
        head.lowWater = trimmed.lowWater();
        head.trimmed = trimmed.last();
        head.trimmedBytes = trimmed.trimmedBytes();
        head.isTrimmed = true;
        if (trimmed.lowWater() == head.nextOffset) {
            head.openTime = -1;
        }
    }

    private void schedule(TopicChange.Scheduled scheduled) throws SQLException {
        var publication = scheduled.publication();
        Message message = publication.message();
        JsonArray headers = new JsonArray();
        for (Header header : message.headers()) {
            headers.add(header.name()).add(header.value());
        }
        insertScheduled.setLong(1, scheduled.at().index());
        insertScheduled.setInt(2, scheduled.at().place());
        insertScheduled.setLong(3, scheduled.due());
        insertScheduled.setLong(4, scheduled.time());
        insertScheduled.setString(5, publication.topic().value());
        insertScheduled.setString(6, message.key());
        insertScheduled.setString(7, message.format().name());
        insertScheduled.setString(8, message.contentType());
        insertScheduled.setString(9, headers.encode());
        insertScheduled.setLong(10, publication.delayMs());
        insertScheduled.setLong(11, publication.ttlMs());
        insertScheduled.setLong(12, publication.expectOffset());
        insertScheduled.setLong(
                13,
                Checksum.ofScheduled(
                        scheduled.at(),
                        scheduled.due(),
                        scheduled.time(),
                        new long[] {publication.delayMs(), publication.ttlMs(), publication.expectOffset()},
                        List.of(
                                publication.topic().value(),
                                message.key(),
                                message.format().name(),
                                message.contentType(),
                                headers.encode()),
                        message.body()));
        insertScheduled.setBytes(14, message.body());
        insertScheduled.executeUpdate();
    }

    private Head head(long topic) throws SQLException {
        Head known = heads.get(topic);
        if (known != null) {
            return known;
        }
        selectHead.setLong(1, topic);
        try (ResultSet row = selectHead.executeQuery()) {
            if (!row.next()) {
                throw new AssertionError("no topic " + topic);
            }
            Head head = new Head();
            head.nextOffset = row.getLong(1);
            head.totalBytes = row.getLong(2);
            head.last = new Cursor(row.getLong(3), row.getInt(4));
            head.lastTime = row.getLong(5);
            head.openTime = row.getLong(6);
            head.lowWater = row.getLong(7);
            head.trimmed = new Cursor(row.getLong(8), row.getInt(9));
            head.trimmedBytes = row.getLong(10);
            heads.put(topic, head);
            return head;
        }
    }

    private void sweep(long topic) throws SQLException {
        insertSweep.setLong(1, topic);
        insertSweep.executeUpdate();
    }

    /** Writes the rows of the topics that moved; the last step of a batch. */
    void flush() throws SQLException {
        for (Map.Entry<Long, Head> moved : heads.entrySet()) {
            Head head = moved.getValue();
            updateHead.setLong(1, head.nextOffset);
            updateHead.setLong(2, head.totalBytes);
            updateHead.setLong(3, head.last.index());
            updateHead.setInt(4, head.last.place());
            updateHead.setLong(5, head.lastTime);
            updateHead.setLong(6, head.openTime);
            updateHead.setLong(7, head.lowWater);
            updateHead.setLong(8, head.trimmed.index());
            updateHead.setInt(9, head.trimmed.place());
            updateHead.setLong(10, head.trimmedBytes);
            updateHead.setLong(11, moved.getKey());
            updateHead.executeUpdate();
            if (head.isTrimmed) {
                sweep(moved.getKey());
            }
        }
        heads.clear();
    }
}
