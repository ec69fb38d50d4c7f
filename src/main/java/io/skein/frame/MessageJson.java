package io.skein.frame;

import java.nio.charset.StandardCharsets;

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
}
