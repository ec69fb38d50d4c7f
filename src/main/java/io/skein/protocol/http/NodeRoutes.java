package io.skein.protocol.http;

import io.skein.broker.NodeStatus;
import io.skein.machine.FeatureLevel;
import io.skein.wire.Limits;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What this node says of itself: the cluster as it sees it, its health, what it can do. */
final class NodeRoutes {
    private static final CharSequence YAML = HttpHeaders.createOptimized("application/yaml");

    private static final List<String> READY = List.of("sync", "noleader", "timeout", "format");

    /** One line of a health answer. */
    private record Check(String name, boolean ok, String detail) {}

    private final HttpConfig config;

    NodeRoutes(HttpConfig config) {
        this.config = config;
    }

    /** Read when somebody asks first, for all doors of the process. */
    private static final class Openapi {
        private static final Buffer TEXT = read();

        private static Buffer read() {
            try (InputStream in = NodeRoutes.class.getResourceAsStream("/openapi.yaml")) {
                return Buffer.buffer(in.readAllBytes());
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
    }

    void cluster(Exchange exchange) {
        exchange.query().allow(List.of());
        NodeStatus status = exchange.status();
        exchange.json(
                200,
                new JsonObject()
                        .put("node", status.node())
                        .put("role", status.role().name().toLowerCase(Locale.ROOT))
                        .put("leader", status.leader().isEmpty() ? null : status.leader())
                        .put("leaderAddress", status.leaderAddress().isEmpty() ? null : status.leaderAddress())
                        .put("term", status.term())
                        .put("commitIndex", status.commitIndex())
                        .put("appliedIndex", status.appliedIndex())
                        .put("settledIndex", status.settledIndex())
                        .put("firstLogIndex", status.firstLogIndex())
                        .put("lastLogIndex", status.lastLogIndex())
                        .put(
                                "stateHash",
                                new JsonObject()
                                        .put("index", status.appliedIndex())
                                        .put("hash", "%016x".formatted(status.stateHash())))
                        .put("health", status.health())
                        .put("durable", status.durable())
                        .put("featureLevel", status.featureLevel())
                        .put("clock", exchange.nowMs())
                        .put("members", MemberRoutes.members(status)));
    }

    /** The event loop answers. Fails slowly on purpose: a restart for a blip only adds a storm of reconnects. */
    void live(Exchange exchange) {
        exchange.query().allow(List.of("format"));
        health(exchange, List.of(new Check("process", true, "")));
    }

    void ready(Exchange exchange) {
        // A misspelt ?sync would be a weaker check that looks like the one asked for.
        Query query = exchange.query().allow(READY);
        NodeStatus status = exchange.status();
        boolean leaderless = query.is("noleader");
        List<Check> checks = new ArrayList<>();
        checks.add(new Check("process", true, ""));
        if (!leaderless) {
            checks.add(new Check("leader", !status.leader().isEmpty(), "no leader is known"));
        }
        boolean waiting = status.health().equals("no-leader") || status.health().equals("catching-up");
        boolean fit = status.health().equals("ok") || leaderless && waiting;
        checks.add(new Check("health", fit, status.health()));
        if (!query.is("sync")) {
            health(exchange, checks);
            return;
        }
        long timeoutMs = query.duration("timeout", 5_000, config.maxWaitMs());
        caughtUp(exchange, timeoutMs).onComplete(done -> {
            checks.add(
                    new Check("sync", done.succeeded(), "not at the leader's commit index after " + timeoutMs + " ms"));
            health(exchange, checks);
        });
    }

    private static Future<?> caughtUp(Exchange exchange, long timeoutMs) {
        return exchange.door.gate().caughtUp().timeout(timeoutMs, TimeUnit.MILLISECONDS);
    }

    private static void health(Exchange exchange, List<Check> checks) {
        boolean ok = checks.stream().allMatch(Check::ok);
        if (exchange.query().get("format").map("json"::equalsIgnoreCase).orElse(false)) {
            JsonArray lines = new JsonArray();
            for (Check check : checks) {
                JsonObject line = new JsonObject().put("name", check.name()).put("ok", check.ok());
                lines.add(check.ok() ? line : line.put("detail", check.detail()));
            }
            exchange.json(ok ? 200 : 503, new JsonObject().put("ok", ok).put("checks", lines));
            return;
        }
        StringBuilder text = new StringBuilder();
        for (Check check : checks) {
            text.append(check.ok() ? "[+]" : "[-]").append(check.name());
            text.append(check.ok() ? " ok\n" : " failed: " + check.detail() + "\n");
        }
        exchange.text(ok ? 200 : 503, text.toString());
    }

    void openapi(Exchange exchange) {
        exchange.answer(200, YAML, Openapi.TEXT.copy(), -1);
    }

    /** What this node is and can, so that a client need not try. */
    void capabilities(Exchange exchange) {
        exchange.query().allow(List.of());
        NodeStatus status = exchange.status();
        JsonObject doors = new JsonObject().put("http", "/").put("websocket", "/ws");
        if (config.tcpPort() > 0) {
            doors.put("tcp", config.tcpPort());
        }
        exchange.json(
                200,
                new JsonObject()
                        .put("name", "skein")
                        .put("version", config.version())
                        .put("api", "v1")
                        .put("featureLevel", status.featureLevel())
                        .put("featureLevelPossible", FeatureLevel.NEWEST)
                        .put("node", status.node())
                        .put("durable", status.durable())
                        .put("doors", doors)
                        .put(
                                "features",
                                new JsonArray(List.of(
                                        "publish",
                                        "batch",
                                        "atomic",
                                        "idempotency-key",
                                        "sequence",
                                        "expect-offset",
                                        "delay",
                                        "ttl",
                                        "read",
                                        "follow",
                                        "sse",
                                        "topics",
                                        "subscriptions",
                                        "transactions",
                                        "backup",
                                        "rrmq",
                                        "pad")))
                        .put("limits", limits())
                        .put(
                                "links",
                                new JsonObject().put("openapi", "/openapi.yaml").put("cluster", "/v1/cluster")));
    }

    private JsonObject limits() {
        return new JsonObject()
                .put("maxMessageBytes", config.maxMessageBytes())
                .put("maxBatchBytes", config.maxBatchBytes())
                .put("maxBatchMessages", Limits.MAX_BATCH_MESSAGES)
                .put("maxPageMessages", ReadRoute.MAX_LIMIT)
                .put("maxPageBytes", config.maxPageBytes())
                .put("maxWaitMs", config.maxWaitMs())
                .put("maxPullMessages", Limits.MAX_PULL_MESSAGES)
                .put("maxLeases", Limits.MAX_LEASES)
                .put("maxLeaseMs", Limits.MAX_LEASE_MS)
                .put("maxKeyBytes", Limits.MAX_KEY_BYTES)
                .put("maxHeaders", Limits.MAX_HEADERS)
                .put("maxHeaderBytes", Limits.MAX_HEADER_BYTES)
                .put("maxProducerBytes", Limits.MAX_PRODUCER_BYTES)
                .put("maxIdempotencyKeyCharacters", PublishOptions.MAX_IDEMPOTENCY_KEY)
                .put("maxDelayMs", Limits.MAX_DURATION_MS)
                .put("maxTtlMs", Limits.MAX_DURATION_MS);
    }
}
