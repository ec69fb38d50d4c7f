package io.skein.broker;

import io.vertx.core.Future;

/** A pull under way. */
public interface Pulling {
    /** Completes on the context that pulled; with {@link Loan#count} 0 when nothing came in time. */
    Future<Loan> loan();

    /**
     * Whoever pulled went away: if the pull only waits, it is taken out, and the future fails. What is lent already, or
     * while this is said, stays lent until its lease ends (API.md section 2).
     */
    void cancel();
}
