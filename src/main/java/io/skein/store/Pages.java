package io.skein.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;

/**
 * Reads a whole table in the order of its key, a page at a time and each with a statement of its own: a reader that stays
 * keeps the write-ahead log of whoever writes from beginning anew. So what is written meanwhile may be seen or not.
 */
final class Pages {
    /** Rows of one statement. */
    static final int ROWS = 100;

    private Pages() {}

    /**
     * @param key its columns, all of them numbers
     * @param columns what the visitor sees, from 1 on
     */
    static void each(Connection connection, String table, String key, String columns, ImageLoader.RowVisitor visitor)
            throws SQLException {
        int keys = key.split(",").length;
        String sql = "SELECT " + columns + ", " + key + " FROM main." + table + " WHERE (" + key + ") > (?"
                + ", ?".repeat(keys - 1) + ") ORDER BY " + key + " LIMIT " + ROWS;
        long[] after = new long[keys];
        Arrays.fill(after, Long.MIN_VALUE);
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            int rows;
            do {
                for (int i = 0; i < keys; i++) {
                    select.setLong(i + 1, after[i]);
                }
                rows = 0;
                try (ResultSet row = select.executeQuery()) {
                    int first = row.getMetaData().getColumnCount() - keys + 1;
                    while (row.next()) {
                        visitor.visit(row);
                        for (int i = 0; i < keys; i++) {
                            after[i] = row.getLong(first + i);
                        }
                        rows++;
                    }
                }
            } while (rows == ROWS);
        }
    }
}
