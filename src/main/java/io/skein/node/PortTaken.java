package io.skein.node;

import io.vertx.core.Future;
import java.net.BindException;

/** A port of the node's cannot be had; a sentence for the operator. No stack trace: it is not a defect. */
final class PortTaken extends RuntimeException {
    private static final long serialVersionUID = 1;

    private PortTaken(String message, Throwable cause) {
        super(message, cause, false, false);
    }

    /** What failed because of the port says which it was. */
    static <T> Future<T> said(Future<T> opening, String flag, String host, int port) {
        return opening.recover(failure -> Future.failedFuture(
                failure instanceof BindException
                        ? new PortTaken(
                                "port " + port + " (" + flag + ") cannot be had at " + host + ": "
                                        + failure.getMessage() + "; is another program there?",
                                failure)
                        : failure));
    }
}
