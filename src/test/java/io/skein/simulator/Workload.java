package io.skein.simulator;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.replica.Proposal;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Clients with a memory: every message has a body of its own, every answer is evidence. Keyed and sequenced publishes
 * are tried again after a refusal or a crash, with the same key; others are not.
 */
final class Workload {
    /** One thing a client wants. */
    private static final class Operation {
        final List<String> bodies;
        final Proposal proposal;
        final boolean retried;

        Operation(List<String> bodies, Proposal proposal, boolean retried) {
            this.bodies = bodies;
            this.proposal = proposal;
            this.retried = retried;
        }
    }

    private final RandomGenerator random;
    private final Map<Long, Operation> pending = new LinkedHashMap<>();
    private final List<Operation> again = new ArrayList<>();
    /** Bodies that were said to be published: body to "topic@offset". */
    private final Map<String, String> acknowledged = new HashMap<>();
    /** Bodies that were said not to be published. */
    private final Set<String> refused = new HashSet<>();

    private final List<Cursor> scheduled = new ArrayList<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private final Set<String> sequenceBusy = new HashSet<>();
    private long nextId;

    Workload(RandomGenerator random) {
        this.random = random;
    }

    /** The next thing somebody proposes. */
    Proposal next() {
        if (!again.isEmpty() && random.nextInt(3) > 0) {
            Operation operation = again.remove(random.nextInt(again.size()));
            long id = nextId++;
            Proposal proposal = new Proposal(id, operation.proposal.command(), operation.proposal.key());
            pending.put(id, new Operation(operation.bodies, proposal, true));
            return proposal;
        }
        long id = nextId++;
        int kind = random.nextInt(100);
        if (kind < 4) {
            return plain(id, new TopicCommand.Configure(topic(), config()));
        }
        if (kind < 6) {
            return plain(id, new TopicCommand.Delete(topic()));
        }
        if (kind < 9 && !scheduled.isEmpty()) {
            return plain(id, new TopicCommand.Cancel(scheduled.get(random.nextInt(scheduled.size()))));
        }
        return publish(id);
    }

    private Proposal plain(long id, Command command) {
        Proposal proposal = new Proposal(id, command, Optional.empty());
        pending.put(id, new Operation(List.of(), proposal, false));
        return proposal;
    }

    private Proposal publish(long id) {
        int count = random.nextInt(4) == 0 ? 1 + random.nextInt(6) : 1;
        List<Publication> messages = new ArrayList<>();
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String body = id + "." + i;
            bodies.add(body);
            Message message = new Message("", List.of(), Format.RAW, "", body.getBytes(StandardCharsets.UTF_8));
            long delay = random.nextInt(12) == 0 ? 1 + random.nextInt(3000) : 0;
            long ttl = random.nextInt(12) == 0 ? 1 + random.nextInt(3000) : 0;
            long expect = random.nextInt(20) == 0 ? random.nextInt(10) : -1;
            messages.add(new Publication(topic(), message, delay, ttl, delay > 0 ? -1 : expect));
        }
        boolean atomic = random.nextInt(3) == 0;
        Optional<TopicCommand.Sequence> sequence = Optional.empty();
        Optional<IdempotencyKey> key = Optional.empty();
        int kind = random.nextInt(3);
        String producer = "p" + random.nextInt(3);
        if (kind == 0) {
            key = Optional.of(new IdempotencyKey(id, id * 31, id));
        } else if (kind == 1 && sequenceBusy.add(producer)) {
            sequence = Optional.of(new TopicCommand.Sequence(producer, 1, sequences.merge(producer, 1L, Long::sum)));
        }
        Proposal proposal = new Proposal(id, new TopicCommand.Publish(messages, atomic, true, sequence), key);
        pending.put(id, new Operation(bodies, proposal, false));
        return proposal;
    }

    private TopicName topic() {
        return new TopicName(random.nextBoolean() ? "a" : "b/" + random.nextInt(3));
    }

    private TopicConfig config() {
        return new TopicConfig(
                random.nextInt(3) == 0 ? 100 + random.nextInt(5000) : 0,
                random.nextInt(4) == 0 ? 200 + random.nextInt(2000) : 0,
                random.nextInt(3) == 0 ? 1 + random.nextInt(20) : 0,
                random.nextBoolean() ? TopicConfig.OnFull.REJECT : TopicConfig.OnFull.DROP_OLDEST,
                Optional.empty(),
                random.nextInt(4) == 0 ? 500 + random.nextInt(5000) : 0);
    }

    void answered(long id, Outcome outcome, boolean replayed) {
        Operation operation = pending.remove(id);
        check(operation != null, "proposal " + id + " was answered twice");
        release(operation);
        if (outcome instanceof Rejected) {
            check(!replayed, "a rejection was replayed");
            refused.addAll(operation.bodies);
        } else if (outcome instanceof TopicOutcome.Published published) {
            check(published.results().size() == operation.bodies.size(), "results do not match messages");
            for (int i = 0; i < operation.bodies.size(); i++) {
                record(operation, i, published.results().get(i));
            }
        }
    }

    private void record(Operation operation, int i, TopicOutcome.Result result) {
        String body = operation.bodies.get(i);
        TopicCommand.Publish publish = (TopicCommand.Publish) operation.proposal.command();
        if (result instanceof TopicOutcome.Accepted accepted) {
            String at = publish.messages().get(i).topic() + "@" + accepted.offset() + "@" + accepted.cursor();
            String before = acknowledged.put(body, at);
            check(before == null || before.equals(at), body + " was acknowledged at " + before + " and at " + at);
        } else if (result instanceof TopicOutcome.Delayed delayed) {
            scheduled.add(delayed.cursor());
        } else {
            refused.add(body);
        }
    }

    /** An answer that is a row: here only that it was given counts. */
    void answeredFromRow(long id) {
        release(pending.remove(id));
    }

    void refused(long id) {
        Operation operation = pending.remove(id);
        check(operation != null, "proposal " + id + " was refused after it was answered");
        if (isExactlyOnce(operation)) {
            again.add(operation);
        } else if (!operation.retried) {
            refused.addAll(operation.bodies);
        }
    }

    /** The node is gone: nobody knows what became of what was pending. */
    void crashed() {
        for (Operation operation : pending.values()) {
            if (isExactlyOnce(operation)) {
                again.add(operation);
            }
        }
        pending.clear();
    }

    private void release(Operation operation) {
        if (operation != null && operation.proposal.command() instanceof TopicCommand.Publish publish) {
            publish.sequence().ifPresent(sequence -> sequenceBusy.remove(sequence.producer()));
        }
    }

    private static boolean isExactlyOnce(Operation operation) {
        return operation.proposal.key().isPresent()
                || operation.proposal.command() instanceof TopicCommand.Publish publish
                        && publish.sequence().isPresent();
    }

    Map<String, String> acknowledged() {
        return acknowledged;
    }

    boolean wasRefused(String body) {
        return refused.contains(body);
    }

    int pending() {
        return pending.size();
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("client: " + what);
        }
    }
}
