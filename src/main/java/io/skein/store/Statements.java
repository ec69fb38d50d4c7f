package io.skein.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Statements prepared once and used for every batch. They go together: after an error the driver has closed the one
 * that met it, so all are prepared again.
 */
final class Statements implements AutoCloseable {
    private final Connection connection;
    private final List<PreparedStatement> prepared = new ArrayList<>();

    Statements(Connection connection) {
        this.connection = connection;
    }

    PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        prepared.add(statement);
        return statement;
    }

    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement : prepared) {
            statement.close();
        }
    }
}
