package io.skein.store;

import io.skein.machine.Brief;
import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.KeyChange.KeyRemembered;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.NodeId;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.Image;
import io.skein.replica.Image.ConfigurationStart;
import io.skein.replica.Image.TermStart;
import io.skein.replica.WriteBatch.Settled;
import io.skein.topic.Format;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Rows to what a node starts from. Reads no message: the log above the settled index, one row for each topic, its marks
 * and TTLs, producers, keys. Every log entry that is handed on is checked, and so is that none is missing.
 */
final class ImageLoader {
    private static final byte[] NO_ANSWER = {};

    private final Connection connection;

    ImageLoader(Connection connection) {
        this.connection = connection;
    }

    /** @throws Damaged when the rows cannot be what was written */
    Progress progress() throws SQLException {
        Settled settled = one(
                "SELECT idx, term, time, hash FROM state",
                row -> new Settled(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)));
        long oldest = Database.number(connection, "SELECT min(idx) FROM log");
        long last = Database.number(connection, "SELECT max(idx) FROM log");
        List<TermStart> terms =
                all("SELECT idx, term FROM term ORDER BY idx", row -> new TermStart(row.getLong(1), row.getLong(2)));
        // A batch that only appended stands in the rows of its entries (LogRows).
        return one("""
                SELECT max(n.batch, coalesce(l.batch, 0)), n.term, n.voted_for, n.compacted_idx, n.compacted_term,
                    max(n.commit_hint, coalesce(l.commit_hint, 0))
                FROM node n LEFT JOIN (SELECT batch, commit_hint FROM log ORDER BY idx DESC LIMIT 1) l""", row -> {
            TermStart compacted = new TermStart(row.getLong(4), row.getLong(5));
            if (Math.max(last, compacted.index()) < settled.index()) {
                throw new Damaged("the log ends at " + last + ", below the settled index " + settled.index());
            }
            return new Progress(
                    row.getLong(1),
                    new HardState(
                            row.getLong(2),
                            Optional.ofNullable(row.getString(3)).map(NodeId::new)),
                    compacted,
                    oldest == 0 ? compacted.index() + 1 : oldest,
                    Math.max(last, compacted.index()),
                    terms,
                    settled,
                    row.getLong(6));
        });
    }

    /** @throws Damaged when the rows cannot be what was written */
    Image image(Progress progress) throws SQLException {
        List<ConfigurationStart> configurations =
                configurations(progress.settled().index());
        List<TermStart> terms = progress.terms().stream()
                .filter(start -> start.index() <= progress.lastIndex())
                .toList();
        return new Image(
                progress.batch(),
                progress.hardState(),
                progress.compacted(),
                terms,
                entries(progress),
                progress.lastIndex(),
                progress.settled(),
                progress.commitHint(),
                configurations,
                rows());
    }

    private List<ConfigurationStart> configurations(long settled) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement("""
                SELECT idx, payload FROM configuration
                WHERE idx >= coalesce((SELECT max(idx) FROM configuration WHERE idx <= ?), 0) ORDER BY idx""")) {
            select.setLong(1, settled);
            List<ConfigurationStart> found = new ArrayList<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.add(new ConfigurationStart(row.getLong(1), configuration(row.getBytes(2))));
                }
            }
            return found;
        }
    }

    /** Committed or not; empty when the node is. */
    Optional<ClusterConfiguration> lastConfiguration() throws SQLException {
        return all("SELECT payload FROM configuration ORDER BY idx DESC LIMIT 1", row -> row.getBytes(1)).stream()
                .findFirst()
                .map(ImageLoader::configuration);
    }

    private static ClusterConfiguration configuration(byte[] payload) {
        try {
            return ClusterConfiguration.decode(payload);
        } catch (IllegalArgumentException damaged) {
            throw new Damaged("the last row of table configuration: " + damaged.getMessage());
        }
    }

    private List<Entry> entries(Progress progress) throws SQLException {
        long expected = progress.settled().index() + 1;
        List<Entry> entries = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT idx, term, kind, crc, payload FROM log WHERE idx > ? ORDER BY idx")) {
            select.setLong(1, progress.settled().index());
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    Entry entry = entry(row.getLong(1), row.getLong(2), row.getInt(3), row.getLong(4), row.getBytes(5));
                    if (entry.index() != expected) {
                        throw new Damaged("log entry " + expected + " is missing; the next is " + entry.index());
                    }
                    if (entry.term() != progress.termOf(entry.index())) {
                        throw new Damaged("log entry " + entry.index() + " has term " + entry.term()
                                + ", table term says " + progress.termOf(entry.index()));
                    }
                    entries.add(entry);
                    expected++;
                }
            }
        }
        return entries;
    }

    /** @throws Damaged when the entry is not what was written */
    static Entry entry(long index, long term, int kind, long crc, byte[] payload) {
        if (Checksum.ofEntry(index, term, kind, payload) != crc || kind < 0 || kind >= Entry.Kind.values().length) {
            throw new Damaged("log entry " + index + " is not what was written");
        }
        return new Entry(index, term, Entry.Kind.values()[kind], payload);
    }

    /** In the order that the package documentation of {@code topic} asks for. */
    private List<Change> rows() throws SQLException {
        List<Change> changes = new ArrayList<>();
        changes.add(new TopicChange.LastTopic(Database.number(connection, "SELECT last FROM topic_id")));
        Map<Long, List<Change>> marks = marks();
        Map<Long, List<Change>> ttls = ttls();
        Map<Long, List<Change>> pins = pins();
        each("""
                SELECT id, name, created_idx, created_place, created_time, max_age_ms, max_bytes, max_messages,
                    on_full, format, ttl_ms, next_offset, total_bytes, last_idx, last_place, last_time, open_time,
                    low_water, trimmed_idx, trimmed_place, trimmed_bytes, acknowledged
                FROM topic ORDER BY id""", row -> {
            long id = row.getLong(1);
            topic(row, changes, marks.getOrDefault(id, List.of()));
            changes.addAll(ttls.getOrDefault(id, List.of()));
            changes.addAll(pins.getOrDefault(id, List.of()));
        });
        each(
                "SELECT idx, place, due FROM scheduled ORDER BY idx, place",
                row -> changes.add(new TopicChange.Waiting(new Cursor(row.getLong(1), row.getInt(2)), row.getLong(3))));
        each(
                """
                SELECT p.name, p.epoch, a.number, a.time, a.answer
                FROM producer p JOIN producer_answer a ON a.producer_id = p.id ORDER BY p.id, a.number""",
                row -> changes.add(new TopicChange.Produced(
                        row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getBytes(5))));
        new SubscriptionLoader(connection).load(changes);
        new AccountLoader(connection).load(changes);
        new MailLoader(connection).load(changes);
        each("""
                SELECT idx, place, scope_high, scope_low, body_hash, time, brief_kind, brief_number
                FROM idempotency ORDER BY idx, place""", row -> changes.add(key(row)));
        return changes;
    }

    private static void topic(ResultSet row, List<Change> changes, List<Change> marks) throws SQLException {
        long id = row.getLong(1);
        TopicConfig config = new TopicConfig(
                row.getLong(6),
                row.getLong(7),
                row.getLong(8),
                TopicConfig.OnFull.valueOf(row.getString(9)),
                Optional.ofNullable(row.getString(10)).map(Format::valueOf),
                row.getLong(11),
                row.getBoolean(22));
        Cursor created = new Cursor(row.getLong(3), row.getInt(4));
        changes.add(new TopicChange.Created(id, new TopicName(row.getString(2)), config, created, row.getLong(5)));
        if (row.getLong(18) > 0) {
            Cursor trimmed = new Cursor(row.getLong(19), row.getInt(20));
            changes.add(new TopicChange.Trimmed(id, row.getLong(18), trimmed, row.getLong(21)));
        }
        changes.addAll(marks);
        Cursor last = row.getLong(12) == 0 ? Cursor.ORIGIN : new Cursor(row.getLong(14), row.getInt(15));
        changes.add(new TopicChange.Head(id, row.getLong(12), row.getLong(13), last, row.getLong(16), row.getLong(17)));
    }

    private static Change key(ResultSet row) throws SQLException {
        int kind = row.getInt(7);
        Optional<Brief> brief = row.wasNull() ? Optional.empty() : Optional.of(new Brief(kind, row.getLong(8)));
        return new KeyRemembered(
                new IdempotencyKey(row.getLong(3), row.getLong(4), row.getLong(5)),
                row.getLong(1),
                row.getInt(2),
                row.getLong(6),
                brief,
                NO_ANSWER);
    }

    /** Rows below the low-water mark may still wait for the sweep. */
    private Map<Long, List<Change>> marks() throws SQLException {
        Map<Long, List<Change>> marks = new HashMap<>();
        each(
                """
                SELECT m.topic_id, m.end, m.last_idx, m.last_place, m.first_time, m.last_time, m.total_bytes
                FROM mark m JOIN topic t ON t.id = m.topic_id
                WHERE m.end > t.low_water ORDER BY m.topic_id, m.end""",
                row -> marks.computeIfAbsent(row.getLong(1), ignored -> new ArrayList<>())
                        .add(new TopicChange.Marked(
                                row.getLong(1),
                                row.getLong(2),
                                new Cursor(row.getLong(3), row.getInt(4)),
                                row.getLong(5),
                                row.getLong(6),
                                row.getLong(7))));
        return marks;
    }

    private Map<Long, List<Change>> pins() throws SQLException {
        Map<Long, List<Change>> pins = new HashMap<>();
        each("SELECT topic_id, \"offset\", times FROM pin ORDER BY topic_id, \"offset\"", row -> {
            for (int i = 0; i < row.getInt(3); i++) {
                pins.computeIfAbsent(row.getLong(1), ignored -> new ArrayList<>())
                        .add(new TopicChange.Pinned(row.getLong(1), row.getLong(2)));
            }
        });
        return pins;
    }

    private Map<Long, List<Change>> ttls() throws SQLException {
        Map<Long, List<Change>> ttls = new HashMap<>();
        Map<Long, List<Change>> expired = new HashMap<>();
        each("""
                SELECT l.topic_id, l."offset", l.expires_at, l.expired
                FROM ttl l JOIN topic t ON t.id = l.topic_id
                WHERE l."offset" >= t.low_water ORDER BY l.topic_id, l."offset\"""", row -> {
            long topic = row.getLong(1);
            boolean isOver = row.getInt(4) == 1;
            (isOver ? expired : ttls)
                    .computeIfAbsent(topic, ignored -> new ArrayList<>())
                    .add(
                            isOver
                                    ? new TopicChange.Expired(topic, row.getLong(2))
                                    : new TopicChange.TtlSet(topic, row.getLong(2), row.getLong(3)));
        });
        expired.forEach((topic, changes) ->
                ttls.computeIfAbsent(topic, ignored -> new ArrayList<>()).addAll(changes));
        return ttls;
    }

    private interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    interface RowVisitor {
        void visit(ResultSet row) throws SQLException;
    }

    private <T> T one(String sql, RowReader<T> reader) throws SQLException {
        List<T> rows = all(sql, reader);
        if (rows.size() != 1) {
            throw new Damaged(rows.size() + " rows instead of one: " + sql);
        }
        return rows.get(0);
    }

    private <T> List<T> all(String sql, RowReader<T> reader) throws SQLException {
        List<T> rows = new ArrayList<>();
        each(sql, row -> rows.add(reader.read(row)));
        return rows;
    }

    private void each(String sql, RowVisitor visitor) throws SQLException {
        each(connection, sql, visitor);
    }

    static void each(Connection connection, String sql, RowVisitor visitor) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(sql);
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                visitor.visit(row);
            }
        }
    }
}
