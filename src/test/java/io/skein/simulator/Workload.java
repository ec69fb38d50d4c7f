package io.skein.simulator;

import io.skein.machine.IdempotencyKey;
import io.skein.machine.IdempotencyWindow;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.replica.Proposal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;
import java.util.function.LongConsumer;
import java.util.function.Predicate;

/**
 * Clients with a memory, {@link Publishers}, {@link Workers} and {@link People}: what they ask, at which node, and what they are told.
 * Keyed and sequenced commands are tried again after a refusal or a crash, and now and then although they were answered;
 * others are not.
 */
final class Workload {
    /** Clients give up before a key may be forgotten. */
    private static final long PATIENCE_MS = IdempotencyWindow.KEPT_MS / 2;

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
    private final Publishers publishers;
    private final Workers workers;
    private final People people;
    private final Verdicts verdicts;
    private final Map<Long, Attempt> pending = new LinkedHashMap<>();
    /** Those of them that clients still wait for, oldest first. */
    private final ArrayDeque<Attempt> waitedFor = new ArrayDeque<>();

    private int waited;

    private final List<Operation> again = new ArrayList<>();
    private final ArrayDeque<Operation> keysTaken = new ArrayDeque<>();

    /** Bounds of the stamp that an entry made now gets. */
    private long earliest;

    private long latest;
    private long nextId = 1;
    private long decided;

    // Where and when what is asked for next goes.
    private SimulatedNode node;
    private long now;

    /** @param random of publishers and retries, {@code ofWorkers} and {@code ofPeople} of the others */
    Workload(
            SplittableRandom random,
            SplittableRandom ofWorkers,
            SplittableRandom ofPeople,
            Options options,
            Ledger ledger,
            PeopleTruth truth,
            Verdicts verdicts) {
        this.random = random;
        this.verdicts = verdicts;
        publishers = new Publishers(random, options, ledger, this);
        workers = new Workers(ofWorkers, options, ledger, this, publishers);
        people = new People(ofPeople, options, this, truth);
    }

    /** What time it is on the log's clock, as far as one can say before the node leads. */
    void time(long earliestStamp, long latestStamp) {
        earliest = earliestStamp;
        latest = latestStamp;
    }

    long earliest() {
        return earliest;
    }

    long now() {
        return now;
    }

    /** Clients go to this node now. */
    void at(SimulatedNode newNode, long nanos) {
        node = newNode;
        now = nanos;
    }

    /** Where they go now. */
    SimulatedNode node() {
        return node;
    }

    long newId() {
        return nextId++;
    }

    static IdempotencyKey keyOf(long id) {
        return new IdempotencyKey(id, id * 31, id);
    }

    /** One whose key may be used for something else; null when there is none. */
    Operation withKeyTaken() {
        return keysTaken.pollFirst();
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
        operation.lost();
        if (operation.isExactlyOnce()) {
            again.add(operation);
        }
    }

    // What they ask.

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
        return propose(publishers.publish());
    }

    /** What operators ask to see the dead letters once more. */
    List<Proposal> redrive() {
        return workers.redrive().stream().map(this::propose).toList();
    }

    /** What consumers ask until nothing is left. */
    List<Proposal> drain() {
        return workers.drain().stream().map(this::propose).toList();
    }

    private Proposal next() {
        while (!again.isEmpty() && random.nextInt(3) > 0) {
            Operation operation = again.remove(random.nextInt(Math.min(4, again.size())));
            if (!isOver(operation)) {
                return propose(operation);
            }
        }
        return propose(workers.next().or(people::next).orElseGet(publishers::next));
    }

    Proposal propose(Operation operation) {
        long id = operation.tries++ == 0 ? operation.id : nextId++;
        Attempt attempt = new Attempt(id, operation, node.number(), now);
        operation.open++;
        pending.put(id, attempt);
        waitedFor.add(attempt);
        waited++;
        return new Proposal(id, operation.command, operation.key);
    }

    /** Whether its client has no more patience, because it took too long or its producer has gone on. */
    private boolean isOver(Operation operation) {
        boolean pointless = operation.isPointless();
        boolean late = latest - operation.since > PATIENCE_MS;
        if (pointless || late) {
            operation.forsaken();
            end(operation);
        }
        return pointless || late;
    }

    // What they are told.

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
        verdicts.says(index, outcome);
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
            check(rejected.reason() != Rejection.MALFORMED, "operation %d was malformed", operation.id);
            if (operation.rejected(rejected, attempt.givenUp)) {
                again.add(operation);
            } else if (!attempt.givenUp) {
                end(operation);
            }
            return;
        }
        operation.decided(outcome, index, taken || !attempt.givenUp && operation.open == 0);
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

    /** Whether somebody waits, or waited, for the answer to such an operation. */
    boolean isPending(Predicate<Operation> such) {
        for (Attempt attempt : pending.values()) {
            if (such.test(attempt.operation)) {
                return true;
            }
        }
        return false;
    }

    /** Nobody can say what became of it. */
    void indeterminate(long id) {
        Attempt attempt = close(id);
        attempt.operation.uncertain = true;
        if (!attempt.givenUp) {
            end(attempt.operation);
        }
    }

    void refused(long id, Reason reason) {
        Attempt attempt = close(id);
        if (attempt.givenUp) {
            return;
        }
        if (reason == Reason.FEATURE_LEVEL) {
            // Nothing that a client can wait for.
            attempt.operation.forsaken();
            end(attempt.operation);
        } else if (attempt.operation.isExactlyOnce()) {
            again.add(attempt.operation);
        } else {
            attempt.operation.refused();
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

    private static void end(Operation operation) {
        if (!operation.ended) {
            operation.ended = true;
            operation.ended();
        }
    }

    /** What a reader sees of a topic. */
    void read(String name, long createdIndex, long appliedIndex) {
        publishers.read(name, createdIndex, appliedIndex);
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

    static void check(boolean holds, String what, long... numbers) {
        if (!holds) {
            throw new AssertionError("client: "
                    + String.format(what, Arrays.stream(numbers).boxed().toArray()));
        }
    }
}
