package io.skein.store;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import java.sql.SQLException;

/**
 * Rows of an answer as they go out, a JSON array of arrays, within a bound that is looked at with each value. Written where
 * the rows are read, so that no event loop does it.
 */
final class SqlRows {
    private final long most;
    private final Buffer json = Buffer.buffer("[");
    private int count;

    /** @param most bytes of all rows; besides, one row is held that may pass it by its last value */
    SqlRows(long most) {
        this.most = most;
    }

    int count() {
        return count;
    }

    interface Row {
        /** @param column from 1 */
        Object value(int column) throws SQLException;
    }

    /**
     * @param row asked for one value after the other, for no more than there is room for
     * @return false: with it the rows have more than they may; it is left out
     */
    boolean add(int width, Row row) throws SQLException {
        JsonArray values = new JsonArray();
        long least = json.length();
        for (int i = 1; i <= width; i++) {
            Object value = row.value(i);
            least += least(value);
            if (least > most) {
                return false;
            }
            values.add(value instanceof Double real && !Double.isFinite(real) ? real.toString() : value);
        }
        Buffer line = values.toBuffer();
        if (json.length() + line.length() + 2L > most) {
            return false;
        }
        if (count++ > 0) {
            json.appendByte((byte) ',');
        }
        json.appendBuffer(line);
        return true;
    }

    /** What it has at least in JSON: its bytes, two quotes or brackets and a comma. */
    private static int least(Object value) {
        return 2 + (value instanceof String text ? text.length() : value instanceof byte[] blob ? blob.length : 0);
    }

    /** What was added. To be called once, at the end. */
    byte[] json() {
        return json.appendByte((byte) ']').getBytes();
    }
}
