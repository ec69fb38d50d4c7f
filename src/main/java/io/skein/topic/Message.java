package io.skein.topic;

import java.util.List;

/**
 * What a publisher wants kept.
 *
 * @param key empty when there is none
 * @param contentType empty when there is none
 * @param body never changed by anybody after construction; shared, not copied
 */
public record Message(String key, List<Header> headers, Format format, String contentType, byte[] body) {
    public Message {
        headers = List.copyOf(headers);
    }

    /** Bytes that count towards limits and retention: body, key, headers and a constant for the rest. */
    public int size() {
        int size = 64 + body.length + key.length() + contentType.length();
        for (Header header : headers) {
            size += header.name().length() + header.value().length() + 8;
        }
        return size;
    }
}
