package io.skein.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Removes, a few at a time, the rows that nobody may see any more: of trimmed topics those wholly below the low-water
 * mark, of deleted topics all. What is left to do stands in table {@code sweep}, so that it goes on after a restart.
 *
 * <p>The chunk that ends at the mark stays when the trim's cursor is later than that of the last message that went, which
 * only this chunk knows ({@link Reader#locate}): whoever has seen that message is to be told of no gap. The next trim
 * takes it along. Rows that somebody is about to read for an outcome stay a while longer ({@link Holds}).
 */
final class Sweep {
    private static final int SMALL_ROWS = 512;

    private final HeldTrims held;
    private final PreparedStatement next;
    private final PreparedStatement deleteChunks;
    private final PreparedStatement deleteMarks;
    private final PreparedStatement deleteTtl;
    private final PreparedStatement done;

    Sweep(Statements statements, HeldTrims held) throws SQLException {
        this.held = held;
        next = statements.prepare("""
                SELECT s.topic_id, coalesce(t.low_water, 0x7FFFFFFFFFFFFFFF), coalesce(t.trimmed_idx, 0),
                    coalesce(t.trimmed_place, 0)
                FROM sweep s LEFT JOIN topic t ON t.id = s.topic_id
                WHERE s.topic_id > ? ORDER BY s.topic_id LIMIT 1""");
        // The chunks of a topic stand in order, so those that can go are the first ones.
        deleteChunks = statements.prepare("""
                DELETE FROM chunk WHERE id IN (
                    SELECT id FROM (SELECT id, base_offset + count AS next, last_idx, last_place FROM chunk
                                    WHERE topic_id = ?1 ORDER BY id LIMIT ?2)
                    WHERE next < ?3 OR next = ?3 AND (last_idx, last_place) >= (?4, ?5))""");
        deleteMarks = statements.prepare("""
                DELETE FROM mark WHERE topic_id = ?1 AND end <= ?2 AND end <= coalesce(
                    (SELECT end FROM mark WHERE topic_id = ?1 ORDER BY end LIMIT 1 OFFSET ?3), ?2)""");
        deleteTtl = statements.prepare("""
                DELETE FROM ttl WHERE topic_id = ?1 AND "offset" < ?2 AND "offset" <= coalesce(
                    (SELECT "offset" FROM ttl WHERE topic_id = ?1 ORDER BY "offset" LIMIT 1 OFFSET ?3), ?2)""");
        done = statements.prepare("DELETE FROM sweep WHERE topic_id = ?");
    }

    /**
     * Removes at most {@code chunks} chunks and a bounded number of smaller rows, inside the transaction that is open.
     *
     * @return whether something is left
     */
    boolean step(int chunks) throws SQLException {
        int budget = chunks;
        int small = 4 * SMALL_ROWS;
        long topic = 0;
        boolean left = false;
        while (true) {
            next.setLong(1, topic);
            long lowWater;
            long trimmedIndex;
            int trimmedPlace;
            try (ResultSet row = next.executeQuery()) {
                if (!row.next()) {
                    return left;
                }
                topic = row.getLong(1);
                lowWater = row.getLong(2);
                trimmedIndex = row.getLong(3);
                trimmedPlace = row.getInt(4);
            }
            if (budget <= 0 || small <= 0) {
                return true;
            }
            deleteChunks.setLong(1, topic);
            deleteChunks.setInt(2, budget);
            long limit = held.limit(topic, lowWater);
            deleteChunks.setLong(3, limit);
            deleteChunks.setLong(4, trimmedIndex);
            deleteChunks.setInt(5, trimmedPlace);
            int deleted = deleteChunks.executeUpdate();
            int marks = deleteSmall(deleteMarks, topic, lowWater);
            int ttls = deleteSmall(deleteTtl, topic, lowWater);
            if (limit == lowWater && deleted < budget && marks < SMALL_ROWS && ttls < SMALL_ROWS) {
                done.setLong(1, topic);
                done.executeUpdate();
            } else {
                left = true;
            }
            budget -= deleted + 1;
            small -= marks + ttls;
        }
    }

    private static int deleteSmall(PreparedStatement statement, long topic, long lowWater) throws SQLException {
        statement.setLong(1, topic);
        statement.setLong(2, lowWater);
        statement.setInt(3, SMALL_ROWS - 1);
        return statement.executeUpdate();
    }
}
