package io.skein.client;

import io.skein.frame.Command;
import io.skein.frame.Problem;
import io.skein.frame.Push;
import io.skein.frame.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.logging.Logger;
import io.vertx.core.internal.logging.LoggerFactory;

/**
 * What goes on over reconnects, under a name that each connection gives it anew. Used on the client's context only.
 *
 * @param <T> what users know it as
 */
abstract class Lasting<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Lasting.class);
    private static final long RETRY_MS = 200;

    final Subscriptions all;
    final Link link;
    private final Vertx vertx;
    private final Promise<T> opened = Promise.promise();
    /** Its name on the present connection; empty when it has none. */
    private String sub = "";

    private boolean asked;
    private boolean lost;
    private volatile boolean closed;
    /** Its user has left it, perhaps on another thread: nothing is handed to him any more. */
    private volatile boolean left;

    Lasting(Vertx vertx, Subscriptions all, Link link) {
        this.vertx = vertx;
        this.all = all;
        this.link = link;
    }

    /** What asks a server for it, from where it stands. */
    abstract Command asking(String id);

    abstract T self();

    /** A server has it now. */
    abstract void begun(Reply.Subscribed reply);

    /** No server has it. */
    abstract void down();

    abstract void take(Push push);

    abstract void connection(boolean isUp);

    /** It is over. @param words for people */
    abstract void over(SkeinException why, String words);

    /** Completes when a server has it for the first time. */
    final Future<T> opened() {
        return opened.future();
    }

    final String sub() {
        return sub;
    }

    final boolean isAsked() {
        return asked;
    }

    final boolean isClosed() {
        return closed || left;
    }

    /** Asks the server, when there is one and it was not asked. */
    final void ask() {
        if (!closed && !asked && link.isReady()) {
            asked = true;
            link.say(asking(Long.toString(all.ask(this::answered))));
        }
    }

    private void answered(Reply reply) {
        if (reply instanceof Reply.Subscribed subscribed) {
            if (closed) {
                link.say(new Command.Unsubscribe("", subscribed.sub()));
                return;
            }
            sub = subscribed.sub();
            all.open(sub, this);
            begun(subscribed);
            if (!Promises.complete(opened, self()) && lost) {
                guarded(() -> connection(true));
            }
            lost = false;
            return;
        }
        Problem problem = reply instanceof Reply.Failed failed
                ? failed.problem()
                : Problem.of("internal", "the server answered something else: " + reply);
        asked = false;
        if (problem.retryable()) {
            vertx.setTimer(RETRY_MS, id -> ask());
        } else {
            end(SkeinException.of(problem));
        }
    }

    final void pushed(Push push) {
        if (closed) {
            return;
        }
        if (!(push instanceof Push.Ended ended)) {
            take(push);
        } else if (ended.retry()) {
            all.remove(sub);
            away();
            vertx.setTimer(RETRY_MS, id -> ask());
        } else {
            end(SkeinException.of(ended.reason(), "the server ended it"), ended.reason());
        }
    }

    /** The connection is lost. */
    final void lost() {
        if (closed) {
            return;
        }
        away();
        if (!lost && opened.future().succeeded()) {
            lost = true;
            guarded(() -> connection(false));
        }
    }

    private void away() {
        sub = "";
        asked = false;
        down();
    }

    /** It does not go on. */
    final void end(SkeinException why) {
        end(why, why.getMessage());
    }

    private void end(SkeinException why, String words) {
        if (!closed) {
            closed = true;
            all.remove(this, sub);
            if (!Promises.fail(opened, why)) {
                guarded(() -> over(why, words));
            }
        }
    }

    /** The user wants no more of it. */
    final void leave(Runnable before) {
        left = true;
        all.run(() -> {
            if (closed) {
                return;
            }
            closed = true;
            all.remove(this, sub);
            before.run();
            if (!sub.isEmpty()) {
                link.say(new Command.Unsubscribe("", sub));
            }
            Promises.fail(opened, SkeinException.of("closed", "it was closed"));
        });
    }

    static void guarded(Runnable call) {
        try {
            call.run();
        } catch (Throwable thrown) {
            // Also what is no exception: a failed assertion in a handler must not still the stream.
            LOG.error("a handler failed", thrown);
        }
    }
}
