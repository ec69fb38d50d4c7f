package io.skein.broker;

import io.skein.cluster.AppliedListener;
import io.skein.cluster.ReplicaStatus;
import io.skein.store.StoredMessage;
import io.skein.topic.TopicTotals;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/**
 * Hands what became visible to the sessions of every event loop: one hop for each loop and batch, whatever the number
 * of subscribers, and no lock. Lives on the replica's context.
 */
final class Fanout implements AppliedListener {
    /** Rates of deleted topics that may stay. */
    private static final int KEPT_RATES = 1024;

    private final CopyOnWriteArrayList<Sessions> loops = new CopyOnWriteArrayList<>();
    private final Map<Long, Rate> rates = new HashMap<>();
    private final Rate rate = new Rate();
    private final Consumer<ReplicaStatus> whenMoved;
    private final Runnable whenCaughtUp;
    private final Runnable whenLeft;
    private final LongConsumer whenDecided;
    private final Runnable whenAnswered;
    private final LongConsumer whenApplied;
    private Supplier<TopicTotals> counted;
    private LongPredicate exists;
    private volatile TopicTotals totals = new TopicTotals(0, 0, 0, 0);
    private volatile long published;

    /**
     * @param whenDecided is told of each turn and its time, before anybody is answered of it
     * @param whenAnswered is told of each turn, after its answers have gone to the loops and before its messages do
     * @param whenApplied is told of each index, after the messages up to it have gone to the loops
     */
    Fanout(
            Consumer<ReplicaStatus> whenMoved,
            Runnable whenCaughtUp,
            Runnable whenLeft,
            LongConsumer whenDecided,
            Runnable whenAnswered,
            LongConsumer whenApplied) {
        this.whenMoved = whenMoved;
        this.whenCaughtUp = whenCaughtUp;
        this.whenLeft = whenLeft;
        this.whenDecided = whenDecided;
        this.whenAnswered = whenAnswered;
        this.whenApplied = whenApplied;
    }

    /** Where the totals come from; asked on the replica's context with every turn. */
    void countFrom(Supplier<TopicTotals> machine, LongPredicate topicExists) {
        counted = machine;
        exists = topicExists;
    }

    /** As of the last turn; from any thread. */
    TopicTotals totals() {
        return totals;
    }

    void add(Sessions sessions) {
        loops.add(sessions);
    }

    void remove(Sessions sessions) {
        loops.remove(sessions);
    }

    List<Sessions> loops() {
        return loops;
    }

    /** Messages that became visible since the start; from any thread. */
    long published() {
        return published;
    }

    /** Messages per second over the last ten; on the replica's context. */
    double rateOf(long topicId, long nanos) {
        Rate of = rates.get(topicId);
        return of == null ? 0 : of.perSecond(nanos);
    }

    @Override
    public void decided(long time) {
        whenDecided.accept(time);
    }

    @Override
    public void applied(long index, long time, List<StoredMessage> messages) {
        totals = counted.get();
        whenAnswered.run();
        if (!messages.isEmpty()) {
            give(index, messages);
        }
        whenApplied.accept(index);
    }

    private void give(long index, List<StoredMessage> messages) {
        count(messages);
        LiveBatch batch = null;
        for (Sessions sessions : loops) {
            if (sessions.isEmpty()) {
                continue;
            }
            if (batch == null) {
                batch = LiveBatch.of(index, messages);
            }
            sessions.post(batch);
        }
    }

    @Override
    public void moved(ReplicaStatus now) {
        whenMoved.accept(now);
    }

    @Override
    public void caughtUp() {
        whenCaughtUp.run();
    }

    @Override
    public void left() {
        whenLeft.run();
    }

    private void count(List<StoredMessage> messages) {
        long nanos = System.nanoTime();
        if (rates.size() > 2 * totals.topics() + KEPT_RATES) {
            rates.keySet().removeIf(id -> !exists.test(id));
        }
        published += messages.size();
        rate.add(messages.size(), nanos);
        long topic = -1;
        int run = 0;
        for (StoredMessage message : messages) {
            if (message.topicId() != topic) {
                countRun(topic, run, nanos);
                topic = message.topicId();
                run = 0;
            }
            run++;
        }
        countRun(topic, run, nanos);
    }

    private void countRun(long topic, int run, long nanos) {
        if (run > 0) {
            rates.computeIfAbsent(topic, t -> new Rate()).add(run, nanos);
        }
    }
}
