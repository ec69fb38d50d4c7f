package io.skein.store;

import java.io.File;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.sqlite.Function;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteLimits;

/**
 * A read-only connection that sees the published views and nothing else, and gives up what takes too much. Three locks, each
 * of which would do: names of tables that are no views lead nowhere ({@code TEMP} views that name nothing stand before them),
 * a statement names no schema ({@link SqlText}), and its program opens nothing but what lies beneath the views ({@link
 * SqlGuard}). Used by one thread at a time.
 */
final class SqlConnection {
    /** What is asked besides {@code message}: of some columns of a table, under its own name and theirs. */
    private static final Map<String, List<String>> OF_TABLES = new TreeMap<>(Map.of(
            "topic",
            List.of(
                    "name",
                    "created_time",
                    "max_age_ms",
                    "max_bytes",
                    "max_messages",
                    "on_full",
                    "format",
                    "ttl_ms",
                    "low_water",
                    "next_offset",
                    "total_bytes",
                    "trimmed_bytes",
                    "last_time"),
            "subscription",
            List.of(
                    "name",
                    "created_time",
                    "filter",
                    "lease_ms",
                    "max_deliveries",
                    "backoff_ms",
                    "dead_letter",
                    "by_key",
                    "paused",
                    "delivered",
                    "redelivered",
                    "acknowledged")));

    private static final String MESSAGE = "message";
    private static final List<String> OF_MESSAGE =
            List.of("topic", "offset", "cursor", "time", "key", "headers", "format", "content_type", "body", "body64");

    static final List<SqlView> VIEWS = Stream.concat(
                    Stream.of(new SqlView(MESSAGE, OF_MESSAGE)),
                    OF_TABLES.entrySet().stream()
                            .sorted(Map.Entry.<String, List<String>>comparingByKey()
                                    .reversed())
                            .map(one -> new SqlView(one.getKey(), one.getValue())))
            .toList();

    private static final Set<String> NAMES = VIEWS.stream().map(SqlView::name).collect(Collectors.toSet());

    /**
     * Steps of SQLite's machine between two looks at what is used up. A single one may copy a value, and SQLite looks only
     * where its program jumps: what can be between two looks {@link SqlGuard} bounds.
     */
    private static final int STEPS_A_LOOK = 50;
    /** Of a step that {@link SqlLike} takes; they are of the same order. */
    private static final int COMPARISONS_A_STEP = 4;
    /** Between two looks at the disk, which costs microseconds; in as long a disk takes a few megabytes. */
    private static final long DISK_LOOK_NANOS = 5_000_000;
    /** Of an answer, and what a statement may order or group by; each may have a value of the largest size in memory. */
    private static final int MOST_COLUMNS = 32;

    private static final int CACHE_KIB = 2_048;
    private final SQLiteConnection connection;
    private final SqlBudget budget;
    private final File temporary = temporaryFiles();
    private boolean running;
    private long deadline;
    private long steps;
    private long diskLook;
    private long freeAtFirst;
    private volatile boolean interrupted;
    private Optional<String> over = Optional.empty();

    private SqlConnection(SQLiteConnection connection, SqlBudget budget) {
        this.connection = connection;
        this.budget = budget;
    }

    static SqlConnection open(Path file, SqlBudget budget) throws SQLException {
        SQLiteConfig sqlite = new SQLiteConfig();
        sqlite.setReadOnly(true);
        sqlite.setBusyTimeout(1000);
        sqlite.setCacheSize(-CACHE_KIB);
        sqlite.setPragma(SQLiteConfig.Pragma.MMAP_SIZE, "0");
        SQLiteConnection connection = (SQLiteConnection) sqlite.createConnection("jdbc:sqlite:" + file);
        try {
            SqlConnection made = new SqlConnection(connection, budget);
            made.prepare();
            return made;
        } catch (SQLException | RuntimeException | Error failed) {
            connection.close();
            throw failed;
        }
    }

    private void prepare() throws SQLException {
        String body = text("SELECT sql FROM main.sqlite_schema WHERE type = 'view' AND name = 'message'");
        // Only in a view of the schema itself do bare names mean its own tables.
        String select = body.substring(body.indexOf("SELECT"))
                .replaceAll("\\b(FROM|JOIN) (chunk|topic|ttl|state)\\b", "$1 main.$2")
                .replaceFirst(
                        "SELECT\\s",
                        "SELECT c.id AS " + ShorterWay.CHUNK + ", c.last_time AS " + ShorterWay.CHUNK_END + ", ");
        List<String> tables = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite%'")) {
            while (row.next()) {
                tables.add(row.getString(1));
            }
        }
        for (String table : tables) {
            if (OF_TABLES.containsKey(table)) {
                view(table, "SELECT " + String.join(", ", OF_TABLES.get(table)) + " FROM main." + table);
            } else if (!table.equals(MESSAGE)) {
                view(table, "SELECT * FROM \"" + table + " (it is not open to SQL)\"");
            }
        }
        view(ShorterWay.VIEW, select);
        for (int arguments = 2; arguments <= 3; arguments++) {
            Function.create(connection, "like", new SqlLike(this::likeGoesOn), arguments, Function.FLAG_DETERMINISTIC);
        }
        Database.execute(connection, "PRAGMA query_only = ON");
        Database.execute(connection, "PRAGMA trusted_schema = OFF");
        Database.execute(connection, "PRAGMA cell_size_check = ON");
        limit(SQLiteLimits.SQLITE_LIMIT_LENGTH, budget.valueBytes());
        limit(SQLiteLimits.SQLITE_LIMIT_SQL_LENGTH, 4 * SqlText.MOST_CHARACTERS);
        limit(SQLiteLimits.SQLITE_LIMIT_COLUMN, MOST_COLUMNS);
        limit(SQLiteLimits.SQLITE_LIMIT_EXPR_DEPTH, 100);
        limit(SQLiteLimits.SQLITE_LIMIT_COMPOUND_SELECT, 12);
        limit(SQLiteLimits.SQLITE_LIMIT_VDBE_OP, 20_000);
        limit(SQLiteLimits.SQLITE_LIMIT_FUNCTION_ARG, 16);
        limit(SQLiteLimits.SQLITE_LIMIT_ATTACHED, 0);
        limit(SQLiteLimits.SQLITE_LIMIT_VARIABLE_NUMBER, 0);
        limit(SQLiteLimits.SQLITE_LIMIT_TRIGGER_DEPTH, 0);
        limit(SQLiteLimits.SQLITE_LIMIT_WORKER_THREADS, 0);
        ProgressHandler.setHandler(connection, STEPS_A_LOOK, new ProgressHandler() {
            @Override
            protected int progress() {
                return goesOn() ? 0 : 1;
            }
        });
    }

    private void view(String name, String select) throws SQLException {
        Database.execute(connection, "CREATE TEMP VIEW \"" + name + "\" AS " + select);
    }

    private void limit(SQLiteLimits what, int most) throws SQLException {
        connection.setLimit(what, most);
    }

    private String text(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.getString(1);
        }
    }

    /**
     * @param limit rows
     * @throws SqlRefused with a sentence for whoever asks
     * @throws SQLException when the connection is of no use any more
     */
    SqlResult ask(String sql, int limit) throws SQLException {
        SqlText text = SqlText.of(sql, NAMES);
        long begun = System.nanoTime();
        Database.execute(connection, "BEGIN");
        begin(begun);
        try {
            SqlGuard guard = new SqlGuard(connection);
            String asked = ShorterWay.of(text, OF_MESSAGE).orElse(text.sql());
            guard.check(asked);
            return run(asked, limit, begun);
        } catch (SQLiteException failed) {
            throw refusal(failed);
        } finally {
            running = false;
            Database.execute(connection, "ROLLBACK");
        }
    }

    private void begin(long now) {
        deadline = now + budget.ms() * 1_000_000;
        steps = 0;
        diskLook = now;
        freeAtFirst = temporary.getUsableSpace();
        over = Optional.empty();
        running = true;
    }

    /** Called by SQLite, on the thread that runs the statement. */
    private boolean goesOn() {
        if (!running) {
            return true;
        }
        steps += STEPS_A_LOOK;
        long now = System.nanoTime();
        if (interrupted) {
            over = Optional.of("the node ends, or takes another state");
        } else if (steps > budget.steps()) {
            over = Optional.of("it takes more than " + budget.steps() + " steps");
        } else if (now - deadline > 0) {
            over = Optional.of("it takes longer than " + budget.ms() + " ms");
        } else if (now - diskLook > DISK_LOOK_NANOS) {
            diskLook = now;
            if (freeAtFirst - temporary.getUsableSpace() > budget.temporaryBytes()) {
                over = Optional.of("it sorts or keeps more than " + budget.temporaryBytes() + " bytes meanwhile");
            }
        }
        return over.isEmpty();
    }

    private boolean likeGoesOn() {
        steps += SqlLike.COMPARISONS_A_LOOK / COMPARISONS_A_STEP;
        return goesOn();
    }

    private RuntimeException refusal(SQLiteException failed) throws SQLException {
        SQLiteErrorCode code = failed.getResultCode();
        if (over.isPresent() && interrupted) {
            return SqlRefused.away(failed);
        }
        if (over.isPresent()) {
            return SqlRefused.budget(over.get());
        }
        return switch (code) {
            case SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_AUTH, SQLITE_READONLY, SQLITE_RANGE, SQLITE_MISUSE ->
                SqlRefused.said(words(failed));
            case SQLITE_TOOBIG ->
                SqlRefused.budget("a value has more than " + budget.valueBytes()
                        + " bytes (a large message is longer as JSON: leave its topic out), or the statement too"
                        + " many parts");
            case SQLITE_FULL -> SqlRefused.budget("there is no room for its temporary files");
            case SQLITE_NOMEM -> SqlRefused.budget("it takes too much memory");
            case SQLITE_INTERRUPT -> SqlRefused.budget("it was interrupted");
            default -> throw failed;
        };
    }

    /** SQLite's own, without what the driver puts around them. */
    private static String words(SQLiteException failed) {
        String message = String.valueOf(failed.getMessage());
        int open = message.indexOf(" (");
        return message.startsWith("[") && open > 0 && message.endsWith(")")
                ? message.substring(open + 2, message.length() - 1)
                : message;
    }

    private SqlResult run(String sql, int limit, long begun) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            ResultSetMetaData head = row.getMetaData();
            int width = head.getColumnCount();
            List<String> columns = new ArrayList<>(width);
            for (int i = 1; i <= width; i++) {
                columns.add(head.getColumnLabel(i));
            }
            SqlRows rows = new SqlRows(budget.bytes());
            boolean truncated = false;
            while (row.next()) {
                if (rows.count() == limit) {
                    truncated = true;
                    break;
                }
                if (!rows.add(width, row::getObject)) {
                    if (rows.count() == 0) {
                        throw SqlRefused.budget("one row has more than " + budget.bytes() + " bytes");
                    }
                    truncated = true;
                    break;
                }
            }
            return new SqlResult(
                    columns, rows.json(), rows.count(), truncated, (System.nanoTime() - begun) / 1_000_000);
        }
    }

    /** From any thread. */
    static void interrupt(Optional<SqlConnection> connection) {
        connection.ifPresent(one -> one.interrupted = true);
    }

    void close() {
        try {
            connection.close();
        } catch (SQLException failed) {
            throw SqlRefused.away(failed);
        }
    }

    /** As SQLite looks for it on Unix; elsewhere the JDK's is near enough. */
    private static File temporaryFiles() {
        Map<String, String> environment = System.getenv();
        return Stream.of(
                        environment.getOrDefault("SQLITE_TMPDIR", ""),
                        environment.getOrDefault("TMPDIR", ""),
                        "/var/tmp",
                        "/usr/tmp",
                        "/tmp",
                        System.getProperty("java.io.tmpdir"))
                .filter(path -> !path.isEmpty())
                .map(File::new)
                .filter(path -> path.isDirectory() && path.canWrite())
                .findFirst()
                .orElse(new File("."));
    }
}
