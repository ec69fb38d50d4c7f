package io.skein.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Decides what a statement may read, by the program that SQLite made of it ({@code EXPLAIN}). The driver has no authorizer
 * (sqlite3_set_authorizer); a program names everything it will open and call, whatever the statement called it: tables and
 * indexes by their root pages, virtual tables by their addresses, functions by their names. What is not known to be harmless
 * is refused.
 *
 * <p>Used within one read transaction, so that root pages mean the same when the statement is run.
 */
final class SqlGuard {
    /** Tables beneath the views. None of them holds anything of accounts, sessions or mail. */
    private static final Set<String> TABLES = Set.of("chunk", "topic", "ttl", "state", "subscription");

    /** Opcodes that open for writing, look at the schema or change what the connection is. */
    private static final Set<String> FORBIDDEN = Set.of(
            "OpenWrite",
            "CreateBtree",
            "Destroy",
            "Clear",
            "ParseSchema",
            "SqlExec",
            "LoadAnalysis",
            "DropTable",
            "DropIndex",
            "DropTrigger",
            "IntegrityCk",
            "VBegin",
            "VCreate",
            "VDestroy",
            "VRename",
            "VUpdate",
            "VCheck",
            "Vacuum",
            "IncrVacuum",
            "Checkpoint",
            "JournalMode",
            "SetCookie",
            "ReadCookie",
            "Pagecount",
            "MaxPgcnt",
            "AutoCommit",
            "Savepoint",
            "Program",
            "Expire",
            "TableLock",
            "CursorLock");

    /**
     * Functions that take no longer than what they are given and give back no more than a little of it. Not among them: what
     * looks for one text in another (replace, instr, glob, trim with characters; two texts of megabytes take hours, which
     * nothing interrupts; {@code like} is {@link SqlLike}), what grows without SQLite's limit of a text (json_group_array,
     * json_pretty, replicate, percentile, group_concat with separators, of which it keeps a list), what is of the
     * connection or the program (load_extension, sqlite_compileoption_get, last_insert_rowid), and whatever a later SQLite
     * or driver adds.
     */
    private static final Set<String> FUNCTIONS = Set.of(
            ("-> ->> abs acos acosh asin asinh atan atan2 atanh avg ceil ceiling char coalesce concat concat_ws cos cosh count "
                            + "cume_dist current_date current_time current_timestamp date datetime degrees dense_rank exp "
                            + "first_value floor format hex ifnull iif json json_array json_array_length "
                            + "json_extract json_object json_quote json_type json_valid julianday lag last_value lead "
                            + "length like ln log log10 log2 lower max min mod nth_value ntile nullif octet_length "
                            + "percent_rank pi pow power printf quote radians "
                            + "random rank round row_number sign sin sinh sqrt strftime substr substring sum "
                            + "tan tanh time timediff total trunc typeof unicode unixepoch upper")
                    .split(" "));

    /** With one argument they take white space, or put a comma between. */
    private static final Set<String> OF_ONE = Set.of("trim", "ltrim", "rtrim", "group_concat");

    /** Opcodes that take the same whatever they are given. */
    private static final Set<String> CONSTANTS =
            Set.of("String8", "Integer", "Int64", "Real", "Null", "Variable", "Goto", "Gosub", "Return", "Once");
    /** Opcodes that may leave a text or a blob of the largest size in a register of their own. */
    private static final Set<String> COPIES =
            Set.of("Column", "VColumn", "Function", "PureFunc", "AggValue", "AggFinal", "Concat", "Copy");
    /**
     * Between two of its jumps nothing ends a program (sqlite.org/c3ref/progress_handler.html), so this is what it may take
     * beyond its time: so many calls of 10 ns a byte, so many other steps of 1 ns a byte, on the largest values.
     */
    private static final int MOST_CALLS = 64;

    private static final int MOST_STEPS = 1_000;
    /** So many of the largest values are there at once, outside of the heap. */
    private static final int MOST_COPIES = 200;

    private static final Pattern CALL = Pattern.compile("(.+)\\((-?\\d+)\\)");
    private static final int ROOT_IN_REGISTER = 0x10;

    private final Connection connection;
    private final Set<Long> roots = new HashSet<>();
    private final Map<Long, String> others = new HashMap<>();
    private final Set<String> virtual = new HashSet<>();

    /** In the transaction in which statements are then run. */
    SqlGuard(Connection connection) throws SQLException {
        this.connection = connection;
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT tbl_name, rootpage FROM main.sqlite_schema WHERE type IN ('table', 'index')")) {
            while (row.next()) {
                if (TABLES.contains(row.getString(1))) {
                    roots.add(row.getLong(2));
                } else {
                    others.put(row.getLong(2), row.getString(1));
                }
            }
        }
        // Not json_tree: for its column "path" it looks the whole text through for each dot of a path.
        try (Statement statement = connection.createStatement();
                ResultSet step = statement.executeQuery("EXPLAIN SELECT 1 FROM main.json_each('[]')")) {
            while (step.next()) {
                if (step.getString("opcode").equals("VOpen")) {
                    virtual.add(step.getString("p4"));
                }
            }
        }
    }

    /** @throws SqlRefused with a sentence when the statement's program does anything that is not allowed */
    void check(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet step = statement.executeQuery("EXPLAIN " + sql)) {
            int calls = 0;
            int steps = 0;
            int copies = 0;
            while (step.next()) {
                String opcode = step.getString("opcode");
                calls += isCall(opcode) || opcode.equals("VFilter") ? 1 : 0;
                steps += CONSTANTS.contains(opcode) ? 0 : 1;
                copies += COPIES.contains(opcode) ? 1 : 0;
                check(
                        opcode,
                        step.getLong("p1"),
                        step.getLong("p2"),
                        step.getLong("p3"),
                        step.getString("p4"),
                        step.getLong("p5"));
            }
            limit(calls, MOST_CALLS, "calls of functions");
            limit(copies, MOST_COPIES, "values of columns and expressions");
            limit(steps, MOST_STEPS, "steps");
        }
    }

    private static void limit(int count, int most, String what) {
        if (count > most) {
            throw SqlRefused.budget("the program that SQLite makes of it has " + count + " " + what + "; " + most
                    + " at most, as between them nothing ends it");
        }
    }

    private static boolean isCall(String opcode) {
        return switch (opcode) {
            case "Function", "PureFunc", "AggStep", "AggStep1", "AggInverse", "AggValue", "AggFinal" -> true;
            default -> false;
        };
    }

    private void check(String opcode, long p1, long p2, long p3, String p4, long p5) {
        if (FORBIDDEN.contains(opcode)) {
            throw SqlRefused.said("nothing is changed here, and nothing is asked of the database itself");
        }
        switch (opcode) {
            case "Transaction" -> {
                if (p2 != 0 || p1 < 0 || p1 > 1) {
                    throw SqlRefused.said("nothing is changed here");
                }
            }
            case "OpenRead", "ReopenIdx" -> {
                if (p3 != 0 || (p5 & ROOT_IN_REGISTER) != 0 || !roots.contains(p2)) {
                    throw SqlRefused.said(
                            others.getOrDefault(p2, "what SQLite keeps for itself") + " is not open to SQL");
                }
            }
            case "VOpen" -> {
                if (!virtual.contains(p4)) {
                    throw SqlRefused.said("of table-valued functions there is json_each");
                }
            }
            case "Function", "PureFunc", "AggStep", "AggStep1", "AggInverse", "AggValue", "AggFinal" -> call(p4);
            default -> {
                if (opcode.startsWith("Open") && !opcode.matches("OpenEphemeral|OpenAutoindex|OpenPseudo|OpenDup")) {
                    throw SqlRefused.said("it opens something that is not known here (" + opcode + ")");
                }
            }
        }
    }

    private static void call(String p4) {
        Matcher call = CALL.matcher(p4 == null ? "" : p4);
        boolean isHarmless = call.matches()
                && (FUNCTIONS.contains(call.group(1))
                        || OF_ONE.contains(call.group(1)) && call.group(2).equals("1"));
        if (!isHarmless) {
            throw SqlRefused.said("the function " + p4 + " cannot be used here");
        }
    }
}
