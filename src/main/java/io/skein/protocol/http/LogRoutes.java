package io.skein.protocol.http;

import io.skein.account.AccountName;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/** {@code /v1/log}: how much this node logs. */
final class LogRoutes {
    private static final int MAX_BODY_BYTES = 16 << 10;
    private static final long MAX_FOR_MS = 24L * 3_600_000;
    private static final List<String> FIELDS = List.of("levels", "for");

    private final LogLevels log;

    LogRoutes(LogLevels log) {
        this.log = log;
    }

    void get(Exchange exchange) {
        exchange.query().allow(List.of());
        exchange.json(200, json());
    }

    private JsonObject json() {
        JsonObject levels = new JsonObject();
        log.levels().forEach(levels::put);
        JsonObject json = new JsonObject().put("levels", levels);
        Map<String, Long> until = log.until();
        if (!until.isEmpty()) {
            JsonObject ends = new JsonObject();
            until.forEach((name, ms) -> ends.put(name, Instant.ofEpochMilli(ms).toString()));
            json.put("until", ends);
        }
        return json;
    }

    /** Only what is named changes; with {@code for} it falls back by itself. */
    void put(Exchange exchange) {
        exchange.query().allow(List.of());
        if (!TopicRoutes.isJson(exchange)) {
            return;
        }
        RequestBody.read(exchange, "this request", MAX_BODY_BYTES, body -> {
            JsonObject json = JsonBody.object(new String(body, StandardCharsets.UTF_8));
            for (String name : json.fieldNames()) {
                if (!FIELDS.contains(name)) {
                    throw Query.malformed("there is no field " + name + " here" + Spelling.among(name, FIELDS));
                }
            }
            String by = exchange.guest().name().map(AccountName::value).orElse("somebody");
            try {
                log.set(changes(json), forMs(json), by);
            } catch (IllegalArgumentException unknown) {
                throw Query.malformed(unknown.getMessage());
            }
            exchange.json(200, json());
        });
    }

    private static Map<String, Optional<String>> changes(JsonObject json) {
        if (!(json.getValue("levels") instanceof JsonObject levels) || levels.isEmpty()) {
            throw Query.malformed("levels is an object of loggers and their levels, and needed");
        }
        Map<String, Optional<String>> changes = new TreeMap<>();
        for (Map.Entry<String, Object> level : levels) {
            if (level.getValue() != null && !(level.getValue() instanceof String)) {
                throw Query.malformed("a level is a word, or null to take it back, not " + level.getValue());
            }
            changes.put(level.getKey(), Optional.ofNullable((String) level.getValue()));
        }
        return changes;
    }

    private static OptionalLong forMs(JsonObject json) {
        Object value = json.getValue("for");
        if (value == null) {
            return OptionalLong.empty();
        }
        if (!(value instanceof String text)) {
            throw Query.malformed("for is a time, such as 10m");
        }
        long ms = Query.duration("for", text);
        if (ms < 1 || ms > MAX_FOR_MS) {
            throw Query.malformed("for is 1ms to 24h, not " + text);
        }
        return OptionalLong.of(ms);
    }
}
