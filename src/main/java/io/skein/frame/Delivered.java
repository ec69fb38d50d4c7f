package io.skein.frame;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A message as a reader gets it.
 *
 * @param cursor resumes after this message
 * @param time epoch milliseconds, stamped by the cluster
 * @param key empty when there is none
 * @param headers in the publisher's order; of headers with the same name the last
 * @param format {@code JSON}, {@code XML} or {@code RAW}
 * @param contentType empty when there is none
 * @param body not copied
 * @param lease what to acknowledge it by, when it comes from a durable subscription; else empty
 * @param delivery how often it was lent, this time included; 0 without a lease
 */
public record Delivered(
        String topic,
        long offset,
        String cursor,
        long time,
        String key,
        Map<String, String> headers,
        String format,
        String contentType,
        byte[] body,
        String lease,
        int delivery) {
    /** The body as text; what is no UTF-8 in it becomes U+FFFD. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
