package io.skein.protocol.http;

import io.skein.broker.MailEvent;
import io.skein.broker.MailWatch;
import io.skein.broker.MailWatcher;
import io.skein.broker.Refusal;
import io.skein.broker.Stay;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * {@code GET /v1/mail/stream}: {@code message}, {@code read} and {@code deleted} {@code {"by","ids"}}, {@code
 * account-gone} {@code {"username"}}, {@code gap} when something was not told, {@code status} with the node's health when
 * that changes and before the end. From an event {@code open} on nothing is missed, so who lists then knows all.
 *
 * <p>What keeps it from beginning is told in the answer, which ends with it; only what will never work is refused with a
 * status.
 */
final class MailStream implements MailWatcher, Lasting {
    /** An answer that nobody opened by then says how the node is. */
    private static final long PATIENCE_NANOS = 1_000_000_000L;

    private static final String OK = "ok";
    /** What stands in place of its filters. */
    private static final String MAIL = "(mail)";

    private final Exchange exchange;
    private final HttpDoor door;
    private final OpenAnswer answer;
    private Stay stay = Stay.UNCOUNTED;
    private MailWatch watch;
    /** Events. */
    private long told;

    private boolean resumeAtOnce;
    private boolean closed;
    private String health = OK;

    MailStream(Exchange exchange) {
        this.exchange = exchange;
        this.door = exchange.door;
        this.answer = new OpenAnswer(exchange, Framing.EVENTS, this::drained, this::gone);
    }

    @Override
    public String label() {
        return exchange.label();
    }

    @Override
    public String door() {
        return Framing.EVENTS.door();
    }

    @Override
    public String peer() {
        return String.valueOf(exchange.request.remoteAddress());
    }

    @Override
    public Sight sight() {
        return new Sight(exchange.guest().name(), List.of(MAIL), List.of(), told, 0, answer.unsent());
    }

    void begin() {
        exchange.response.exceptionHandler(broken -> gone());
        exchange.response.closeHandler(closed -> gone());
        if (!door.opened(this)) {
            end("too-many-streams", true);
            return;
        }
        try {
            stay = exchange.guest().stay();
        } catch (Refusal full) {
            end(full.code(), true);
            return;
        }
        exchange.guest().mail().watch(this).onComplete(this::watching, this::refused);
    }

    private void refused(Throwable failure) {
        if (closed) {
            return;
        }
        boolean isPassing = OpenAnswer.isPassing(failure);
        if (isPassing || answer.isOpen()) {
            end(OpenAnswer.code(failure), isPassing);
        } else {
            closed = true;
            door.closed(this);
            stay.end();
            exchange.fail(failure);
        }
    }

    private void watching(MailWatch begun) {
        if (closed) {
            begun.close();
            return;
        }
        watch = begun;
        answer.open();
        event("open", new JsonObject().put("node", door.gate().status().node()));
        tellHealth(door.gate().status().health());
        if (resumeAtOnce) {
            resumeAtOnce = false;
            begun.resume();
        }
    }

    @Override
    public boolean on(MailEvent event) {
        if (closed) {
            return true;
        }
        answer.open();
        if (event instanceof MailEvent.Arrived arrived) {
            event("message", MailRoutes.json(arrived.mail()));
        } else if (event instanceof MailEvent.Read read) {
            event("read", touched(read.by().value(), read.ids()));
        } else if (event instanceof MailEvent.Deleted deleted) {
            event("deleted", touched(deleted.by().value(), deleted.ids()));
        } else if (event instanceof MailEvent.AccountGone gone) {
            event("account-gone", new JsonObject().put("username", gone.name().value()));
        } else if (event instanceof MailEvent.Gap) {
            event("gap", new JsonObject());
        } else if (event instanceof MailEvent.Ended ended) {
            end(ended.why(), ended.isPassing());
        } else {
            throw new AssertionError("unhandled " + event);
        }
        return !answer.isFull();
    }

    private static JsonObject touched(String by, Iterable<Long> ids) {
        JsonArray all = new JsonArray();
        ids.forEach(all::add);
        return new JsonObject().put("by", by).put("ids", all);
    }

    private void event(String name, JsonObject data) {
        told++;
        Buffer out = Buffer.buffer(128);
        out.appendString("event: ").appendString(name).appendByte((byte) '\n');
        Framing.data(out, data.toBuffer().getBytes());
        out.appendByte((byte) '\n');
        answer.write(out);
    }

    private void tellHealth(String now) {
        if (!now.equals(health)) {
            health = now;
            answer.status(now, true);
        }
    }

    @Override
    public void beat(long now) {
        if (closed) {
            return;
        }
        if (!answer.isOpen()) {
            if (now - exchange.begunNanos() >= PATIENCE_NANOS) {
                answer.open();
                tellHealth(door.health());
            }
            return;
        }
        if (watch != null) {
            tellHealth(door.health());
        }
        answer.beat(now);
    }

    @Override
    public void leave(String reason) {
        if (!closed) {
            end(reason, true);
        }
    }

    private void end(String why, boolean retryable) {
        answer.status(why, retryable);
        finish();
    }

    private void drained() {
        if (closed) {
            return;
        }
        if (watch != null) {
            watch.resume();
        } else {
            resumeAtOnce = true;
        }
    }

    private void finish() {
        if (!closed) {
            answer.end();
            gone();
        }
    }

    private void gone() {
        if (!closed) {
            closed = true;
            exchange.abandoned();
            door.closed(this);
            stay.end();
            if (watch != null) {
                watch.close();
            }
        }
    }
}
