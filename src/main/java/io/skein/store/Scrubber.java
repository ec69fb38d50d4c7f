package io.skein.store;

import io.skein.machine.Cursor;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all rows that carry a checksum, over and over and slowly, so that damage is found while other nodes still have
 * what is lost here. Confined to the context that started it.
 */
final class Scrubber {
    private static final Logger LOG = LoggerFactory.getLogger(Scrubber.class);
    private static final int ROWS = 8;
    private static final long SHORTEST_PAUSE_MS = 20;
    private static final long BETWEEN_ROUNDS_MS = 60_000;

    /** The tables, in the order they are walked, each by its row number. */
    private enum Table {
        CHUNK("""
                SELECT id, topic_id, base_offset, count, first_idx, first_place, last_idx, last_place, first_time,
                    last_time, body_crc, head_crc, positions, body
                FROM chunk WHERE id > ? ORDER BY id LIMIT ?"""),
        LOG("SELECT idx, term, kind, crc, payload FROM log WHERE idx > ? ORDER BY idx LIMIT ?");

        private final String query;

        Table(String query) {
            this.query = query;
        }
    }

    private final Vertx vertx;
    private final Pool pool;
    private final long bytesPerSecond;
    private final StoreListener listener;
    private final Consumer<String> damaged;
    private Table table = Table.CHUNK;
    private long after;
    private long rows;
    private long bytes;
    private long timer = -1;
    private volatile boolean stopped;

    Scrubber(Vertx vertx, Pool pool, long bytesPerSecond, StoreListener listener, Consumer<String> damaged) {
        this.vertx = vertx;
        this.pool = pool;
        this.bytesPerSecond = bytesPerSecond;
        this.listener = listener;
        this.damaged = damaged;
    }

    void start() {
        if (bytesPerSecond > 0) {
            again(SHORTEST_PAUSE_MS);
        }
    }

    void stop() {
        stopped = true;
        if (timer != -1) {
            vertx.cancelTimer(timer);
        }
    }

    private void again(long pauseMs) {
        if (!stopped) {
            timer = vertx.setTimer(
                    pauseMs,
                    ignored -> step().onFailure(failure -> {
                        if (stopped) {
                            return; // its connection was closed under it
                        }
                        LOG.warn("scrubbing table {} failed", table, failure);
                        if (Database.isDamage(failure)) {
                            damaged.accept("table " + table + ": " + failure.getMessage());
                        }
                        again(BETWEEN_ROUNDS_MS);
                    }));
        }
    }

    private Future<Void> step() {
        return pool.preparedQuery(table.query).execute(Tuple.of(after, ROWS)).map(found -> {
            long read = 0;
            for (Row row : found) {
                after = row.getLong(0);
                rows++;
                read += check(row);
            }
            bytes += read;
            again(found.size() < ROWS ? next() : Math.max(SHORTEST_PAUSE_MS, read * 1000 / bytesPerSecond));
            return null;
        });
    }

    /** Goes on to the next table; returns how long to pause before. */
    private long next() {
        after = 0;
        if (table == Table.CHUNK) {
            table = Table.LOG;
            return SHORTEST_PAUSE_MS;
        }
        table = Table.CHUNK;
        listener.scrubbed(rows, bytes);
        rows = 0;
        bytes = 0;
        return BETWEEN_ROUNDS_MS;
    }

    private long check(Row row) {
        try {
            return table == Table.CHUNK ? checkChunk(row) : checkEntry(row);
        } catch (Damaged found) {
            LOG.error("{}", found.getMessage());
            damaged.accept(found.getMessage());
            return 0;
        }
    }

    private static long checkChunk(Row row) {
        byte[] body = (byte[]) row.getValue(13);
        Chunk.Head head = new Chunk.Head(
                row.getLong(0),
                row.getLong(1),
                "number " + row.getLong(1),
                row.getLong(2),
                row.getInteger(3),
                new Cursor(row.getLong(4), row.getInteger(5)),
                new Cursor(row.getLong(6), row.getInteger(7)),
                row.getLong(8),
                row.getLong(9),
                row.getLong(10),
                row.getLong(11),
                body.length,
                (byte[]) row.getValue(12));
        head.positions();
        head.verify(body);
        return body.length + head.encodedPositions().length;
    }

    private static long checkEntry(Row row) {
        byte[] payload = (byte[]) row.getValue(4);
        return ImageLoader.entry(row.getLong(0), row.getLong(1), row.getInteger(2), row.getLong(3), payload)
                .size();
    }
}
