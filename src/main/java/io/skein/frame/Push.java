package io.skein.frame;

import java.util.List;

/** What a server says of a subscription without being asked. */
public sealed interface Push {
    String sub();

    /** In log order. */
    record Messages(String sub, List<Delivered> messages) implements Push {
        public Messages {
            messages = List.copyOf(messages);
        }
    }

    /** {@code lost} messages between two cursors are gone; the stream goes on after {@code resumedAt}. */
    record Gap(String sub, String requested, String resumedAt, long lost) implements Push {}

    /** The node's health, when it concerns who waits: {@code no-leader}, {@code catching-up}, {@code ok}. */
    record Status(String sub, String health) implements Push {}

    /** The stream ended by the server's will. @param retry worth another try, elsewhere or later */
    record Ended(String sub, String reason, boolean retry) implements Push {}
}
