package io.skein.simulator;

import io.skein.machine.Command;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.subscription.Keys;
import io.skein.subscription.Leases;
import io.skein.subscription.OffsetRange;
import io.skein.subscription.Start;
import io.skein.subscription.SubscriptionCommand;
import io.skein.subscription.SubscriptionConfig;
import io.skein.subscription.SubscriptionName;
import io.skein.subscription.SubscriptionOutcome;
import io.skein.subscription.SubscriptionView;
import io.skein.topic.Publication;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.skein.topic.TopicView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Who works on messages: workers that pull, finish, fail, stand still past their lease, die, come late or twice; and the
 * operators of their subscriptions. What the answers are worth is {@link Custody}'s to say, which sees the log; here is
 * only that nobody else was told the same.
 */
final class Workers {
    private static final long NANOS_PER_MS = 1_000_000;
    private static final String[] FILTERS = {"a", "b/+", "#", "b/1", "+/+", "c/#", "e/dead"};
    private static final TopicName SHARED_GRAVE = new TopicName("e/dead");
    /** Leases that somebody may still come with, although they were settled or their holder died. */
    private static final int REMEMBERED = 48;

    private static final int DRAINED_AT_ONCE = 100;
    private static final long DRAIN_LEASE_MS = 5_000;

    /** What a worker has. */
    private record Task(SubscriptionName name, Leases leases) {}

    private static final class Worker {
        final String name;
        final ArrayDeque<Task> held = new ArrayDeque<>();
        /** Stands still until then. */
        long awakeAt;

        Worker(String name) {
            this.name = name;
        }
    }

    private record Message(long topic, long offset) {}

    private final SplittableRandom random;
    private final Options.Consumers options;
    private final long proposalBytes;
    private final int topics;
    private final Ledger ledger;
    private final Workload workload;
    private final Publishers publishers;
    private final Worker[] workers;
    private final SubscriptionName[] names;
    private final boolean[] byKey;
    private final ArrayDeque<Task> past = new ArrayDeque<>();
    /** By message of a queue: who was told that it is theirs. */
    private final Map<Message, Operation> takers = new HashMap<>();

    private int made;
    /** Nobody dies or stands still any more. */
    private boolean healthy;

    Workers(SplittableRandom random, Options options, Ledger ledger, Workload workload, Publishers publishers) {
        this.random = random;
        this.options = options.consumers();
        this.proposalBytes = options.replica().proposalBytes();
        this.topics = options.traffic().topics();
        this.ledger = ledger;
        this.workload = workload;
        this.publishers = publishers;
        workers = new Worker[this.options.workers()];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker("w" + i);
        }
        names = new SubscriptionName[this.options.subscriptions()];
        byKey = new boolean[names.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = new SubscriptionName("s" + i);
            byKey[i] = random.nextInt(100) < this.options.byKey();
        }
    }

    /** What one of them asks next; empty when it is somebody else's turn. */
    Optional<Operation> next() {
        if (!options.isOn() || random.nextInt(1000) >= options.share()) {
            return Optional.empty();
        }
        if (made < names.length) {
            return Optional.of(subscribe(made++));
        }
        int kind = random.nextInt(1000);
        if ((kind -= options.operators()) < 0) {
            return Optional.of(operate());
        }
        if ((kind -= options.exhumes()) < 0) {
            return Optional.of(exhume());
        }
        if ((kind -= options.takes()) < 0) {
            return Optional.of(new Taking(anyTopic()));
        }
        if ((kind - options.transactions()) < 0) {
            return Optional.of(transact());
        }
        return Optional.of(work());
    }

    private SubscriptionName anyName() {
        return names[random.nextInt(names.length)];
    }

    private TopicName anyTopic() {
        return Ledger.NAMES[random.nextInt(topics)];
    }

    // Operators.

    private Operation operate() {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> subscribe(random.nextInt(names.length));
            case 3 -> plain(new SubscriptionCommand.Pause(anyName(), random.nextInt(3) == 0));
            case 4 -> plain(new SubscriptionCommand.Seek(anyName(), start()));
            case 5 ->
                plain(new TopicCommand.Configure(
                        random.nextInt(2) == 0 ? SHARED_GRAVE : anyTopic(),
                        TopicConfig.DEFAULT.withAcknowledged(random.nextInt(4) > 0)));
            case 6 ->
                random.nextInt(4) == 0
                        ? plain(new SubscriptionCommand.Delete(anyName()))
                        : plain(new SubscriptionCommand.CreateQueue(anyTopic()));
            default ->
                random.nextInt(4) == 0
                        ? new TopicDeletion(random.nextInt(topics))
                        : plain(new SubscriptionCommand.Pause(anyName(), false));
        };
    }

    private Operation subscribe(int i) {
        int steps = random.nextInt(3);
        List<Long> backoff = new ArrayList<>();
        for (int step = 0; step < steps; step++) {
            backoff.add((long) random.nextInt(800));
        }
        var config = new SubscriptionConfig(
                new TopicFilter(FILTERS[random.nextInt(random.nextInt(3) == 0 ? FILTERS.length : 3)]),
                1 + random.nextInt(2 * options.leaseMs()),
                random.nextInt(4),
                backoff,
                random.nextInt(3) == 0 ? Optional.of(SHARED_GRAVE) : Optional.empty(),
                byKey[i] ? SubscriptionConfig.Order.KEY : SubscriptionConfig.Order.TOPIC,
                false);
        boolean nothingElse = config.filter().value().equals(SHARED_GRAVE.value())
                && config.deadLetter().isPresent();
        return nothingElse ? subscribe(i) : plain(new SubscriptionCommand.Configure(names[i], config, start()));
    }

    private Start start() {
        switch (random.nextInt(4)) {
            case 0:
                return new Start.Latest();
            case 1:
                List<Start.TopicOffset> offsets = new ArrayList<>();
                for (TopicView topic : workload.node().topics().all()) {
                    if (random.nextInt(4) > 0) {
                        offsets.add(new Start.TopicOffset(
                                topic.id(), random.nextLong(topic.lowWater(), topic.nextOffset() + 1)));
                    }
                }
                return new Start.At(offsets);
            default:
                return new Start.Earliest();
        }
    }

    private Operation exhume() {
        SubscriptionName name = anyName();
        Optional<List<OffsetRange>> chosen = Optional.empty();
        if (random.nextInt(3) == 0) {
            List<OffsetRange> some = new ArrayList<>();
            for (OffsetRange range : workload.node().subscriptions().dead(name, 0, 0, 10)) {
                long first = range.first() + random.nextLong(range.count());
                some.add(new OffsetRange(range.topic(), first, 1 + random.nextLong(range.end() - first)));
            }
            chosen = Optional.of(some);
        }
        return random.nextInt(4) == 0
                ? plain(new SubscriptionCommand.Discard(name, chosen))
                : plain(new SubscriptionCommand.Redrive(
                        name, chosen, random.nextInt(3) == 0 ? 1 + random.nextInt(100) : 0));
    }

    // Workers.

    private Operation work() {
        Worker worker = workers[random.nextInt(workers.length)];
        boolean stands = worker.awakeAt > workload.now();
        if (random.nextInt(12) == 0 && !past.isEmpty()) {
            // Late, a second time, or with another's lease.
            SubscriptionName name =
                    random.nextInt(8) == 0 ? anyName() : past.peekFirst().name();
            List<Leases> old = new ArrayList<>();
            past.forEach(task -> {
                if (task.name().equals(name) && random.nextInt(4) > 0 && old.size() < 5) {
                    old.add(task.leases());
                }
            });
            past.addLast(past.removeFirst());
            return finish(name, old);
        }
        if (stands || worker.held.isEmpty() || random.nextInt(4) == 0) {
            return pull(anyName(), worker);
        }
        SubscriptionName name = worker.held.peekFirst().name();
        return finish(name, some(worker, name));
    }

    private Operation pull(SubscriptionName name, Worker worker) {
        int max = 1 + random.nextInt(options.batch());
        long leaseMs = random.nextInt(4) == 0 ? 1 + random.nextInt(2 * options.leaseMs()) : 0;
        return pull(name, worker, max, leaseMs);
    }

    private Operation pull(SubscriptionName name, Worker worker, int max, long leaseMs) {
        List<Keys> keys = workload.node().store().keysFor(name, max);
        var pull = new SubscriptionCommand.Pull(name, max, worker.name, leaseMs, keys);
        // With each message that is asked for come the keys of several: what is more than may wait is never taken.
        return pull.size() <= proposalBytes
                ? new Pulling(pull, worker)
                : pull(name, worker, Math.max(1, max / 2), leaseMs);
    }

    /** Singly, or parts of ranges, or all; what is taken is held no more, except what only lasts longer. */
    private List<Leases> some(Worker worker, SubscriptionName name) {
        List<Leases> some = new ArrayList<>();
        int most = random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(8);
        for (int i = worker.held.size(); i > 0 && some.size() < most; i--) {
            Task task = worker.held.pollFirst();
            if (!task.name().equals(name)) {
                worker.held.addLast(task);
                continue;
            }
            Leases leases = task.leases();
            if (leases.count() > 1 && random.nextBoolean()) {
                long first = leases.first() + random.nextLong(leases.count());
                long end = first + 1 + random.nextLong(leases.end() - first);
                keep(worker, name, leases, leases.first(), first);
                keep(worker, name, leases, end, leases.end());
                leases = part(leases, first, end);
            }
            some.add(leases);
            remember(new Task(name, leases));
        }
        return some;
    }

    private static void keep(Worker worker, SubscriptionName name, Leases leases, long from, long to) {
        if (from < to) {
            worker.held.addLast(new Task(name, part(leases, from, to)));
        }
    }

    private static Leases part(Leases leases, long from, long to) {
        return new Leases(leases.subscription(), leases.topic(), from, to - from, leases.lease());
    }

    private void remember(Task task) {
        past.addLast(task);
        if (past.size() > REMEMBERED) {
            past.removeFirst();
        }
    }

    private Operation finish(SubscriptionName name, List<Leases> leases) {
        int how = random.nextInt(100);
        if ((how -= options.nacks()) < 0) {
            return plain(new SubscriptionCommand.Nack(name, leases, delay(), "it failed"));
        }
        if (how - options.extensions() < 0) {
            long leaseMs = random.nextBoolean() ? 1 + random.nextInt(2 * options.leaseMs()) : 0;
            return plain(new SubscriptionCommand.Extend(name, leases, leaseMs));
        }
        return plain(new SubscriptionCommand.Ack(name, leases));
    }

    private long delay() {
        return random.nextInt(3) == 0 ? random.nextInt(800) : -1;
    }

    private Operation transact() {
        long id = workload.newId();
        Worker worker = workers[random.nextInt(workers.length)];
        List<SubscriptionCommand.Acks> acks = new ArrayList<>();
        List<SubscriptionCommand.Nacks> nacks = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0 && !worker.held.isEmpty(); i--) {
            SubscriptionName name = worker.held.peekFirst().name();
            List<Leases> leases = some(worker, name);
            if (random.nextInt(100) < options.nacks()) {
                nacks.add(new SubscriptionCommand.Nacks(name, leases, delay(), "it failed"));
            } else {
                acks.add(new SubscriptionCommand.Acks(name, leases));
            }
        }
        if (random.nextInt(8) == 0 && !past.isEmpty()) {
            Task old = past.peekFirst();
            acks.add(new SubscriptionCommand.Acks(old.name(), List.of(old.leases())));
        }
        List<Publication> messages =
                acks.isEmpty() && nacks.isEmpty() || random.nextInt(4) > 0 ? publishers.publications(id) : List.of();
        return new Transaction(id, new SubscriptionCommand.Transact(messages, random.nextInt(8) > 0, acks, nacks));
    }

    /** Whatever is dead is to come again. */
    List<Operation> redrive() {
        return workload.node().subscriptions().all().stream()
                .filter(view -> view.dead() > 0)
                .map(view -> plain(new SubscriptionCommand.Redrive(view.name(), Optional.empty(), 0)))
                .toList();
    }

    /** All that is held and all that waits, step by step: what to ask until nothing is left. */
    List<Operation> drain() {
        healthy = true;
        List<Operation> drain = new ArrayList<>();
        for (Worker worker : workers) {
            while (!worker.held.isEmpty()) {
                Task task = worker.held.pollFirst();
                drain.add(plain(new SubscriptionCommand.Ack(task.name(), List.of(task.leases()))));
            }
        }
        for (SubscriptionView view : workload.node().subscriptions().all()) {
            if (view.name().queue().isPresent()) {
                continue;
            }
            if (view.config().paused()) {
                drain.add(plain(new SubscriptionCommand.Pause(view.name(), false)));
            }
            if (view.isReady()) {
                drain.add(pull(view.name(), workers[0], DRAINED_AT_ONCE, DRAIN_LEASE_MS));
            }
        }
        return drain;
    }

    // What they want.

    private Operation plain(Command command) {
        return new Work(workload.newId(), command);
    }

    private Optional<IdempotencyKey> maybeKey(long id) {
        return random.nextInt(3) == 0 ? Optional.of(Workload.keyOf(id)) : Optional.empty();
    }

    private class Work extends Operation {
        Work(long id, Command command) {
            super(id, command, maybeKey(id), workload.earliest());
        }

        Work(long id, Command command, Optional<IdempotencyKey> key) {
            super(id, command, key, workload.earliest());
        }

        @Override
        boolean rejected(Rejected rejected, boolean givenUp) {
            return false;
        }

        @Override
        void decided(Outcome outcome, long index, boolean last) {}
    }

    private final class TopicDeletion extends Work {
        private final int topic;

        TopicDeletion(int topic) {
            super(workload.newId(), new SubscriptionCommand.DeleteTopic(Ledger.NAMES[topic]));
            this.topic = topic;
        }

        @Override
        void decided(Outcome outcome, long index, boolean last) {
            publishers.deleted(topic, index);
        }
    }

    private final class Pulling extends Work {
        private final Worker worker;

        Pulling(SubscriptionCommand.Pull pull, Worker worker) {
            super(workload.newId(), pull);
            this.worker = worker;
        }

        @Override
        void decided(Outcome outcome, long index, boolean last) {
            SubscriptionName name = ((SubscriptionCommand.Pull) command).name();
            var pulled = (SubscriptionOutcome.Pulled) outcome;
            if (takenAt >= 0) {
                return;
            }
            boolean dies = !healthy && random.nextInt(200) < options.fates();
            if (!dies && !healthy && random.nextInt(200) < options.fates()) {
                worker.awakeAt = workload.now() + random.nextLong(4L * options.leaseMs() * NANOS_PER_MS);
            }
            for (SubscriptionOutcome.Lent lent : pulled.lent()) {
                Task task = new Task(name, pulled.leases(lent));
                if (dies) {
                    remember(task);
                } else {
                    worker.held.addLast(task);
                }
            }
        }
    }

    private final class Taking extends Work {
        Taking(TopicName topic) {
            super(workload.newId(), new SubscriptionCommand.Take(topic));
        }

        @Override
        void decided(Outcome outcome, long index, boolean last) {
            var taken = (SubscriptionOutcome.Taken) outcome;
            if (taken.offset() >= 0) {
                Operation other = takers.putIfAbsent(new Message(taken.topic(), taken.offset()), this);
                Workload.check(
                        other == null || other == this,
                        "message %d of topic %d was given to two",
                        taken.offset(),
                        taken.topic());
            }
        }
    }

    private final class Transaction extends Work {
        Transaction(long id, SubscriptionCommand.Transact transact) {
            super(id, transact, random.nextInt(4) > 0 ? Optional.of(Workload.keyOf(id)) : Optional.empty());
        }

        private List<Publication> messages() {
            return ((SubscriptionCommand.Transact) command).messages();
        }

        @Override
        void refused() {
            for (int i = 0; i < messages().size(); i++) {
                ledger.refused(Publishers.number(id, i));
            }
        }

        @Override
        void forsaken() {
            if (takenAt < 0 && !uncertain) {
                refused();
            }
        }

        @Override
        boolean rejected(Rejected rejected, boolean givenUp) {
            if (!givenUp && open == 0 && takenAt < 0) {
                refused();
            }
            return false;
        }

        @Override
        void decided(Outcome outcome, long index, boolean last) {
            if (outcome instanceof SubscriptionOutcome.Transacted transacted) {
                publishers.results(this, messages(), transacted.results(), false, last);
            } else if (last && takenAt < 0) {
                refused();
            }
        }
    }
}
