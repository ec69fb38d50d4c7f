package io.skein.simulator;

import io.skein.machine.Change;
import io.skein.machine.Cursor;
import io.skein.machine.Delivery;
import io.skein.machine.KeyChange;
import io.skein.raft.NodeId;
import io.skein.raft.RaftTiming;
import io.skein.replica.Effect;
import io.skein.replica.Image;
import io.skein.replica.Input;
import io.skein.replica.Now;
import io.skein.replica.Proposal;
import io.skein.replica.Replica;
import io.skein.replica.ReplicaConfig;
import io.skein.replica.WriteBatch;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicChange;
import io.skein.topic.TopicCommand;
import io.skein.topic.TopicMachine;
import io.skein.topic.TopicView;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * One node, the real {@link Replica} with the real machines, on a simulated disk and clock, with crashes at any point
 * (CLAIMS.md). One seed decides everything; each concern draws from a stream of its own.
 */
final class Simulation {
    private static final long NANOS_PER_MS = 1_000_000;
    private static final NodeId SELF = new NodeId("n1");

    /** What a reader sees at one place. */
    private record Seen(String body, Cursor cursor) {}

    private final SplittableRandom schedule;
    private final SplittableRandom timeouts;
    private final Workload workload;
    private final SimulatedDisk disk = new SimulatedDisk();
    private final ReplicaConfig config;
    private final int crashPercentile;
    private final int fullPercentile;
    private final boolean rowsAsSnapshot;

    private final Map<Long, Long> hashes = new HashMap<>();
    private final ArrayDeque<String> events = new ArrayDeque<>();
    private Replica replica;
    private TopicMachine topics;
    /** By topic id: what was visible, of this life of the node. */
    private Map<Long, TreeMap<Long, Seen>> visible = new HashMap<>();

    private final Map<Long, Cursor> settling = new HashMap<>();
    private long nanos = 1;
    private long wallMs = 1_700_000_000_000L;
    private long wakeAt = Long.MAX_VALUE;
    private long nextSettle;
    private boolean caughtUp;
    private long trace;
    private int crashes;

    Simulation(long seed) {
        SplittableRandom root = new SplittableRandom(seed);
        SplittableRandom swarm = root.split();
        schedule = root.split();
        timeouts = root.split();
        workload = new Workload(root.split());
        crashPercentile = swarm.nextInt(40);
        fullPercentile = swarm.nextInt(3) == 0 ? swarm.nextInt(60) : 0;
        rowsAsSnapshot = swarm.nextBoolean();
        config = new ReplicaConfig(
                1 << (6 + swarm.nextInt(12)),
                1 + swarm.nextInt(64),
                swarm.nextInt(2048),
                1 << (12 + swarm.nextInt(8)),
                swarm.nextInt(4096),
                swarm.nextInt(100),
                64 + swarm.nextInt(4096),
                1024 + swarm.nextInt(1 << 16),
                swarm.nextInt(1 << 17));
        bootstrap();
        start();
    }

    long trace() {
        return trace;
    }

    int crashes() {
        return crashes;
    }

    int acknowledged() {
        return workload.acknowledged().size();
    }

    List<String> lastEvents() {
        return List.copyOf(events);
    }

    /** Safety with faults, then liveness without. */
    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
            check();
        }
        settleDown();
    }

    private void step() {
        int what = schedule.nextInt(1000);
        if (what < crashPercentile) {
            crash();
        } else if (what < crashPercentile + fullPercentile && disk.isBusy()) {
            note("disk full");
            feed(new Input.DiskFull(disk.refuse()));
        } else if (what < 450) {
            List<Proposal> proposals = new ArrayList<>();
            for (int i = schedule.nextInt(5); i >= 0; i--) {
                proposals.add(workload.next());
            }
            feed(new Input.Proposed(proposals));
        } else if (what < 850 && disk.isBusy()) {
            feed(new Input.Persisted(disk.complete()));
        } else {
            passTime();
        }
    }

    private void passTime() {
        long ms = schedule.nextInt(20) == 0 ? schedule.nextInt(5000) : schedule.nextInt(60);
        nanos += ms * NANOS_PER_MS + schedule.nextInt(1000);
        wallMs += schedule.nextInt(50) == 0 ? schedule.nextInt(20_000) - 10_000 : ms;
        if (nanos >= wakeAt) {
            feed(new Input.Tick());
        }
    }

    private void bootstrap() {
        disk.submit(FirstEntry.batch(SELF, wallMs));
        disk.complete();
    }

    private void start() {
        topics = new TopicMachine();
        Image image = disk.image(rows());
        visible = new HashMap<>();
        for (Change change : disk.changes()) {
            if (change instanceof TopicChange.Appended appended) {
                see(appended);
            } else if (change instanceof TopicChange.Deleted deleted) {
                visible.remove(deleted.topic());
            }
        }
        replica = new Replica(SELF, image, List.of(topics), config, RaftTiming.DEFAULT, timeouts);
        caughtUp = false;
        wakeAt = Long.MAX_VALUE;
        settling.clear();
        feed(new Input.Started());
    }

    /** Rows give back either what was written or what a snapshot of it says; both must come to the same. */
    private List<Change> rows() {
        if (!rowsAsSnapshot) {
            return disk.changes();
        }
        TopicMachine machine = new TopicMachine();
        List<Change> rows = new ArrayList<>();
        for (Change change : disk.changes()) {
            if (change instanceof KeyChange) {
                rows.add(change);
            } else {
                machine.evolve(change);
            }
        }
        machine.snapshot(rows::add);
        return rows;
    }

    private void crash() {
        crashes++;
        int kept = disk.inFlight() == 0 ? 0 : schedule.nextInt(disk.inFlight() + 1);
        note("crash, " + kept + " of " + disk.inFlight() + " batches kept");
        disk.crash(kept);
        workload.crashed();
        Map<Long, TreeMap<Long, Seen>> before = visible;
        // The process is gone for a while; the monotonic clock of the next one begins elsewhere.
        wallMs += schedule.nextInt(1000);
        nanos = schedule.nextInt(1_000_000);
        start();
        while (!caughtUp) {
            if (disk.isBusy()) {
                feed(new Input.Persisted(disk.complete()));
            } else {
                nanos += NANOS_PER_MS;
                feed(new Input.Tick());
            }
        }
        before.forEach((topic, messages) -> messages.forEach((offset, seen) -> {
            Optional<TopicView> view = topics.find(topic);
            if (view.isPresent() && offset >= view.get().lowWater()) {
                Seen now = visible.getOrDefault(topic, new TreeMap<>()).get(offset);
                check(
                        seen.equals(now),
                        "topic " + topic + " offset " + offset + " was served as " + seen + ", is now " + now);
            }
        }));
    }

    private void settleDown() {
        note("faults off");
        for (int i = 0; i < 2000 && (workload.pending() > 0 || disk.isBusy() || replica.isDiskFull()); i++) {
            if (disk.isBusy()) {
                feed(new Input.Persisted(disk.complete()));
            } else {
                nanos += 100 * NANOS_PER_MS;
                wallMs += 100;
                feed(new Input.Tick());
            }
            check();
        }
        check(workload.pending() == 0, workload.pending() + " proposals were never answered");
        for (int i = 0; i < 2000 && disk.settledIndex() < replica.appliedIndex(); i++) {
            nanos += 10 * NANOS_PER_MS;
            wallMs += 10;
            feed(new Input.Tick());
            while (disk.isBusy()) {
                feed(new Input.Persisted(disk.complete()));
            }
        }
        check(disk.settledIndex() == replica.appliedIndex(), "rows stay behind an idle node");
        checkAcknowledged();
    }

    /** What was acknowledged was appended once, where it was said to be; what became of its topic later is its own. */
    private void checkAcknowledged() {
        Map<String, String> appended = new HashMap<>();
        for (Change change : disk.changes()) {
            if (change instanceof TopicChange.Appended run) {
                for (int i = 0; i < run.messages().size(); i++) {
                    String body = new String(run.messages().get(i).body(), StandardCharsets.UTF_8);
                    Cursor cursor = new Cursor(run.first().index(), run.first().place() + i);
                    String at = run.name() + "@" + (run.firstOffset() + i) + "@" + cursor;
                    String before = appended.put(body, at);
                    check(before == null, body + " is there twice: at " + before + " and at " + at);
                }
            }
        }
        workload.acknowledged()
                .forEach((body, at) -> check(
                        at.equals(appended.get(body)),
                        body + " was acknowledged at " + at + " and is at " + appended.get(body)));
    }

    private void feed(Input input) {
        for (Effect effect : replica.on(input, new Now(nanos, wallMs))) {
            carryOut(effect);
        }
        trace = trace * 31 + replica.stateHash() + replica.lastIndex() * 7 + disk.lastDurableIndex();
    }

    private void carryOut(Effect effect) {
        if (effect instanceof Effect.Persist persist) {
            WriteBatch batch = persist.batch();
            note("write " + batch.number());
            disk.submit(batch);
        } else if (effect instanceof Effect.Deliver deliver) {
            for (Delivery delivery : deliver.changes()) {
                see((TopicChange.Appended) delivery);
            }
        } else if (effect instanceof Effect.Reply reply) {
            check(
                    reply.index() <= disk.lastDurableIndex(),
                    "answered entry " + reply.index() + ", durable is " + disk.lastDurableIndex());
            workload.answered(reply.proposal(), reply.outcome(), reply.replayed());
        } else if (effect instanceof Effect.ReplyStored stored) {
            workload.answeredFromRow(stored.proposal());
        } else if (effect instanceof Effect.Refuse refuse) {
            workload.refused(refuse.proposal());
        } else if (effect instanceof Effect.Fetch fetch) {
            long id = nextSettle++;
            settling.put(id, fetch.place());
            requests.add(id);
        } else if (effect instanceof Effect.Settled settled) {
            check(settled.index() <= disk.settledIndex(), "said to be settled and is not");
            due.add(settling.remove(settled.id()));
        } else if (effect instanceof Effect.Wake wake) {
            wakeAt = wake.nanos();
        } else if (effect instanceof Effect.CaughtUp) {
            caughtUp = true;
        } else {
            check(
                    effect instanceof Effect.Applied || effect instanceof Effect.RoleChanged,
                    "a lone node has no use for " + effect);
        }
    }

    private final ArrayDeque<Long> requests = new ArrayDeque<>();
    private final ArrayDeque<Cursor> due = new ArrayDeque<>();

    private void see(TopicChange.Appended appended) {
        TreeMap<Long, Seen> messages = visible.computeIfAbsent(appended.topic(), t -> new TreeMap<>());
        long offset = appended.firstOffset();
        int place = appended.first().place();
        for (Message message : appended.messages()) {
            String body = new String(message.body(), StandardCharsets.UTF_8);
            check(!workload.wasRefused(body), body + " was refused and is there");
            check(
                    messages.isEmpty() || messages.lastKey() == offset - 1,
                    "offset " + offset + " of topic " + appended.topic() + " after "
                            + (messages.isEmpty() ? "none" : messages.lastKey()));
            Cursor cursor = new Cursor(appended.first().index(), place++);
            check(
                    messages.isEmpty()
                            || cursor.isAfter(messages.lastEntry().getValue().cursor()),
                    "cursor " + cursor + " is not after the one before");
            messages.put(offset++, new Seen(body, cursor));
        }
    }

    private void check() {
        while (!requests.isEmpty()) {
            feed(new Input.Settle(requests.poll()));
        }
        while (!due.isEmpty()) {
            fetched(due.poll());
        }
        check(replica.settledIndex() <= replica.appliedIndex(), "settled above applied");
        check(replica.appliedIndex() <= replica.commitIndex(), "applied above commit");
        check(replica.commitIndex() <= replica.lastIndex(), "commit above last");
        check(disk.inFlight() <= 2, disk.inFlight() + " batches in flight");
        Long known = hashes.putIfAbsent(replica.appliedIndex(), replica.stateHash());
        check(
                known == null || known == replica.stateHash(),
                "entry " + replica.appliedIndex() + " came to another state than before");
    }

    private void fetched(Cursor place) {
        for (Change change : disk.changes()) {
            if (change instanceof TopicChange.Scheduled waiting && waiting.at().equals(place)) {
                Publication publication = waiting.publication();
                feed(new Input.Fetched(new TopicCommand.Release(place, publication)));
                return;
            }
        }
        throw new AssertionError("the body due at " + place + " is in no row");
    }

    private void note(String event) {
        events.add(event);
        if (events.size() > 100) {
            events.poll();
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
