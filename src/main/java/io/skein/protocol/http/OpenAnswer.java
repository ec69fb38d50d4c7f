package io.skein.protocol.http;

import io.skein.broker.Allowance;
import io.skein.broker.NodeStatus;
import io.skein.broker.Refusal;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writing half of an answer that stays open. Nothing is kept for a slow client: when the socket's queue is full its
 * source is to pause. A client that takes nothing for long is cut, sooner when all such clients of the node have too much
 * waiting for them.
 */
final class OpenAnswer {
    private static final Logger LOG = LoggerFactory.getLogger(OpenAnswer.class);

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

    /**
     * Whether a failure is told in the answer: no stream URL is answered anything but 200 for what passes, since an
     * EventSource that sees another status never comes back (API.md).
     */
    static boolean isPassing(Throwable failure) {
        return !(failure instanceof Refusal refusal) || Problem.of(refusal).retryable();
    }

    /** What a client is told of a failure; one that nobody expected stands in the log too. */
    static String code(Throwable failure) {
        if (failure instanceof Refusal refusal) {
            return refusal.code();
        }
        LOG.error("a stream could not begin", failure);
        return "internal";
    }

    /** The whole answer of a stream that cannot begin now: 200, why, and the end. Its client comes again. */
    static void passing(Exchange exchange, Framing framing, Throwable failure) {
        if (exchange.isHead()) {
            exchange.stream(framing.contentType());
            exchange.response.end().onFailure(Exchange.GONE_CLIENT);
            return;
        }
        OpenAnswer answer = new OpenAnswer(exchange, framing, () -> {}, () -> {});
        answer.status(code(failure), true);
        answer.end();
    }

    boolean isOpen() {
        return open;
    }

    /** Bytes written that the socket has not taken. */
    long unsent() {
        return unsent;
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

    /** How the node is, or why this ends; opens what is not open. */
    void status(String code, boolean retryable) {
        open();
        NodeStatus node = exchange.door.gate().status();
        Buffer out = Buffer.buffer(128);
        framing.status(
                out,
                new JsonObject()
                        .put("health", code)
                        .put("retryable", retryable)
                        .put("node", node.node())
                        .put("leader", node.leader().isEmpty() ? null : node.leader()));
        write(out);
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
