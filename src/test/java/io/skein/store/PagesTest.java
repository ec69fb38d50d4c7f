package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PagesTest {
    @TempDir
    Path home;

    private Connection open() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + home.resolve("some.db"));
    }

    private static void add(Connection connection, long idx, long place) throws SQLException {
        Database.execute(connection, "INSERT INTO thing VALUES (" + idx + ", " + place + ")");
    }

    private static void table(Connection connection) throws SQLException {
        Database.execute(connection, "PRAGMA journal_mode=WAL");
        Database.execute(
                connection, "CREATE TABLE thing (idx INTEGER, place INTEGER, PRIMARY KEY (idx, place)) WITHOUT ROWID");
    }

    @Test
    void everyRowIsReadOnceInTheOrderOfItsKey() throws Exception {
        try (Connection connection = open()) {
            table(connection);
            for (int i = 0; i < 2 * Pages.ROWS; i++) {
                add(connection, i / 3, i % 3);
            }
            List<Long> found = new ArrayList<>();
            Pages.each(
                    connection,
                    "thing",
                    "idx, place",
                    "3 * idx, place",
                    row -> found.add(row.getLong(1) + row.getLong(2)));
            assertEquals(LongStream.range(0, 2 * Pages.ROWS).boxed().toList(), found);
        }
    }

    @Test
    void noStatementStaysForLongerThanItsPage() throws Exception {
        try (Connection reader = open();
                Connection writer = open()) {
            table(writer);
            for (int i = 0; i < Pages.ROWS; i++) {
                add(writer, i, 0);
            }
            List<Long> found = new ArrayList<>();
            Pages.each(reader, "thing", "idx, place", "idx", row -> {
                if (found.isEmpty()) {
                    add(writer, 1_000, 0);
                }
                found.add(row.getLong(1));
            });
            assertEquals(1_000, found.get(found.size() - 1), "the second page saw what was written during the first");
        }
    }
}
