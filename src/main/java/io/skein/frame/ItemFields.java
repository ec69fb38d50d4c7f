package io.skein.frame;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Map;

/** Collects the fields of one message to publish, in whatever order they come. */
final class ItemFields {
    /** Characters of texts that are names; what the state machines allow is at most this. */
    static final int MAX_NAME = 4096;

    private static final int TOPIC = 1;
    private static final int BODY = 1 << 1;
    private static final int KEY = 1 << 2;
    private static final int HEADERS = 1 << 3;
    private static final int FORMAT = 1 << 4;
    private static final int CONTENT_TYPE = 1 << 5;
    private static final int DELAY = 1 << 6;
    private static final int TTL = 1 << 7;
    private static final int EXPECT_OFFSET = 1 << 8;
    private static final int TRACE_PARENT = 1 << 9;
    private static final int TRACE_STATE = 1 << 10;

    private int seen;
    private String topic = "";
    private byte[] body;
    private String key;
    private Map<String, String> headers;
    private String format;
    private String contentType;
    private long delayMs;
    private long ttlMs;
    private long expectOffset;
    private String traceParent;
    private String traceState;

    ItemFields() {
        clear();
    }

    /** The topic stays: the next message often has the same, and then shares the text. */
    void clear() {
        seen = 0;
        body = null;
        key = "";
        headers = Map.of();
        format = "";
        contentType = "";
        delayMs = 0;
        ttlMs = 0;
        expectOffset = -1;
        traceParent = "";
        traceState = "";
    }

    boolean isEmpty() {
        return seen == 0;
    }

    String topic() {
        return topic;
    }

    long delayMs() {
        return delayMs;
    }

    /**
     * Takes a field's value, on which the parser stands.
     *
     * @return false when this is no field of a message
     */
    boolean take(String name, JsonParser parser) throws IOException {
        switch (name) {
            case "topic" -> {
                once(TOPIC, name, parser);
                topic = topic(parser);
            }
            case "body" -> {
                once(BODY, "body", parser);
                body = Json.bytes(parser, name);
            }
            case "body64" -> {
                once(BODY, "body", parser);
                body = Json.base64(parser, name);
            }
            case "key" -> {
                once(KEY, name, parser);
                key = Json.text(parser, name, MAX_NAME);
            }
            case "headers" -> {
                once(HEADERS, name, parser);
                headers = Json.headers(parser, name);
            }
            case "format" -> {
                once(FORMAT, name, parser);
                format = format(parser);
            }
            case "contentType" -> {
                once(CONTENT_TYPE, name, parser);
                contentType = Json.text(parser, name, MAX_NAME);
            }
            case "delay" -> {
                once(DELAY, name, parser);
                delayMs = Json.durationMs(parser, name);
            }
            case "ttl" -> {
                once(TTL, name, parser);
                ttlMs = Json.durationMs(parser, name);
            }
            case "expectOffset" -> {
                once(EXPECT_OFFSET, name, parser);
                expectOffset = Json.number(parser, name, 0, Long.MAX_VALUE);
            }
            case TraceContext.PARENT -> {
                once(TRACE_PARENT, name, parser);
                traceParent = trace(parser, name);
            }
            case TraceContext.STATE -> {
                once(TRACE_STATE, name, parser);
                traceState = trace(parser, name);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void once(int field, String name, JsonParser parser) throws IOException {
        if ((seen & field) != 0) {
            parser.skipChildren();
            throw Malformed.of(name + " is there twice");
        }
        seen |= field;
    }

    private String topic(JsonParser parser) throws IOException {
        if (parser.hasTextCharacters() && parser.getTextLength() == topic.length()) {
            char[] text = parser.getTextCharacters();
            int from = parser.getTextOffset();
            int i = 0;
            while (i < topic.length() && text[from + i] == topic.charAt(i)) {
                i++;
            }
            if (i == topic.length() && i > 0) {
                return topic;
            }
        }
        return Json.text(parser, "topic", MAX_NAME);
    }

    /** What is too long to be one is not there: nobody is refused for a trace. */
    private static String trace(JsonParser parser, String name) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw Json.wrong(parser, name, "text");
        }
        return parser.getTextLength() > MAX_NAME ? "" : parser.getText();
    }

    private static String format(JsonParser parser) throws IOException {
        String format = Json.text(parser, "format", 16);
        return switch (format) {
            case "JSON", "XML", "RAW" -> format;
            default -> throw Malformed.of("format is JSON, XML or RAW, not " + Json.shown(format));
        };
    }

    /** @throws Malformed when what a message must have is missing */
    PublishItem item(String id) {
        if ((seen & TOPIC) == 0) {
            throw Malformed.of("topic is missing");
        }
        if ((seen & BODY) == 0) {
            throw Malformed.of("body (or body64) is missing");
        }
        if (!traceParent.isEmpty()) {
            headers = TraceContext.carried(headers, traceParent, traceState);
        }
        return new PublishItem(topic, body, key, headers, format, contentType, delayMs, ttlMs, expectOffset, id);
    }
}
