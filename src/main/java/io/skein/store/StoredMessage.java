package io.skein.store;

import io.skein.frame.Delivered;
import io.skein.frame.MessageJson;
import io.skein.machine.Cursor;
import io.skein.topic.Format;
import io.skein.topic.Header;
import io.skein.topic.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * A message as it is kept and delivered: encoded once, shared by fan-out, readers and the writer's chunk.
 *
 * @param expiresAt stamp from which nobody sees it; {@link Long#MAX_VALUE} for never
 * @param json the public JSON object, UTF-8; never changed
 */
public record StoredMessage(
        long topicId, String topic, long offset, Cursor cursor, long time, long expiresAt, byte[] json) {
    /** As its publisher wanted it kept; of headers with the same name the last. */
    public Message message() {
        Delivered delivered = MessageJson.decode(json);
        List<Header> headers = new ArrayList<>(delivered.headers().size());
        delivered.headers().forEach((name, value) -> headers.add(new Header(name, value)));
        return new Message(
                delivered.key(),
                headers,
                Format.valueOf(delivered.format()),
                delivered.contentType(),
                delivered.body());
    }
}
