package io.skein.simulator;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.IdempotencyWindow;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.replica.Proposal;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicOutcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.function.LongConsumer;

/**
 * Clients with a memory: every answer is evidence, put into the {@link Ledger}. Keyed and sequenced commands are tried
 * again after a refusal or a crash, and now and then although they were answered; others are not.
 */
final class Workload {
    /** Clients give up before a key may be forgotten. */
    private static final long PATIENCE_MS = IdempotencyWindow.KEPT_MS / 2;

    private static final int TRIES = 6;
    private static final int PRODUCERS = 4;
    private static final int PIPELINED = 3;

    /** One thing a client wants. */
    private static final class Operation {
        final long id;
        final Command command;
        final Optional<IdempotencyKey> key;
        /** Never later than the stamp of its first try. */
        final long since;
        /** Whether this uses another operation's key for something else; when that was taken. */
        long keyTakenAt = -1;
        /** Whether it may have been executed and nobody was told. */
        boolean uncertain;
        /** Stamp of the first answer that said it was taken; -1 before. */
        long takenAt = -1;

        /** Entry that decided it first; 0 before. */
        long takenIndex;

        int tries;
        /** Tries that nobody has answered yet, also those given up. */
        int open;

        boolean ended;
        /** Number of the message that a cancel is about; -1 for none. */
        long cancels = -1;

        Operation(long id, Command command, Optional<IdempotencyKey> key, long since) {
            this.id = id;
            this.command = command;
            this.key = key;
            this.since = since;
        }

        boolean isExactlyOnce() {
            return key.isPresent() || sequence().isPresent();
        }

        Optional<TopicCommand.Sequence> sequence() {
            return command instanceof TopicCommand.Publish publish ? publish.sequence() : Optional.empty();
        }

        long message(int i) {
            return id * Ledger.PER_PUBLISH + i;
        }
    }

    /** One producer's client: it goes to the next epoch when it lost count. */
    private static final class Producer {
        final String name;
        long epoch = 1;
        long last;
        int outstanding;

        Producer(String name) {
            this.name = name;
        }
    }

    private record Waiting(Cursor at, long message) {}

    /** A try, at some node. */
    private static final class Attempt {
        final long id;
        final Operation operation;
        final int node;
        final long since;
        /** The client waits no longer, and may have tried elsewhere; an answer is evidence all the same. */
        boolean givenUp;

        Attempt(long id, Operation operation, int node, long since) {
            this.id = id;
            this.operation = operation;
            this.node = node;
            this.since = since;
        }
    }

    private final SplittableRandom random;
    private final Options.Traffic options;
    private final Ledger ledger;
    private final Map<Long, Attempt> pending = new LinkedHashMap<>();
    /** Those of them that clients still wait for, oldest first. */
    private final ArrayDeque<Attempt> waitedFor = new ArrayDeque<>();

    private int waited;

    private final List<Operation> again = new ArrayList<>();
    private final ArrayDeque<Operation> keysTaken = new ArrayDeque<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final Producer[] producers = new Producer[PRODUCERS];
    /** By topic: index of the last entry that was said to delete it. */
    private final long[] deleted = new long[Ledger.NAMES.length];

    /** Bounds of the stamp that an entry made now gets. */
    private long earliest;

    private long latest;
    private long nextId = 1;
    private long decided;

    // Where and when what is asked for next goes.
    private int node;
    private long now;

    Workload(SplittableRandom random, Options.Traffic options, Ledger ledger) {
        this.random = random;
        this.options = options;
        this.ledger = ledger;
        Arrays.setAll(producers, i -> new Producer("p" + i));
    }

    /** What time it is on the log's clock, as far as one can say before the node leads. */
    void time(long earliestStamp, long latestStamp) {
        earliest = earliestStamp;
        latest = latestStamp;
    }

    /** Clients go to this node now. */
    void at(int number, long nanos) {
        node = number;
        now = nanos;
    }

    /** Clients that have waited since before then try again elsewhere. */
    void timeOut(long since, LongConsumer gaveUp) {
        while (!waitedFor.isEmpty() && waitedFor.peekFirst().since < since) {
            Attempt attempt = waitedFor.pollFirst();
            if (pending.get(attempt.id) == attempt) {
                gaveUp.accept(attempt.id);
                attempt.givenUp = true;
                waited--;
                lost(attempt);
            }
        }
    }

    /** Nobody will tell what became of it. */
    private void lost(Attempt attempt) {
        Operation operation = attempt.operation;
        operation.uncertain = true;
        if (operation.cancels >= 0) {
            ledger.maybeCancelled(operation.cancels);
        }
        if (operation.isExactlyOnce()) {
            again.add(operation);
        }
    }

    List<Proposal> next(int count) {
        List<Proposal> proposals = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            proposals.add(next());
        }
        return proposals;
    }

    /** What must be tried again, all of it. */
    List<Proposal> retries() {
        List<Proposal> proposals = new ArrayList<>();
        for (int i = again.size(); i > 0; i--) {
            Operation operation = again.remove(0);
            if (!isOver(operation)) {
                proposals.add(propose(operation));
            }
        }
        return proposals;
    }

    /** Something that will be answered. */
    Proposal fresh() {
        return propose(publish());
    }

    private Proposal next() {
        while (!again.isEmpty() && random.nextInt(3) > 0) {
            Operation operation = again.remove(random.nextInt(Math.min(4, again.size())));
            if (!isOver(operation)) {
                return propose(operation);
            }
        }
        int kind = random.nextInt(1000);
        if ((kind -= options.configures()) < 0) {
            return propose(plain(new TopicCommand.Configure(Ledger.NAMES[topic()], config())));
        }
        if ((kind -= options.deletes()) < 0) {
            return propose(plain(new TopicCommand.Delete(Ledger.NAMES[topic()])));
        }
        if ((kind -= options.cancels()) < 0 && !waiting.isEmpty()) {
            Waiting one = waiting.get(random.nextInt(waiting.size()));
            Operation cancel = plain(new TopicCommand.Cancel(one.at()));
            cancel.cancels = one.message();
            return propose(cancel);
        }
        return propose(publish());
    }

    private Proposal propose(Operation operation) {
        long id = operation.tries++ == 0 ? operation.id : nextId++;
        Attempt attempt = new Attempt(id, operation, node, now);
        operation.open++;
        pending.put(id, attempt);
        waitedFor.add(attempt);
        waited++;
        return new Proposal(id, operation.command, operation.key);
    }

    /** Whether its client has no more patience, because it took too long or its producer has gone on. */
    private boolean isOver(Operation operation) {
        boolean fenced = operation.sequence().isPresent()
                && operation.sequence().get().epoch() < producer(operation).epoch
                && random.nextInt(4) > 0;
        boolean late = latest - operation.since > PATIENCE_MS;
        if (fenced || late) {
            forsake(operation);
            end(operation);
        }
        return fenced || late;
    }

    /** It is not proposed again. */
    private void forsake(Operation operation) {
        if (operation.takenAt < 0 && !operation.uncertain) {
            refuse(operation);
        }
        if (operation.sequence().isPresent()) {
            Producer producer = producer(operation);
            if (operation.takenAt < 0 && operation.sequence().get().epoch() == producer.epoch) {
                nextEpoch(producer);
            }
        }
    }

    private Operation plain(Command command) {
        long id = nextId++;
        return new Operation(
                id,
                command,
                random.nextInt(4) == 0 ? Optional.of(new IdempotencyKey(id, id * 31, id)) : Optional.empty(),
                earliest);
    }

    private Operation publish() {
        long id = nextId++;
        int count = random.nextInt(4) == 0 ? 1 + random.nextInt(6) : 1;
        List<Publication> messages = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int topic = topic();
            int delay = oneIn(options.delays()) ? 1 + random.nextInt(3000) : 0;
            int ttl = oneIn(options.ttls()) ? 1 + random.nextInt(3000) : 0;
            long expect = delay == 0 && oneIn(options.expectations()) ? random.nextInt(10) : -1;
            long number = id * Ledger.PER_PUBLISH + i;
            ledger.wanted(number, topic, delay, ttl);
            byte[] body = Ledger.body(number, oneIn(options.largeBodies()) ? random.nextInt(300) : 0);
            messages.add(new Publication(
                    Ledger.NAMES[topic], new Message("", List.of(), Format.RAW, "", body), delay, ttl, expect));
        }
        Optional<TopicCommand.Sequence> sequence = Optional.empty();
        Optional<IdempotencyKey> key = Optional.empty();
        long keyTakenAt = -1;
        int kind = random.nextInt(100);
        if ((kind -= options.keyed()) < 0) {
            Operation other = random.nextInt(16) == 0 ? keysTaken.pollFirst() : null;
            if (other != null) {
                IdempotencyKey used = other.key.get();
                key = Optional.of(new IdempotencyKey(used.scopeHigh(), used.scopeLow(), id));
                keyTakenAt = other.takenAt;
            } else {
                key = Optional.of(new IdempotencyKey(id, id * 31, id));
            }
        } else if (kind - options.sequenced() < 0) {
            Producer producer = producers[random.nextInt(PRODUCERS)];
            if (oneIn(options.fences())) {
                // Another process of the same name begins.
                nextEpoch(producer);
            }
            if (producer.outstanding < PIPELINED) {
                producer.outstanding++;
                sequence = Optional.of(new TopicCommand.Sequence(producer.name, producer.epoch, ++producer.last));
            }
        }
        var publish = new TopicCommand.Publish(messages, random.nextInt(3) == 0, random.nextInt(10) > 0, sequence);
        Operation operation = new Operation(id, publish, key, earliest);
        operation.keyTakenAt = keyTakenAt;
        return operation;
    }

    private static void nextEpoch(Producer producer) {
        producer.epoch++;
        producer.last = 0;
        producer.outstanding = 0;
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

    private Attempt close(long id) {
        Attempt attempt = pending.remove(id);
        check(attempt != null, "proposal %d was answered twice", id);
        attempt.operation.open--;
        waited -= attempt.givenUp ? 0 : 1;
        return attempt;
    }

    /** How many answers came out of the log. */
    long decided() {
        return decided;
    }

    /** @param index of the entry that decided it, at {@code time} */
    void answered(long id, Outcome outcome, long index, long time, boolean replayed) {
        Attempt attempt = close(id);
        decided++;
        Operation operation = attempt.operation;
        boolean taken = outcome.tookEffect();
        check(!replayed || operation.key.isPresent(), "proposal %d has no key and was answered from it", id);
        check(!replayed || taken, "proposal %d: a rejection was replayed", id);
        check(
                operation.keyTakenAt < 0
                        || time - operation.keyTakenAt >= IdempotencyWindow.KEPT_MS
                        || outcome instanceof Rejected rejected && rejected.reason() == Rejection.KEY_REUSED,
                "proposal %d used a key again and was taken",
                id);
        check(
                operation.takenAt < 0
                        || operation.key.isEmpty()
                        || !taken
                        || index == operation.takenIndex
                        || time - operation.takenAt > PATIENCE_MS,
                "proposal %d was decided twice, in entries %d and %d",
                id,
                operation.takenIndex,
                index);
        if (outcome instanceof Rejected rejected) {
            if (rejected(operation, rejected, attempt.givenUp)) {
                again.add(operation);
            } else if (!attempt.givenUp) {
                end(operation);
            }
            return;
        }
        if (outcome instanceof TopicOutcome.Published published) {
            published(operation, published, taken || !attempt.givenUp && operation.open == 0);
        } else if (operation.command instanceof TopicCommand.Delete delete) {
            int topic = Arrays.asList(Ledger.NAMES).indexOf(delete.topic());
            deleted[topic] = Math.max(deleted[topic], index);
        } else if (operation.cancels >= 0) {
            ledger.cancelled(operation.cancels);
        }
        if (taken) {
            if (operation.takenAt < 0) {
                operation.takenAt = time;
                operation.takenIndex = index;
                if (operation.key.isPresent()) {
                    keysTaken.add(operation);
                }
            }
            if (attempt.givenUp) {
                return;
            }
            if (operation.isExactlyOnce() && random.nextInt(24) == 0) {
                // The answer was lost on its way.
                again.add(operation);
                return;
            }
        }
        end(operation);
    }

    /** @return whether it is worth another try */
    private boolean rejected(Operation operation, Rejected rejected, boolean givenUp) {
        check(rejected.reason() != Rejection.MALFORMED, "operation %d was malformed", operation.id);
        if (operation.cancels >= 0) {
            if (rejected.reason() == Rejection.NOT_SCHEDULED && !isBeingCancelled(operation.cancels)) {
                ledger.notWaiting(operation.cancels);
            }
            return false;
        }
        // While another try may still be decided, this one says nothing of it.
        boolean last = !givenUp && operation.open == 0;
        if (operation.sequence().isEmpty()) {
            if (last && operation.takenAt < 0) {
                refuse(operation);
            }
            return false;
        }
        TopicCommand.Sequence sequence = operation.sequence().get();
        Producer producer = producer(operation);
        if (rejected.reason() == Rejection.FENCED) {
            check(
                    rejected.actual() > sequence.epoch() && rejected.actual() <= producer.epoch,
                    "operation %d was fenced by epoch %d",
                    operation.id,
                    rejected.actual());
        }
        if (givenUp) {
            return false;
        }
        if (rejected.reason() == Rejection.SEQUENCE_GAP
                && operation.tries < TRIES
                && sequence.epoch() == producer.epoch) {
            return true;
        }
        forsake(operation);
        return false;
    }

    /** By somebody else, who has not been told yet. */
    private boolean isBeingCancelled(long message) {
        for (Attempt attempt : pending.values()) {
            if (attempt.operation.cancels == message) {
                return true;
            }
        }
        return false;
    }

    /** @param last no other try may still be decided in another way */
    private void published(Operation operation, TopicOutcome.Published published, boolean last) {
        TopicCommand.Publish publish = (TopicCommand.Publish) operation.command;
        List<TopicOutcome.Result> results = published.results();
        int size = publish.messages().size();
        check(results.size() == size, "operation %d has %d results", operation.id, results.size());
        int refused = 0;
        for (int i = 0; i < size; i++) {
            TopicOutcome.Result result = results.get(i);
            long message = operation.message(i);
            if (result instanceof TopicOutcome.Accepted accepted) {
                if (accepted.offset() < 0) {
                    check(published.replayed(), "operation %d was taken nowhere", operation.id);
                    ledger.taken(message);
                } else {
                    long expected = publish.messages().get(i).expectOffset();
                    check(
                            expected < 0 || expected == accepted.offset(),
                            "operation %d expected offset %d",
                            operation.id,
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
                        why.reason() != Rejection.WRONG_OFFSET
                                || why.actual() != publish.messages().get(i).expectOffset(),
                        "operation %d got the offset that it expected, and was refused",
                        operation.id);
                if (last) {
                    ledger.refused(message);
                }
            }
        }
        boolean atomic = publish.atomic() || publish.sequence().isPresent();
        check(!atomic || refused == 0 || refused == size, "operation %d is all or nothing", operation.id);
        if (refused == size && operation.sequence().isPresent()) {
            Producer producer = producer(operation);
            if (operation.sequence().get().epoch() == producer.epoch) {
                nextEpoch(producer);
            }
        }
    }

    /** Nobody can say what became of it. */
    void indeterminate(long id) {
        Attempt attempt = close(id);
        attempt.operation.uncertain = true;
        if (!attempt.givenUp) {
            end(attempt.operation);
        }
    }

    void refused(long id) {
        Attempt attempt = close(id);
        if (attempt.givenUp) {
            return;
        }
        if (attempt.operation.isExactlyOnce()) {
            again.add(attempt.operation);
        } else {
            refuse(attempt.operation);
        }
    }

    /** A node is gone: nobody knows what became of what was pending there. */
    void crashed(int number) {
        for (var attempts = pending.values().iterator(); attempts.hasNext(); ) {
            Attempt attempt = attempts.next();
            if (attempt.node == number) {
                attempts.remove();
                attempt.operation.open--;
                if (!attempt.givenUp) {
                    waited--;
                    lost(attempt);
                }
            }
        }
    }

    /** These got lost on their way. */
    void dropped(List<Proposal> proposals) {
        for (Proposal proposal : proposals) {
            Attempt attempt = close(proposal.id());
            if (!attempt.givenUp) {
                lost(attempt);
            }
        }
    }

    /** Its client knows that none of it is there. */
    private void refuse(Operation operation) {
        if (operation.command instanceof TopicCommand.Publish publish) {
            for (int i = 0; i < publish.messages().size(); i++) {
                ledger.refused(operation.message(i));
            }
        }
    }

    private void end(Operation operation) {
        if (operation.ended) {
            return;
        }
        operation.ended = true;
        if (operation.sequence().isPresent()) {
            Producer producer = producer(operation);
            if (operation.sequence().get().epoch() == producer.epoch && producer.outstanding > 0) {
                producer.outstanding--;
            }
        }
    }

    private Producer producer(Operation operation) {
        return producers[operation.sequence().get().producer().charAt(1) - '0'];
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

    /** How many answers clients wait for. */
    int waited() {
        return waited;
    }

    /** @param answers nodes that must answer; what waits at others, removed and told nothing any more, may wait for ever */
    boolean isIdle(IntPredicate answers) {
        if (!again.isEmpty()) {
            return false;
        }
        for (Attempt attempt : pending.values()) {
            if (!attempt.givenUp || answers.test(attempt.node)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Attempt attempt : pending.values()) {
            text.append(attempt.id)
                    .append(attempt.givenUp ? " (given up)" : "")
                    .append(" at n")
                    .append(attempt.node + 1)
                    .append("; ");
        }
        return text.append(again.size()).append(" to be tried again").toString();
    }

    private static void check(boolean holds, String what, long... numbers) {
        if (!holds) {
            throw new AssertionError("client: "
                    + String.format(what, Arrays.stream(numbers).boxed().toArray()));
        }
    }
}
