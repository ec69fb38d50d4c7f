package io.skein.client;

import io.skein.frame.Delivered;
import io.skein.frame.Push;

/**
 * Takes a subscription's messages; called for one thing after the other, in order, where {@link SubscribeOptions#executor}
 * says: on the client's context unless one is given. What it throws is logged and the stream goes on.
 */
public interface MessageHandler {
    /** The next message, in log order, once. */
    void message(Delivered message);

    /** Messages between the position and {@code resumedAt} are gone; the stream goes on after it. */
    default void gap(Push.Gap gap) {}

    /** The node that serves this has news of its health: {@code no-leader}, {@code catching-up}, {@code ok}. */
    default void status(String health) {}

    /** The connection is lost, and the stream goes on where it was once there is one; or it does so again. */
    default void connection(boolean isUp) {}

    /** The server ended the stream for good, or will not have it back after a reconnect. */
    default void ended(String reason) {}
}
