package io.skein.subscription;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.subscription.Run.State;
import io.skein.topic.TopicName;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/** One subscription: configuration, positions, marks, dead letters, and what it counts. */
final class SubscriptionState {
    final long id;
    final SubscriptionName name;
    final Cursor created;
    final long createdTime;

    /** By topic. */
    final TreeMap<Long, Position> positions = new TreeMap<>();

    final TreeMap<Cursor, Mark> marks = new TreeMap<>();
    final DeadLetters dead = new DeadLetters();
    final HeldKeys keys = new HeldKeys();

    private SubscriptionConfig config;
    private TopicName deadLetters;
    private SubscriptionChange.Counted counted;

    // Caches.

    /** The positions that have something to hand out, by topic; perhaps some that have no more. */
    final TreeMap<Long, Position> ready = new TreeMap<>();

    /** Messages that were handed out once, or passed over, and are not settled. */
    private long held;

    /** Of these the messages that were passed over for their key. */
    private long passed;

    private final long[] messages = new long[State.values().length];
    /** Runs that positions offer. */
    int available;
    /** Positions that began or ceased to offer something since somebody last looked. */
    final List<Position> moved = new ArrayList<>();

    private int runs;
    boolean wasReady;
    /** When messages were last handed out; -1: not since this process began. */
    long lastLent = -1;

    SubscriptionState(SubscriptionChange.Created change) {
        id = change.subscription();
        name = change.name();
        created = change.at();
        createdTime = change.time();
        counted = new SubscriptionChange.Counted(id, 0, 0, 0, 0, 0);
        configure(change.config());
    }

    SubscriptionConfig config() {
        return config;
    }

    void configure(SubscriptionConfig newConfig) {
        config = newConfig;
        deadLetters = deadLettersOf(name, newConfig);
    }

    /** Where dead letters go; null for a queue's subscription, which gives up no message. */
    TopicName deadLetters() {
        return deadLetters;
    }

    static TopicName deadLettersOf(SubscriptionName name, SubscriptionConfig config) {
        if (config.deadLetter().isPresent()) {
            return config.deadLetter().get();
        }
        return name.queue().isPresent() ? null : name.deadLetters();
    }

    boolean isByKey() {
        return config.order() == SubscriptionConfig.Order.KEY;
    }

    /** Whether messages that come to a topic that the filter matches are for this subscription. */
    boolean wants(TopicName topic) {
        return !topic.equals(deadLetters);
    }

    SubscriptionChange.Counted counted() {
        return counted;
    }

    void count(SubscriptionChange.Counted change, long time) {
        if (time > 0 && change.delivered() > counted.delivered()) {
            lastLent = time;
        }
        counted = change;
    }

    long held() {
        return held;
    }

    long passed() {
        return passed;
    }

    int runs() {
        return runs;
    }

    /** Messages in this state, those that retention took meanwhile among them. */
    long messages(State state) {
        return messages[state.ordinal()];
    }

    void add(Position position, Run run) {
        count(run, 1);
        if (run.state() == State.UNREAD) {
            position.addUnread(run);
        }
        if (run.key() != 0) {
            keys.add(position, run);
        } else if (run.state() == State.READY) {
            position.offer(run);
        }
    }

    void remove(Position position, Run run) {
        count(run, -1);
        if (run.state() == State.UNREAD) {
            position.removeUnread(run.first());
        }
        if (run.key() != 0) {
            keys.remove(position, run);
        } else if (run.state() == State.READY) {
            position.withdraw(run.first());
        }
    }

    private void count(Run run, int sign) {
        runs += sign;
        messages[run.state().ordinal()] += sign * run.count();
        if (isHeld(run)) {
            held += sign * run.count();
        }
        if (run.state() == State.READY && run.deliveries() == 0 && run.key() != 0) {
            passed += sign * run.count();
        }
    }

    static boolean isHeld(Run run) {
        return switch (run.state()) {
            case LEASED, DELAYED -> true;
            case READY -> run.deliveries() > 0 || run.key() != 0;
            case PACED, UNREAD -> false;
        };
    }

    void snapshot(Consumer<Change> into) {
        into.accept(new SubscriptionChange.Created(id, name, config, created, createdTime));
        into.accept(counted);
        for (Position position : positions.values()) {
            if (position.follows && position.next() > 0) {
                into.accept(new SubscriptionChange.Positioned(id, position.topic.id(), position.next(), false));
            }
        }
        for (Position position : positions.values()) {
            for (Run run : position.runs().values()) {
                into.accept(new SubscriptionChange.RunSet(id, position.topic.id(), run));
            }
        }
        for (Mark mark : marks.values()) {
            into.accept(new SubscriptionChange.MarkSet(id, mark));
        }
        dead.snapshot(id, into);
    }
}
