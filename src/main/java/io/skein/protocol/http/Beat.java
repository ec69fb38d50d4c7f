package io.skein.protocol.http;

import io.skein.broker.Gate;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What lasts at the door, streams and requests that wait, looked at with each beat. Used on the door's context. */
final class Beat {
    /** Messages published in the last minute are counted in steps of one beat. */
    private static final int BEATS_A_MINUTE = 60;

    private static final long BEAT_MS = 1_000;

    private final Vertx vertx;
    private final Gate gate;
    private final HttpConfig config;
    private final HttpListener listener;
    /** With what is to be run when they are gone. */
    private final Map<Lasting, Runnable> streams = new LinkedHashMap<>();

    /** Requests whose body or whose broker's answer is awaited, oldest first; answered ones leave at their turn. */
    private final ArrayDeque<Exchange> awaited = new ArrayDeque<>();

    private final ArrayDeque<Long> published = new ArrayDeque<>();
    private long timer;
    private long beats;
    private String health;
    private boolean closed;

    Beat(Vertx vertx, Gate gate, HttpConfig config, HttpListener listener) {
        this.vertx = vertx;
        this.gate = gate;
        this.config = config;
        this.listener = listener;
        this.health = gate.status().health();
        later();
    }

    /** The node's, as of the last beat: what every stream looks at with each. */
    String health() {
        return health;
    }

    void awaiting(Exchange exchange) {
        awaited.add(exchange);
    }

    /** One of those that were awaited, or another. */
    void answered() {
        while (!awaited.isEmpty() && awaited.peek().isAnswered()) {
            awaited.poll();
        }
    }

    /** @return false when there are too many */
    boolean opened(Lasting stream) {
        if (closed || streams.size() >= config.maxStreams()) {
            return false;
        }
        streams.put(stream, gate.show(stream.door(), stream.peer(), stream));
        listener.streamOpened(stream.label());
        return true;
    }

    void closed(Lasting stream) {
        Runnable gone = streams.remove(stream);
        if (gone != null) {
            gone.run();
            listener.streamClosed(stream.label());
        }
    }

    /** Ends every stream with a status that sends its client elsewhere. */
    void close() {
        closed = true;
        vertx.cancelTimer(timer);
        for (Lasting stream : List.copyOf(streams.keySet())) {
            stream.leave("draining");
        }
    }

    /** A one-shot timer each time: a periodic one would fire all missed beats at once after a pause. */
    private void later() {
        timer = vertx.setTimer(Math.min(BEAT_MS, Math.max(1, config.heartbeatMs() / 2)), fired -> beat());
    }

    private void beat() {
        long now = System.nanoTime();
        try {
            health = gate.status().health();
            for (Lasting stream : List.copyOf(streams.keySet())) {
                stream.beat(now);
            }
            for (Exchange exchange : List.copyOf(awaited)) {
                overdue(exchange, now);
            }
            awaited.removeIf(Exchange::isAnswered);
            count();
        } finally {
            if (!closed) {
                later();
            }
        }
    }

    private void overdue(Exchange exchange, long now) {
        long ms = (now - exchange.begunNanos()) / 1_000_000;
        if (exchange.isAnswered()) {
            return;
        }
        if (exchange.isProposed() && !exchange.isPatient() && ms > config.publishTimeoutMs()) {
            exchange.problem(new Problem(
                    504,
                    "timeout",
                    "no answer within " + config.publishTimeoutMs()
                            + " ms; it may or may not have happened: retry with the same Idempotency-Key",
                    true,
                    Problem.UNKNOWN,
                    Map.of()));
        } else if (!exchange.isProposed() && ms > config.bodyTimeoutMs()) {
            exchange.problem(
                    Problem.of(408, "body-timeout", "the body did not come within " + config.bodyTimeoutMs() + " ms"));
            exchange.close();
        }
    }

    private void count() {
        long perBeat = Math.max(1, BEAT_MS / Math.max(1, Math.min(BEAT_MS, config.heartbeatMs() / 2)));
        if (++beats % perBeat != 0) {
            return;
        }
        published.add(gate.status().figures().published());
        while (published.size() > BEATS_A_MINUTE) {
            published.poll();
        }
    }

    /** Messages. */
    long publishedPerMinute() {
        long now = gate.status().figures().published();
        return now - (published.isEmpty() ? 0 : published.peek());
    }
}
