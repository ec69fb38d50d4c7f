package io.skein.broker;

/** A live stream's handle; to be used on the context that subscribed. */
public interface Subscription {
    /** Position the stream began after, as cursor text. */
    String start();

    /** Position after the last message delivered, as cursor text. */
    String cursor();

    void credit(long messages);

    /** Goes on after {@link Subscriber#deliver} returned false. */
    void resume();

    void close();
}
