package io.skein.protocol.http;

import io.skein.broker.Refusal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The fields of a small request: those that a route knows, each of its kind. */
final class JsonFields {
    private static final int MAX_BODY_BYTES = 16 << 10;

    private final JsonObject json;

    private JsonFields(JsonObject json) {
        this.json = json;
    }

    /**
     * Reads a body that may be missing; what it throws is answered.
     *
     * @param known fields; another is refused with the nearest known one
     */
    static void read(Exchange exchange, List<String> known, Consumer<JsonFields> then) {
        read(exchange, known, MAX_BODY_BYTES, then);
    }

    /** @param limit of the body */
    static void read(Exchange exchange, List<String> known, int limit, Consumer<JsonFields> then) {
        if (!TopicRoutes.isJson(exchange)) {
            return;
        }
        RequestBody.read(exchange, "this request", limit, body -> {
            String text = new String(body, StandardCharsets.UTF_8);
            JsonObject json = text.isBlank() ? new JsonObject() : object(text);
            for (String name : json.fieldNames()) {
                if (!known.contains(name)) {
                    throw Query.malformed("there is no field " + name + " here" + Spelling.among(name, known));
                }
            }
            then.accept(new JsonFields(json));
        });
    }

    /** What the parser says of a text that is none may hold a part of it, and that a password. */
    private static JsonObject object(String text) {
        try {
            return JsonBody.object(text);
        } catch (Refusal notAnObject) {
            throw Query.malformed("the body is no JSON object");
        }
    }

    /** @throws Refusal when it is missing, or no text; without what it is, which may be a secret */
    String text(String name) {
        return find(name).orElseThrow(() -> Query.malformed(name + " is missing"));
    }

    Optional<String> find(String name) {
        Object value = json.getValue(name);
        if (value != null && !(value instanceof String)) {
            throw Query.malformed(name + " is a text");
        }
        return Optional.ofNullable((String) value);
    }

    boolean flag(String name, boolean preset) {
        Object value = json.getValue(name);
        if (value == null) {
            return preset;
        }
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw Query.malformed(name + " is true or false");
    }

    boolean has(String name) {
        return json.getValue(name) != null;
    }

    /** As it stands; null when it is missing. */
    Object value(String name) {
        return json.getValue(name);
    }

    List<?> list(String name) {
        Object value = json.getValue(name);
        if (value == null) {
            return List.of();
        }
        if (value instanceof JsonArray list) {
            return list.getList();
        }
        throw Query.malformed(name + " is a list");
    }
}
