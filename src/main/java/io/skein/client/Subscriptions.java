package io.skein.client;

import io.skein.frame.Push;
import io.skein.frame.Reply;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A client's subscriptions, and which of them a reply or push is for. Used on the client's context only. */
final class Subscriptions {
    private final Context context;
    private final Set<LiveSubscription> all = new LinkedHashSet<>();
    private final Map<Long, LiveSubscription> asking = new HashMap<>();
    private final Map<String, LiveSubscription> open = new HashMap<>();
    /** Ids below 0: those of publishes are above. */
    private long lastId;

    Subscriptions(Context context) {
        this.context = context;
    }

    void add(LiveSubscription subscription) {
        all.add(subscription);
        subscription.ask();
    }

    long ask(LiveSubscription subscription) {
        asking.put(--lastId, subscription);
        return lastId;
    }

    void answered(long id, Reply reply) {
        LiveSubscription subscription = asking.remove(id);
        if (subscription != null) {
            subscription.answered(reply);
        }
    }

    void open(String sub, LiveSubscription subscription) {
        open.put(sub, subscription);
    }

    void pushed(Push push) {
        LiveSubscription subscription = open.get(push.sub());
        if (subscription != null) {
            subscription.pushed(push);
        }
    }

    void remove(String sub) {
        open.remove(sub);
    }

    void remove(LiveSubscription subscription, String sub) {
        all.remove(subscription);
        open.remove(sub);
    }

    void up() {
        List.copyOf(all).forEach(LiveSubscription::ask);
    }

    void down() {
        open.clear();
        asking.clear();
        all.forEach(LiveSubscription::lost);
    }

    void end(SkeinException why) {
        new ArrayList<>(all).forEach(subscription -> subscription.end(why));
    }

    /** On the client's context: now, when this is it. */
    void run(Runnable work) {
        if (Vertx.currentContext() == context) {
            work.run();
        } else {
            context.runOnContext(v -> work.run());
        }
    }
}
