package io.skein.bench;

import io.vertx.core.Future;

/**
 * One connection on which messages are published. Belongs to one event loop: its methods are called there, and there it
 * tells its {@link Answers}.
 */
interface Publisher {

    /** Told once for each message or group of messages, never from within {@link Publisher#publish}. */
    interface Answers {
        /** {@code count} of the messages that were published with {@code due} are acknowledged. */
        void acked(long due, int count);

        /** {@code count} of them are not, or nobody knows. */
        void failed(long due, int count, String code);

        /** The connection is gone; what was on its way has been told as failed before. */
        void closed();
    }

    /** Completes when messages can be published. Connects again after {@link Answers#closed}. */
    Future<Void> connect(Answers answers);

    /**
     * Sends {@code count} messages together; the number under way never passes the window this was made for.
     *
     * @param due comes back with the answer
     */
    void publish(long due, int count);

    /** No answers after this. */
    Future<Void> close();
}
