package io.skein.client;

import io.vertx.core.Future;
import io.vertx.core.Promise;

/** What a client may hold of publishes that are not answered. To be used from any thread. */
final class Room {
    private final int maxMessages;
    private final long maxBytes;
    private int messages;
    private long bytes;
    /** Null when nobody waits; everybody waits for the same. */
    private Promise<Void> waited;

    private SkeinException closed;

    Room(ClientOptions.Limits limits) {
        this.maxMessages = limits.maxPending();
        this.maxBytes = limits.maxPendingBytes();
    }

    /** @return false when there is not so much; one alone may be larger than all the room */
    synchronized boolean take(int messages, long bytes) {
        if (this.messages > 0 && (this.messages + messages > maxMessages || this.bytes + bytes > maxBytes)) {
            return false;
        }
        this.messages += messages;
        this.bytes += bytes;
        return true;
    }

    void give(int messages, long bytes) {
        Promise<Void> due;
        synchronized (this) {
            this.messages -= messages;
            this.bytes -= bytes;
            if (waited == null || !isWide()) {
                return;
            }
            due = waited;
            waited = null;
        }
        due.tryComplete();
    }

    /** With a quarter free: whoever waits for each single message would do nothing else. */
    private boolean isWide() {
        return messages == 0 || messages <= maxMessages / 4 * 3 && bytes <= maxBytes / 4 * 3;
    }

    synchronized int messages() {
        return messages;
    }

    /** Completes when there is room again, at once when there is; fails when there will be none. */
    synchronized Future<Void> free() {
        if (closed != null) {
            return Future.failedFuture(closed);
        }
        if (messages < maxMessages && bytes < maxBytes) {
            return Future.succeededFuture();
        }
        if (waited == null) {
            waited = Promise.promise();
        }
        return waited.future();
    }

    void close(SkeinException why) {
        Promise<Void> due;
        synchronized (this) {
            closed = why;
            due = waited;
            waited = null;
        }
        if (due != null) {
            due.tryFail(why);
        }
    }
}
