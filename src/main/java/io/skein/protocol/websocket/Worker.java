package io.skein.protocol.websocket;

import io.skein.broker.Leased;
import io.skein.broker.Loan;
import io.skein.broker.Pull;
import io.skein.broker.Pulling;
import io.skein.broker.Refusal;
import io.skein.broker.Subscriptions;
import io.skein.broker.WallClock;
import io.skein.frame.Command;
import io.skein.frame.Push;
import io.skein.subscription.Leases;
import io.skein.subscription.SubscriptionName;
import io.skein.wire.Limits;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client that works for a durable subscription. As long as there is credit one pull is under way or waits; what it lent
 * is read as the socket takes it. What was lent and is not sent when the connection ends comes back when its lease ends.
 */
final class Worker implements Flow {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    /** A pull that waits is begun anew after this, so that it can be seen to live. */
    private static final long WAIT_MS = 60_000;

    private static final long RETRY_MS = 200;

    private final Vertx vertx;
    private final WallClock clock;
    private final Flows flows;
    private final Outbox outbox;
    private final Subscriptions subscriptions;
    private final SubscriptionName name;
    private final Command.Work command;
    private final String sub;
    /** Null when the client gives credit itself. */
    private final Hand hand;

    private long credit;
    private long leaseMs;
    private Pulling pulling;
    private Loan loan;
    /** Messages of the loan that are not sent. */
    private long unsent;

    private boolean reading;
    private boolean closed;
    private boolean starving;
    /** After a refusal that passes. */
    private long retry = -1;
    /** Takes back the look at the first lease in the client's hand that ends; null: nobody looks. */
    private Runnable expiry;

    private String status = "ok";

    Worker(
            Vertx vertx,
            WallClock clock,
            Flows flows,
            Outbox outbox,
            Subscriptions subscriptions,
            SubscriptionName name,
            Command.Work command,
            String sub,
            int autoWork) {
        this.vertx = vertx;
        this.clock = clock;
        this.flows = flows;
        this.outbox = outbox;
        this.subscriptions = subscriptions;
        this.name = name;
        this.command = command;
        this.sub = sub;
        boolean isAuto = command.credit() == Command.Subscribe.AUTO;
        this.credit = isAuto ? autoWork : command.credit();
        this.hand = isAuto ? new Hand() : null;
    }

    @Override
    public Optional<String> subscription() {
        return Optional.of(name.value());
    }

    SubscriptionName name() {
        return name;
    }

    /** The client knows its name. @param lease how long messages are lent when nobody says otherwise */
    void begin(long lease) {
        leaseMs = lease;
        go();
    }

    @Override
    public void credit(long messages) {
        credit = Math.min(credit + messages, Long.MAX_VALUE / 2);
        go();
    }

    /** The client has said so of these, and the machine has taken it or refused it: either way they are not in its hand. */
    void settled(List<Leases> leases) {
        if (hand != null && !closed) {
            credit += hand.settled(leases);
            go();
        }
    }

    /** @param ms from now; 0: as the subscription says */
    void extended(List<Leases> leases, long ms) {
        if (hand != null) {
            hand.extended(leases, clock.millis() + (ms > 0 ? ms : leaseMs));
        }
    }

    @Override
    public void drained() {
        go();
    }

    private void go() {
        if (closed || reading || pulling != null || retry != -1 || outbox.isFull()) {
            return;
        }
        if (loan != null) {
            read();
            return;
        }
        starves(credit <= 0);
        if (credit > 0) {
            pull();
        } else if (hand != null) {
            awaitExpiry();
        }
    }

    /** Whoever asks why nothing flows hears of workers that may not take anything. */
    private void starves(boolean now) {
        if (now != starving) {
            starving = now;
            subscriptions.withoutCredit(name, now ? 1 : -1);
        }
    }

    private void pull() {
        int max = (int) Math.min(credit, Limits.MAX_PULL_MESSAGES);
        Pulling asked =
                subscriptions.pull(new Pull(name, max, WAIT_MS, command.consumer(), command.leaseMs(), "websocket"));
        pulling = asked;
        asked.loan().onComplete(done -> {
            pulling = null;
            if (closed) {
                if (done.succeeded()) {
                    done.result().close();
                }
            } else if (done.failed()) {
                failed(done.cause());
            } else {
                say("ok");
                if (done.result().count() > 0) {
                    lent(done.result());
                }
                go();
            }
        });
    }

    private void lent(Loan lent) {
        loan = lent;
        unsent = lent.count();
        credit -= unsent;
    }

    private void read() {
        Loan from = loan;
        reading = true;
        from.next(outbox.frameBytes()).onComplete(done -> {
            reading = false;
            if (closed) {
                return;
            }
            if (done.failed()) {
                // They are lent all the same, and come back when the lease ends.
                end(from);
                failed(done.cause());
                return;
            }
            List<Leased> messages = done.result();
            if (messages.isEmpty()) {
                end(from);
            } else {
                unsent -= messages.size();
                if (hand != null) {
                    hand.take(messages, from.until());
                }
                outbox.lent(sub, messages);
            }
            go();
        });
    }

    /** What was lent and is gone, or could not be read, is not in the client's hand. */
    private void end(Loan over) {
        over.close();
        loan = null;
        credit += unsent;
        unsent = 0;
    }

    private void failed(Throwable cause) {
        if (!(cause instanceof Refusal refusal)) {
            LOG.error("a pull failed with something that is no refusal", cause);
            again("internal");
            return;
        }
        boolean passes = switch (refusal.kind()) {
            case UNAVAILABLE, INDETERMINATE, TOO_MANY, DISK_FULL -> true;
            case REJECTED, MALFORMED, UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT, GONE, TOO_LARGE, TOO_MUCH ->
                false;
        };
        if (passes) {
            again(refusal.code());
        } else {
            end(refusal.code());
        }
    }

    private void again(String why) {
        say(why);
        retry = vertx.setTimer(RETRY_MS, id -> {
            retry = -1;
            go();
        });
    }

    private void say(String now) {
        if (!status.equals(now)) {
            status = now;
            outbox.push(new Push.Status(sub, now));
        }
    }

    private void end(String reason) {
        if (!closed) {
            close();
            outbox.push(new Push.Ended(sub, reason, false));
            flows.ended(sub);
        }
    }

    /** All credit is in the client's hand; what outlives its lease there is somebody else's. */
    private void awaitExpiry() {
        if (expiry != null) {
            return;
        }
        expiry = clock.at(vertx.getOrCreateContext(), Math.min(hand.firstEnd(), clock.millis() + WAIT_MS), () -> {
            expiry = null;
            credit += hand.expired(clock.millis());
            go();
        });
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        starves(false);
        vertx.cancelTimer(retry);
        if (expiry != null) {
            expiry.run();
        }
        if (pulling != null) {
            pulling.cancel();
        }
        if (loan != null) {
            loan.close();
        }
    }
}
