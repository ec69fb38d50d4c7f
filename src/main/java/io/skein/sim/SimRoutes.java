package io.skein.sim;

import io.skein.frame.Durations;
import io.skein.frame.Malformed;
import io.skein.metrics.MetricsRoutes;
import io.skein.node.World;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * {@code /v1/sim} at the HTTP port of one node: the clock and the faults of the whole cluster. For admins where a token is
 * asked for. What ends the node that is asked is answered before it is done.
 */
final class SimRoutes implements World.Pages {
    private static final int MAX_BODY = 4096;
    private static final int TOO_LARGE = 413;
    /** The answer is on its way before its node goes. */
    private static final long GOODBYE_MS = 20;

    private final Sim sim;
    private final String self;

    SimRoutes(Sim sim, String self) {
        this.sim = sim;
        this.self = self;
    }

    @Override
    public void mount(Router router, MetricsRoutes.Door door) {
        router.route("/v1/sim")
                .handler(context -> take(context, door, HttpMethod.GET, List.of(), query -> {
                    answer(context, door, () -> sim.report().json());
                }));
        router.route("/v1/sim/clock")
                .handler(context -> take(context, door, HttpMethod.POST, List.of("advance", "to"), query -> {
                    answer(context, door, moved(query));
                }));
        router.route("/v1/sim/nodes/:node/:deed")
                .handler(context -> take(context, door, HttpMethod.POST, List.of("for"), query -> {
                    node(context, door, query);
                }));
        router.route("/v1/sim/links")
                .handler(context -> take(context, door, HttpMethod.POST, List.of(), query -> {
                    body(context, door, json -> answer(context, door, linked(json)));
                }));
        router.route("/v1/sim/heal")
                .handler(context -> take(context, door, HttpMethod.POST, List.of(), query -> {
                    answer(context, door, () -> {
                        sim.heal();
                        return sim.report().json();
                    });
                }));
    }

    private interface Taken<T> {
        void on(T what);
    }

    private void take(
            RoutingContext context,
            MetricsRoutes.Door door,
            HttpMethod method,
            List<String> known,
            Taken<Map<String, String>> then) {
        HttpServerRequest request = context.request();
        if (!request.method().equals(method)) {
            request.response().putHeader(HttpHeaders.ALLOW, method.name());
            door.refuse(request, 405, "method-not-allowed", "this path takes " + method);
            return;
        }
        Optional<Map<String, String>> query = door.query(request, known);
        if (query.isEmpty()) {
            return;
        }
        door.enter(request)
                .onSuccess(guest -> {
                    boolean may = guest.mayAdminister();
                    guest.leave();
                    if (may) {
                        guarded(request, door, () -> then.on(query.get()));
                    } else {
                        door.refuse(request, 403, "forbidden", "this is an admin's");
                    }
                })
                .onFailure(answeredAlready -> {});
    }

    private static void guarded(HttpServerRequest request, MetricsRoutes.Door door, Runnable task) {
        try {
            task.run();
        } catch (Malformed | IllegalArgumentException nonsense) {
            door.refuse(request, 400, "malformed", nonsense.getMessage());
        } catch (NoSuchElementException unknown) {
            door.refuse(request, 404, "not-found", unknown.getMessage());
        }
    }

    private void body(RoutingContext context, MetricsRoutes.Door door, Taken<JsonObject> then) {
        HttpServerRequest request = context.request();
        Buffer whole = Buffer.buffer();
        request.handler(part -> {
            if (whole.length() <= MAX_BODY) {
                whole.appendBuffer(part);
            }
        });
        request.endHandler(end -> {
            if (whole.length() > MAX_BODY) {
                door.refuse(request, TOO_LARGE, "too-large", "at most " + MAX_BODY + " bytes");
                return;
            }
            guarded(request, door, () -> then.on(json(whole)));
        });
    }

    private static JsonObject json(Buffer body) {
        try {
            return body.length() == 0 ? new JsonObject() : body.toJsonObject();
        } catch (DecodeException | ClassCastException noObject) {
            throw new IllegalArgumentException("the body is no JSON object");
        }
    }

    /** Does it beside the loop, which has to go on meanwhile, and answers with what comes of it. */
    private void answer(RoutingContext context, MetricsRoutes.Door door, Callable<JsonObject> deed) {
        Context loop = Vertx.currentContext();
        HttpServerRequest request = context.request();
        sim.hand().later(0, () -> {
            JsonObject answer;
            try {
                answer = deed.call();
            } catch (Exception problem) {
                loop.runOnContext(v -> refuse(request, door, problem));
                return;
            }
            loop.runOnContext(v -> end(context, answer));
        });
    }

    private static void refuse(HttpServerRequest request, MetricsRoutes.Door door, Exception problem) {
        if (problem instanceof NoSuchElementException) {
            door.refuse(request, 404, "not-found", problem.getMessage());
        } else if (problem instanceof IllegalArgumentException || problem instanceof Malformed) {
            door.refuse(request, 400, "malformed", problem.getMessage());
        } else {
            door.refuse(request, 503, "unavailable", String.valueOf(problem.getMessage()));
        }
    }

    private static void end(RoutingContext context, JsonObject answer) {
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(answer.toBuffer().appendString("\n"))
                .onFailure(gone -> {}); // whoever asked has gone
    }

    private Callable<JsonObject> moved(Map<String, String> query) {
        String by = query.get("advance");
        String to = query.get("to");
        if ((by == null) == (to == null)) {
            throw new IllegalArgumentException("either advance=3d or to=2030-01-01T00:00:00Z");
        }
        if (by != null) {
            Duration duration = Duration.ofMillis(Durations.parseMs(by));
            return () -> json(sim.clock().advance(duration));
        }
        Instant time = instant(to);
        return () -> json(sim.clock().moveTo(time));
    }

    private static Instant instant(String text) {
        try {
            return text.matches("[0-9]{1,15}") ? Instant.ofEpochMilli(Long.parseLong(text)) : Instant.parse(text);
        } catch (DateTimeParseException noTime) {
            throw new IllegalArgumentException("\"to\" is like 2030-01-01T00:00:00Z, or epoch milliseconds");
        }
    }

    private JsonObject json(MovableClock.Moved moved) {
        JsonObject report = sim.report().json();
        return new JsonObject()
                .put("time", moved.now().toEpochMilli())
                .put("aheadMs", report.getLong("aheadMs"))
                .put("steps", moved.steps())
                .put("done", moved.isDone())
                .put("next", report.getJsonObject("next"));
    }

    private Callable<JsonObject> linked(JsonObject order) {
        known(order, Set.of("from", "to", "cut", "delay", "both"));
        String from = text(order, "from");
        String to = text(order, "to");
        Optional<Boolean> cut = Optional.ofNullable(flag(order, "cut"));
        OptionalLong delay = order.containsKey("delay")
                ? OptionalLong.of(Durations.parseMs(text(order, "delay")))
                : OptionalLong.empty();
        if (cut.isEmpty() && delay.isEmpty()) {
            throw new IllegalArgumentException("\"cut\" or \"delay\" says what becomes of the link");
        }
        boolean both = Boolean.TRUE.equals(flag(order, "both"));
        return () -> {
            sim.link(from, to, cut, delay);
            if (both) {
                sim.link(to, from, cut, delay);
            }
            return sim.report().json();
        };
    }

    private void node(RoutingContext context, MetricsRoutes.Door door, Map<String, String> query) {
        String node = context.pathParam("node");
        String deed = context.pathParam("deed");
        sim.url(node);
        if (deed.equals("disk")) {
            body(context, door, json -> answer(context, door, disk(node, json)));
            return;
        }
        OptionalLong forMs =
                query.containsKey("for") ? OptionalLong.of(Durations.parseMs(query.get("for"))) : OptionalLong.empty();
        switch (deed) {
            case "kill" -> ends(context, door, node, () -> sim.kill(node), () -> sim.start(node), forMs);
            case "pause" -> ends(context, door, node, () -> sim.pause(node), () -> sim.resume(node), forMs);
            case "start" ->
                answer(context, door, () -> {
                    sim.start(node);
                    return sim.report().json();
                });
            case "resume" ->
                answer(context, door, () -> {
                    sim.resume(node);
                    return sim.report().json();
                });
            default ->
                throw new NoSuchElementException(
                        "a node can be told to kill, start, pause and resume, and to have another disk");
        }
    }

    /** @param forMs then it comes back by itself */
    private void ends(
            RoutingContext context,
            MetricsRoutes.Door door,
            String node,
            Runnable end,
            Runnable begin,
            OptionalLong forMs) {
        if (sim.isLast(node) && forMs.isEmpty()) {
            throw new IllegalArgumentException(
                    "nobody would be left to be asked for anything: say for how long, like ?for=2s");
        }
        Runnable all = () -> {
            end.run();
            forMs.ifPresent(ms -> sim.hand().later(ms, begin));
        };
        if (node.equals(self)) {
            end(context, new JsonObject().put("node", node).put("accepted", true));
            sim.hand().later(GOODBYE_MS, all);
        } else {
            answer(context, door, () -> {
                all.run();
                return sim.report().json();
            });
        }
    }

    private Callable<JsonObject> disk(String node, JsonObject order) {
        known(order, Set.of("delay", "full"));
        OptionalLong delay = order.containsKey("delay")
                ? OptionalLong.of(Durations.parseMs(text(order, "delay")))
                : OptionalLong.empty();
        Optional<Boolean> full = Optional.ofNullable(flag(order, "full"));
        if (full.isEmpty() && delay.isEmpty()) {
            throw new IllegalArgumentException("\"full\" or \"delay\" says what becomes of the disk");
        }
        return () -> {
            delay.ifPresent(ms -> sim.slowDisk(node, Duration.ofMillis(ms)));
            full.ifPresent(isFull -> sim.fullDisk(node, isFull));
            return sim.report().json();
        };
    }

    private static void known(JsonObject order, Set<String> fields) {
        order.fieldNames().stream()
                .filter(field -> !fields.contains(field))
                .findFirst()
                .ifPresent(field -> {
                    throw new IllegalArgumentException("nobody knows what \"" + field + "\" is; known are " + fields);
                });
    }

    private static String text(JsonObject order, String field) {
        if (order.getValue(field) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("\"" + field + "\" is a text");
    }

    private static Boolean flag(JsonObject order, String field) {
        Object value = order.getValue(field);
        if (value == null || value instanceof Boolean) {
            return (Boolean) value;
        }
        throw new IllegalArgumentException("\"" + field + "\" is true or false");
    }
}
