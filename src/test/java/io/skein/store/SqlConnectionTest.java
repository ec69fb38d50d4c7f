package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be asked in SQL, and what may not, over a real database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class SqlConnectionTest {
    private static final int MESSAGES = 2_000;
    /** Small enough that a statement without an end is given up at once. */
    private static final SqlBudget SMALL = new SqlBudget(3_000_000, 2_000, 64L << 20, 1 << 20, 1_000, 5_000, 1 << 20);

    private Path file;
    private SqlConnection connection;

    @BeforeAll
    void begin(@TempDir Path directory) throws Exception {
        file = SqlDatabase.make(directory, MESSAGES);
        connection = SqlConnection.open(file, SMALL);
    }

    @AfterAll
    void end() {
        connection.close();
    }

    private List<List<Object>> rows(String sql) throws SQLException {
        return rows(connection.ask(sql, SMALL.rows()));
    }

    @SuppressWarnings("unchecked")
    static List<List<Object>> rows(SqlResult result) {
        return new JsonArray(Buffer.buffer(result.rows()))
                .stream().map(row -> (List<Object>) ((JsonArray) row).getList()).toList();
    }

    private SqlRefused refused(String sql) {
        return assertThrows(SqlRefused.class, () -> connection.ask(sql, 100), sql);
    }

    // What may be asked.

    @Test
    void everyPublishedColumnIsThere() throws SQLException {
        for (SqlView view : SqlConnection.VIEWS) {
            assertEquals(
                    view.columns(),
                    connection
                            .ask("SELECT * FROM " + view.name() + " LIMIT 1", 1)
                            .columns());
        }
        assertEquals(
                List.of("message", "topic", "subscription"),
                SqlConnection.VIEWS.stream().map(SqlView::name).toList());
    }

    @Test
    void messagesTopicsAndSubscriptionsAreJoinedCountedAndTakenApart() throws SQLException {
        assertEquals(List.of(List.of(MESSAGES)), rows("SELECT count(*) FROM message WHERE topic = 'a'"));
        assertEquals(
                List.of(List.of("a", MESSAGES), List.of("b", MESSAGES - 5)),
                rows("SELECT topic, count(*) FROM message GROUP BY topic ORDER BY topic"));
        assertEquals(
                List.of(List.of(41, "k2")),
                rows("SELECT body ->> '$.n', key FROM message WHERE topic = 'a' AND \"offset\" = 41"));
        assertEquals(List.of(List.of("work", 4)), rows("SELECT name, delivered - acknowledged FROM subscription"));
        assertEquals(
                List.of(List.of("empty")),
                rows("SELECT name FROM topic WHERE name NOT IN (SELECT topic FROM message)"));
        assertEquals(
                List.of(List.of("n", 7)),
                rows(
                        "SELECT j.key, j.value FROM message m, json_each(m.body) j WHERE m.topic = 'a' AND m.\"offset\" = 7"));
        assertEquals(
                List.of(List.of(1), List.of(2), List.of(3)),
                rows("WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n;"));
        assertEquals(
                List.of(List.of(2)),
                rows("SELECT rank() OVER (ORDER BY \"offset\") FROM message WHERE topic = 'a' LIMIT 1 OFFSET 1"));
    }

    @Test
    void anAnswerEndsEarlyAtItsLimitAndSaysSo() throws SQLException {
        SqlResult some = connection.ask("SELECT \"offset\" FROM message", 3);
        assertEquals(3, some.count());
        assertEquals(3, rows(some).size());
        assertTrue(some.truncated());
        assertFalse(connection.ask("SELECT 1", 1).truncated());
        SqlResult large =
                connection.ask("SELECT body, printf('%500d', 1) FROM message, (VALUES (1), (2), (3), (4))", 5_000);
        assertTrue(large.truncated());
        assertTrue(large.count() < 5_000);
        assertTrue(large.rows().length <= SMALL.bytes());
        assertTrue(large.rows().length > SMALL.bytes() - 1_000, "as much as there is room for");
    }

    // The first and the last of a topic.

    static List<String> plainOnes() {
        return List.of(
                "SELECT * FROM message WHERE topic = 'a' ORDER BY \"offset\" DESC LIMIT 100",
                "SELECT \"offset\", body FROM message WHERE 'b' == topic ORDER BY \"offset\" LIMIT 20",
                "select [offset], *, key from message where topic='a' and key = 'k1' order by offset asc limit 7 offset 3",
                "SELECT cursor FROM message WHERE time > 1100 AND topic = 'b' AND (key = 'k1' OR key = 'k2') ORDER BY"
                        + " \"offset\" DESC LIMIT 50",
                "SELECT message.time, upper(body) FROM message WHERE message.\"offset\" < 40 AND topic = 'b' ORDER BY"
                        + " \"offset\" DESC",
                "SELECT count(*) FROM message WHERE topic = 'a' ORDER BY \"offset\" DESC LIMIT 1",
                "SELECT * FROM message WHERE time > 2950 AND key = 'k1' ORDER BY topic, \"offset\"",
                "SELECT topic, count(*) FROM message WHERE time >= (1000 + 1990) GROUP BY topic HAVING count(*) > 1 ORDER BY"
                        + " topic",
                "SELECT DISTINCT key FROM message WHERE topic = 'b' AND time > unixepoch('now') - unixepoch('now') + 2000 ORDER"
                        + " BY key",
                "SELECT *, 1 FROM message WHERE time > strftime('%s', 0, 'unixepoch') + 2500 AND topic = 'a' ORDER BY \"offset\""
                        + " DESC LIMIT 30",
                "SELECT DISTINCT * FROM message WHERE time > 2950 ORDER BY 1, 2",
                "SELECT topic, \"offset\" FROM message WHERE topic = 'it''s' ORDER BY \"offset\" DESC LIMIT 5");
    }

    @ParameterizedTest
    @MethodSource("plainOnes")
    void plainFormsAreAskedByAShorterWayAndTheRowsAreTheSame(String sql) throws SQLException {
        List<String> columns = SqlConnection.VIEWS.get(0).columns();
        SqlText text = SqlText.of(sql, Set.of("message"));
        assertTrue(ShorterWay.of(text, columns).isPresent(), sql);
        // A condition that is always true, and that the shorter way is not sure of.
        String small = sql.toLowerCase(Locale.ROOT);
        int order = small.contains("group by") ? small.indexOf("group by") : small.indexOf("order by");
        String asItIs = sql.substring(0, order) + " AND 1 IS 1 " + sql.substring(order);
        assertTrue(ShorterWay.of(SqlText.of(asItIs, Set.of("message")), columns).isEmpty());
        assertEquals(
                connection.ask(asItIs, 1_000).columns(),
                connection.ask(sql, 1_000).columns());
        assertEquals(rows(connection.ask(asItIs, 1_000)), rows(connection.ask(sql, 1_000)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM message ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT * FROM message WHERE topic = 'a' OR topic = 'b' ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT * FROM message WHERE NOT topic = 'a' ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT * FROM message WHERE topic IN ('a', 'b') ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT * FROM message WHERE topic = 'a' COLLATE NOCASE ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT * FROM message WHERE topic = 'a' || 'b' ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT * FROM message WHERE time BETWEEN 1 AND topic = 'a' ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT * FROM message WHERE 1 = topic = 'a' ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT * FROM message m WHERE topic = 'a' ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT * FROM message, topic WHERE topic = 'a' ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT time AS \"offset\" FROM message WHERE topic = 'a' ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT time \"offset\" FROM message WHERE topic = 'a' ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT time 'offset' FROM message WHERE topic = 'a' ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT key AS topic FROM message WHERE topic = 'a' ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT DISTINCT key FROM message WHERE topic = 'a' ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT key FROM message WHERE topic = 'a' GROUP BY key ORDER BY \"offset\" DESC LIMIT 10",
                "SELECT key FROM message WHERE topic = 'a' ORDER BY \"offset\" + 1 DESC LIMIT 10",
                "SELECT key FROM message WHERE topic = 'a' ORDER BY \"offset\" DESC, key LIMIT 10",
                "SELECT key FROM message WHERE topic = 'a' UNION SELECT key FROM message ORDER BY \"offset\" LIMIT 10",
                "SELECT * FROM message WHERE time > 2000 OR key = 'k1' ORDER BY topic",
                "SELECT * FROM message WHERE time > \"offset\" ORDER BY topic",
                "SELECT * FROM message WHERE time > length(key) ORDER BY topic",
                "SELECT * FROM message WHERE time >> 2000 IS NOT NULL ORDER BY topic",
                "SELECT * FROM message WHERE 1 < time > 2000 ORDER BY topic",
                "SELECT * FROM message WHERE time < 2000 ORDER BY topic",
                "SELECT message.* FROM message WHERE topic = 'a' ORDER BY \"offset\" DESC LIMIT 10"
            })
    void whereTheShorterWayIsNotSureTheStatementIsAskedAsItIs(String sql) {
        assertTrue(ShorterWay.of(
                        SqlText.of(sql, Set.of("message")),
                        SqlConnection.VIEWS.get(0).columns())
                .isEmpty());
    }

    @Test
    void theLastOfALongTopicCostAFewChunks() throws SQLException {
        SqlBudget tight = new SqlBudget(50_000, 2_000, 64L << 20, 1 << 20, 1_000, 5_000, 1 << 20);
        SqlConnection strict = SqlConnection.open(file, tight);
        try {
            List<List<Object>> last = rows(strict.ask(
                    "SELECT \"offset\", body FROM message WHERE topic = 'a' ORDER BY \"offset\" DESC LIMIT 100",
                    1_000));
            assertEquals(100, last.size());
            assertEquals(MESSAGES - 1, last.get(0).get(0));
            assertThrows(
                    SqlRefused.class, () -> strict.ask("SELECT \"offset\" FROM message ORDER BY \"offset\" DESC", 100));
        } finally {
            strict.close();
        }
    }

    // Who would do harm.

    static List<String> hostileOnes() {
        return List.of(
                // to write
                "DELETE FROM message",
                "INSERT INTO topic VALUES (1)",
                "UPDATE topic SET name = 'x'",
                "DROP TABLE chunk",
                "DROP VIEW message",
                "CREATE TABLE x (y)",
                "CREATE TEMP TABLE x AS SELECT 1",
                "CREATE TEMP VIEW message AS SELECT 1",
                "WITH x AS (SELECT 1) DELETE FROM main.chunk",
                "WITH x AS (SELECT 1) INSERT INTO main.topic (id) SELECT 99",
                "WITH x AS (SELECT 1) UPDATE chunk SET count = 0",
                "REPLACE INTO state VALUES (1, 1, 1, 1, 1)",
                "VACUUM INTO '/tmp/stolen.db'",
                "REINDEX",
                "ANALYZE",
                "SELECT 1; DELETE FROM message",
                "SELECT 1; SELECT 2",
                "SELECT 1;;; DROP TABLE chunk",
                "SELECT 1 /* ; */ ; --\nDELETE FROM chunk",
                "BEGIN IMMEDIATE",
                "COMMIT",
                "ROLLBACK",
                "SAVEPOINT x",
                "EXPLAIN SELECT 1",
                "EXPLAIN DELETE FROM message",
                "QUERY PLAN SELECT 1",
                "backup to /tmp/stolen.db",
                "restore from /tmp/stolen.db",
                // to get at other files
                "ATTACH '/etc/passwd' AS p",
                "DETACH main",
                "SELECT load_extension('/tmp/x.so')",
                "SELECT readfile('/etc/passwd')",
                "SELECT writefile('/tmp/x', 'x')",
                "SELECT fts3_tokenizer('x', x'00')",
                "SELECT edit('x')",
                // to get at the database and the connection
                "PRAGMA query_only = OFF",
                "PRAGMA writable_schema = ON",
                "PRAGMA journal_mode = DELETE",
                "PRAGMA wal_checkpoint(TRUNCATE)",
                "SELECT * FROM sqlite_schema",
                "SELECT * FROM sqlite_master",
                "SELECT * FROM sqlite_temp_schema",
                "SELECT * FROM sqlite_temp_master",
                "SELECT * FROM main.sqlite_schema",
                "SELECT * FROM \"main\".[sqlite_master]",
                "SELECT * FROM 'main'.'account'",
                "SELECT * FROM main /* x */ . account",
                "SELECT * FROM temp.topic",
                "SELECT * FROM pragma_table_info('account')",
                "SELECT * FROM pragma_database_list",
                "SELECT * FROM pragma_journal_mode('DELETE')",
                "SELECT * FROM pragma_writable_schema(1)",
                "SELECT * FROM pragma_wal_checkpoint",
                "SELECT * FROM pragma_function_list",
                "SELECT * FROM dbstat",
                "SELECT * FROM fts3tokenize('porter')",
                "SELECT * FROM sqlite_stmt",
                "SELECT * FROM bytecode('SELECT 1')",
                "SELECT * FROM sqlite_dbpage",
                "SELECT sqlite_compileoption_get(1)",
                "SELECT sqlite_source_id()",
                "SELECT last_insert_rowid()",
                "SELECT total_changes()",
                // to see what is no view
                "SELECT * FROM account",
                "SELECT password FROM account",
                "SELECT * FROM \"account\"",
                "SELECT * FROM 'account'",
                "SELECT * FROM [account]",
                "SELECT * FROM AcCoUnT",
                "SELECT * FROM session",
                "SELECT * FROM token",
                "SELECT * FROM mail",
                "SELECT * FROM mailbox",
                "SELECT * FROM access_rule",
                "SELECT * FROM log",
                "SELECT payload FROM log",
                "SELECT * FROM node",
                "SELECT * FROM chunk",
                "SELECT * FROM ttl",
                "SELECT * FROM state",
                "SELECT * FROM idempotency",
                "SELECT * FROM scheduled",
                "SELECT id FROM topic",
                "SELECT rowid FROM topic",
                "SELECT created_idx FROM subscription",
                "SELECT (SELECT password FROM account) FROM message",
                "SELECT * FROM message WHERE EXISTS (SELECT 1 FROM account WHERE password LIKE 'a%')",
                "WITH x AS (SELECT * FROM account) SELECT * FROM x",
                "SELECT * FROM message NATURAL JOIN account",
                "VALUES ((SELECT password FROM account))",
                // to be large
                "SELECT replicate('x', 1000000000)",
                "SELECT zeroblob(2000000000)",
                "SELECT randomblob(2000000000)",
                "SELECT printf('%2000000000d', 1)",
                "SELECT printf('%.2000000000f', 1)",
                "SELECT hex(printf('%900000d', 1))",
                "SELECT replace(printf('%900000d', 1), ' ', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')",
                "SELECT json_group_array(body) FROM message, message m2",
                "SELECT json_pretty('[[[]]]')",
                "SELECT json_patch('{}', '{}')",
                "SELECT padl('x', 1000000000)",
                "SELECT group_concat(printf('%900000d', 1)) FROM message",
                "WITH RECURSIVE n(s) AS (VALUES ('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx') UNION ALL SELECT s || s FROM n) SELECT"
                        + " max(length(s)) FROM n",
                // to be long
                "SELECT count(*) FROM message, message b, message c",
                "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
                "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT i FROM n ORDER BY -i",
                "SELECT instr(printf('%900000d', 1), printf('%400000dx', 1))",
                "SELECT trim(printf('%900000d', 1), 'abc')",
                "SELECT body FROM message WHERE body LIKE '" + "%a".repeat(60) + "b'",
                "SELECT body FROM message WHERE body GLOB '" + "*a".repeat(60) + "b'",
                "SELECT body FROM message WHERE body GLOB 'a*'",
                LONG + "SELECT x LIKE p FROM t",
                LONG + "SELECT (x LIKE p)" + "+(x LIKE p)".repeat(20) + " FROM t",
                LONG + "SELECT length(hex(x))" + "+length(upper(x))".repeat(40) + " FROM t",
                LONG + "SELECT 0" + "+(x=x COLLATE NOCASE)".repeat(500) + " FROM t",
                LONG + "SELECT 0" + "+x".repeat(2_000) + " FROM t",
                LONG + "SELECT concat(" + "x,".repeat(15) + "p) FROM t",
                "SELECT 1" + ", printf('%.*c', 900000, 'a')".repeat(31),
                "SELECT 1" + ", 1".repeat(40),
                "SELECT printf(body) FROM message",
                "SELECT printf('%d' || '%d', 1)",
                "SELECT format((SELECT '%d'), 1)",
                "SELECT \"strftime\"(body, 1) FROM message",
                "SELECT percentile(\"offset\", 50) FROM message",
                "SELECT median(\"offset\") FROM message",
                "SELECT group_concat(body, key) FROM message",
                "SELECT string_agg(body, key) FROM message",
                "SELECT path FROM json_tree('{}', '$.a')",
                // to be read differently
                "SELECT * FROM \uFEFFmain.topic",
                "SELECT CAST(body AS TEXT) FROM \uFEFFmain.chunk",
                "SELECT 1\uFEFF",
                "SELECT * FROM x\uD800main.chunk",
                "WITH a AS (SELECT * FROM message), b AS (SELECT * FROM a, a x), c AS (SELECT * FROM b, b x), d AS (SELECT *"
                        + " FROM c, c x), e AS (SELECT * FROM d, d x), f AS (SELECT * FROM e, e x) SELECT * FROM f",
                "WITH a AS (SELECT 1 FROM message a, message b, message c, message d, message e, message f, message g, message"
                        + " h, message i, message j, message k, message l, message m, message n, message o, message p, message"
                        + " q) SELECT count(*) FROM a",
                "SELECT " + "-".repeat(499) + " 1 + ".repeat(200) + "1",
                "SELECT 1" + " UNION ALL SELECT 1".repeat(200),
                "VALUES (1)" + ", (1)".repeat(5_000),
                "SELECT 1" + ", 1".repeat(3_000),
                "SELECT '" + "x".repeat(20_000) + "'",
                // to be no statement
                "",
                ";",
                "   ",
                "--",
                "/*",
                "'",
                "SELECT",
                "SELECT 'x",
                "SELECT \"x",
                "SELECT [x",
                "SELECT ?",
                "SELECT ?1",
                "SELECT :name",
                "SELECT @name",
                "SELECT $name",
                "SELECT #1",
                "SELECT 1\0; DELETE FROM chunk",
                "\uFEFFSELECT 1",
                "sElEcT * fRoM nowhere");
    }

    /** A text of almost the largest size, and a pattern that fits each of its letters for as long as it can. */
    private static final String LONG = "WITH t(x, p) AS MATERIALIZED (SELECT printf('%.*c', 900000, 'a'), '%' ||"
            + " printf('%.*c', 90, 'a') || 'b') ";

    @Test
    void aPatternCostsStepsAsWhateverElseTakesTime() {
        SqlRefused refused = refused(LONG + "SELECT (x LIKE p) FROM t");
        assertEquals(SqlRefused.Kind.BUDGET, refused.kind());
        assertEquals("it takes more than 3000000 steps", refused.getMessage());
    }

    @Test
    void aRowThatIsTooLargeIsGivenUpAtItsFirstValueThatIs() throws SQLException {
        List<Integer> asked = new ArrayList<>();
        SqlRows rows = new SqlRows(100);
        assertTrue(rows.add(1, column -> "x"));
        assertFalse(rows.add(30, column -> {
            asked.add(column);
            return "x".repeat(60);
        }));
        assertEquals(List.of(1, 2), asked);
        assertEquals("[[\"x\"]]", new String(rows.json(), StandardCharsets.UTF_8));
        assertFalse(new SqlRows(100).add(1, column -> "\u0001".repeat(60)), "as JSON it is longer");
        SqlRows blobs = new SqlRows(100);
        assertTrue(blobs.add(3, column -> column == 1 ? new byte[] {-1, -2} : column == 2 ? Double.NaN : null));
        assertEquals("[[\"__4\",\"NaN\",null]]", new String(blobs.json(), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "abc|ABC|1",
                "abc|a%|1",
                "abc|%C|1",
                "abc|%b|0",
                "abc|a_c|1",
                "abc|____|0",
                "aXbXc|%x%x%|1",
                "aab|%ab|1",
                "ü|Ü|0",
                "ü|_|1",
                "😀|_|1",
                "😀|__|0",
                "😀|%__|0",
                "10%|10!%|1",
                "100|10!%|0",
                "abc|abc!|0",
                "abc|%|1",
                "''|%%|1",
                "a|''|0",
                "a%|%!%|1",
                "a_b|%!_%|1"
            })
    void likeIsThatOfSqlite(String text, String pattern, int expected) throws SQLException {
        String asked = "'" + text + "' LIKE '" + pattern + "' ESCAPE '!'";
        assertEquals(List.of(List.of(expected)), rows("SELECT " + asked));
        try (Connection plain = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            assertEquals(expected, Database.number(plain, "SELECT " + asked));
        }
    }

    @Test
    void nothingIsLikeNullAndNumbersAreTexts() throws SQLException {
        assertEquals(
                Arrays.asList(null, null, null, 1),
                rows("SELECT NULL LIKE 'a', 'a' LIKE NULL, 'a' LIKE 'a' ESCAPE NULL, 123 LIKE '1%'")
                        .get(0));
        assertTrue(refused("SELECT 'a' LIKE 'a' ESCAPE '!!'").getMessage().contains("single character"));
    }

    @Test
    void whatPeopleAskIsFarFromTheBoundsOfAProgram() throws SQLException {
        assertEquals(
                0,
                rows("SELECT * FROM message WHERE key IN ('a'" + ", 'b'".repeat(300) + ")")
                        .size());
        assertEquals(
                List.of(List.of(0)),
                rows("SELECT count(*) FROM message a JOIN message b ON a.key = b.cursor JOIN message c ON b.key = c.key"
                        + " WHERE a.topic = 'none' AND b.topic = 'none' AND c.topic = 'none'"));
        assertEquals(
                1,
                rows("SELECT strftime('%H', time / 1000, 'unixepoch') AS hour, format('%.2f', avg(body ->> '$.n')),"
                                + " group_concat(DISTINCT key), sum(body LIKE '%5%') FROM message GROUP BY hour")
                        .size());
        assertEquals(List.of("\uFEFF"), rows("SELECT '\uFEFF'").get(0));
    }

    @ParameterizedTest
    @MethodSource("hostileOnes")
    void whatWouldDoHarmIsRefusedWithASentence(String sql) throws SQLException {
        SqlRefused refused = refused(sql);
        assertNotEquals(SqlRefused.Kind.AWAY, refused.kind(), sql);
        assertFalse(refused.getMessage().contains(SqlDatabase.SECRET), refused.getMessage());
        assertEquals(List.of(List.of(1)), rows("SELECT 1"), "the connection is as good as before");
    }

    @Test
    void nothingOfWhatWasAskedLeftAnythingBehind() throws Exception {
        assertFalse(Files.exists(Path.of("/tmp/stolen.db")));
        assertEquals(List.of(List.of(MESSAGES)), rows("SELECT count(*) FROM message WHERE topic = 'a'"));
    }

    @Test
    void harmlessWordsAreNoReasonToRefuse() throws SQLException {
        assertEquals(
                List.of(List.of("DROP TABLE chunk; --", 1)),
                rows("SELECT 'DROP TABLE chunk; --' AS \"main\", 1 AS account -- DELETE\n"));
        assertEquals(List.of(List.of("a;b")), rows("/* ; */ SELECT 'a;b' ;  "));
        assertEquals(List.of(List.of("x")), rows("SELECT trim('  x ')"));
        assertEquals(
                List.of(List.of(0)),
                rows("SELECT count(*) FROM message WHERE 0" + " OR topic = 'topic' AND body = 'message'".repeat(40)));
    }

    /** Pieces of statements, put together at random: refused, or answered with nothing that is secret. */
    @Test
    void whateverIsMadeOfPiecesOfSqlIsRefusedOrHarmless() throws SQLException {
        List<String> pieces = new ArrayList<>();
        hostileOnes().stream()
                .filter(sql -> sql.length() < 400)
                .flatMap(sql -> List.of(sql.split("(?<=\\s)|(?=\\s)|(?<=[(),.'\";])|(?=[(),.'\";])")).stream())
                .forEach(pieces::add);
        plainOnes().forEach(sql -> pieces.addAll(List.of(sql.split("(?<=\\s)|(?=\\s)|(?<=[(),.])|(?=[(),.])"))));
        SqlConnection quick = null;
        Random random = new Random(7);
        SqlBudget little = new SqlBudget(20_000, 200, 64L << 20, 1 << 16, 1_000, 100, 1 << 16);
        int answered = 0;
        try {
            quick = SqlConnection.open(file, little);
            for (int i = 0; i < 4_000; i++) {
                String base = random.nextInt(4) == 0 ? "SELECT " : mutated(random, pieces);
                StringBuilder sql = new StringBuilder(base);
                for (int j = random.nextInt(base.length() > 10 ? 3 : 12); j > 0; j--) {
                    sql.append(' ').append(pieces.get(random.nextInt(pieces.size())));
                }
                try {
                    SqlResult result = quick.ask(sql.toString(), 100);
                    answered++;
                    assertFalse(rows(result).toString().contains(SqlDatabase.SECRET), () -> "seen by " + sql);
                } catch (SqlRefused refused) {
                    assertFalse(refused.getMessage().contains(SqlDatabase.SECRET), () -> "told to " + sql);
                }
            }
        } finally {
            if (quick != null) {
                quick.close();
            }
        }
        assertTrue(answered > 50, "some are good statements: " + answered);
        assertEquals(List.of(List.of(MESSAGES)), rows("SELECT count(*) FROM message WHERE topic = 'a'"));
    }

    /** A good statement in which a few pieces are others. */
    private static String mutated(Random random, List<String> pieces) {
        List<String> good = plainOnes();
        List<String> parts = new ArrayList<>(
                List.of(good.get(random.nextInt(good.size())).split("(?<=\\s)|(?=\\s)|(?<=[(),.])|(?=[(),.])")));
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = random.nextInt(parts.size());
            switch (random.nextInt(3)) {
                case 0 -> parts.set(at, pieces.get(random.nextInt(pieces.size())));
                case 1 -> parts.remove(at);
                default -> parts.add(at, pieces.get(random.nextInt(pieces.size())));
            }
        }
        return parts.stream().collect(Collectors.joining());
    }
}
