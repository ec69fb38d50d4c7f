package io.skein.store;

import io.skein.machine.FeatureLevel;
import io.skein.raft.NodeId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Opens the database file, for writing by one or for reading by many, and brings its schema up to date. */
final class Database {
    /** In the header of the file, so that {@code file} and others can tell what it is: "SKEI". */
    static final int APPLICATION_ID = 0x534B4549;

    /** Scripts {@code schema/001.sql} to this one, applied in order; {@code user_version} says how far. */
    static final int SCHEMA_VERSION = 5;

    /** Every database is brought up to this one when it is opened; to later ones with the feature level of its cluster. */
    static final int FIRST_LEVEL_SCHEMA = 4;

    private static final int WRITER_CACHE_KIB = 32 << 10;
    private static final int READER_CACHE_KIB = 4 << 10;
    private static final int BUSY_MS = 250;

    static {
        NativeLibrary.load();
    }

    private Database() {}

    /** The one connection that writes. Transactions are begun and ended by statements. */
    static Connection openWriter(Path file, StoreConfig config) throws SQLException {
        SQLiteConfig sqlite = new SQLiteConfig();
        sqlite.setBusyTimeout(BUSY_MS);
        Connection connection = sqlite.createConnection("jdbc:sqlite:" + file);
        try (Statement pragma = connection.createStatement()) {
            // The page size holds only before the first table, and before WAL.
            pragma.execute("PRAGMA page_size = " + config.pageBytes());
            pragma.execute("PRAGMA journal_mode = WAL");
            boolean fsync = config.durability() == StoreConfig.Durability.FSYNC;
            pragma.execute("PRAGMA synchronous = " + (fsync ? "FULL" : "NORMAL"));
            // macOS: a flush that reaches the disk.
            pragma.execute("PRAGMA fullfsync = 1");
            pragma.execute("PRAGMA checkpoint_fullfsync = 1");
            // Checkpoints inside a commit make its p99 ten times its p50 (DESIGN D3).
            pragma.execute("PRAGMA wal_autocheckpoint = 0");
            pragma.execute("PRAGMA journal_size_limit = " + config.walLimitBytes());
            pragma.execute("PRAGMA cache_size = -" + WRITER_CACHE_KIB);
            pragma.execute("PRAGMA mmap_size = 0");
            pragma.execute("PRAGMA temp_store = MEMORY");
            return connection;
        } catch (SQLException failed) {
            connection.close();
            throw failed;
        }
    }

    static DataSource readers(Path file) {
        SQLiteConfig sqlite = new SQLiteConfig();
        sqlite.setReadOnly(true);
        sqlite.setBusyTimeout(2000);
        sqlite.setCacheSize(-READER_CACHE_KIB);
        sqlite.setPragma(SQLiteConfig.Pragma.MMAP_SIZE, "0");
        SQLiteDataSource source = new SQLiteDataSource(sqlite);
        source.setUrl("jdbc:sqlite:" + file);
        return source;
    }

    /** For a look at a file that is nobody's database yet. */
    static Connection openReader(Path file) throws SQLException {
        return readers(file).getConnection();
    }

    /**
     * Makes an empty database of the same schema and page size in an empty file, with the live one attached read-only as
     * {@code live}. Without a journal, and nothing is flushed: whoever fails throws the file away.
     */
    static Connection openCopy(Path file, Path live) throws SQLException {
        SQLiteConfig sqlite = new SQLiteConfig();
        sqlite.setBusyTimeout(BUSY_MS);
        Connection connection = sqlite.createConnection("jdbc:sqlite:" + file);
        try {
            try (PreparedStatement attach = connection.prepareStatement("ATTACH ? AS live")) {
                attach.setString(1, live.toUri() + "?mode=ro");
                attach.execute();
            }
            execute(connection, "PRAGMA main.page_size = " + number(connection, "PRAGMA live.page_size"));
            execute(connection, "PRAGMA main.journal_mode = OFF");
            execute(connection, "PRAGMA main.synchronous = OFF");
            execute(connection, "PRAGMA main.cache_size = -" + WRITER_CACHE_KIB);
            execute(connection, "PRAGMA live.cache_size = -" + READER_CACHE_KIB);
            execute(connection, "PRAGMA temp_store = MEMORY");
            // Not further than the live one: who takes it may run a build that knows no more.
            migrate(connection, 0, (int) number(connection, "PRAGMA live.user_version"));
            return connection;
        } catch (SQLException | RuntimeException failed) {
            connection.close();
            throw failed;
        }
    }

    /**
     * The schema that a cluster has at a feature level. A build that does not know the level refuses a database of that
     * schema, and as long as the level is not reached it finds nothing that it does not know: it may come back.
     */
    static int schemaOf(int featureLevel) {
        return featureLevel < FeatureLevel.LIMITS ? FIRST_LEVEL_SCHEMA : LimitRows.SCHEMA;
    }

    /** How far the scripts have come. */
    static int schemaVersion(Connection connection) throws SQLException {
        return (int) number(connection, "PRAGMA user_version");
    }

    /** Within the transaction that brings the first rows of the level: only new tables, as statements are prepared. */
    static void raise(Connection connection, int featureLevel) throws SQLException {
        int version = (int) number(connection, "PRAGMA user_version");
        for (int next = version + 1; next <= schemaOf(featureLevel); next++) {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate(script(next) + "; PRAGMA user_version = " + next);
            }
        }
    }

    /** Outside of a transaction; what is settled is at that level. */
    static void catchUp(Connection connection, int featureLevel) throws SQLException {
        migrate(connection, schemaVersion(connection), schemaOf(featureLevel));
    }

    /** Brings the schema of an opened database up to that of the first level, one transaction for each version. */
    static void migrate(Connection connection, Path file) throws SQLException {
        int version = (int) number(connection, "PRAGMA user_version");
        boolean blank = number(connection, "SELECT count(*) FROM sqlite_schema") == 0;
        if (!blank || version > 0) {
            checkKnown(connection, file);
        }
        migrate(connection, version, FIRST_LEVEL_SCHEMA);
    }

    private static void migrate(Connection connection, int from, int to) throws SQLException {
        for (int next = from + 1; next <= to; next++) {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("BEGIN IMMEDIATE; " + script(next) + "; PRAGMA application_id = "
                        + APPLICATION_ID + "; PRAGMA user_version = " + next + "; COMMIT");
            }
        }
    }

    /** @throws UnusableDatabase when it is not one of Skein, or a newer one's */
    static void checkKnown(Connection connection, Path file) throws SQLException {
        int version = (int) number(connection, "PRAGMA user_version");
        if ((int) number(connection, "PRAGMA application_id") != APPLICATION_ID) {
            throw new UnusableDatabase(file, "it is a database, but not one of Skein");
        }
        if (version > SCHEMA_VERSION) {
            throw UnusableDatabase.newer(
                    file, "its schema has version " + version + ", this Skein knows versions up to " + SCHEMA_VERSION);
        }
    }

    /**
     * Looks at a database that came from elsewhere: that it has just the tables that its version has.
     *
     * @throws UnusableDatabase when it has not
     */
    static void checkSchema(Connection connection, Path file) throws SQLException {
        checkKnown(connection, file);
        try (Connection model = new SQLiteConfig().createConnection("jdbc:sqlite::memory:")) {
            migrate(model, 0, (int) number(connection, "PRAGMA user_version"));
            if (!schema(model).equals(schema(connection))) {
                throw new UnusableDatabase(file, "its tables are not those of its schema version");
            }
        }
    }

    private static Set<String> schema(Connection connection) throws SQLException {
        Set<String> schema = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")) {
            while (row.next()) {
                schema.add(row.getString(1) + " " + row.getString(2) + ": " + row.getString(3));
            }
        }
        return schema;
    }

    /**
     * Whether the database has a row of its node.
     *
     * @throws UnusableDatabase when it is another node's
     */
    static boolean checkOwner(Connection connection, Path file, NodeId id) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT id FROM node")) {
            if (!row.next()) {
                return false;
            }
            if (!row.getString(1).equals(id.value())) {
                throw new UnusableDatabase(file, "it belongs to node " + row.getString(1) + ", and this is node " + id);
            }
            return true;
        }
    }

    /** Whose it is; empty when nobody's yet. */
    static Optional<NodeId> owner(Path file, StoreConfig config) throws SQLException {
        // For writing: what its write-ahead log still holds counts too.
        try (Connection connection = openWriter(file, config)) {
            checkKnown(connection, file);
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT id FROM node")) {
                return row.next() ? Optional.of(new NodeId(row.getString(1))) : Optional.empty();
            }
        }
    }

    /** Writes the first rows of a node that has none; its incarnation lies in the database file afterwards. */
    static void initialize(Connection connection, Path file, NodeId id) throws SQLException {
        if (checkOwner(connection, file, id)) {
            return;
        }
        long incarnation = newIncarnation();
        execute(connection, "BEGIN IMMEDIATE");
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO node VALUES (1, ?, ?, 0, 0, NULL, 0, 0, 0)")) {
            insert.setString(1, id.value());
            insert.setLong(2, incarnation);
            insert.executeUpdate();
        }
        execute(connection, "INSERT INTO state VALUES (1, 0, 0, 0, 0)");
        execute(connection, "INSERT INTO topic_id VALUES (1, 0)");
        execute(connection, "COMMIT");
        // The incarnation is to be lost with the database file, not with its write-ahead log.
        execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    static long newIncarnation() {
        SecureRandom random = new SecureRandom();
        long incarnation = random.nextLong();
        while (incarnation == 0) {
            incarnation = random.nextLong();
        }
        return incarnation;
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row; 0 when there is no row or it is NULL. */
    static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    /** See {@link Store#load}: what a new file goes through, in memory. */
    static void load() {
        try (Connection nowhere = new SQLiteConfig().createConnection("jdbc:sqlite::memory:")) {
            migrate(nowhere, 0, FIRST_LEVEL_SCHEMA);
            initialize(nowhere, Path.of(""), new NodeId("nobody"));
            ImageLoader loader = new ImageLoader(nowhere);
            loader.image(loader.progress());
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Whether nothing was written because the disk, a quota of pages, or the file system is full. */
    static boolean isFull(Throwable failure) {
        return failure instanceof SQLiteException e && primary(e) == SQLiteErrorCode.SQLITE_FULL.code;
    }

    /** Whether SQLite itself found the file damaged. */
    static boolean isDamage(Throwable failure) {
        return failure instanceof SQLiteException e
                && (primary(e) == SQLiteErrorCode.SQLITE_CORRUPT.code
                        || primary(e) == SQLiteErrorCode.SQLITE_NOTADB.code);
    }

    /** The primary result code: extended ones carry it in their low byte. */
    private static int primary(SQLiteException e) {
        return e.getResultCode().code & 0xFF;
    }

    private static String script(int version) {
        String name = String.format("/schema/%03d.sql", version);
        try (InputStream in = Database.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new AssertionError("no " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failed) {
            throw new AssertionError("cannot read " + name, failed);
        }
    }
}
