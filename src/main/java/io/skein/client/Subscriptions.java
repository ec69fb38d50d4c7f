package io.skein.client;

import io.skein.frame.Push;
import io.skein.frame.Reply;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** A client's subscriptions, and which of them a reply or push is for. Used on the client's context only. */
final class Subscriptions {
    private final Context context;
    private final Set<Lasting<?>> all = new LinkedHashSet<>();
    private final Map<Long, Consumer<Reply>> asking = new HashMap<>();
    private final Map<String, Lasting<?>> open = new HashMap<>();
    /** Of workers that are closed, what they said last and the server has not answered. */
    private final Set<Settlements> leaving = new LinkedHashSet<>();
    /** Ids below 0: those of publishes are above. */
    private long lastId;

    Subscriptions(Context context) {
        this.context = context;
    }

    void add(Lasting<?> subscription) {
        all.add(subscription);
        subscription.ask();
    }

    /** @return the id of a command whose answer goes there; there is none when the connection is lost */
    long ask(Consumer<Reply> answered) {
        asking.put(--lastId, answered);
        return lastId;
    }

    void answered(long id, Reply reply) {
        Consumer<Reply> answered = asking.remove(id);
        if (answered != null) {
            answered.accept(reply);
        }
    }

    void open(String sub, Lasting<?> subscription) {
        open.put(sub, subscription);
    }

    void pushed(Push push) {
        Lasting<?> subscription = open.get(push.sub());
        if (subscription != null) {
            subscription.pushed(push);
        }
    }

    void remove(String sub) {
        open.remove(sub);
    }

    void remove(Lasting<?> subscription, String sub) {
        all.remove(subscription);
        open.remove(sub);
    }

    void up() {
        List.copyOf(all).forEach(Lasting::ask);
    }

    void down() {
        open.clear();
        asking.clear();
        List.copyOf(all).forEach(Lasting::lost);
        List.copyOf(leaving).forEach(Settlements::lost);
    }

    void end(SkeinException why) {
        List.copyOf(all).forEach(subscription -> subscription.end(why));
        List.copyOf(leaving).forEach(settlements -> settlements.end(why));
    }

    void leaving(Settlements settlements) {
        leaving.add(settlements);
    }

    void left(Settlements settlements) {
        leaving.remove(settlements);
    }

    /**
     * On the client's context: now, when this is it.
     *
     * @return false when it will not be done: Vert.x has ended
     */
    boolean run(Runnable work) {
        if (Vertx.currentContext() == context) {
            work.run();
            return true;
        }
        try {
            context.runOnContext(v -> work.run());
            return true;
        } catch (RejectedExecutionException vertxHasEnded) {
            return false;
        }
    }
}
