package io.skein.store;

import io.skein.machine.Cursor;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One page of messages out of chunks, in two steps, because a body is large and most of a chunk is often not wanted:
 * first the heads of the chunks, which say where each message stands, then the bodies of those that were chosen. At a
 * chunk that is gone in between the page ends. Which messages may be seen is asked between the two.
 *
 * @param few the topics, when each is asked for by itself; empty when the whole log is walked
 * @param after where the page begins
 * @param upTo where it ends at the latest, visible in rows
 */
record PageReader(
        Pool pool,
        List<Long> few,
        Visibility visibility,
        Cursor after,
        Cursor upTo,
        int limit,
        long maxBytes,
        long appliedTime) {
    /** Heads that one query brings, at least and at most, unless more chunks than this overlap. */
    private static final int LEAST_HEADS = 16;

    private static final int MOST_HEADS = 256;

    /** Queries for heads before a page is given out empty. */
    private static final int ROUNDS = 16;

    /** Bytes of bodies that one page fetches, beside what it was asked for. */
    private static final long BODY_BYTES = 4L << 20;

    private static final String HEADS_OF_ALL = Chunk.Head.SELECT + """
            WHERE c.id >= ? AND c.id < ? AND (c.last_idx, c.last_place) > (?, ?) ORDER BY c.id LIMIT ?""";

    private static final String HEADS_OF_TOPIC = Chunk.Head.SELECT + """
            WHERE c.topic_id = ? AND c.id >= ? AND c.id < ? AND (c.last_idx, c.last_place) > (?, ?)
            ORDER BY c.id LIMIT ?""";

    /** Heads in the order of their first message; all those that hold a message in (after, end] are there. */
    private record Found(List<Chunk.Head> heads, Cursor end) {}

    /** Places of messages in log order, and where the page ends when all of them fit. */
    private record Chosen(List<Place> places, Cursor end) {}

    private record Place(Chunk.Head head, Positions positions, int i) {
        Cursor cursor() {
            return positions.cursor(i);
        }
    }

    Future<StoredPage> read() {
        return read(Math.max(LEAST_HEADS, Math.min(limit, MOST_HEADS)), ROUNDS);
    }

    private Future<StoredPage> read(int most, int rounds) {
        if (!upTo.isAfter(after)) {
            return Future.succeededFuture(new StoredPage(List.of(), after, true));
        }
        return heads(most)
                .compose(found -> scope(found).compose(scope -> {
                    Chosen chosen = choose(found, scope);
                    boolean ended = !upTo.isAfter(chosen.end());
                    if (chosen.places().isEmpty() && !ended && rounds > 1) {
                        // Nothing that is meant in this stretch: the next one is longer.
                        return from(chosen.end()).read(Math.min(2 * most, MOST_HEADS), rounds - 1);
                    }
                    return bodies(chosen).map(bodies -> fill(chosen, scope, bodies, ended));
                }));
    }

    private Future<Scope> scope(Found found) {
        Map<Long, String> topics = new HashMap<>();
        for (Chunk.Head head : found.heads()) {
            topics.putIfAbsent(head.topicId(), head.topic());
        }
        return visibility.of(topics).map(lowWater -> new Scope(few, lowWater));
    }

    private PageReader from(Cursor later) {
        return new PageReader(pool, few, visibility, later, upTo, limit, maxBytes, appliedTime);
    }

    private Future<Found> heads(int most) {
        if (!few.isEmpty()) {
            return headsOfFew(Math.max(4, most / few.size()));
        }
        Tuple parameters = Tuple.of(
                Chunk.firstIdFor(after.index()),
                Chunk.firstIdFor(upTo.index() + 1),
                after.index(),
                after.place(),
                most);
        return pool.preparedQuery(HEADS_OF_ALL).execute(parameters).compose(rows -> {
            List<Chunk.Head> heads = Chunk.Head.of(rows);
            if (heads.size() < most) {
                return Future.succeededFuture(new Found(heads, upTo));
            }
            // Chunks of one transaction overlap, and those that were not read begin after the last that was.
            Cursor end = heads.get(heads.size() - 1).first();
            return end.isAfter(after) ? Future.succeededFuture(new Found(heads, end)) : heads(4 * most);
        });
    }

    private Future<Found> headsOfFew(int most) {
        List<Future<RowSet<Row>>> queries = new ArrayList<>();
        for (Long topic : few) {
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
                List<Chunk.Head> ofTopic = Chunk.Head.of(query.result());
                // Chunks of one topic follow one another: what was not read is after the last that was.
                if (ofTopic.size() == most && end.isAfter(ofTopic.get(most - 1).last())) {
                    end = ofTopic.get(most - 1).last();
                }
                heads.addAll(ofTopic);
            }
            return new Found(heads, end);
        });
    }

    /** Merges the chunks by cursor, without their bodies, until there is enough for a page. */
    private Chosen choose(Found found, Scope scope) {
        PriorityQueue<Place> next = new PriorityQueue<>(Comparator.comparing(Place::cursor));
        for (Chunk.Head head : found.heads()) {
            // A topic that is not meant costs its head and no more.
            if (sees(scope, head)) {
                Positions positions = head.positions();
                int first = positions.firstAfter(after);
                if (first < head.count()) {
                    next.add(new Place(head, positions, first));
                }
            }
        }
        List<Place> places = new ArrayList<>();
        Set<Long> ids = new HashSet<>();
        long bytes = 0;
        long bodyBytes = 0;
        while (!next.isEmpty()) {
            Place place = next.poll();
            if (place.cursor().isAfter(found.end())) {
                break;
            }
            Chunk.Head head = place.head();
            if (sees(scope, place)) {
                bytes += place.positions().length(place.i());
                bodyBytes += ids.contains(head.id()) ? 0 : head.bodyBytes();
                boolean full = places.size() == limit || bytes > maxBytes || bodyBytes > maxBytes + BODY_BYTES;
                if (full && !places.isEmpty()) {
                    return new Chosen(places, places.get(places.size() - 1).cursor());
                }
                ids.add(head.id());
                places.add(place);
            }
            if (place.i() + 1 < head.count()) {
                next.add(new Place(head, place.positions(), place.i() + 1));
            }
        }
        return new Chosen(places, found.end());
    }

    private static boolean sees(Scope scope, Chunk.Head head) {
        return scope.lowWater().applyAsLong(head.topicId()) < head.nextOffset();
    }

    private boolean sees(Scope scope, Place place) {
        return place.head().baseOffset() + place.i()
                        >= scope.lowWater().applyAsLong(place.head().topicId())
                && place.positions().expiresAt(place.i()) > appliedTime;
    }

    private Future<Map<Long, byte[]>> bodies(Chosen chosen) {
        Map<Long, Chunk.Head> heads = new HashMap<>();
        for (Place place : chosen.places()) {
            heads.putIfAbsent(place.head().id(), place.head());
        }
        if (heads.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        // Numbers of our own making, so no parameters are needed.
        String ids = heads.keySet().stream().map(String::valueOf).collect(Collectors.joining(","));
        return pool.query("SELECT id, body FROM chunk WHERE id IN (" + ids + ")")
                .execute()
                .map(rows -> {
                    Map<Long, byte[]> bodies = new HashMap<>();
                    for (Row row : rows) {
                        byte[] body = (byte[]) row.getValue(1);
                        heads.get(row.getLong(0)).verify(body);
                        bodies.put(row.getLong(0), body);
                    }
                    return bodies;
                });
    }

    private StoredPage fill(Chosen chosen, Scope scope, Map<Long, byte[]> bodies, boolean ended) {
        PageOf page = new PageOf(scope, limit, maxBytes, appliedTime);
        Cursor before = after;
        for (Place place : chosen.places()) {
            byte[] body = bodies.get(place.head().id());
            if (body == null) {
                // Trimmed meanwhile: the caller comes again and sees by its scope what is gone.
                return page.upTo(before, false);
            }
            page.take(place.head().message(place.positions(), place.i(), body));
            before = place.cursor();
        }
        return page.upTo(chosen.end(), ended);
    }
}
