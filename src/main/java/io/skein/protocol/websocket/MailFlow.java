package io.skein.protocol.websocket;

import io.skein.broker.MailEvent;
import io.skein.broker.MailWatch;
import io.skein.broker.MailWatcher;
import io.skein.frame.Push;
import java.util.ArrayList;
import java.util.List;

/** The mail of whoever this connection is of, as it comes. */
final class MailFlow implements MailWatcher, Flow {
    private final Flows flows;
    private final Outbox outbox;
    private final String sub;
    /** Told before the client knows this by its name. At most one, because that is answered false. */
    private final List<MailEvent> early = new ArrayList<>();

    private MailWatch watch;
    private boolean closed;

    MailFlow(Flows flows, Outbox outbox, String sub) {
        this.flows = flows;
        this.outbox = outbox;
        this.sub = sub;
    }

    @Override
    public List<String> filters() {
        return List.of("(mail)");
    }

    /** The client has been told of it. */
    void opened(MailWatch begun) {
        watch = begun;
        early.forEach(this::on);
        early.clear();
        drained();
    }

    @Override
    public boolean on(MailEvent event) {
        if (closed) {
            return true;
        }
        if (watch == null) {
            early.add(event);
            return false;
        }
        if (event instanceof MailEvent.Ended ended) {
            closed = true;
            outbox.push(new Push.Ended(sub, ended.why(), ended.isPassing()));
            flows.ended(sub);
            return true;
        }
        outbox.push(push(event));
        return !outbox.isFull();
    }

    private Push push(MailEvent event) {
        if (event instanceof MailEvent.Arrived arrived) {
            var mail = arrived.mail();
            return new Push.Mail(sub, mail.id(), mail.from().value(), mail.to().value(), mail.content(), mail.time());
        }
        if (event instanceof MailEvent.Read read) {
            return new Push.MailTouched(sub, "read", read.by().value(), read.ids());
        }
        if (event instanceof MailEvent.Deleted deleted) {
            return new Push.MailTouched(sub, "deleted", deleted.by().value(), deleted.ids());
        }
        if (event instanceof MailEvent.AccountGone gone) {
            return new Push.AccountGone(sub, gone.name().value());
        }
        if (event instanceof MailEvent.Gap) {
            return new Push.MailGap(sub);
        }
        throw new AssertionError("unhandled " + event);
    }

    /** All that happens is told: there is no credit. */
    @Override
    public void credit(long messages) {}

    @Override
    public void drained() {
        if (watch != null && !closed && !outbox.isFull()) {
            watch.resume();
        }
    }

    @Override
    public void close() {
        closed = true;
        if (watch != null) {
            watch.close();
        }
    }
}
