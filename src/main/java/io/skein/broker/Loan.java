package io.skein.broker;

import io.vertx.core.Future;
import java.util.List;

/**
 * What one pull lent. The messages are read when they are asked for, so that no more of them is in memory than is on its
 * way to the client. To be used on the context that pulled.
 */
public interface Loan {
    /** How many messages were lent; 0 when nothing came. A few of them may be gone before they are read. */
    long count();

    /** When the lease of all of them ends, by the log's clock, epoch milliseconds. */
    long until();

    /**
     * The next messages in the order they are to be worked on, at most so many bytes but one at least; an empty list
     * when all were given. To be asked again when it has completed.
     */
    Future<List<Leased>> next(long maxBytes);

    /** Nothing more is asked for; does nothing after the last. */
    void close();
}
