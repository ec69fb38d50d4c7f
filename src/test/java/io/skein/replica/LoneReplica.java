package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.FeatureLevel;
import io.skein.machine.Lineage;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.raft.RaftTiming;
import io.skein.topic.TopicMachine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** A replica that is a cluster of its own, caught up, with a disk that writes at once and clocks that a test moves. */
final class LoneReplica {
    private static final NodeId SELF = new NodeId("n1");
    private static final long NANOS_PER_MS = 1_000_000;

    final Replica replica;
    private final List<Effect> answers = new ArrayList<>();
    /** Who heard that rows are there. */
    final List<Long> settled = new ArrayList<>();
    /** Bodies that are to be read because they are due. */
    final List<Cursor> fetched = new ArrayList<>();
    /** The disk takes nothing. */
    boolean isDiskFull;
    /** The disk takes its time; batches that it has not written yet. */
    private boolean isDiskSlow;

    private final List<Long> unwritten = new ArrayList<>();

    private long ms = 1;
    private long wallMs = 2_000;
    /** The time that somebody moved all clocks to. */
    private long floorMs = Now.NO_FLOOR;

    private Optional<Long> wake = Optional.empty();

    LoneReplica() {
        this(FeatureLevel.FIRST);
    }

    /** @param ability the highest feature level that its build knows; its cluster begins at the first */
    LoneReplica(int ability) {
        var cluster = new ClusterConfiguration(
                new Configuration(List.of(new Member(SELF, 1, "127.0.0.1:1", true))), 1, new Lineage(1), 1000);
        Entry first = new Entry(1, 1, Entry.Kind.CONFIGURATION, cluster.encode());
        Image image = new Image(
                1,
                new HardState(1, Optional.empty()),
                new Image.TermStart(0, 0),
                List.of(new Image.TermStart(1, 1)),
                List.of(first),
                1,
                WriteBatch.Settled.NOTHING,
                1,
                List.of(new Image.ConfigurationStart(1, cluster)),
                List.of());
        replica = new Replica(
                SELF,
                1,
                image,
                List.of(new TopicMachine()),
                ReplicaConfig.DEFAULT.withFeatureLevel(ability),
                RaftTiming.DEFAULT,
                new SplittableRandom(1));
        feed(new Input.Started());
        for (int i = 0; i < 100 && !replica.isCaughtUp(); i++) {
            pass(50);
        }
        assertTrue(replica.isCaughtUp());
    }

    /** Time passes on both clocks, and the replica is woken. */
    void pass(long forMs) {
        ms += forMs;
        wallMs += forMs;
        feed(new Input.Tick());
    }

    /** The machine slept, or its clock was set: the monotonic clock knows nothing of it. */
    void jump(long byMs) {
        wallMs += byMs;
    }

    /** All clocks of a simulated cluster are set on, and the replica is woken. */
    void move(long byMs) {
        wallMs += byMs;
        floorMs = wallMs;
        feed(new Input.Tick());
    }

    long wallMs() {
        return wallMs;
    }

    /** In how many milliseconds the replica wants to be woken. */
    long wakesIn() {
        return wake.orElseThrow() / NANOS_PER_MS - ms;
    }

    void feed(Input input) {
        ArrayDeque<Input> inputs = new ArrayDeque<>(List.of(input));
        while (!inputs.isEmpty()) {
            for (Effect effect : replica.on(inputs.poll(), new Now(ms * NANOS_PER_MS, wallMs, floorMs))) {
                if (effect instanceof Effect.Persist persist) {
                    long number = persist.batch().number();
                    if (isDiskSlow) {
                        unwritten.add(number);
                        continue;
                    }
                    inputs.add(isDiskFull ? new Input.DiskFull(number) : new Input.Persisted(number));
                } else if (effect instanceof Effect.Settled rows) {
                    settled.add(rows.id());
                } else if (effect instanceof Effect.Fetch fetch) {
                    fetched.add(fetch.place());
                } else if (effect instanceof Effect.Reply
                        || effect instanceof Effect.Refuse
                        || effect instanceof Effect.Reconfigured) {
                    answers.add(effect);
                } else if (effect instanceof Effect.Wake next) {
                    wake = Optional.of(next.nanos());
                }
            }
        }
    }

    /** From here on nothing is written until {@link #written}. */
    void slowDisk() {
        isDiskSlow = true;
        answers.clear();
    }

    /** What came of it. */
    List<Effect> written() {
        isDiskSlow = false;
        List.copyOf(unwritten).forEach(number -> feed(new Input.Persisted(number)));
        return answers();
    }

    /** Of what was asked last. */
    List<Effect> answers() {
        return List.copyOf(answers);
    }

    /** What comes of a proposal with id 7, at once. */
    Effect propose(Command command) {
        answers.clear();
        feed(new Input.Proposed(List.of(new Proposal(7, command, Optional.empty()))));
        assertEquals(1, answers.size());
        return answers.get(0);
    }
}
