package io.skein.client;

import io.skein.frame.Delivered;
import io.vertx.core.Future;

/** Works for a durable subscription, over reconnects, until it is closed. To be used from any thread. */
public interface Worker {
    /**
     * The message is done with. Acknowledgements that come together travel together.
     *
     * @return completes when a majority has it; fails with a {@link SkeinException}: {@code lease-lost} when the message was
     *     handed out again, unknown when a connection was lost meanwhile and the lease is gone afterwards
     */
    Future<Void> ack(Delivered message);

    /**
     * The message could not be worked on, and comes again or goes to the dead letters.
     *
     * @param delayMs how long it waits; -1: as the subscription's backoff says
     * @param reason goes with it to the dead letters; may be empty. What is longer than 340 characters is cut
     */
    Future<Void> nack(Delivered message, long delayMs, String reason);

    /** The lease lasts longer, from now. @param leaseMs 0: as the subscription says */
    Future<Void> extend(Delivered message, long leaseMs);

    /** Messages in hand and not settled. */
    int inHand();

    /**
     * No message is handed out after this, when it is called on the client's context. What is in hand stays lent. What was
     * settled before is said, or said once more, and answered still, unless the connection is lost or the client closed
     * meanwhile: then its future fails as unknown. What is then refused for a passing reason is not said again.
     */
    void close();
}
