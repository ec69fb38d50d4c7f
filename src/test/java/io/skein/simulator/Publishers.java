package io.skein.simulator;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicOutcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Who publishes, cancels, and looks after topics: every answer is evidence, put into the {@link Ledger}. */
final class Publishers {
    private static final int TRIES = 6;
    private static final int PRODUCERS = 4;
    private static final int PIPELINED = 3;
    private static final int KEYS = 4;

    /** One producer's client: it goes to the next epoch when it lost count. */
    private static final class Producer {
        final String name;
        long epoch = 1;
        long last;
        int outstanding;

        Producer(String name) {
            this.name = name;
        }

        void nextEpoch() {
            epoch++;
            last = 0;
            outstanding = 0;
        }
    }

    private record Waiting(Cursor at, long message) {}

    private final SplittableRandom random;
    private final Options.Traffic options;
    private final Ledger ledger;
    private final Workload workload;
    private final List<Waiting> waiting = new ArrayList<>();
    private final Producer[] producers = new Producer[PRODUCERS];
    /** By topic: index of the last entry that was said to delete it. */
    private final long[] deleted = new long[Ledger.NAMES.length];
    /** Messages have keys, so that their order matters. */
    private final boolean keyed;

    Publishers(SplittableRandom random, Options options, Ledger ledger, Workload workload) {
        this.random = random;
        this.options = options.traffic();
        this.keyed = options.consumers().isOn();
        this.ledger = ledger;
        this.workload = workload;
        Arrays.setAll(producers, i -> new Producer("p" + i));
    }

    Operation next() {
        int kind = random.nextInt(1000);
        if ((kind -= options.configures()) < 0) {
            return new Plain(new TopicCommand.Configure(Ledger.NAMES[topic()], config()));
        }
        if ((kind -= options.deletes()) < 0) {
            return new Delete(topic());
        }
        if ((kind -= options.cancels()) < 0 && !waiting.isEmpty()) {
            return new Cancel(waiting.get(random.nextInt(waiting.size())));
        }
        return publish();
    }

    /** Something that will be answered. */
    Operation publish() {
        long id = workload.newId();
        List<Publication> messages = publications(id);
        Optional<TopicCommand.Sequence> sequence = Optional.empty();
        Optional<IdempotencyKey> key = Optional.empty();
        long keyTakenAt = -1;
        int kind = random.nextInt(100);
        if ((kind -= options.keyed()) < 0) {
            Operation other = random.nextInt(16) == 0 ? workload.withKeyTaken() : null;
            if (other != null) {
                IdempotencyKey used = other.key.get();
                key = Optional.of(new IdempotencyKey(used.scopeHigh(), used.scopeLow(), id));
                keyTakenAt = other.takenAt;
            } else {
                key = Optional.of(Workload.keyOf(id));
            }
        } else if (kind - options.sequenced() < 0) {
            Producer producer = producers[random.nextInt(PRODUCERS)];
            if (oneIn(options.fences())) {
                // Another process of the same name begins.
                producer.nextEpoch();
            }
            if (producer.outstanding < PIPELINED) {
                producer.outstanding++;
                sequence = Optional.of(new TopicCommand.Sequence(producer.name, producer.epoch, ++producer.last));
            }
        }
        var publish = new TopicCommand.Publish(messages, random.nextInt(3) == 0, random.nextInt(10) > 0, sequence);
        Operation operation = new Publishing(id, publish, key);
        operation.keyTakenAt = keyTakenAt;
        return operation;
    }

    /** Messages for an operation to publish, known to the ledger by their numbers. */
    List<Publication> publications(long id) {
        int count = random.nextInt(4) == 0 ? 1 + random.nextInt(6) : 1;
        List<Publication> messages = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int topic = topic();
            int delay = oneIn(options.delays()) ? 1 + random.nextInt(3000) : 0;
            int ttl = oneIn(options.ttls()) ? 1 + random.nextInt(3000) : 0;
            long expect = delay == 0 && oneIn(options.expectations()) ? random.nextInt(10) : -1;
            long number = number(id, i);
            ledger.wanted(number, topic, delay, ttl);
            byte[] body = Ledger.body(number, oneIn(options.largeBodies()) ? random.nextInt(300) : 0);
            String key = keyed && id % 4 > 0 ? "k" + number % KEYS : "";
            messages.add(new Publication(
                    Ledger.NAMES[topic], new Message(key, List.of(), Format.RAW, "", body), delay, ttl, expect));
        }
        return messages;
    }

    static long number(long id, int i) {
        return id * Ledger.PER_PUBLISH + i;
    }

    private boolean oneIn(int n) {
        return n > 0 && random.nextInt(n) == 0;
    }

    private int topic() {
        return random.nextInt(options.topics());
    }

    private TopicConfig config() {
        return new TopicConfig(
                random.nextInt(3) == 0 ? 100 + random.nextInt(5000) : 0,
                random.nextInt(4) == 0 ? 200 + random.nextInt(2000) : 0,
                random.nextInt(3) == 0 ? 1 + random.nextInt(20) : 0,
                random.nextBoolean() ? TopicConfig.OnFull.REJECT : TopicConfig.OnFull.DROP_OLDEST,
                random.nextInt(20) == 0 ? Optional.of(Format.JSON) : Optional.empty(),
                random.nextInt(4) == 0 ? 500 + random.nextInt(5000) : 0);
    }

    /** A topic that a reader finds was made after the last deletion that it must know of. */
    void read(String name, long createdIndex, long appliedIndex) {
        for (int i = 0; i < deleted.length; i++) {
            check(
                    !Ledger.NAMES[i].value().equals(name) || createdIndex >= deleted[i] || appliedIndex < deleted[i],
                    "topic of entry %d is there, deleted in entry %d",
                    createdIndex,
                    deleted[i]);
        }
    }

    /** Somebody was told that a topic is gone. */
    void deleted(int topic, long index) {
        deleted[topic] = Math.max(deleted[topic], index);
    }

    // What they want.

    private class Plain extends Operation {
        Plain(Command command) {
            this(workload.newId(), command);
        }

        private Plain(long id, Command command) {
            super(
                    id,
                    command,
                    random.nextInt(4) == 0 ? Optional.of(Workload.keyOf(id)) : Optional.empty(),
                    workload.earliest());
        }

        @Override
        boolean rejected(Rejected rejected, boolean givenUp) {
            return false;
        }

        @Override
        void decided(Outcome outcome, long index, boolean last) {}
    }

    private final class Delete extends Plain {
        private final int topic;

        Delete(int topic) {
            super(new TopicCommand.Delete(Ledger.NAMES[topic]));
            this.topic = topic;
        }

        @Override
        void decided(Outcome outcome, long index, boolean last) {
            Publishers.this.deleted(topic, index);
        }
    }

    private final class Cancel extends Plain {
        /** Number of the message. */
        private final long message;

        Cancel(Waiting one) {
            super(new TopicCommand.Cancel(one.at()));
            message = one.message();
        }

        @Override
        boolean rejected(Rejected rejected, boolean givenUp) {
            // Somebody else who cancels it may not have been told yet.
            if (rejected.reason() == Rejection.NOT_SCHEDULED
                    && !workload.isPending(other -> other instanceof Cancel cancel && cancel.message == message)) {
                ledger.notWaiting(message);
            }
            return false;
        }

        @Override
        void decided(Outcome outcome, long index, boolean last) {
            ledger.cancelled(message);
        }

        @Override
        void lost() {
            ledger.maybeCancelled(message);
        }
    }

    private final class Publishing extends Operation {
        private final Optional<TopicCommand.Sequence> sequence;
        private final Optional<Producer> producer;

        Publishing(long id, TopicCommand.Publish publish, Optional<IdempotencyKey> key) {
            super(id, publish, key, workload.earliest());
            sequence = publish.sequence();
            producer = sequence.map(s -> producers[s.producer().charAt(1) - '0']);
        }

        private TopicCommand.Publish publish() {
            return (TopicCommand.Publish) command;
        }

        /** Whether its producer has not gone to another epoch meanwhile. */
        private boolean isOfThisEpoch() {
            return producer.isPresent() && sequence.get().epoch() == producer.get().epoch;
        }

        @Override
        boolean isExactlyOnce() {
            return key.isPresent() || sequence.isPresent();
        }

        @Override
        boolean isPointless() {
            return producer.isPresent() && sequence.get().epoch() < producer.get().epoch && random.nextInt(4) > 0;
        }

        @Override
        void refused() {
            for (int i = 0; i < publish().messages().size(); i++) {
                ledger.refused(number(id, i));
            }
        }

        @Override
        void forsaken() {
            if (takenAt < 0 && !uncertain) {
                refused();
            }
            if (takenAt < 0 && isOfThisEpoch()) {
                producer.get().nextEpoch();
            }
        }

        @Override
        void ended() {
            if (isOfThisEpoch() && producer.get().outstanding > 0) {
                producer.get().outstanding--;
            }
        }

        @Override
        boolean rejected(Rejected rejected, boolean givenUp) {
            // While another try may still be decided, this one says nothing of it.
            boolean last = !givenUp && open == 0;
            if (producer.isEmpty()) {
                if (last && takenAt < 0) {
                    refused();
                }
                return false;
            }
            if (rejected.reason() == Rejection.FENCED) {
                check(
                        rejected.actual() > sequence.get().epoch() && rejected.actual() <= producer.get().epoch,
                        "operation %d was fenced by epoch %d",
                        id,
                        rejected.actual());
            }
            if (givenUp) {
                return false;
            }
            if (rejected.reason() == Rejection.SEQUENCE_GAP && tries < TRIES && isOfThisEpoch()) {
                return true;
            }
            forsaken();
            return false;
        }

        @Override
        void decided(Outcome outcome, long index, boolean last) {
            TopicOutcome.Published published = (TopicOutcome.Published) outcome;
            int size = publish().messages().size();
            int refused = results(this, publish().messages(), published.results(), published.replayed(), last);
            boolean atomic = publish().atomic() || sequence.isPresent();
            check(!atomic || refused == 0 || refused == size, "operation %d is all or nothing", id);
            if (refused == size && isOfThisEpoch()) {
                producer.get().nextEpoch();
            }
        }
    }

    /** What became of messages. @return how many were refused */
    int results(
            Operation operation,
            List<Publication> messages,
            List<TopicOutcome.Result> results,
            boolean replayed,
            boolean last) {
        long id = operation.id;
        check(results.size() == messages.size(), "operation %d has %d results", id, results.size());
        int refused = 0;
        for (int i = 0; i < results.size(); i++) {
            TopicOutcome.Result result = results.get(i);
            long message = number(id, i);
            long expected = messages.get(i).expectOffset();
            if (result instanceof TopicOutcome.Accepted accepted) {
                if (accepted.offset() < 0) {
                    check(replayed, "operation %d was taken nowhere", id);
                    ledger.taken(message);
                } else {
                    check(
                            expected < 0 || expected == accepted.offset(),
                            "operation %d expected offset %d",
                            id,
                            expected);
                    ledger.acknowledged(message, accepted.offset(), accepted.cursor());
                }
            } else if (result instanceof TopicOutcome.Delayed delayed) {
                ledger.delayed(message);
                if (operation.takenAt < 0) {
                    waiting.add(new Waiting(delayed.cursor(), message));
                }
            } else if (result instanceof TopicOutcome.Refused no) {
                refused++;
                Rejected why = no.rejected();
                check(
                        why.reason() != Rejection.WRONG_OFFSET || why.actual() != expected,
                        "operation %d got the offset that it expected, and was refused",
                        id);
                if (last) {
                    ledger.refused(message);
                }
            }
        }
        return refused;
    }

    private static void check(boolean holds, String what, long... numbers) {
        Workload.check(holds, what, numbers);
    }
}
