package io.skein.store;

import io.skein.machine.Cursor;
import io.skein.raft.Entry;
import io.skein.topic.Format;
import io.skein.topic.Header;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.jdbcclient.JDBCPool;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads rows over read-only connections, in pages. Futures complete on the context of the caller. Everything that leaves
 * here was checked against its checksum.
 * */
public final class Reader {
    private static final String HEAD_WITH_OFFSET = Chunk.Head.SELECT + """
            WHERE c.topic_id = ?1 AND c.base_offset + c.count > ?2 AND c.id >= coalesce(
                (SELECT last_idx FROM mark WHERE topic_id = ?1 AND end <= ?2 ORDER BY end DESC LIMIT 1), 0) << 20
            ORDER BY c.id LIMIT 1""";

    /**
     * The first chunk of the last transaction that begins before a time (and of the first transaction when none does):
     * binary search over settled indexes, because the first chunk of each transaction has its lowest stamp.
     */
    private static final String TRANSACTION_BEFORE = """
            WITH RECURSIVE
              ends(low, high) AS (SELECT coalesce(min(id) >> 20, 0), coalesce(max(id) >> 20, 0) + 1 FROM chunk),
              -- the transaction at low begins before the time (or is the first), the one at high does not
              search(low, high) AS (
                SELECT low, high FROM ends
                UNION ALL
                SELECT
                    iif((SELECT first_time FROM chunk WHERE id >= ((low + high) / 2) << 20 ORDER BY id LIMIT 1) < ?1,
                        (low + high) / 2, low),
                    iif((SELECT first_time FROM chunk WHERE id >= ((low + high) / 2) << 20 ORDER BY id LIMIT 1) < ?1,
                        high, (low + high) / 2)
                FROM search WHERE high - low > 1)
            SELECT coalesce((SELECT id FROM chunk WHERE id >= low << 20 ORDER BY id LIMIT 1), 0)
            FROM search ORDER BY high - low LIMIT 1""";

    /** The chunks with a stamp at or after a time: of one transaction, and the first one after it. */
    private static final String HEADS_AT_TIME = "SELECT * FROM (" + Chunk.Head.SELECT + """
            WHERE c.id >= ?1 AND c.id < ?2 AND c.last_time >= ?3)
            UNION ALL SELECT * FROM (""" + Chunk.Head.SELECT + """
            WHERE c.id >= ?2 AND c.last_time >= ?3 ORDER BY c.id LIMIT 1)""";

    /** Entries whose payloads come to so many bytes together; the first whatever its size. */
    private static final String ENTRIES = """
            SELECT idx, term, kind, crc, payload FROM log WHERE idx >= ?1 AND idx <= (
                SELECT max(idx) FROM (
                    SELECT idx, sum(length(payload) + 32) OVER (ORDER BY idx) AS bytes
                    FROM (SELECT idx, payload FROM log WHERE idx >= ?1 AND idx <= ?2 ORDER BY idx LIMIT 4096))
                WHERE bytes <= ?3 OR idx = ?1)
            ORDER BY idx""";

    private static final String WAITING = """
            SELECT idx, place, due, time, topic, key, format, content_type, headers, delay_ms, ttl_ms, expect_offset,
                crc, body
            FROM scheduled
            """;

    /** Pages in the making for each connection: one is read, one is asked about on the replica's context. */
    private static final int PAGES_A_READER = 2;
    /** Pages that wait; more than a node has streams, each of which asks for one at a time. */
    private static final int MOST_WAITING = 1 << 18;

    /** Of chunks that stay in memory for whoever reads on in them. */
    private static final long KEPT_BYTES = 4 << 20;

    private final ReadChunks chunks = new ReadChunks(KEPT_BYTES);
    private final Consumer<String> damaged;
    private final Pool pool;
    private final Seats seats;
    private final MailReader mail;

    /** @param damaged told of what is not as it was written, on whatever thread */
    Reader(Vertx vertx, Path file, StoreConfig config, Consumer<String> damaged) {
        this.damaged = damaged;
        seats = new Seats(vertx, PAGES_A_READER * config.readers(), MOST_WAITING);
        pool = JDBCPool.pool(
                vertx,
                Database.readers(file),
                new PoolOptions()
                        .setName("skein-readers")
                        .setMaxSize(config.readers())
                        .setMaxWaitQueueSize(config.waitingReads()));
        mail = new MailReader(pool, this::reportDamage);
    }

    public MailReader mail() {
        return mail;
    }

    Scrubber scrubber(Vertx vertx, long bytesPerSecond, StoreListener listener) {
        return new Scrubber(vertx, pool, bytesPerSecond, listener, damaged);
    }

    Future<Void> close() {
        return pool.close();
    }

    /**
     * Messages after {@code after} and up to {@code upTo}, which is at most the end of an entry that is visible in rows.
     * The page can be empty although there are more: then {@code next} is before {@code upTo}, and the reader goes on
     * from there.
     *
     * @param appliedTime stamp of the last applied entry; what expired by then is left out
     */
    public Future<StoredPage> page(Scope scope, Cursor after, Cursor upTo, int limit, long maxBytes, long appliedTime) {
        Visibility known = topics -> Future.succeededFuture(scope.lowWater());
        return page(scope.few(), known, after, upTo, limit, maxBytes, appliedTime);
    }

    /**
     * The same, of topics that are found while reading.
     *
     * @param few the topics, as in {@link Scope}; empty when the whole log is walked
     */
    public Future<StoredPage> page(
            List<Long> few,
            Visibility visibility,
            Cursor after,
            Cursor upTo,
            int limit,
            long maxBytes,
            long appliedTime) {
        PageReader page = new PageReader(pool, few, visibility, after, upTo, limit, maxBytes, appliedTime);
        return seats.take(page::read).onFailure(this::reportDamage);
    }

    /**
     * The cursor just before the message of a topic with this offset, or before the first one after it that is in rows;
     * empty when rows hold none.
     */
    public Future<Optional<Cursor>> locate(long topicId, long offset) {
        return pool.preparedQuery(HEAD_WITH_OFFSET)
                .execute(Tuple.of(topicId, offset))
                .map(Chunk.Head::of)
                .map(heads -> heads.stream().findFirst().map(head -> {
                    int i = (int) Math.max(0, offset - head.baseOffset());
                    return before(head.positions().cursor(i));
                }))
                .onFailure(this::reportDamage);
    }

    /**
     * The cursor just before the first message in rows that was stamped at {@code time} or later, of whatever topic;
     * empty when rows hold none. Stamps never go back, so it parts every topic rightly.
     */
    public Future<Optional<Cursor>> locateTime(long time) {
        return pool.preparedQuery(TRANSACTION_BEFORE)
                .execute(Tuple.of(time))
                .compose(rows -> {
                    long id = rows.iterator().next().getLong(0);
                    long next = Chunk.firstIdFor(Chunk.settled(id) + 1);
                    return pool.preparedQuery(HEADS_AT_TIME).execute(Tuple.of(id, next, time));
                })
                .map(Chunk.Head::of)
                .map(heads -> heads.stream()
                        .map(head -> head.positions().cursor(head.positions().firstAt(time)))
                        .min(Comparator.naturalOrder())
                        .map(Reader::before))
                .onFailure(this::reportDamage);
    }

    /**
     * Entries of the log from {@code from} up to {@code to}, fewer when they are more than {@code maxBytes}, but one at
     * least; none when the log begins after {@code from}.
     */
    public Future<List<Entry>> entries(long from, long to, long maxBytes) {
        return pool.preparedQuery(ENTRIES)
                .execute(Tuple.of(from, to, maxBytes))
                .map(rows -> {
                    List<Entry> entries = new ArrayList<>();
                    for (Row row : rows) {
                        Entry entry = ImageLoader.entry(
                                row.getLong(0), row.getLong(1), row.getInteger(2), row.getLong(3), bytes(row, 4));
                        if (entry.index() != from + entries.size()) {
                            if (entries.isEmpty()) {
                                return entries;
                            }
                            throw new Damaged("log entry " + (from + entries.size()) + " is missing");
                        }
                        entries.add(entry);
                    }
                    return entries;
                })
                .onFailure(this::reportDamage);
    }

    /**
     * Messages of a topic with consecutive offsets, in rows, whatever their expiries and the low water say: up to
     * {@code count}, fewer when they come to more than {@code maxBytes} (but one at least) or when rows hold fewer; none
     * when the first is not there.
     */
    public Future<List<StoredMessage>> messages(long topicId, long first, long count, long maxBytes) {
        return messages(topicId, first, count, maxBytes, new ArrayList<>()).onFailure(this::reportDamage);
    }

    private Future<List<StoredMessage>> messages(
            long topicId, long first, long count, long maxBytes, List<StoredMessage> found) {
        return pool.preparedQuery(HEAD_WITH_OFFSET)
                .execute(Tuple.of(topicId, first))
                .map(Chunk.Head::of)
                .compose(heads -> {
                    if (heads.isEmpty() || heads.get(0).baseOffset() > first) {
                        return Future.succeededFuture(found);
                    }
                    Chunk.Head head = heads.get(0);
                    return body(head).compose(body -> {
                        if (body.isEmpty()) {
                            return Future.succeededFuture(found);
                        }
                        long rest = take(head, body.get(), first, count, maxBytes, found);
                        long more = Math.min(count, head.nextOffset() - first);
                        return rest <= 0 || more == count
                                ? Future.succeededFuture(found)
                                : messages(topicId, first + more, count - more, rest, found);
                    });
                });
    }

    /** Of a chunk, checked; empty when it went meanwhile. */
    private Future<Optional<byte[]>> body(Chunk.Head head) {
        Optional<byte[]> known = chunks.find(head.id());
        return known.isPresent()
                ? Future.succeededFuture(known)
                : pool.preparedQuery("SELECT body FROM chunk WHERE id = ?")
                        .execute(Tuple.of(head.id()))
                        .map(rows -> {
                            if (rows.size() == 0) {
                                return Optional.empty();
                            }
                            byte[] body = bytes(rows.iterator().next(), 0);
                            head.verify(body);
                            chunks.keep(head.id(), body);
                            return Optional.of(body);
                        });
    }

    /** @return how many bytes more may be taken; 0 or less when it ended before the chunk did */
    private static long take(
            Chunk.Head head, byte[] body, long first, long count, long maxBytes, List<StoredMessage> found) {
        Positions positions = head.positions();
        long rest = maxBytes;
        long end = Math.min(head.nextOffset(), first + count);
        for (long offset = first; offset < end; offset++) {
            int i = (int) (offset - head.baseOffset());
            rest -= positions.length(i);
            if (rest < 0 && !found.isEmpty()) {
                return 0;
            }
            found.add(head.message(positions, i, body));
        }
        return rest;
    }

    /** The cursor after everything that is before this one: nothing lies between. */
    public static Cursor before(Cursor cursor) {
        return cursor.place() > 0 ? new Cursor(cursor.index(), cursor.place() - 1) : Cursor.endOf(cursor.index() - 1);
    }

    /** A delayed message that waits. */
    public record Waiting(Cursor at, long due, long time, Publication publication) {}

    /** Delayed messages in the order they were taken, at most {@code limit}, from after a cursor on. */
    public Future<List<Waiting>> scheduled(Cursor after, int limit) {
        return waiting("WHERE (idx, place) > (?, ?) ORDER BY idx, place LIMIT " + limit, after);
    }

    /** The delayed message that was taken at this place; empty when it no longer waits. */
    public Future<Optional<Waiting>> fetchScheduled(Cursor at) {
        return waiting("WHERE (idx, place) = (?, ?)", at)
                .map(found -> found.stream().findFirst());
    }

    private Future<List<Waiting>> waiting(String where, Cursor cursor) {
        return pool.preparedQuery(WAITING + where)
                .execute(Tuple.of(cursor.index(), cursor.place()))
                .map(rows -> {
                    List<Waiting> found = new ArrayList<>();
                    rows.forEach(row -> found.add(waiting(row)));
                    return found;
                })
                .onFailure(this::reportDamage);
    }

    private static Waiting waiting(Row row) {
        Cursor at = new Cursor(row.getLong(0), row.getInteger(1));
        byte[] body = bytes(row, 13);
        long crc = Checksum.ofScheduled(
                at,
                row.getLong(2),
                row.getLong(3),
                new long[] {row.getLong(9), row.getLong(10), row.getLong(11)},
                List.of(row.getString(4), row.getString(5), row.getString(6), row.getString(7), row.getString(8)),
                body);
        if (crc != row.getLong(12)) {
            throw new Damaged("the delayed message " + at + " is not what was written");
        }
        List<Header> headers = new ArrayList<>();
        JsonArray pairs = new JsonArray(row.getString(8));
        for (int i = 0; i < pairs.size(); i += 2) {
            headers.add(new Header(pairs.getString(i), pairs.getString(i + 1)));
        }
        Message message =
                new Message(row.getString(5), headers, Format.valueOf(row.getString(6)), row.getString(7), body);
        return new Waiting(
                at,
                row.getLong(2),
                row.getLong(3),
                new Publication(
                        new TopicName(row.getString(4)), message, row.getLong(9), row.getLong(10), row.getLong(11)));
    }

    /** The answer kept for a repeat of the command at this place; empty when its key was forgotten. */
    public Future<Optional<byte[]>> answer(long index, int place) {
        return pool.preparedQuery("SELECT crc, answer FROM answer WHERE idx = ? AND place = ?")
                .execute(Tuple.of(index, place))
                .map(rows -> {
                    Optional<byte[]> answer = Optional.empty();
                    for (Row row : rows) {
                        byte[] bytes = bytes(row, 1);
                        if (Checksum.ofAnswer(index, place, bytes) != row.getLong(0)) {
                            throw new Damaged(
                                    "the answer kept for " + index + "." + place + " is not what was written");
                        }
                        answer = Optional.of(bytes);
                    }
                    return answer;
                })
                .onFailure(this::reportDamage);
    }

    private void reportDamage(Throwable failure) {
        if (failure instanceof Damaged || Database.isDamage(failure)) {
            damaged.accept(failure.getMessage());
        }
    }

    /** The driver gives byte[]; the client has no getter for it. */
    private static byte[] bytes(Row row, int column) {
        return (byte[]) row.getValue(column);
    }
}
