package io.skein.protocol.http;

import io.skein.broker.From;
import io.skein.broker.Refusal;
import io.skein.broker.Stay;
import io.skein.broker.Subscribe;
import io.skein.broker.Subscriber;
import io.skein.broker.Subscription;
import io.skein.store.StoredMessage;
import io.skein.topic.TopicFilter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;

/**
 * One open answer that messages are written to as they come.
 *
 * <p>Passing troubles are told inside the stream: an EventSource that sees any status but 200 never comes back. So the
 * head is sent once the broker took the subscription, or after a second without an answer, or with the trouble itself;
 * then the door goes on trying. Only what will never work (a malformed position) is refused with a status.
 *
 * <p>When the socket's queue is full the broker is paused, and it reads what happened meanwhile from the store later.
 */
final class LiveStream implements Subscriber, Lasting {
    private static final long PATIENCE_NANOS = 1_000_000_000L;
    private static final long AGAIN_NANOS = 1_000_000_000L;
    private static final String OK = "ok";
    /** Health that does not pass while one waits here: the client shall come again, at another node if it can. */
    private static final Set<String> ELSEWHERE = Set.of("draining", "removed", "amnesiac", "corrupt");

    /** A socket counts as idle until a write is through: many small ones show that a slow client is alive. */
    private static final int PIECE_BYTES = 64 << 10;

    private final Exchange exchange;
    private final HttpDoor door;
    private final Framing framing;
    private final Subscribe wanted;
    private final String peer;

    private Stay stay = Stay.UNCOUNTED;
    private Subscription subscription;
    private long remaining;
    private final OpenAnswer answer;
    private boolean startTold;
    private boolean delivered;
    private boolean closed;
    private boolean resumeAtOnce;
    private boolean subscribing;
    private String health = OK;
    private long triedNanos;

    /** @param limit messages after which the stream ends */
    LiveStream(Exchange exchange, Framing framing, List<TopicFilter> filters, From from, long limit) {
        this.exchange = exchange;
        this.door = exchange.door;
        this.framing = framing;
        this.remaining = limit;
        this.answer = new OpenAnswer(exchange, framing, this::drained, this::gone);
        this.peer = String.valueOf(exchange.request.remoteAddress());
        this.wanted = new Subscribe(filters, from, limit, "http", peer);
    }

    @Override
    public String label() {
        return exchange.label();
    }

    @Override
    public String door() {
        return framing.door();
    }

    @Override
    public String peer() {
        return peer;
    }

    @Override
    public Sight sight() {
        return new Sight(
                exchange.guest().name(),
                wanted.filters().stream().map(TopicFilter::value).toList(),
                List.of(),
                wanted.credit() - remaining,
                0,
                answer.unsent());
    }

    void begin() {
        exchange.response.exceptionHandler(broken -> gone());
        exchange.response.closeHandler(closed -> gone());
        if (!door.opened(this)) {
            opened();
            tell("too-many-streams", true);
            finish();
            return;
        }
        try {
            stay = exchange.guest().stay();
        } catch (Refusal full) {
            opened();
            tell(full.code(), true);
            finish();
            return;
        }
        subscribe();
    }

    private void subscribe() {
        subscribing = true;
        triedNanos = System.nanoTime();
        exchange.broker().subscribe(wanted, this).onComplete(done -> {
            subscribing = false;
            if (done.succeeded()) {
                subscribed(done.result());
            } else {
                refused(done.cause());
            }
        });
    }

    private void subscribed(Subscription taken) {
        if (closed) {
            taken.close();
            return;
        }
        subscription = taken;
        opened();
        tellStart();
        tellHealth(door.gate().status().health());
        if (resumeAtOnce) {
            resumeAtOnce = false;
            taken.resume();
        }
    }

    private void refused(Throwable failure) {
        if (closed) {
            return;
        }
        boolean passing = OpenAnswer.isPassing(failure);
        if (!passing && !answer.isOpen()) {
            closed = true;
            door.closed(this);
            stay.end();
            exchange.fail(failure);
            return;
        }
        opened();
        String code = OpenAnswer.code(failure);
        if (ELSEWHERE.contains(code)) {
            tell(code, true);
            finish();
            return;
        }
        tellHealth(
                passing && !door.gate().status().health().equals(OK)
                        ? door.gate().status().health()
                        : code);
        if (!passing) {
            finish();
        }
    }

    private void opened() {
        answer.open();
    }

    private void tellStart() {
        if (!startTold && !delivered && subscription != null) {
            startTold = true;
            Buffer out = Buffer.buffer(64);
            framing.start(out, subscription.start());
            if (out.length() > 0) {
                write(out);
            }
        }
    }

    @Override
    public boolean deliver(List<StoredMessage> messages, String lastCursor) {
        if (closed) {
            return false;
        }
        opened();
        delivered = true;
        int count = (int) Math.min(messages.size(), remaining);
        Buffer out = Buffer.buffer(Math.min(PIECE_BYTES, count * 512));
        for (int i = 0; i < count; i++) {
            StoredMessage message = messages.get(i);
            framing.message(out, ReadRoute.cursor(message, lastCursor), message.json());
            if (out.length() >= PIECE_BYTES || i == count - 1) {
                write(out);
                out = i == count - 1 ? out : Buffer.buffer(PIECE_BYTES);
            }
        }
        remaining -= count;
        if (remaining == 0) {
            finish();
            return false;
        }
        return !answer.isFull();
    }

    @Override
    public void gap(String requested, String resumedAt, long lost) {
        if (closed) {
            return;
        }
        opened();
        delivered = true;
        Buffer out = Buffer.buffer(192);
        JsonObject gap = new JsonObject()
                .put("requested", requested)
                .put("resumedAt", resumedAt)
                .put("lost", lost);
        framing.gap(out, resumedAt, gap);
        write(out);
    }

    @Override
    public void status(String health) {
        if (!closed) {
            opened();
            tellHealth(health);
        }
    }

    @Override
    public void ended(String reason, boolean retry) {
        subscription = null;
        if (closed) {
            return;
        }
        opened();
        tell(reason, retry);
        finish();
    }

    @Override
    public void beat(long now) {
        if (closed) {
            return;
        }
        if (!answer.isOpen()) {
            if (now - triedNanos >= PATIENCE_NANOS) {
                opened();
                tellHealth(door.gate().status().health());
            }
            return;
        }
        if (subscription == null && !subscribing && now - triedNanos >= AGAIN_NANOS) {
            subscribe();
        }
        answer.beat(now);
    }

    @Override
    public void leave(String reason) {
        if (!closed) {
            opened();
            tell(reason, true);
            finish();
        }
    }

    private void tellHealth(String now) {
        if (!now.equals(health)) {
            health = now;
            tell(now, true);
        }
    }

    private void tell(String code, boolean retryable) {
        answer.status(code, retryable);
    }

    private void write(Buffer out) {
        answer.write(out);
    }

    private void drained() {
        if (closed) {
            return;
        }
        if (subscription != null) {
            subscription.resume();
        } else {
            resumeAtOnce = subscribing;
        }
    }

    private void finish() {
        if (!closed) {
            answer.end();
            gone();
        }
    }

    private void gone() {
        if (closed) {
            return;
        }
        closed = true;
        exchange.abandoned();
        door.closed(this);
        stay.end();
        if (subscription != null) {
            subscription.close();
            subscription = null;
        }
    }
}
