package io.skein.store;

import io.skein.topic.TopicChange;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Writes the steps of producers that number their commands: tables {@code producer} and {@code producer_answer}. */
final class ProducerRows {
    /** Answers kept of one producer (API.md section 2). */
    static final int WINDOW = 1024;

    private static final String ID = "(SELECT id FROM producer WHERE name = ?)";

    private final PreparedStatement upsert;
    private final PreparedStatement forgetOldEpoch;
    private final PreparedStatement insertAnswer;
    private final PreparedStatement forgetAnswers;
    private final PreparedStatement emptyAnswer;
    private final PreparedStatement removeAnswers;
    private final PreparedStatement remove;

    ProducerRows(Statements statements) throws SQLException {
        forgetOldEpoch = statements.prepare(
                "DELETE FROM producer_answer WHERE producer_id = (SELECT id FROM producer WHERE name = ? AND epoch < ?)");
        upsert = statements.prepare("""
                INSERT INTO producer (name, epoch) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch WHERE epoch <> excluded.epoch""");
        insertAnswer = statements.prepare("INSERT INTO producer_answer VALUES (" + ID + ", ?, ?, ?)");
        forgetAnswers =
                statements.prepare("DELETE FROM producer_answer WHERE producer_id = " + ID + " AND number <= ?");
        emptyAnswer = statements.prepare(
                "UPDATE producer_answer SET answer = x'' WHERE producer_id = " + ID + " AND number = ?");
        removeAnswers = statements.prepare("DELETE FROM producer_answer WHERE producer_id = " + ID);
        remove = statements.prepare("DELETE FROM producer WHERE name = ?");
    }

    void write(TopicChange.Produced produced) throws SQLException {
        forgetOldEpoch.setString(1, produced.producer());
        forgetOldEpoch.setLong(2, produced.epoch());
        forgetOldEpoch.executeUpdate();
        upsert.setString(1, produced.producer());
        upsert.setLong(2, produced.epoch());
        upsert.executeUpdate();
        insertAnswer.setString(1, produced.producer());
        insertAnswer.setLong(2, produced.number());
        insertAnswer.setLong(3, produced.time());
        insertAnswer.setBytes(4, produced.answer());
        insertAnswer.executeUpdate();
        if (produced.number() > WINDOW) {
            forget(produced.producer(), produced.number() - WINDOW);
        }
    }

    void write(TopicChange.AnswersForgotten forgotten) throws SQLException {
        forget(forgotten.producer(), forgotten.last() - 1);
        emptyAnswer.setString(1, forgotten.producer());
        emptyAnswer.setLong(2, forgotten.last());
        emptyAnswer.executeUpdate();
    }

    void write(TopicChange.ProducerRemoved removed) throws SQLException {
        removeAnswers.setString(1, removed.producer());
        removeAnswers.executeUpdate();
        remove.setString(1, removed.producer());
        remove.executeUpdate();
    }

    private void forget(String producer, long through) throws SQLException {
        forgetAnswers.setString(1, producer);
        forgetAnswers.setLong(2, through);
        forgetAnswers.executeUpdate();
    }
}
