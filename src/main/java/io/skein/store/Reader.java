package io.skein.store;

import io.skein.machine.Cursor;
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
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads rows over read-only connections, in pages. Futures complete on the context of the caller. Everything that leaves
 * here was checked against its checksum.
 *
 * <p>A page comes in two steps, because a body is large and most of a chunk is often not wanted: first the heads of the
 * chunks, which say where each message stands, then the bodies of those that were chosen. A chunk that is gone in
 * between was trimmed; if the scope still sees it, that is damage.
 */
public final class Reader {
    /** Heads of chunks that one query brings, at first; twice as many when these were not enough. */
    private static final int HEADS = 64;

    /** Heads of one topic among several. */
    private static final int HEADS_OF_ONE = 16;

    /** Bytes of bodies that one page fetches, beside what it was asked for. */
    private static final long BODY_BYTES = 4L << 20;

    private static final String HEAD = """
            SELECT c.id, c.topic_id, t.name, c.base_offset, c.count, c.first_idx, c.first_place, c.last_idx,
                c.last_place, c.first_time, c.last_time, c.crc, length(c.body) AS body_bytes, c.positions
            FROM chunk c JOIN topic t ON t.id = c.topic_id
            """;

    private static final String HEADS_OF_ALL = HEAD + """
            WHERE c.id >= ? AND c.id < ? AND (c.last_idx, c.last_place) > (?, ?) ORDER BY c.id LIMIT ?""";

    private static final String HEADS_OF_TOPIC = HEAD + """
            WHERE c.topic_id = ? AND c.id >= ? AND c.id < ? AND (c.last_idx, c.last_place) > (?, ?)
            ORDER BY c.id LIMIT ?""";

    /** Chunks of one transaction overlap: the first message of that time is in one of the first few that reach it. */
    private static final String HEADS_FROM_TIME = HEAD + """
            WHERE c.last_time >= ? ORDER BY c.id LIMIT ?""";

    private static final String HEAD_WITH_OFFSET = HEAD + """
            WHERE c.topic_id = ?1 AND c.base_offset + c.count > ?2 AND c.id >= coalesce(
                (SELECT last_idx FROM mark WHERE topic_id = ?1 AND end <= ?2 ORDER BY end DESC LIMIT 1), 0) << 20
            ORDER BY c.id LIMIT 1""";

    private static final String WAITING = """
            SELECT idx, place, due, time, topic, key, format, content_type, headers, delay_ms, ttl_ms, expect_offset,
                crc, body
            FROM scheduled
            """;

    private final StoreListener listener;
    private final Pool pool;

    Reader(Vertx vertx, Path file, StoreConfig config, StoreListener listener) {
        this.listener = listener;
        pool = JDBCPool.pool(
                vertx,
                Database.readers(file),
                new PoolOptions()
                        .setName("skein-readers")
                        .setMaxSize(config.readers())
                        .setMaxWaitQueueSize(config.waitingReads()));
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
        if (!upTo.isAfter(after)) {
            return Future.succeededFuture(new StoredPage(List.of(), after));
        }
        return heads(scope, after, upTo, HEADS)
                .compose(found -> bodies(choose(found, scope, after, limit, maxBytes, appliedTime)))
                .map(chosen -> fill(chosen, scope, limit, maxBytes, appliedTime))
                .onFailure(this::reportDamage);
    }

    /** Heads in the order of their first message; all those that hold a message in (after, end] are there. */
    private record Found(List<Chunk.Head> heads, Cursor end) {}

    /** Places of messages in log order, and where the page ends when all of them fit. */
    private record Chosen(List<Place> places, Cursor end, Map<Long, byte[]> bodies) {}

    private record Place(Chunk.Head head, int i) {
        Cursor cursor() {
            return head.positions().cursor(i);
        }
    }

    private Future<Found> heads(Scope scope, Cursor after, Cursor upTo, int most) {
        if (!scope.few().isEmpty()) {
            return headsOfFew(scope.few(), after, upTo);
        }
        Tuple parameters = Tuple.of(
                Chunk.firstIdFor(after.index()),
                Chunk.firstIdFor(upTo.index() + 1),
                after.index(),
                after.place(),
                most);
        return pool.preparedQuery(HEADS_OF_ALL).execute(parameters).compose(rows -> {
            List<Chunk.Head> heads = heads(rows);
            if (heads.size() < most) {
                return Future.succeededFuture(new Found(heads, upTo));
            }
            // Chunks of one transaction overlap, and those that were not read begin after the last that was.
            Cursor end = heads.get(heads.size() - 1).first();
            if (!end.isAfter(after)) {
                return heads(scope, after, upTo, 4 * most);
            }
            return Future.succeededFuture(new Found(heads, end));
        });
    }

    private Future<Found> headsOfFew(List<Long> topics, Cursor after, Cursor upTo) {
        int most = topics.size() == 1 ? HEADS : HEADS_OF_ONE;
        List<Future<RowSet<Row>>> queries = new ArrayList<>();
        for (Long topic : topics) {
            Tuple parameters = Tuple.of(
                    topic,
                    Chunk.firstIdFor(after.index()),
                    Chunk.firstIdFor(upTo.index() + 1),
                    after.index(),
                    after.place(),
                    most);
            queries.add(pool.preparedQuery(HEADS_OF_TOPIC).execute(parameters));
        }
        return Future.all(queries).map(all -> {
            List<Chunk.Head> heads = new ArrayList<>();
            Cursor end = upTo;
            for (Future<RowSet<Row>> query : queries) {
                List<Chunk.Head> ofTopic = heads(query.result());
                // Chunks of one topic follow one another: what was not read is after the last that was.
                if (ofTopic.size() == most && end.isAfter(ofTopic.get(most - 1).last())) {
                    end = ofTopic.get(most - 1).last();
                }
                heads.addAll(ofTopic);
            }
            heads.sort(Comparator.comparing(Chunk.Head::first));
            return new Found(heads, end);
        });
    }

    private static List<Chunk.Head> heads(RowSet<Row> rows) {
        List<Chunk.Head> heads = new ArrayList<>(rows.size());
        for (Row row : rows) {
            heads.add(Chunk.Head.of(
                    row.getLong(0),
                    row.getLong(1),
                    row.getString(2),
                    row.getLong(3),
                    row.getInteger(4),
                    new Cursor(row.getLong(5), row.getInteger(6)),
                    new Cursor(row.getLong(7), row.getInteger(8)),
                    row.getLong(9),
                    row.getLong(10),
                    row.getLong(11),
                    bytes(row, 13),
                    row.getInteger(12)));
        }
        return heads;
    }

    /** Merges the chunks by cursor, without their bodies, until there is enough for a page. */
    private static Chosen choose(Found found, Scope scope, Cursor after, int limit, long maxBytes, long appliedTime) {
        PriorityQueue<Place> next = new PriorityQueue<>(Comparator.comparing(Place::cursor));
        for (Chunk.Head head : found.heads()) {
            // A topic that is not meant costs its head and no more.
            if (scope.lowWater().applyAsLong(head.topicId()) < head.nextOffset()) {
                int first = head.positions().firstAfter(after);
                if (first < head.count()) {
                    next.add(new Place(head, first));
                }
            }
        }
        List<Place> places = new ArrayList<>();
        Set<Long> ids = new HashSet<>();
        long bytes = 0;
        long bodyBytes = 0;
        while (!next.isEmpty()) {
            Place place = next.poll();
            Cursor cursor = place.cursor();
            if (cursor.isAfter(found.end())) {
                break;
            }
            Chunk.Head head = place.head();
            boolean seen = head.baseOffset() + place.i() >= scope.lowWater().applyAsLong(head.topicId())
                    && head.positions().expiresAt(place.i()) > appliedTime;
            if (seen) {
                bytes += head.positions().length(place.i());
                bodyBytes += ids.contains(head.id()) ? 0 : head.bodyBytes();
                if (!places.isEmpty()
                        && (places.size() == limit || bytes > maxBytes || bodyBytes > maxBytes + BODY_BYTES)) {
                    return new Chosen(places, places.get(places.size() - 1).cursor(), Map.of());
                }
                ids.add(head.id());
                places.add(place);
            }
            if (place.i() + 1 < head.count()) {
                next.add(new Place(head, place.i() + 1));
            }
        }
        return new Chosen(places, found.end(), Map.of());
    }

    private Future<Chosen> bodies(Chosen chosen) {
        Map<Long, Chunk.Head> heads = new HashMap<>();
        for (Place place : chosen.places()) {
            heads.putIfAbsent(place.head().id(), place.head());
        }
        if (heads.isEmpty()) {
            return Future.succeededFuture(chosen);
        }
        // Numbers of our own making, so no parameters are needed.
        String ids = heads.keySet().stream().map(String::valueOf).collect(Collectors.joining(","));
        return pool.query("SELECT id, body FROM chunk WHERE id IN (" + ids + ")")
                .execute()
                .map(rows -> {
                    Map<Long, byte[]> bodies = new HashMap<>();
                    for (Row row : rows) {
                        byte[] body = bytes(row, 1);
                        heads.get(row.getLong(0)).verify(body);
                        bodies.put(row.getLong(0), body);
                    }
                    return new Chosen(chosen.places(), chosen.end(), bodies);
                });
    }

    private static StoredPage fill(Chosen chosen, Scope scope, int limit, long maxBytes, long appliedTime) {
        PageOf page = new PageOf(scope, limit, maxBytes, appliedTime);
        for (Place place : chosen.places()) {
            Chunk.Head head = place.head();
            byte[] body = chosen.bodies().get(head.id());
            if (body != null) {
                page.take(head.message(place.i(), body));
            } else if (scope.lowWater().applyAsLong(head.topicId()) < head.nextOffset()) {
                throw new Damaged("chunk " + head.id() + " of topic \"" + head.topic() + "\" is gone");
            }
        }
        return page.upTo(chosen.end());
    }

    /**
     * The cursor just before the message of a topic with this offset, or before the first one after it that is in rows;
     * empty when rows hold none.
     */
    public Future<Optional<Cursor>> locate(long topicId, long offset) {
        return pool.preparedQuery(HEAD_WITH_OFFSET)
                .execute(Tuple.of(topicId, offset))
                .map(Reader::heads)
                .map(heads -> heads.stream().findFirst().map(head -> {
                    int i = (int) Math.max(0, offset - head.baseOffset());
                    return before(head.positions().cursor(i));
                }))
                .onFailure(this::reportDamage);
    }

    /**
     * The cursor just before the first message in rows that was stamped at this time or later, whatever its topic; empty
     * when rows hold none.
     */
    public Future<Optional<Cursor>> locateTime(long epochMs) {
        return pool.preparedQuery(HEADS_FROM_TIME)
                .execute(Tuple.of(epochMs, HEADS))
                .map(Reader::heads)
                .map(heads -> heads.stream()
                        .map(head -> head.positions().cursor(head.positions().firstAt(epochMs)))
                        .min(Comparator.naturalOrder())
                        .map(Reader::before))
                .onFailure(this::reportDamage);
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
        if (Checksum.ofScheduled(at, row.getLong(2), body) != row.getLong(12)) {
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
        if (failure instanceof Damaged damaged) {
            listener.damaged(damaged.getMessage());
        }
    }

    /** The driver gives byte[]; the client has no getter for it. */
    private static byte[] bytes(Row row, int column) {
        return (byte[]) row.getValue(column);
    }
}
