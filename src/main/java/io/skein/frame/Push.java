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

    /**
     * Mail arrived, or was sent from somewhere.
     *
     * @param time epoch milliseconds
     */
    record Mail(String sub, long id, String from, String to, String content, long time) implements Push {}

    /**
     * Mail was read or deleted.
     *
     * @param what {@code read} or {@code deleted}
     */
    record MailTouched(String sub, String what, String by, List<Long> ids) implements Push {
        public MailTouched {
            ids = List.copyOf(ids);
        }
    }

    /** An account that had mail is gone, and all mail with it. */
    record AccountGone(String sub, String username) implements Push {}

    /** Something that happened to mail was not told; who lists again knows. */
    record MailGap(String sub) implements Push {}

    /** {@code lost} messages between two cursors are gone; the stream goes on after {@code resumedAt}. */
    record Gap(String sub, String requested, String resumedAt, long lost) implements Push {}

    /** The node's health, when it concerns who waits: {@code no-leader}, {@code catching-up}, {@code ok}. */
    record Status(String sub, String health) implements Push {}

    /** The stream ended by the server's will. @param retry worth another try, elsewhere or later */
    record Ended(String sub, String reason, boolean retry) implements Push {}
}
