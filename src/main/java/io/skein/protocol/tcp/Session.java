package io.skein.protocol.tcp;

import io.skein.broker.LongLived;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/** A connection whose role is known. */
interface Session extends LongLived {
    void data(Buffer data);

    /**
     * The peer sent its last byte; what it sent before has been given to {@link #data}. It may still read: this session
     * closes the socket when it has no more to say. Called again when the socket is gone.
     */
    void ended();

    /** The socket is gone; when this session had paused it, data may still come. */
    void closed();

    void drained();

    /** Takes nothing more; completes when nothing is left to do. The door closes the socket. */
    Future<Void> stop();
}
