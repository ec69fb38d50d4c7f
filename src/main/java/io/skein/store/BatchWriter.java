package io.skein.store;

import io.skein.machine.Change;
import io.skein.machine.KeyChange;
import io.skein.replica.WriteBatch;
import io.skein.replica.WriteBatch.Settled;
import io.skein.topic.TopicChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;

/**
 * Write batches to rows: one or several in one transaction, all or nothing. What must share a transaction does:
 * truncation with the entries that replace it, entries with the term they came under, term with vote, changes with the
 * settled index and the low-water marks.
 */
final class BatchWriter {
    /** Chunks that a batch removes at least, when there are so many to remove; more when it writes many. */
    private static final int REMOVED_AT_LEAST = 8;

    private final PreparedStatement begin;
    private final PreparedStatement commit;
    private final PreparedStatement rollback;
    private final PreparedStatement updateState;
    private final LogRows log;
    private final TopicRows topics;
    private final ChunkRows chunks;
    private final ProducerRows producers;
    private final KeyRows keys;
    private final Sweep sweep;
    private final Faults faults;
    private Progress progress;
    private boolean sweepLeft = true;
    private long commitNanos;

    BatchWriter(Connection connection, Progress progress, Faults faults) throws SQLException {
        this.progress = progress;
        this.faults = faults;
        // IMMEDIATE: the lock is taken here, where nothing is lost when somebody else holds it.
        begin = connection.prepareStatement("BEGIN IMMEDIATE");
        commit = connection.prepareStatement("COMMIT");
        rollback = connection.prepareStatement("ROLLBACK");
        updateState = connection.prepareStatement("UPDATE state SET idx = ?, term = ?, time = ?, hash = ?");
        log = new LogRows(connection);
        topics = new TopicRows(connection);
        chunks = new ChunkRows(connection);
        producers = new ProducerRows(connection);
        keys = new KeyRows(connection);
        sweep = new Sweep(connection);
    }

    Progress progress() {
        return progress;
    }

    /** Whether rows wait to be removed. */
    boolean sweepLeft() {
        return sweepLeft;
    }

    /** What the last COMMIT took. */
    long commitNanos() {
        return commitNanos;
    }

    /**
     * Writes batches, in order, in one transaction. When this returns they are durable and visible; when it throws and
     * {@link Database#isFull} says so, nothing of them is; after any other exception nobody knows, and nothing more may
     * be written.
     */
    void write(List<WriteOrder> orders) throws SQLException {
        begin.execute();
        Progress after = progress;
        boolean left;
        try {
            int written = 0;
            for (WriteOrder order : orders) {
                after = log.write(after, order.batch());
                written += writeChanges(order);
            }
            left = sweep.step(Math.max(REMOVED_AT_LEAST, 2 * written));
            faults.beforeCommit(after.batch());
            commit();
        } catch (SQLException failed) {
            rollback(failed);
            throw failed;
        }
        progress = after;
        sweepLeft = left;
        faults.afterCommit(after.batch());
    }

    /** Removes rows in a transaction of its own, for when there is nothing else to do. */
    void sweep() throws SQLException {
        begin.execute();
        try {
            sweepLeft = sweep.step(4 * REMOVED_AT_LEAST);
            commit();
        } catch (SQLException failed) {
            rollback(failed);
            throw failed;
        }
    }

    private void commit() throws SQLException {
        long start = System.nanoTime();
        commit.execute();
        commitNanos = System.nanoTime() - start;
    }

    private void rollback(SQLException failed) {
        topics.rollback();
        chunks.rollback();
        try {
            rollback.execute();
        } catch (SQLException alreadyRolledBack) {
            // SQLite ends the transaction by itself after some errors; then there is none to roll back.
            failed.addSuppressed(alreadyRolledBack);
        }
    }

    private int writeChanges(WriteOrder order) throws SQLException {
        WriteBatch batch = order.batch();
        if (batch.settled().isEmpty()) {
            if (!batch.changes().isEmpty() || !order.messages().isEmpty()) {
                throw new AssertionError("batch " + batch.number() + " has changes and no settled index");
            }
            return 0;
        }
        Settled settled = batch.settled().get();
        Iterator<StoredMessage> encoded = order.messages().iterator();
        for (Change change : batch.changes()) {
            write(change, encoded);
        }
        if (encoded.hasNext()) {
            throw new AssertionError("a message that no change of batch " + batch.number() + " appended");
        }
        topics.flush();
        int written = chunks.flush(settled.index());
        updateState.setLong(1, settled.index());
        updateState.setLong(2, settled.term());
        updateState.setLong(3, settled.time());
        updateState.setLong(4, settled.hash());
        updateState.executeUpdate();
        return written;
    }

    private void write(Change change, Iterator<StoredMessage> encoded) throws SQLException {
        if (change instanceof TopicChange.Appended appended) {
            topics.write(appended);
            chunks.gather(appended, encoded);
        } else if (change instanceof TopicChange.Deleted deleted) {
            topics.write(deleted);
            chunks.drop(deleted.topic());
        } else if (change instanceof TopicChange.Produced produced) {
            producers.write(produced);
        } else if (change instanceof TopicChange.AnswersForgotten forgotten) {
            producers.write(forgotten);
        } else if (change instanceof TopicChange.ProducerRemoved removed) {
            producers.write(removed);
        } else if (change instanceof TopicChange topicChange) {
            topics.write(topicChange);
        } else if (change instanceof KeyChange keyChange) {
            keys.write(keyChange);
        } else {
            throw new AssertionError("no rows for " + change);
        }
    }
}
