package io.skein.store;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.subscription.Mark;
import io.skein.subscription.OffsetRange;
import io.skein.subscription.Run;
import io.skein.subscription.SubscriptionChange;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.json.JsonArray;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Subscriptions' rows to the changes that rebuild them, in the order that {@code io.skein.subscription} asks for. */
final class SubscriptionLoader {
    private final Connection connection;
    /** By subscription: what comes after its first row. */
    private final Map<Long, List<Change>> parts = new HashMap<>();

    SubscriptionLoader(Connection connection) {
        this.connection = connection;
    }

    void load(List<Change> changes) throws SQLException {
        long last = Database.number(connection, "SELECT last FROM subscription_id");
        if (last == 0) {
            return;
        }
        changes.add(new SubscriptionChange.LastSubscription(last));
        each(
                "SELECT subscription_id, topic_id, next FROM position ORDER BY 1, 2",
                row -> new SubscriptionChange.Positioned(row.getLong(1), row.getLong(2), row.getLong(3), false));
        each("""
                SELECT subscription_id, topic_id, first, count, state, deliveries, time, lease_idx, lease_place,
                    consumer, key
                FROM run ORDER BY 1, 2, 3""", SubscriptionLoader::run);
        each("""
                SELECT subscription_id, idx, place, topic_id, first, count, deliveries, reason, time
                FROM dead_letter_mark ORDER BY 1, 2, 3""", SubscriptionLoader::mark);
        each(
                "SELECT subscription_id, topic_id, first, count FROM dead_letter ORDER BY 1, 2, 3",
                row -> new SubscriptionChange.DeadSet(
                        row.getLong(1), new OffsetRange(row.getLong(2), row.getLong(3), row.getLong(4))));
        ImageLoader.each(connection, """
                SELECT id, name, filter, lease_ms, max_deliveries, backoff_ms, dead_letter, by_key, paused, created_idx,
                    created_place, created_time, turn, delivered, redelivered, acknowledged, rate
                FROM subscription ORDER BY id""", row -> {
            changes.add(created(row));
            changes.add(new SubscriptionChange.Counted(
                    row.getLong(1),
                    row.getLong(13),
                    row.getLong(14),
                    row.getLong(15),
                    row.getLong(16),
                    row.getInt(17)));
            changes.addAll(parts.getOrDefault(row.getLong(1), List.of()));
        });
    }

    private interface Part {
        Change of(ResultSet row) throws SQLException;
    }

    private void each(String sql, Part part) throws SQLException {
        ImageLoader.each(
                connection,
                sql,
                row -> parts.computeIfAbsent(row.getLong(1), id -> new ArrayList<>())
                        .add(part.of(row)));
    }

    private static Change created(ResultSet row) throws SQLException {
        List<Long> backoff = new ArrayList<>();
        new JsonArray(row.getString(6)).forEach(ms -> backoff.add(((Number) ms).longValue()));
        SubscriptionConfig config = new SubscriptionConfig(
                new TopicFilter(row.getString(3)),
                row.getLong(4),
                row.getInt(5),
                backoff,
                Optional.ofNullable(row.getString(7)).map(TopicName::new),
                row.getBoolean(8) ? SubscriptionConfig.Order.KEY : SubscriptionConfig.Order.TOPIC,
                row.getBoolean(9));
        return new SubscriptionChange.Created(
                row.getLong(1),
                new SubscriptionName(row.getString(2)),
                config,
                new Cursor(row.getLong(10), row.getInt(11)),
                row.getLong(12));
    }

    private static Change run(ResultSet row) throws SQLException {
        Run run = new Run(
                row.getLong(3),
                row.getLong(4),
                Run.State.valueOf(row.getString(5)),
                row.getInt(6),
                row.getLong(7),
                new Cursor(row.getLong(8), row.getInt(9)),
                row.getString(10),
                row.getLong(11));
        return new SubscriptionChange.RunSet(row.getLong(1), row.getLong(2), run);
    }

    private static Change mark(ResultSet row) throws SQLException {
        Mark mark = new Mark(
                new Cursor(row.getLong(2), row.getInt(3)),
                row.getLong(4),
                row.getLong(5),
                row.getLong(6),
                row.getInt(7),
                row.getString(8),
                row.getLong(9));
        return new SubscriptionChange.MarkSet(row.getLong(1), mark);
    }
}
