package io.skein.broker;

import io.skein.store.StoredMessage;
import java.util.List;

/**
 * The door's side of a live stream; called on the context that subscribed. After {@code deliver} returned false nothing
 * comes until {@link Subscription#resume}: what happens meanwhile is read from the store later, never kept in memory.
 */
public interface Subscriber {
    /**
     * In log order, without gap or double.
     *
     * @param lastCursor cursor text to resume after these messages
     * @return false to pause (the socket's write queue is full)
     */
    boolean deliver(List<StoredMessage> messages, String lastCursor);

    /** Messages between the position and {@code resumedAt} are gone; the stream goes on after it. */
    void gap(String requested, String resumedAt, long lost);

    /** The node's health, as in {@link NodeStatus}, when it changed or at the beginning was not {@code ok}. */
    default void status(String health) {}

    /** The stream ended by the node's will; {@code retry}: worth another try, elsewhere or later. */
    void ended(String reason, boolean retry);
}
