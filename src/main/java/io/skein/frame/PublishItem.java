package io.skein.frame;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * One message that a client asks to publish, before anybody looked whether it may.
 *
 * @param body never changed by anybody after construction; shared, not copied
 * @param key empty when there is none
 * @param headers in the client's order, unmodifiable
 * @param format {@code JSON}, {@code XML}, {@code RAW}, or empty when the client did not say
 * @param contentType empty when there is none
 * @param delayMs 0 when it is to be there at once
 * @param ttlMs 0 when it has none
 * @param expectOffset -1 when any offset will do
 * @param id the client's own idempotency key for this message, empty when there is none
 */
public record PublishItem(
        String topic,
        byte[] body,
        String key,
        Map<String, String> headers,
        String format,
        String contentType,
        long delayMs,
        long ttlMs,
        long expectOffset,
        String id) {
    public static PublishItem of(String topic, byte[] body) {
        return new PublishItem(topic, body, "", Map.of(), "", "", 0, 0, -1, "");
    }

    public static PublishItem of(String topic, String body) {
        return of(topic, body.getBytes(StandardCharsets.UTF_8));
    }

    public PublishItem withBody(byte[] body) {
        return new PublishItem(topic, body, key, headers, format, contentType, delayMs, ttlMs, expectOffset, id);
    }

    public PublishItem withContentType(String contentType) {
        return new PublishItem(topic, body, key, headers, format, contentType, delayMs, ttlMs, expectOffset, id);
    }

    public PublishItem withKey(String key) {
        return new PublishItem(topic, body, key, headers, format, contentType, delayMs, ttlMs, expectOffset, id);
    }

    public PublishItem withHeaders(Map<String, String> headers) {
        return new PublishItem(topic, body, key, headers, format, contentType, delayMs, ttlMs, expectOffset, id);
    }

    /** @param format {@code JSON}, {@code XML} or {@code RAW} */
    public PublishItem withFormat(String format) {
        return new PublishItem(topic, body, key, headers, format, contentType, delayMs, ttlMs, expectOffset, id);
    }

    public PublishItem withDelayMs(long delayMs) {
        return new PublishItem(topic, body, key, headers, format, contentType, delayMs, ttlMs, expectOffset, id);
    }

    public PublishItem withTtlMs(long ttlMs) {
        return new PublishItem(topic, body, key, headers, format, contentType, delayMs, ttlMs, expectOffset, id);
    }

    public PublishItem withExpectOffset(long offset) {
        return new PublishItem(topic, body, key, headers, format, contentType, delayMs, ttlMs, offset, id);
    }

    /** The message is stored once, however often it is published under this id. */
    public PublishItem withId(String id) {
        return new PublishItem(topic, body, key, headers, format, contentType, delayMs, ttlMs, expectOffset, id);
    }
}
