package io.skein.store;

import io.skein.machine.Cursor;

/**
 * A message as it is kept and delivered: encoded once, shared by fan-out, readers and the writer's chunk.
 *
 * @param expiresAt stamp from which nobody sees it; {@link Long#MAX_VALUE} for never
 * @param json the public JSON object, UTF-8; never changed
 */
public record StoredMessage(
        long topicId, String topic, long offset, Cursor cursor, long time, long expiresAt, byte[] json) {}
