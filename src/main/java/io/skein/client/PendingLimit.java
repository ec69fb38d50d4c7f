package io.skein.client;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a client may hold of publishes that are not answered. To be used from any thread. */
final class PendingLimit {
    private final int maxMessages;
    private final long maxBytes;
    private int messages;
    private long bytes;
    /** Somebody was refused since a quarter was free. */
    private boolean isShort;
    /** One for each amount that somebody waits for: those who wait for the same are told together. */
    private final Map<Amount, Promise<Void>> waiting = new LinkedHashMap<>();

    private SkeinException closed;

    PendingLimit(ClientOptions.Limits limits) {
        this.maxMessages = limits.maxPending();
        this.maxBytes = limits.maxPendingBytes();
    }

    /** @return false when there is not so much; one alone may be larger than all the room */
    synchronized boolean take(int messages, long bytes) {
        if (!fits(messages, bytes)) {
            isShort = true;
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
        List<Promise<Void>> due = List.of();
        synchronized (this) {
            this.messages -= messages;
            this.bytes -= bytes;
            if (!isWide()) {
                return;
            }
            isShort = false;
            if (!waiting.isEmpty()) {
                due = due();
            }
        }
        due.forEach(promise -> Promises.complete(promise, null));
    }

    private List<Promise<Void>> due() {
        List<Promise<Void>> due = new ArrayList<>();
        waiting.entrySet()
                .removeIf(one -> fits(one.getKey().messages(), one.getKey().bytes()) && due.add(one.getValue()));
        return due;
    }

    /** With a quarter free; whoever waits for each single message would do nothing else. */
    private boolean isWide() {
        return messages == 0 || messages <= maxMessages / 4 * 3 && bytes <= maxBytes / 4 * 3;
    }

    synchronized int messages() {
        return messages;
    }

    /**
     * Completes when there is room again: at once when there is and nobody was refused since, else when a quarter is free;
     * fails when there will be none.
     */
    synchronized Future<Void> free() {
        boolean isFree = !isShort && messages < maxMessages && bytes < maxBytes;
        return isFree && closed == null ? Future.succeededFuture() : free(0, 0);
    }

    /** Completes when a quarter is free, and so much; fails when there will be no room. */
    synchronized Future<Void> free(int messages, long bytes) {
        if (closed != null) {
            return Future.failedFuture(closed);
        }
        if (isWide() && fits(messages, bytes)) {
            return Future.succeededFuture();
        }
        return waiting.computeIfAbsent(new Amount(messages, bytes), amount -> Promise.promise())
                .future();
    }

    void close(SkeinException why) {
        List<Promise<Void>> due;
        synchronized (this) {
            closed = why;
            due = List.copyOf(waiting.values());
            waiting.clear();
        }
        due.forEach(promise -> Promises.fail(promise, why));
    }

    private record Amount(int messages, long bytes) {}
}
