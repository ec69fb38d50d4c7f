package io.skein.broker;

import io.skein.store.StoredMessage;
import io.vertx.core.Context;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A subscriber that writes down what it hears, in order, and does what the test wants while it is told. */
final class Listener implements Subscriber {
    private final List<String> heard = new ArrayList<>();
    private final Consumer<Listener> whenTold;
    private int messages;
    private String lastResumedAt = "";
    private volatile Subscription subscription;

    Listener() {
        this(listener -> {});
    }

    Listener(Consumer<Listener> whenTold) {
        this.whenTold = whenTold;
    }

    Listener open(Hall hall, Context loop, From from, long credit, String... filters) throws TimeoutException {
        Promise<Void> open = Promise.promise();
        loop.runOnContext(v -> hall.broker
                .subscribe(new Subscribe(Hall.filters(filters), from, credit, "test", ""), this)
                .<Void>map(handle -> {
                    subscription = handle;
                    return null;
                })
                .onComplete(open));
        Hall.await(open.future());
        return this;
    }

    /** To be used on the loop that subscribed. */
    Subscription subscription() {
        return subscription;
    }

    @Override
    public boolean deliver(List<StoredMessage> delivered, String lastCursor) {
        synchronized (this) {
            for (StoredMessage message : delivered) {
                heard.add(message.topic() + message.offset());
            }
            messages += delivered.size();
        }
        whenTold.accept(this);
        return true;
    }

    @Override
    public synchronized void gap(String requested, String resumedAt, long lost) {
        heard.add("gap");
        lastResumedAt = resumedAt;
    }

    @Override
    public synchronized void status(String health) {
        heard.add("status " + health);
    }

    @Override
    public synchronized void ended(String reason, boolean retry) {
        heard.add("ended " + reason);
    }

    /** Gaps, the node's health, and messages as topic and offset. */
    synchronized List<String> heard() {
        return List.copyOf(heard);
    }

    /** Where the last gap said that the stream goes on. */
    synchronized String resumedAt() {
        return lastResumedAt;
    }

    synchronized int messages() {
        return messages;
    }

    /** What a listener of a topic hears of messages from one offset to before another. */
    static List<String> told(String topic, long from, long to) {
        List<String> told = new ArrayList<>();
        for (long offset = from; offset < to; offset++) {
            told.add(topic + offset);
        }
        return told;
    }
}
