package io.skein.topic;

/**
 * One message on its way into a topic.
 *
 * @param delayMs 0: at once; above: the message gets its offset when this has passed
 * @param ttlMs 0: none; above: nobody sees the message once this has passed since its stamp
 * @param expectOffset -1: any; else the offset that this message must get
 */
public record Publication(TopicName topic, Message message, long delayMs, long ttlMs, long expectOffset) {
    public static Publication of(TopicName topic, Message message) {
        return new Publication(topic, message, 0, 0, -1);
    }
}
