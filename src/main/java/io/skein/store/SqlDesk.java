package io.skein.store;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where people ask in SQL: one statement at a time, over a connection of its own that is opened when somebody asks and closed
 * when nobody does for a while. From any thread; futures complete on the caller's context and fail with {@link SqlRefused}.
 */
public final class SqlDesk {
    private static final Logger LOG = LoggerFactory.getLogger(SqlDesk.class);
    /** UTF-16 units of a statement. */
    public static final int MOST_CHARACTERS = SqlText.MOST_CHARACTERS;

    private final Vertx vertx;
    private final SqlBudget budget;
    private final Opening opening;
    /** Somebody is being answered; others are told so and do not wait. */
    private final AtomicBoolean busy = new AtomicBoolean();
    /** Held by the worker that opens, asks or closes the connection. */
    private final Lock seat = new ReentrantLock();
    /** Changed by who has the {@link #seat}. */
    private volatile Optional<SqlConnection> connection = Optional.empty();

    private volatile boolean closed;
    private volatile long timer = -1;

    /** How it comes to its connection. */
    interface Opening {
        SqlConnection open() throws SQLException;
    }

    SqlDesk(Vertx vertx, Path file, SqlBudget budget) {
        this(vertx, budget, () -> SqlConnection.open(file, budget));
    }

    SqlDesk(Vertx vertx, SqlBudget budget, Opening opening) {
        this.vertx = vertx;
        this.budget = budget;
        this.opening = opening;
    }

    public SqlBudget budget() {
        return budget;
    }

    /** What there is to ask. */
    public static List<SqlView> views() {
        return SqlConnection.VIEWS;
    }

    /** @param limit rows that are wanted; {@link SqlBudget#rows} at most */
    public Future<SqlResult> ask(String sql, int limit) {
        if (closed) {
            return Future.failedFuture(SqlRefused.away(null));
        }
        if (!busy.compareAndSet(false, true)) {
            return Future.failedFuture(SqlRefused.busy());
        }
        vertx.cancelTimer(timer);
        return vertx.executeBlocking(
                        () -> {
                            seat.lock();
                            try {
                                return answer(sql, Math.min(limit, budget.rows()));
                            } finally {
                                seat.unlock();
                                busy.set(false);
                            }
                        },
                        false)
                .andThen(done -> {
                    if (!closed) {
                        timer = vertx.setTimer(
                                budget.idleMs(),
                                idle -> rest().onFailure(
                                                failed -> LOG.warn("the connection for SQL stays open", failed)));
                    }
                });
    }

    private SqlResult answer(String sql, int limit) {
        if (closed) {
            throw SqlRefused.away(null);
        }
        try {
            if (connection.isEmpty()) {
                connection = Optional.of(opening.open());
            }
            // Who closes sets this first: he has seen the connection, or this sees him.
            if (closed) {
                throw SqlRefused.away(null);
            }
            return connection.get().ask(sql, limit);
        } catch (SQLException broken) {
            letGo();
            throw SqlRefused.away(broken);
        }
    }

    private void letGo() {
        connection.ifPresent(SqlConnection::close);
        connection = Optional.empty();
    }

    /** Nobody asked for a while. */
    private Future<Void> rest() {
        if (!busy.compareAndSet(false, true)) {
            return Future.succeededFuture();
        }
        return release().andThen(done -> busy.set(false));
    }

    /** After whoever has the seat. */
    private Future<Void> release() {
        return vertx.executeBlocking(
                () -> {
                    seat.lock();
                    try {
                        letGo();
                    } finally {
                        seat.unlock();
                    }
                    return null;
                },
                false);
    }

    /** Whoever is being answered is told that this ends; completes when the connection is closed. */
    Future<Void> close() {
        closed = true;
        vertx.cancelTimer(timer);
        SqlConnection.interrupt(connection);
        return release();
    }

    boolean isOpen() {
        return connection.isPresent();
    }
}
