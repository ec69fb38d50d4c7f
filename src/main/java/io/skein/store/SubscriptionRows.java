package io.skein.store;

import io.skein.subscription.Mark;
import io.skein.subscription.OffsetRange;
import io.skein.subscription.Run;
import io.skein.subscription.SubscriptionChange;
import io.skein.subscription.SubscriptionConfig;
import io.skein.topic.TopicName;
import io.vertx.core.json.JsonArray;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Writes the steps of the subscription machine. What is kept of each change is said in {@code io.skein.subscription}'s
 * package documentation. Counters, positions and runs change with every pull and ack, so what becomes of each in a batch is
 * gathered and written once: a message that is lent and acknowledged within one batch costs its run no row at all.
 */
final class SubscriptionRows {
    private static final String OF_TOPIC = " WHERE subscription_id IN (SELECT id FROM subscription) AND topic_id = ?";
    private static final String OF_BOTH = " WHERE subscription_id = ? AND topic_id = ?";

    /** What the batch makes of one position. */
    private static final class Gathered {
        /** -1: it does not move. */
        long next = -1;
        /** By first offset; empty when the run goes. */
        final TreeMap<Long, Optional<Run>> runs = new TreeMap<>();
    }

    private final Map<Long, SubscriptionChange.Counted> counted = new LinkedHashMap<>();
    private final Map<Long, Map<Long, Gathered>> positions = new LinkedHashMap<>();

    private final PreparedStatement insert;
    private final PreparedStatement raiseId;
    private final PreparedStatement configure;
    private final PreparedStatement count;
    private final PreparedStatement setPosition;
    private final PreparedStatement setRun;
    private final PreparedStatement removeRun;
    private final PreparedStatement setMark;
    private final PreparedStatement removeMark;
    private final PreparedStatement setDead;
    private final PreparedStatement removeDead;
    private final PreparedStatement clearRuns;
    private final PreparedStatement removePosition;
    private final PreparedStatement[] ofSubscription;
    private final PreparedStatement[] ofTopic;

    SubscriptionRows(Statements statements) throws SQLException {
        insert = statements.prepare("""
                INSERT INTO subscription (filter, lease_ms, max_deliveries, backoff_ms, dead_letter, by_key, paused, id,
                    name, created_idx, created_place, created_time, turn, delivered, redelivered, acknowledged, rate)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0)""");
        raiseId = statements.prepare("""
                INSERT INTO subscription_id VALUES (1, ?)
                ON CONFLICT (only) DO UPDATE SET last = max(last, excluded.last)""");
        configure = statements.prepare("""
                UPDATE subscription SET filter = ?, lease_ms = ?, max_deliveries = ?, backoff_ms = ?, dead_letter = ?,
                    by_key = ?, paused = ?
                WHERE id = ?""");
        count = statements.prepare("""
                UPDATE subscription SET turn = ?, delivered = ?, redelivered = ?, acknowledged = ?, rate = ?
                WHERE id = ?""");
        setPosition = statements.prepare("INSERT OR REPLACE INTO position VALUES (?, ?, ?)");
        setRun = statements.prepare("INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        removeRun = statements.prepare("DELETE FROM run" + OF_BOTH + " AND first = ?");
        setMark = statements.prepare("INSERT OR REPLACE INTO dead_letter_mark VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
        removeMark = statements.prepare("DELETE FROM dead_letter_mark WHERE idx = ? AND place = ?");
        setDead = statements.prepare("INSERT OR REPLACE INTO dead_letter VALUES (?, ?, ?, ?)");
        removeDead = statements.prepare("DELETE FROM dead_letter" + OF_BOTH + " AND first = ?");
        clearRuns = statements.prepare("DELETE FROM run" + OF_BOTH);
        removePosition = statements.prepare("DELETE FROM position" + OF_BOTH);
        ofSubscription = new PreparedStatement[] {
            statements.prepare("DELETE FROM position WHERE subscription_id = ?"),
            statements.prepare("DELETE FROM run WHERE subscription_id = ?"),
            statements.prepare("DELETE FROM dead_letter WHERE subscription_id = ?"),
            statements.prepare("DELETE FROM dead_letter_mark WHERE subscription_id = ?"),
            statements.prepare("DELETE FROM subscription WHERE id = ?")
        };
        ofTopic = new PreparedStatement[] {
            statements.prepare("DELETE FROM position" + OF_TOPIC),
            statements.prepare("DELETE FROM run" + OF_TOPIC),
            statements.prepare("DELETE FROM dead_letter" + OF_TOPIC),
            statements.prepare("DELETE FROM dead_letter_mark WHERE topic_id = ?")
        };
    }

    void write(SubscriptionChange change) throws SQLException {
        if (change instanceof SubscriptionChange.RunSet set) {
            of(set.subscription(), set.topic()).runs.put(set.run().first(), Optional.of(set.run()));
        } else if (change instanceof SubscriptionChange.RunGone gone) {
            of(gone.subscription(), gone.topic()).runs.put(gone.first(), Optional.empty());
        } else if (change instanceof SubscriptionChange.Positioned positioned) {
            if (positioned.clears()) {
                clear(clearRuns, positioned.subscription(), positioned.topic());
            }
            of(positioned.subscription(), positioned.topic()).next = positioned.next();
        } else if (change instanceof SubscriptionChange.Counted newCount) {
            counted.put(newCount.subscription(), newCount);
        } else if (change instanceof SubscriptionChange.MarkSet set) {
            mark(set);
        } else if (change instanceof SubscriptionChange.MarkGone gone) {
            removeMark.setLong(1, gone.at().index());
            removeMark.setInt(2, gone.at().place());
            removeMark.executeUpdate();
        } else if (change instanceof SubscriptionChange.DeadSet set) {
            OffsetRange range = set.range();
            execute(setDead, set.subscription(), range.topic(), range.first(), range.count());
        } else if (change instanceof SubscriptionChange.DeadGone gone) {
            execute(removeDead, gone.subscription(), gone.topic(), gone.first());
        } else if (change instanceof SubscriptionChange.Left left) {
            clear(clearRuns, left.subscription(), left.topic());
            clear(removePosition, left.subscription(), left.topic());
        } else if (change instanceof SubscriptionChange.Created created) {
            create(created);
        } else if (change instanceof SubscriptionChange.Configured configured) {
            configure(configure, configured.config());
            configure.setLong(8, configured.subscription());
            configure.executeUpdate();
        } else if (change instanceof SubscriptionChange.Deleted deleted) {
            delete(deleted.subscription());
        } else {
            throw new AssertionError("never decided, or unknown: " + change);
        }
    }

    private Gathered of(long subscription, long topic) {
        return positions
                .computeIfAbsent(subscription, id -> new HashMap<>())
                .computeIfAbsent(topic, id -> new Gathered());
    }

    /** What was gathered so far goes with what is in the rows. */
    private void clear(PreparedStatement rows, long subscription, long topic) throws SQLException {
        Map<Long, Gathered> gathered = positions.get(subscription);
        if (gathered != null) {
            gathered.remove(topic);
        }
        execute(rows, subscription, topic);
    }

    private void create(SubscriptionChange.Created created) throws SQLException {
        configure(insert, created.config());
        insert.setLong(8, created.subscription());
        insert.setString(9, created.name().value());
        insert.setLong(10, created.at().index());
        insert.setInt(11, created.at().place());
        insert.setLong(12, created.time());
        insert.executeUpdate();
        execute(raiseId, created.subscription());
    }

    private static void configure(PreparedStatement statement, SubscriptionConfig config) throws SQLException {
        statement.setString(1, config.filter().value());
        statement.setLong(2, config.leaseMs());
        statement.setInt(3, config.maxDeliveries());
        statement.setString(4, new JsonArray(config.backoffMs()).encode());
        if (config.deadLetter().isPresent()) {
            statement.setString(5, config.deadLetter().map(TopicName::value).orElseThrow());
        } else {
            statement.setNull(5, Types.VARCHAR);
        }
        statement.setBoolean(6, config.order() == SubscriptionConfig.Order.KEY);
        statement.setBoolean(7, config.paused());
    }

    private void delete(long subscription) throws SQLException {
        counted.remove(subscription);
        positions.remove(subscription);
        for (PreparedStatement rows : ofSubscription) {
            execute(rows, subscription);
        }
    }

    /** The topic is gone, and whatever subscriptions had there. */
    void topicDeleted(long topic) throws SQLException {
        for (Map<Long, Gathered> gathered : positions.values()) {
            gathered.remove(topic);
        }
        for (PreparedStatement rows : ofTopic) {
            execute(rows, topic);
        }
    }

    private void mark(SubscriptionChange.MarkSet set) throws SQLException {
        Mark mark = set.mark();
        setMark.setLong(1, mark.at().index());
        setMark.setInt(2, mark.at().place());
        setMark.setLong(3, set.subscription());
        setMark.setLong(4, mark.topic());
        setMark.setLong(5, mark.first());
        setMark.setLong(6, mark.count());
        setMark.setInt(7, mark.deliveries());
        setMark.setString(8, mark.reason());
        setMark.setLong(9, mark.time());
        setMark.executeUpdate();
    }

    /** Writes what has gathered; the last step of a batch. */
    void flush() throws SQLException {
        for (SubscriptionChange.Counted last : counted.values()) {
            execute(
                    count,
                    last.turn(),
                    last.delivered(),
                    last.redelivered(),
                    last.acknowledged(),
                    last.rate(),
                    last.subscription());
        }
        for (Map.Entry<Long, Map<Long, Gathered>> subscription : positions.entrySet()) {
            for (Map.Entry<Long, Gathered> topic : subscription.getValue().entrySet()) {
                flush(subscription.getKey(), topic.getKey(), topic.getValue());
            }
        }
        counted.clear();
        positions.clear();
    }

    private void flush(long subscription, long topic, Gathered gathered) throws SQLException {
        if (gathered.next >= 0) {
            execute(setPosition, subscription, topic, gathered.next);
        }
        for (Map.Entry<Long, Optional<Run>> run : gathered.runs.entrySet()) {
            if (run.getValue().isPresent()) {
                write(subscription, topic, run.getValue().get());
            } else {
                execute(removeRun, subscription, topic, run.getKey());
            }
        }
    }

    private void write(long subscription, long topic, Run run) throws SQLException {
        setRun.setLong(1, subscription);
        setRun.setLong(2, topic);
        setRun.setLong(3, run.first());
        setRun.setLong(4, run.count());
        setRun.setString(5, run.state().name());
        setRun.setInt(6, run.deliveries());
        setRun.setLong(7, run.time());
        setRun.setLong(8, run.lease().index());
        setRun.setInt(9, run.lease().place());
        setRun.setString(10, run.consumer());
        setRun.setLong(11, run.key());
        setRun.executeUpdate();
    }

    private static void execute(PreparedStatement statement, long... numbers) throws SQLException {
        for (int i = 0; i < numbers.length; i++) {
            statement.setLong(i + 1, numbers[i]);
        }
        statement.executeUpdate();
    }
}
