package io.skein.client;

import io.vertx.core.Future;
import io.vertx.core.Promise;

/** What a client may hold of publishes that are not answered. To be used from any thread. */
final class PendingLimit {
    private final int maxMessages;
    private final long maxBytes;
    private int messages;
    private long bytes;
    /** The most that was asked for and not given since all had enough; 0 when nothing was. */
    private int wantedMessages;

    private long wantedBytes;
    /** Null when nobody waits; everybody waits for the same. */
    private Promise<Void> waited;

    private SkeinException closed;

    PendingLimit(ClientOptions.Limits limits) {
        this.maxMessages = limits.maxPending();
        this.maxBytes = limits.maxPendingBytes();
    }

    /** @return false when there is not so much; one alone may be larger than all the room */
    synchronized boolean take(int messages, long bytes) {
        if (!fits(messages, bytes)) {
            wantedMessages = Math.max(wantedMessages, messages);
            wantedBytes = Math.max(wantedBytes, bytes);
            return false;
        }
        this.messages += messages;
        this.bytes += bytes;
        return true;
    }

    private boolean fits(int more, long moreBytes) {
        return messages == 0 || messages + more <= maxMessages && bytes + moreBytes <= maxBytes;
    }

    void give(int messages, long bytes) {
        Promise<Void> due;
        synchronized (this) {
            this.messages -= messages;
            this.bytes -= bytes;
            if (!isWide()) {
                return;
            }
            wantedMessages = 0;
            wantedBytes = 0;
            due = waited;
            waited = null;
        }
        if (due != null) {
            Promises.complete(due, null);
        }
    }

    /** With a quarter free, whoever waits for each single message would do nothing else; and all that was refused fits. */
    private boolean isWide() {
        return messages == 0
                || messages <= maxMessages / 4 * 3 && bytes <= maxBytes / 4 * 3 && fits(wantedMessages, wantedBytes);
    }

    synchronized int messages() {
        return messages;
    }

    /**
     * Completes when there is room again: at once when there is and nobody was refused since; fails when there will be
     * none.
     */
    synchronized Future<Void> free() {
        if (closed != null) {
            return Future.failedFuture(closed);
        }
        if (isWide() || wantedMessages == 0 && messages < maxMessages && bytes < maxBytes) {
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
            Promises.fail(due, why);
        }
    }
}
