package io.skein.store;

import io.skein.topic.TopicChange;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Gathers the messages of a batch by topic and writes them as chunks. */
final class ChunkRows {
    private static final class Gathering {
        final List<StoredMessage> messages = new ArrayList<>();
        long bytes;
    }

    private final PreparedStatement insert;
    private final Map<Long, Gathering> open = new HashMap<>();
    private final List<Gathering> full = new ArrayList<>();

    ChunkRows(Statements statements) throws SQLException {
        insert = statements.prepare("""
                INSERT INTO chunk (id, topic_id, base_offset, count, first_idx, first_place, last_idx, last_place,
                    first_time, last_time, body_crc, head_crc, positions, body)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""");
    }

    /** Takes the encoded messages of a change from what came with the batch. */
    void gather(TopicChange.Appended appended, Iterator<StoredMessage> encoded) {
        for (int i = 0; i < appended.messages().size(); i++) {
            if (!encoded.hasNext()) {
                throw new AssertionError("no encoded message for " + appended.topic() + ":" + appended.firstOffset());
            }
            StoredMessage message = encoded.next();
            if (message.topicId() != appended.topic() || message.offset() != appended.firstOffset() + i) {
                throw new AssertionError("message " + message.topicId() + ":" + message.offset() + " instead of "
                        + appended.topic() + ":" + (appended.firstOffset() + i));
            }
            add(message);
        }
    }

    private void add(StoredMessage message) {
        Gathering gathering = open.computeIfAbsent(message.topicId(), ignored -> new Gathering());
        int bytes = message.json().length + 1;
        if (gathering.bytes > 0 && gathering.bytes + bytes > Chunk.MAX_BODY_BYTES) {
            full.add(gathering);
            gathering = new Gathering();
            open.put(message.topicId(), gathering);
        }
        gathering.messages.add(message);
        gathering.bytes += bytes;
    }

    /** What was gathered for a topic that is deleted need not be written, unless somebody holds it. */
    void drop(long topic) {
        open.remove(topic);
        full.removeIf(gathering -> gathering.messages.get(0).topicId() == topic);
    }

    /** Writes what was gathered; returns the number of chunks. */
    int flush(long settled) throws SQLException {
        full.addAll(open.values());
        open.clear();
        full.sort(Comparator.comparing(gathering -> gathering.messages.get(0).cursor()));
        int number = 0;
        for (Gathering gathering : full) {
            insert(Chunk.of(Chunk.id(settled, number++), gathering.messages));
        }
        full.clear();
        return number;
    }

    private void insert(Chunk chunk) throws SQLException {
        insert.setLong(1, chunk.id());
        insert.setLong(2, chunk.topicId());
        insert.setLong(3, chunk.baseOffset());
        insert.setInt(4, chunk.count());
        insert.setLong(5, chunk.first().index());
        insert.setInt(6, chunk.first().place());
        insert.setLong(7, chunk.last().index());
        insert.setInt(8, chunk.last().place());
        insert.setLong(9, chunk.firstTime());
        insert.setLong(10, chunk.lastTime());
        insert.setLong(11, chunk.bodyCrc());
        insert.setLong(12, chunk.headCrc());
        insert.setBytes(13, chunk.positions());
        insert.setBytes(14, chunk.body());
        insert.executeUpdate();
    }
}
