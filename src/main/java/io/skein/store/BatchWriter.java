package io.skein.store;

import io.skein.account.AccountChange;
import io.skein.machine.Change;
import io.skein.machine.FeatureRaised;
import io.skein.machine.KeyChange;
import io.skein.mailbox.MailChange;
import io.skein.replica.WriteBatch;
import io.skein.replica.WriteBatch.Settled;
import io.skein.subscription.SubscriptionChange;
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
    /** Mails of accounts that are gone that a batch removes at most; four times as many when there is nothing else to do. */
    private static final int MAILS_REMOVED = 64;

    private final Connection connection;
    private final Faults faults;
    private final HeldTrims held;
    private Prepared prepared;
    private Progress progress;
    private boolean sweepLeft = true;
    private long commitNanos;

    /** Everything that holds statements. */
    private static final class Prepared {
        final Statements statements;
        final PreparedStatement begin;
        final PreparedStatement commit;
        final PreparedStatement updateState;
        final LogRows log;
        final TopicRows topics;
        final ChunkRows chunks;
        final ProducerRows producers;
        final KeyRows keys;
        final SubscriptionRows subscriptions;
        final AccountRows accounts;
        final MailRows mails;
        final Sweep sweep;

        Prepared(Connection connection, HeldTrims held) throws SQLException {
            statements = new Statements(connection);
            // IMMEDIATE: the lock is taken here, where nothing is lost when somebody else holds it.
            begin = statements.prepare("BEGIN IMMEDIATE");
            commit = statements.prepare("COMMIT");
            updateState = statements.prepare("UPDATE state SET idx = ?, term = ?, time = ?, hash = ?");
            log = new LogRows(statements);
            topics = new TopicRows(statements);
            chunks = new ChunkRows(statements);
            producers = new ProducerRows(statements);
            keys = new KeyRows(statements);
            subscriptions = new SubscriptionRows(statements);
            accounts = new AccountRows(statements, Database.schemaVersion(connection));
            mails = new MailRows(statements);
            sweep = new Sweep(statements, held);
        }
    }

    BatchWriter(Connection connection, Progress progress, Holds holds, Faults faults) throws SQLException {
        this.connection = connection;
        this.progress = progress;
        this.faults = faults;
        this.held = new HeldTrims(holds);
        prepared = new Prepared(connection, held);
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
        prepared.begin.execute();
        Progress after = progress;
        boolean left;
        try {
            int written = 0;
            for (WriteOrder order : orders) {
                after = prepared.log.write(after, order.batch());
                written += writeChanges(order);
            }
            // Only changes leave something to remove.
            boolean settles =
                    orders.stream().anyMatch(order -> order.batch().settled().isPresent());
            left = (sweepLeft || settles) && sweep(Math.max(REMOVED_AT_LEAST, 2 * written), MAILS_REMOVED);
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
        prepared.begin.execute();
        try {
            faults.beforeSweep();
            boolean left = sweep(4 * REMOVED_AT_LEAST, 4 * MAILS_REMOVED);
            commit();
            sweepLeft = left;
        } catch (SQLException failed) {
            rollback(failed);
            throw failed;
        }
    }

    private boolean sweep(int chunks, int mails) throws SQLException {
        boolean chunksLeft = prepared.sweep.step(chunks);
        return prepared.mails.sweep(mails) || chunksLeft;
    }

    private void commit() throws SQLException {
        long start = System.nanoTime();
        prepared.commit.execute();
        commitNanos = System.nanoTime() - start;
    }

    private void rollback(SQLException failed) throws SQLException {
        try {
            Database.execute(connection, "ROLLBACK");
        } catch (SQLException alreadyRolledBack) {
            // SQLite ends the transaction by itself after some errors; then there is none to roll back.
            failed.addSuppressed(alreadyRolledBack);
        }
        try {
            prepared.statements.close();
            prepared = new Prepared(connection, held);
        } catch (SQLException worse) {
            worse.addSuppressed(failed);
            throw worse;
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
        prepared.topics.flush();
        prepared.subscriptions.flush();
        prepared.mails.flush();
        int written = prepared.chunks.flush(settled.index());
        prepared.updateState.setLong(1, settled.index());
        prepared.updateState.setLong(2, settled.term());
        prepared.updateState.setLong(3, settled.time());
        prepared.updateState.setLong(4, settled.hash());
        prepared.updateState.executeUpdate();
        return written;
    }

    private void write(Change change, Iterator<StoredMessage> encoded) throws SQLException {
        if (change instanceof TopicChange.Appended appended) {
            prepared.topics.write(appended);
            prepared.chunks.gather(appended, encoded);
        } else if (change instanceof TopicChange.Deleted deleted) {
            prepared.topics.write(deleted);
            if (!held.trimmed(deleted.topic(), Long.MAX_VALUE)) {
                prepared.chunks.drop(deleted.topic());
            }
            prepared.subscriptions.topicDeleted(deleted.topic());
        } else if (change instanceof TopicChange.Produced produced) {
            prepared.producers.write(produced);
        } else if (change instanceof TopicChange.AnswersForgotten forgotten) {
            prepared.producers.write(forgotten);
        } else if (change instanceof TopicChange.ProducerRemoved removed) {
            prepared.producers.write(removed);
        } else if (change instanceof TopicChange topicChange) {
            if (change instanceof TopicChange.Trimmed trimmed) {
                held.trimmed(trimmed.topic(), trimmed.lowWater());
            }
            prepared.topics.write(topicChange);
        } else if (change instanceof SubscriptionChange subscriptionChange) {
            prepared.subscriptions.write(subscriptionChange);
        } else if (change instanceof AccountChange accountChange) {
            prepared.accounts.write(accountChange);
            if (change instanceof AccountChange.AccountGone gone) {
                prepared.mails.accountGone(gone.account());
            }
        } else if (change instanceof MailChange mailChange) {
            prepared.mails.write(mailChange);
        } else if (change instanceof KeyChange keyChange) {
            prepared.keys.write(keyChange);
        } else if (change instanceof FeatureRaised raised) {
            Database.raise(connection, raised.level());
            prepared.accounts.raised(Database.schemaVersion(connection));
        } else {
            throw new AssertionError("no rows for " + change.getClass());
        }
    }
}
