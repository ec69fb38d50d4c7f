package io.skein.client;

import io.skein.frame.Delivered;

/**
 * Takes the messages of a durable subscription; called where {@link WorkOptions#executor} says: one after the other on the
 * client's context, or several at a time on an executor's threads. Each has to be settled by {@link Worker#ack} or {@link
 * Worker#nack}; until then it counts against the worker's credit. What {@link #message} throws gives the message back, with
 * its text as the reason.
 */
public interface WorkHandler {
    void message(Worker worker, Delivered message);

    /** The node that serves this has news of its health: {@code no-leader}, {@code catching-up}, {@code ok}. */
    default void status(String health) {}

    /** The connection is lost; messages in hand stay lent. Or there is one again. */
    default void connection(boolean isUp) {}

    /** No more messages will come: the subscription was deleted, or the client closed. */
    default void ended(String reason) {}
}
