package io.skein.protocol.http;

import io.skein.frame.Durations;
import io.skein.topic.Format;
import io.skein.topic.TopicConfig;
import io.skein.wire.Limits;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A topic's configuration as users write it: {@code {"retention":{"maxAge":"7d","maxBytes":"1GiB","maxMessages":1000,
 * "acknowledged":false},"onFull":"reject"|"dropOldest","format":"JSON","ttl":"1h"}}. Strict: a key that is not known is
 * refused by name. What is left out or {@code null} has no limit, so that a PUT says all there is.
 */
final class TopicConfigJson {
    private static final List<String> KNOWN = List.of("retention", "onFull", "format", "ttl");
    private static final List<String> RETENTION = List.of("maxAge", "maxBytes", "maxMessages", "acknowledged");
    /** What GET says beside the configuration; PUT passes over it, so that what was got can be put. */
    static final Set<String> FIGURES = Set.of(
            "topic",
            "messages",
            "bytes",
            "firstOffset",
            "nextOffset",
            "earliest",
            "created",
            "lastTime",
            "publishedPerSecond");

    private TopicConfigJson() {}

    static TopicConfig read(byte[] body) {
        JsonObject json = object(body);
        for (String name : json.fieldNames()) {
            if (!KNOWN.contains(name) && !FIGURES.contains(name)) {
                throw unknown(name, "", KNOWN);
            }
        }
        Object retention = json.getValue("retention");
        if (retention != null && !(retention instanceof JsonObject)) {
            throw Query.malformed("retention is an object, not " + retention);
        }
        JsonObject kept = retention == null ? new JsonObject() : (JsonObject) retention;
        for (String name : kept.fieldNames()) {
            if (!RETENTION.contains(name)) {
                throw unknown(name, "retention.", RETENTION);
            }
        }
        Object acknowledged = kept.getValue("acknowledged");
        if (acknowledged != null && !(acknowledged instanceof Boolean)) {
            throw Query.malformed("retention.acknowledged is true or false, not " + acknowledged);
        }
        return new TopicConfig(
                duration("retention.maxAge", kept.getValue("maxAge")),
                size("retention.maxBytes", kept.getValue("maxBytes")),
                number("retention.maxMessages", kept.getValue("maxMessages")),
                onFull(json.getValue("onFull")),
                format(json.getValue("format")),
                duration("ttl", json.getValue("ttl")),
                Boolean.TRUE.equals(acknowledged));
    }

    /** The body as an object; an empty one when there is none. */
    static JsonObject object(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        if (text.isBlank()) {
            return new JsonObject();
        }
        return JsonBody.object(text);
    }

    static RuntimeException unknown(String name, String prefix, List<String> known) {
        return Query.malformed("there is no setting " + prefix + name + Spelling.among(name, known));
    }

    static long duration(String name, Object value) {
        if (value == null || Integer.valueOf(0).equals(value)) {
            return 0;
        }
        if (!(value instanceof String text)) {
            throw Query.malformed(name + " is a duration like \"7d\", not " + value);
        }
        long ms = Query.duration(name, text);
        if (ms > Limits.MAX_DURATION_MS) {
            throw Query.malformed(name + " is at most " + Limits.MAX_DURATION_MS / 86_400_000 + " days, not " + text);
        }
        return ms;
    }

    static long number(String name, Object value) {
        if (value == null) {
            return 0;
        }
        if (value instanceof Integer || value instanceof Long) {
            long number = ((Number) value).longValue();
            if (number >= 0) {
                return number;
            }
        }
        throw Query.malformed(name + " is a whole number from 0 (no limit), not " + value);
    }

    /** Bytes, as a number or as a text with its unit. */
    static long size(String name, Object value) {
        if (!(value instanceof String text)) {
            return number(name, value);
        }
        int digits = 0;
        while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
            digits++;
        }
        int shift = switch (text.substring(digits).trim().toLowerCase(Locale.ROOT)) {
            case "", "b" -> 0;
            case "kib" -> 10;
            case "mib" -> 20;
            case "gib" -> 30;
            case "tib" -> 40;
            default -> -1;
        };
        try {
            if (shift >= 0 && digits > 0) {
                return Math.multiplyExact(Long.parseLong(text.substring(0, digits)), 1L << shift);
            }
        } catch (NumberFormatException | ArithmeticException tooLarge) {
            // the same sentence
        }
        throw Query.malformed(
                name + " is a number of bytes, or a text like \"64KiB\", \"10MiB\" or \"1GiB\", not \"" + text + "\"");
    }

    private static TopicConfig.OnFull onFull(Object value) {
        if (value == null) {
            return TopicConfig.OnFull.DROP_OLDEST;
        }
        return switch (String.valueOf(value)) {
            case "reject" -> TopicConfig.OnFull.REJECT;
            case "dropOldest" -> TopicConfig.OnFull.DROP_OLDEST;
            default -> throw Query.malformed("onFull is \"reject\" or \"dropOldest\", not \"" + value + "\"");
        };
    }

    private static Optional<Format> format(Object value) {
        return value == null ? Optional.empty() : Optional.of(PublishOptions.format("format", String.valueOf(value)));
    }

    /** Adds the configuration's members. */
    static JsonObject write(JsonObject json, TopicConfig config) {
        return json.put(
                        "retention",
                        new JsonObject()
                                .put("maxAge", duration(config.maxAgeMs()))
                                .put("maxBytes", limit(config.maxBytes()))
                                .put("maxMessages", limit(config.maxMessages()))
                                .put("acknowledged", config.acknowledged()))
                .put("onFull", config.onFull() == TopicConfig.OnFull.REJECT ? "reject" : "dropOldest")
                .put("format", config.format().map(Format::name).orElse(null))
                .put("ttl", duration(config.ttlMs()));
    }

    private static String duration(long ms) {
        return ms == 0 ? null : Durations.text(ms);
    }

    private static Long limit(long value) {
        return value == 0 ? null : value;
    }
}
