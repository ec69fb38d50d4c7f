package io.skein.frame;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The public JSON of one message:
 * {@code {"topic","offset","cursor","time","key","headers","format","contentType","body"|"body64"}} (API.md section 2).
 * Key, headers and content type are left out when empty. The body is text when its bytes are well-formed UTF-8, else
 * {@code body64}. There is no line break in it, so that it can be a line (NDJSON, SSE, several objects per frame).
 */
public final class MessageJson {
    private static final String[] NO_HEADERS = {};
    private static final byte[] TOPIC = bytes("{\"topic\":");
    private static final byte[] OFFSET = bytes(",\"offset\":");
    private static final byte[] CURSOR = bytes(",\"cursor\":");
    private static final byte[] TIME = bytes(",\"time\":");
    private static final byte[] KEY = bytes(",\"key\":");
    private static final byte[] HEADERS = bytes(",\"headers\":{");
    private static final byte[] FORMAT = bytes(",\"format\":");
    private static final byte[] CONTENT_TYPE = bytes(",\"contentType\":");
    private static final byte[] BODY = bytes(",\"body\":");
    private static final byte[] BODY64 = bytes(",\"body64\":");

    private static final byte[] LEASE = bytes(",\"lease\":");
    private static final byte[] DELIVERY = bytes(",\"delivery\":");

    /** Kept from call to call; one that a large message made larger is dropped. */
    private static final int KEPT_BYTES = 64 << 10;

    private static final ThreadLocal<Utf8Buffer> BUFFER = ThreadLocal.withInitial(() -> new Utf8Buffer(4096));

    private MessageJson() {}

    /**
     * Encodes one message.
     *
     * @param cursor the cursor's public text
     * @param time epoch milliseconds
     * @param key empty when there is none
     * @param headers name, value, name, value...; empty when there are none
     * @param format {@code JSON}, {@code XML} or {@code RAW}
     * @param contentType empty when there is none
     * @return UTF-8
     */
    public static byte[] encode(
            String topic,
            long offset,
            String cursor,
            long time,
            String key,
            String[] headers,
            String format,
            String contentType,
            byte[] body) {
        Utf8Buffer out = BUFFER.get();
        out.clear();
        out.raw(TOPIC);
        out.string(topic);
        out.raw(OFFSET);
        out.number(offset);
        out.raw(CURSOR);
        out.string(cursor);
        out.raw(TIME);
        out.number(time);
        if (!key.isEmpty()) {
            out.raw(KEY);
            out.string(key);
        }
        if (headers.length > 0) {
            headers(out, headers);
        }
        out.raw(FORMAT);
        out.string(format);
        if (!contentType.isEmpty()) {
            out.raw(CONTENT_TYPE);
            out.string(contentType);
        }
        body(out, body);
        out.put('}');
        byte[] json = out.toByteArray();
        if (out.capacity() > KEPT_BYTES) {
            BUFFER.remove();
        }
        return json;
    }

    /** Encodes one message without key, headers and content type. */
    public static byte[] encode(String topic, long offset, String cursor, long time, String format, byte[] body) {
        return encode(topic, offset, cursor, time, "", NO_HEADERS, format, "", body);
    }

    /** Writes a message that {@link #encode} encoded, as one that is lent. */
    public static void lent(Utf8Buffer out, byte[] json, String lease, int delivery) {
        out.raw(json, 0, json.length - 1);
        out.raw(LEASE);
        out.string(lease);
        out.raw(DELIVERY);
        out.number(delivery);
        out.put('}');
    }

    private static void headers(Utf8Buffer out, String[] headers) {
        out.raw(HEADERS);
        for (int i = 0; i + 1 < headers.length; i += 2) {
            if (i > 0) {
                out.put(',');
            }
            out.string(headers[i]);
            out.put(':');
            out.string(headers[i + 1]);
        }
        out.put('}');
    }

    static void body(Utf8Buffer out, byte[] body) {
        int before = out.length();
        out.raw(BODY);
        if (!out.utf8String(body)) {
            out.truncate(before);
            out.raw(BODY64);
            out.base64(body);
        }
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads what {@link #encode} wrote, or what another version of Skein did: fields that this one does not know are
     * passed over.
     *
     * @throws Malformed when it is none
     */
    public static Delivered decode(byte[] utf8, int from, int to) {
        return Json.read(utf8, from, to, parser -> {
            Json.objectBegins(parser.nextToken());
            return read(parser);
        });
    }

    public static Delivered decode(byte[] utf8) {
        return decode(utf8, 0, utf8.length);
    }

    /** A list of messages: {@code [{...},{...}]}. */
    static List<Delivered> readList(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw Json.wrong(parser, "messages", "a list of objects");
        }
        List<Delivered> messages = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Json.objectBegins(parser.currentToken());
            messages.add(read(parser));
        }
        return messages;
    }

    /** The parser stands on the object's begin. */
    private static Delivered read(JsonParser parser) throws IOException {
        String topic = "";
        long offset = -1;
        String cursor = "";
        long time = 0;
        String key = "";
        Map<String, String> headers = Map.of();
        String format = "RAW";
        String contentType = "";
        byte[] body = null;
        String lease = "";
        int delivery = 0;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "topic" -> topic = Json.text(parser, name, Integer.MAX_VALUE);
                case "offset" -> offset = Json.number(parser, name, 0, Long.MAX_VALUE);
                case "cursor" -> cursor = Json.text(parser, name, Integer.MAX_VALUE);
                case "time" -> time = Json.number(parser, name, Long.MIN_VALUE, Long.MAX_VALUE);
                case "key" -> key = Json.text(parser, name, Integer.MAX_VALUE);
                case "headers" -> headers = readHeaders(parser);
                case "format" -> format = format(Json.text(parser, name, 16));
                case "contentType" -> contentType = Json.text(parser, name, Integer.MAX_VALUE);
                case "body" -> body = Json.bytes(parser, name);
                case "lease" -> lease = Json.text(parser, name, Integer.MAX_VALUE);
                case "delivery" -> delivery = (int) Json.number(parser, name, 1, Integer.MAX_VALUE);
                case "body64" -> body = Json.base64(parser, name);
                default -> parser.skipChildren();
            }
        }
        if (topic.isEmpty() || body == null) {
            throw Malformed.of((topic.isEmpty() ? "topic" : "body") + " of a message is missing");
        }
        return new Delivered(topic, offset, cursor, time, key, headers, format, contentType, body, lease, delivery);
    }

    private static Map<String, String> readHeaders(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw Json.wrong(parser, "headers", "an object of texts");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            headers.put(name, Json.text(parser, "a header", Integer.MAX_VALUE));
        }
        return Collections.unmodifiableMap(headers);
    }

    /** One object for all messages of a format. */
    private static String format(String read) {
        return switch (read) {
            case "JSON" -> "JSON";
            case "XML" -> "XML";
            case "RAW" -> "RAW";
            default -> read;
        };
    }
}
