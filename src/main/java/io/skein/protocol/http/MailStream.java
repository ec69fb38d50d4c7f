package io.skein.protocol.http;

import io.skein.broker.MailEvent;
import io.skein.broker.MailWatch;
import io.skein.broker.MailWatcher;
import io.skein.broker.NodeStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * {@code GET /v1/mail/stream}: {@code message}, {@code read} and {@code deleted} {@code {"by","ids"}}, {@code
 * account-gone} {@code {"username"}}, {@code gap} when something was not told, {@code status} when it ends. It begins with
 * an event {@code open}: from there on nothing is missed, so who lists then knows all.
 */
final class MailStream implements MailWatcher, Lasting {
    private final Exchange exchange;
    private final HttpDoor door;
    private final OpenAnswer answer;
    private MailWatch watch;
    private boolean resumeAtOnce;
    private boolean closed;

    MailStream(Exchange exchange) {
        this.exchange = exchange;
        this.door = exchange.door;
        this.answer = new OpenAnswer(exchange, Framing.EVENTS, this::drained, this::close);
    }

    @Override
    public String label() {
        return exchange.label();
    }

    void begin() {
        exchange.response.exceptionHandler(broken -> close());
        exchange.response.closeHandler(gone -> close());
        if (!door.opened(this)) {
            answer.open();
            status("too-many-streams", true);
            finish();
            return;
        }
        exchange.await();
        exchange.guest().mail().watch(this).onComplete(this::watching, this::refused);
    }

    private void refused(Throwable failure) {
        if (!closed) {
            closed = true;
            door.closed(this);
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
            status(
                    ended.why(),
                    !ended.why().equals("account-gone") && !ended.why().equals("unauthenticated"));
            finish();
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
        Buffer out = Buffer.buffer(128);
        out.appendString("event: ").appendString(name).appendByte((byte) '\n');
        Framing.data(out, data.toBuffer().getBytes());
        out.appendByte((byte) '\n');
        answer.write(out);
    }

    private void status(String code, boolean retryable) {
        NodeStatus node = door.gate().status();
        event(
                "status",
                new JsonObject().put("health", code).put("retryable", retryable).put("node", node.node()));
    }

    @Override
    public void beat(long now) {
        if (!closed && answer.isOpen()) {
            answer.beat(now);
        }
    }

    @Override
    public void leave(String reason) {
        if (!closed) {
            answer.open();
            status(reason, true);
            finish();
        }
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
            close();
        }
    }

    private void close() {
        if (!closed) {
            closed = true;
            exchange.abandoned();
            door.closed(this);
            if (watch != null) {
                watch.close();
            }
        }
    }
}
