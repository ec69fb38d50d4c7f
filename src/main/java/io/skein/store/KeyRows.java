package io.skein.store;

import io.skein.machine.KeyChange;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;

/** Writes the window of idempotency keys: tables {@code idempotency} and {@code answer}. */
final class KeyRows {
    private final PreparedStatement insertKey;
    private final PreparedStatement insertAnswer;
    private final PreparedStatement forgetKeys;
    private final PreparedStatement forgetAnswers;

    KeyRows(Statements statements) throws SQLException {
        insertKey = statements.prepare("INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        insertAnswer = statements.prepare("INSERT INTO answer VALUES (?, ?, ?, ?)");
        forgetKeys = statements.prepare("DELETE FROM idempotency WHERE (idx, place) <= (?, ?)");
        forgetAnswers = statements.prepare("DELETE FROM answer WHERE (idx, place) <= (?, ?)");
    }

    void write(KeyChange change) throws SQLException {
        if (change instanceof KeyChange.KeyRemembered remembered) {
            remember(remembered);
        } else if (change instanceof KeyChange.KeysForgotten forgotten) {
            forget(forgetKeys, forgotten);
            forget(forgetAnswers, forgotten);
        } else {
            throw new AssertionError("unknown: " + change);
        }
    }

    private void remember(KeyChange.KeyRemembered remembered) throws SQLException {
        insertKey.setLong(1, remembered.index());
        insertKey.setInt(2, remembered.place());
        insertKey.setLong(3, remembered.key().scopeHigh());
        insertKey.setLong(4, remembered.key().scopeLow());
        insertKey.setLong(5, remembered.key().bodyHash());
        insertKey.setLong(6, remembered.time());
        if (remembered.brief().isPresent()) {
            insertKey.setInt(7, remembered.brief().get().kind());
            insertKey.setLong(8, remembered.brief().get().number());
        } else {
            insertKey.setNull(7, Types.INTEGER);
            insertKey.setNull(8, Types.INTEGER);
            insertAnswer.setLong(1, remembered.index());
            insertAnswer.setInt(2, remembered.place());
            insertAnswer.setLong(3, Checksum.ofAnswer(remembered.index(), remembered.place(), remembered.answer()));
            insertAnswer.setBytes(4, remembered.answer());
            insertAnswer.executeUpdate();
        }
        insertKey.executeUpdate();
    }

    private static void forget(PreparedStatement statement, KeyChange.KeysForgotten forgotten) throws SQLException {
        statement.setLong(1, forgotten.index());
        statement.setInt(2, forgotten.place());
        statement.executeUpdate();
    }
}
