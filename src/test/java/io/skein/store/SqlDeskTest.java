package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class SqlDeskTest {
    private static final String ENDLESS =
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n, message LIMIT 1";

    private final Vertx vertx = Vertx.vertx();
    private Path directory;
    private Path file;
    private SqlDesk desk;

    @BeforeAll
    void begin(@TempDir Path temporary) throws Exception {
        directory = temporary;
        file = SqlDatabase.make(temporary, 100);
    }

    @AfterEach
    void close() throws Exception {
        desk.close().await(20, TimeUnit.SECONDS);
        assertFalse(desk.isOpen());
    }

    @AfterAll
    void end() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    private static List<List<Object>> rows(Future<SqlResult> answer) throws Exception {
        return SqlConnectionTest.rows(answer.await(20, TimeUnit.SECONDS));
    }

    private static SqlBudget budget(long ms, long idleMs) {
        return new SqlBudget(1L << 60, ms, 1L << 40, 1 << 20, idleMs, 100, 1 << 20);
    }

    private SqlDesk desk(long ms, long idleMs) {
        desk = new SqlDesk(vertx, file, budget(ms, idleMs));
        return desk;
    }

    private static SqlRefused refused(Future<?> answer) {
        return assertThrows(SqlRefused.class, () -> answer.await(20, TimeUnit.SECONDS));
    }

    @Test
    void aStatementThatTakesTooLongIsGivenUpAndHoldsTheWriteAheadLogNoLonger() throws Exception {
        assertEquals(
                "it takes longer than 100 ms",
                refused(desk(100, 60_000).ask(ENDLESS, 1)).getMessage());
        try (Connection writer = Database.openWriter(file, StoreConfig.at(directory))) {
            Database.execute(writer, "UPDATE state SET time = time + 1");
            assertEquals(0, Database.number(writer, "PRAGMA wal_checkpoint(TRUNCATE)"), "no reader is in the way");
        }
    }

    @Test
    void oneStatementIsAnsweredAtATime() throws Exception {
        Future<?> first = desk(500, 60_000).ask(ENDLESS, 1);
        assertEquals(SqlRefused.Kind.BUSY, refused(desk.ask("SELECT 1", 1)).kind());
        assertEquals(SqlRefused.Kind.BUDGET, refused(first).kind());
        assertEquals(List.of(List.of(1)), rows(desk.ask("SELECT 1", 1)));
    }

    @Test
    void theConnectionIsOpenedForTheFirstWhoAsksAndClosedWhenNobodyDoes() throws Exception {
        assertFalse(desk(1_000, 50).isOpen());
        desk.ask("SELECT 1", 1).await(20, TimeUnit.SECONDS);
        Awaitility.await().until(() -> !desk.isOpen());
        assertEquals(1, rows(desk.ask("SELECT 1", 1)).size());
    }

    @Test
    void closingEndsWhatIsUnderWay() throws Exception {
        Future<?> answer = desk(30_000, 60_000).ask(ENDLESS, 1);
        Awaitility.await().until(desk::isOpen);
        desk.close().await(20, TimeUnit.SECONDS);
        assertEquals(SqlRefused.Kind.AWAY, refused(answer).kind());
        assertEquals(SqlRefused.Kind.AWAY, refused(desk.ask("SELECT 1", 1)).kind());
    }

    @Test
    void closingWaitsForAConnectionThatIsJustBeingOpenedAndClosesIt() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch mayOpen = new CountDownLatch(1);
        SqlBudget budget = budget(30_000, 60_000);
        desk = new SqlDesk(vertx, budget, () -> {
            opening.countDown();
            await(mayOpen);
            return SqlConnection.open(file, budget);
        });
        Future<?> answer = desk.ask("SELECT 1", 1);
        await(opening);
        Future<Void> closing = desk.close();
        assertFalse(closing.isComplete());
        mayOpen.countDown();
        assertEquals(SqlRefused.Kind.AWAY, refused(answer).kind());
        closing.await(20, TimeUnit.SECONDS);
        assertFalse(desk.isOpen());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void whatIsWrittenLaterIsSeenByTheNextStatement() throws Exception {
        String count = "SELECT count(*) FROM topic";
        Object before = rows(desk(1_000, 60_000).ask(count, 1));
        try (Connection writer = Database.openWriter(file, StoreConfig.at(directory))) {
            Database.execute(writer, "UPDATE topic SET name = name || '2' WHERE name = 'empty'");
        }
        assertEquals(before, rows(desk.ask(count, 1)));
        assertTrue(rows(desk.ask("SELECT name FROM topic", 9)).contains(List.<Object>of("empty2")));
    }
}
