package io.skein.broker;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The long-lived connections of this node, at all its doors, oldest first. Nothing is counted here: each is asked how it
 * does when somebody looks, on its own event loop, a page of them with one hop to each loop. From any thread.
 */
final class Residents {
    /** Of filters and subscriptions that are told of one connection. */
    static final int SHOWN_CHARACTERS = 2048;

    /** Of a connection that cannot say. */
    private static final LongLived.Sight NOTHING = new LongLived.Sight(Optional.empty(), List.of(), List.of(), 0, 0, 0);

    private static final Logger LOG = LoggerFactory.getLogger(Residents.class);

    private record Resident(
            String door, String peer, long since, Context context, LongLived connection, AtomicBoolean isReported) {
        /** Whoever looks sees the others all the same, and this one, so that it can be closed. */
        LongLived.Sight sight(String id) {
            try {
                return brief(connection.sight());
            } catch (RuntimeException | Error defect) {
                if (!isReported.getAndSet(true)) {
                    LOG.error("the {} connection {} of {} cannot say how it does", door, id, peer, defect);
                }
                return NOTHING;
            }
        }
    }

    private final Vertx vertx;
    private final WallClock clock;
    private final ConcurrentNavigableMap<Long, Resident> residents = new ConcurrentSkipListMap<>();
    /**
     * A process begins somewhere of its own, with room for a billion: nobody closes another's connection by an id that he
     * noted before a restart, or that another node told him.
     */
    private final AtomicLong ids;

    Residents(Vertx vertx, WallClock clock) {
        this(vertx, clock, new SecureRandom().nextLong(1L << 32) << 30);
    }

    /** @param begin ids are above it; 0 or more */
    Residents(Vertx vertx, WallClock clock, long begin) {
        this.vertx = vertx;
        this.clock = clock;
        ids = new AtomicLong(begin);
    }

    /** On the connection's context. @return to be run when it is gone, once or more */
    Runnable enter(String door, String peer, LongLived connection) {
        long id = ids.incrementAndGet();
        residents.put(
                id,
                new Resident(door, peer, clock.millis(), vertx.getOrCreateContext(), connection, new AtomicBoolean()));
        return () -> residents.remove(id);
    }

    int size() {
        return residents.size();
    }

    Future<ConnectionsPage> page(Optional<String> after, int limit) {
        long from;
        try {
            from = after.map(Residents::id).orElse(0L);
        } catch (NumberFormatException none) {
            return Future.failedFuture(Refusal.malformed("after is the id of a connection, as a page before said it"));
        }
        Map<Context, Map<Long, Resident>> byLoop = new LinkedHashMap<>();
        List<Long> shown = new ArrayList<>();
        boolean isLast = true;
        for (Map.Entry<Long, Resident> one : residents.tailMap(from, false).entrySet()) {
            if (shown.size() == limit) {
                isLast = false;
                break;
            }
            shown.add(one.getKey());
            byLoop.computeIfAbsent(one.getValue().context(), context -> new LinkedHashMap<>())
                    .put(one.getKey(), one.getValue());
        }
        Optional<String> next = isLast ? Optional.empty() : Optional.of(text(shown.get(shown.size() - 1)));
        List<Future<Map<Long, ConnectionInfo>>> parts = new ArrayList<>();
        byLoop.forEach((context, some) -> {
            Promise<Map<Long, ConnectionInfo>> part = Promise.promise();
            context.runOnContext(v -> part.handle(attempt(() -> look(some))));
            parts.add(part.future());
        });
        return here(Future.join(parts).map(v -> {
            Map<Long, ConnectionInfo> found = new LinkedHashMap<>();
            parts.forEach(part -> found.putAll(part.result()));
            return new ConnectionsPage(
                    shown.stream().filter(found::containsKey).map(found::get).toList(), next);
        }));
    }

    private Map<Long, ConnectionInfo> look(Map<Long, Resident> some) {
        Map<Long, ConnectionInfo> infos = new LinkedHashMap<>();
        some.forEach((id, resident) -> {
            if (residents.containsKey(id)) {
                infos.put(
                        id,
                        new ConnectionInfo(
                                text(id),
                                resident.door(),
                                resident.peer(),
                                resident.since(),
                                resident.sight(text(id))));
            }
        });
        return infos;
    }

    /** A connection may have hundreds of filters of kilobytes. */
    private static LongLived.Sight brief(LongLived.Sight sight) {
        return new LongLived.Sight(
                sight.principal(),
                brief(sight.filters()),
                brief(sight.subscriptions()),
                sight.delivered(),
                sight.published(),
                sight.waitingBytes());
    }

    private static List<String> brief(List<String> names) {
        int characters = 0;
        for (int i = 0; i < names.size(); i++) {
            characters += names.get(i).length();
            if (characters > SHOWN_CHARACTERS) {
                List<String> some = new ArrayList<>(names.subList(0, i));
                some.add("... " + (names.size() - i) + " more");
                return some;
            }
        }
        return names;
    }

    Future<Void> close(String id) {
        Resident resident;
        try {
            resident = residents.get(id(id));
        } catch (NumberFormatException none) {
            resident = null;
        }
        if (resident == null) {
            return Future.failedFuture(
                    Refusal.of(Refusal.Kind.NOT_FOUND, "not-found", "this node has no connection " + id));
        }
        Promise<Void> closed = Promise.promise();
        LongLived connection = resident.connection();
        resident.context()
                .runOnContext(v -> closed.handle(attempt(() -> {
                    connection.close();
                    return null;
                })));
        return here(closed.future());
    }

    /** Whoever asked is answered, whatever a door's connection does. */
    private static <T> Future<T> attempt(Supplier<T> what) {
        try {
            return Future.succeededFuture(what.get());
        } catch (RuntimeException | Error failed) {
            return Future.failedFuture(failed);
        }
    }

    private <T> Future<T> here(Future<T> elsewhere) {
        Context caller = vertx.getOrCreateContext();
        Promise<T> here = Promise.promise();
        elsewhere.onComplete(done -> caller.runOnContext(v -> here.handle(done)));
        return here.future();
    }

    private static long id(String text) {
        return Long.parseLong(text, 36);
    }

    private static String text(long id) {
        return Long.toString(id, 36);
    }
}
