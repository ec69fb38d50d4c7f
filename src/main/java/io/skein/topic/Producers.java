package io.skein.topic;

import io.skein.machine.Change;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What is known of each producer: its epoch, its last sequence, and the answers to the last ones, so that a repeat is
 * answered as at first.
 */
final class Producers {
    /** An answer that is known to have been given, but no longer what it was. */
    private static final byte[] FORGOTTEN = {};
    /** What an answer costs beside its bytes. */
    private static final int OVERHEAD = 48;

    /** One producer. Its sequences without a gap from {@code last - answers.size() + 1} to {@code last}. */
    static final class Producer implements Comparable<Producer> {
        final String name;
        long epoch;
        long last;
        private long lastTime;
        private final ArrayDeque<byte[]> answers = new ArrayDeque<>(4);

        private Producer(String name) {
            this.name = name;
        }

        /** The answer to sequence {@code number}, at most {@code last}; empty when it is forgotten. */
        Optional<byte[]> answer(long number) {
            long skip = number - (last - answers.size() + 1);
            if (skip < 0) {
                return Optional.empty();
            }
            for (byte[] answer : answers) {
                if (skip-- == 0) {
                    return answer.length == 0 ? Optional.empty() : Optional.of(answer);
                }
            }
            throw new AssertionError("sequence " + number + " of " + name + ", last is " + last);
        }

        @Override
        public int compareTo(Producer other) {
            int byTime = Long.compare(lastTime, other.lastTime);
            return byTime != 0 ? byTime : name.compareTo(other.name);
        }
    }

    private final TopicLimits limits;
    private final Map<String, Producer> byName = new HashMap<>();
    /** By stamp of the last sequence, then name: the longest idle first. */
    private final TreeSet<Producer> byIdle = new TreeSet<>();

    private long answerBytes;

    Producers(TopicLimits limits) {
        this.limits = limits;
    }

    Optional<Producer> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** Whether a new producer can come, perhaps in the place of one that was idle for long. */
    boolean canTakeAnother(long time) {
        return byName.size() < limits.producers() || time - byIdle.first().lastTime >= limits.producerIdleMs();
    }

    /**
     * Adds the changes that make room for an answer, and for its producer when it is new and {@link #canTakeAnother}.
     * When there are too many bytes a quarter is emptied at once, so that the walk over the idle is rare.
     */
    void makeRoom(boolean newcomer, byte[] answer, List<Change> changes) {
        long after = answerBytes + answer.length + OVERHEAD;
        boolean oneGoes = newcomer && byName.size() >= limits.producers();
        if (oneGoes) {
            changes.add(new TopicChange.ProducerRemoved(byIdle.first().name));
            after -= cost(byIdle.first());
        }
        if (after <= limits.answerBytes()) {
            return;
        }
        for (Producer producer : oneGoes ? byIdle.tailSet(byIdle.first(), false) : byIdle) {
            if (after <= limits.answerBytes() / 4 * 3) {
                break;
            }
            if (producer.answers.size() > 1 || producer.answers.getLast().length > 0) {
                after -= cost(producer) - OVERHEAD;
                changes.add(new TopicChange.AnswersForgotten(producer.name, producer.last));
            }
        }
    }

    private static long cost(Producer producer) {
        long cost = 0;
        for (byte[] answer : producer.answers) {
            cost += answer.length + OVERHEAD;
        }
        return cost;
    }

    void evolve(TopicChange.Produced change) {
        Producer producer = byName.computeIfAbsent(change.producer(), Producer::new);
        byIdle.remove(producer);
        if (change.epoch() != producer.epoch) {
            clear(producer);
        }
        producer.epoch = change.epoch();
        producer.last = change.number();
        producer.lastTime = change.time();
        remember(producer, change.answer());
        if (producer.answers.size() > limits.producerWindow()) {
            answerBytes -= producer.answers.removeFirst().length + OVERHEAD;
        }
        byIdle.add(producer);
    }

    void evolve(TopicChange.AnswersForgotten change) {
        Producer producer = byName.get(change.producer());
        clear(producer);
        remember(producer, FORGOTTEN);
    }

    void evolve(TopicChange.ProducerRemoved change) {
        Producer producer = byName.remove(change.producer());
        byIdle.remove(producer);
        clear(producer);
    }

    void snapshot(Consumer<Change> into) {
        var names = new ArrayList<>(byName.keySet());
        names.sort(null);
        for (String name : names) {
            Producer producer = byName.get(name);
            long number = producer.last - producer.answers.size();
            for (byte[] answer : producer.answers) {
                // Only the last one's stamp decides anything.
                into.accept(new TopicChange.Produced(name, producer.epoch, ++number, producer.lastTime, answer));
            }
        }
    }

    private void remember(Producer producer, byte[] answer) {
        producer.answers.addLast(answer);
        answerBytes += answer.length + OVERHEAD;
    }

    private void clear(Producer producer) {
        answerBytes -= cost(producer);
        producer.answers.clear();
    }
}
