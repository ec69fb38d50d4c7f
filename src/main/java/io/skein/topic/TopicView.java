package io.skein.topic;

import io.skein.machine.Cursor;

/**
 * A topic's state as others may see it: a value, taken at an applied index.
 *
 * @param lowWater offset of the first message still kept
 * @param nextOffset offset the next message gets
 * @param count messages kept that have not expired
 * @param bytes bytes of the messages kept
 * @param lastTrimmed cursor of the last message that went; {@link Cursor#ORIGIN} when none has
 * @param created cursor at which the topic was made
 */
public record TopicView(
        long id,
        TopicName name,
        TopicConfig config,
        long lowWater,
        long nextOffset,
        long count,
        long bytes,
        Cursor lastTrimmed,
        Cursor created,
        long createdTime,
        long lastTime) {}
