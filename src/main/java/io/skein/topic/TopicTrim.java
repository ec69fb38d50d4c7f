package io.skein.topic;

import io.skein.machine.Cursor;

/**
 * The latest trim of a topic.
 *
 * @param number trims of this process's life up to and with this one, of all topics; no part of the state
 * @param lowWater offset of the first message still kept
 * @param last cursor of the last message that went, or a little later (see this room's invariants)
 * @param hasHoles some messages from {@code lowWater} on have expired, so that nobody sees them
 */
public record TopicTrim(long number, long topicId, TopicName name, long lowWater, Cursor last, boolean hasHoles) {}
