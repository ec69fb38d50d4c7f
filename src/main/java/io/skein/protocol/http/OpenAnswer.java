package io.skein.protocol.http;

import io.skein.broker.Allowance;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The writing half of an answer that stays open. Nothing is kept for a slow client: when the socket's queue is full its
 * source is to pause. A client that takes nothing for long is cut, sooner when all such clients of the node have too much
 * waiting for them.
 */
final class OpenAnswer {
    private final Exchange exchange;
    private final HttpConfig config;
    private final Framing framing;
    private final Runnable drained;
    private final Runnable cut;
    private final Allowance.Share allowed;
    private boolean open;
    private boolean full;
    /** Bytes written that the socket has not taken. */
    private long unsent;

    private long wroteNanos;
    private long fullNanos;

    /**
     * @param drained the socket takes more
     * @param cut the client takes nothing; it is gone when this returns
     */
    OpenAnswer(Exchange exchange, Framing framing, Runnable drained, Runnable cut) {
        this.exchange = exchange;
        this.config = exchange.door.config();
        this.framing = framing;
        this.drained = drained;
        this.cut = cut;
        this.allowed = exchange.unsent(this::cut);
    }

    boolean isOpen() {
        return open;
    }

    boolean isFull() {
        return full;
    }

    /** Sends the head, if it is not sent. */
    void open() {
        if (open) {
            return;
        }
        open = true;
        exchange.stream(framing.contentType());
        long retry = config.retryMs() + ThreadLocalRandom.current().nextLong(config.retryMs());
        // May be empty: it carries the head, which HTTP/1.0 could not send alone.
        Buffer head = Buffer.buffer(64);
        framing.open(head, retry);
        write(head);
    }

    void write(Buffer out) {
        wroteNanos = System.nanoTime();
        int length = out.length();
        unsent += length;
        allowed.hold(unsent);
        exchange.response.write(out).onComplete(taken -> {
            unsent -= length;
            allowed.hold(unsent);
        });
        if (!full && exchange.response.writeQueueFull()) {
            full = true;
            fullNanos = wroteNanos;
            exchange.response.drainHandler(again -> takesMore());
        }
    }

    private void takesMore() {
        if (full) {
            full = false;
            drained.run();
        }
    }

    /** What must happen when nothing else does. */
    void beat(long now) {
        if (full) {
            if (now - fullNanos > config.stallTimeoutMs() * 1_000_000) {
                cut();
            }
        } else if (now - wroteNanos >= config.heartbeatMs() * 1_000_000) {
            Buffer out = Buffer.buffer(4);
            framing.heartbeat(out);
            write(out);
        }
    }

    void end() {
        exchange.response.end().onFailure(Exchange.GONE_CLIENT);
        if (exchange.request.version() == HttpVersion.HTTP_1_0) {
            // Without chunks the end of the connection is the end of the answer.
            exchange.close();
        }
    }

    /** The client resumes where it is, if it lives. */
    private void cut() {
        cut.run();
        exchange.cut();
    }
}
