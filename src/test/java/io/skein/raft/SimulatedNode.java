package io.skein.raft;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A {@link Raft} with a disk on which everything under way is lost in a crash, unless the test says that some of it had
 * arrived unnoticed.
 */
final class SimulatedNode {
    final NodeId id;
    private final Configuration configuration;
    private final RaftTiming timing;
    private final RaftLimits limits;
    private final RandomGenerator random;

    /** None while the node is down. */
    private Optional<Raft> raft = Optional.empty();

    private HardState diskHardState = HardState.INITIAL;
    private final List<Entry> diskLog = new ArrayList<>();
    private final Deque<Effect.Write> underway = new ArrayDeque<>();
    private int lives;

    SimulatedNode(
            NodeId id, Configuration configuration, RaftTiming timing, RaftLimits limits, RandomGenerator random) {
        this.id = id;
        this.configuration = configuration;
        this.timing = timing;
        this.limits = limits;
        this.random = random;
    }

    /** Voters named 1 to n. */
    static Configuration voters(int n) {
        var members = new ArrayList<Member>();
        for (int i = 1; i <= n; i++) {
            members.add(new Member(new NodeId("" + i), i, "node" + i + ":7002", true));
        }
        return new Configuration(members);
    }

    /** As {@link #voters} numbers them. */
    long incarnation() {
        return Long.parseLong(id.value());
    }

    /** Written {@code 1 2 3 +4}: voters, and a learner. */
    static Configuration configuration(byte[] payload) {
        var members = new ArrayList<Member>();
        for (String word : new String(payload, UTF_8).split(" ")) {
            String name = word.startsWith("+") ? word.substring(1) : word;
            members.add(
                    new Member(new NodeId(name), Long.parseLong(name), "node" + name + ":7002", !word.startsWith("+")));
        }
        return new Configuration(members);
    }

    void disk(HardState hardState, List<Entry> log) {
        assert !isUp() : id + " is running";
        diskHardState = hardState;
        diskLog.clear();
        diskLog.addAll(log);
    }

    void start() {
        assert !isUp() : id + " is running";
        lives++;
        var terms = new ArrayList<LogStart.TermStart>();
        for (Entry entry : diskLog) {
            if (terms.isEmpty() || terms.get(terms.size() - 1).term() != entry.term()) {
                terms.add(new LogStart.TermStart(entry.index(), entry.term()));
            }
        }
        var start = new LogStart(
                0, 0, terms, List.of(new LogStart.ConfigurationStart(0, configuration)), diskLog, diskLog.size(), 0);
        raft = Optional.of(new Raft(
                id,
                incarnation(),
                diskHardState,
                start,
                SimulatedNode::configuration,
                timing,
                limits,
                random,
                () -> "noop".getBytes(UTF_8)));
    }

    List<Effect> step(Input input, long nowNanos) {
        List<Effect> effects = raft().step(input, nowNanos);
        for (Effect effect : effects) {
            if (effect instanceof Effect.Write write) {
                underway.add(write);
            }
        }
        return effects;
    }

    /** The disk finishes the first writes under way, and says so. */
    List<Effect> finishWrites(int count, long nowNanos) {
        return step(new Input.Written(carryOut(count)), nowNanos);
    }

    /** @param arrived writes under way that were finished, but nobody was told */
    void crash(int arrived) {
        if (arrived > 0) {
            carryOut(arrived);
        }
        underway.clear();
        raft = Optional.empty();
    }

    private long carryOut(int count) {
        long number = 0;
        for (int i = 0; i < count; i++) {
            Effect.Write write = underway.remove();
            number = write.number();
            while (write.truncateFrom() > 0 && diskLog.size() >= write.truncateFrom()) {
                diskLog.remove(diskLog.size() - 1);
            }
            for (Entry entry : write.entries()) {
                assert entry.index() == diskLog.size() + 1 : "a gap on the disk of " + id + " before " + entry.index();
                diskLog.add(entry);
            }
            diskHardState = write.hardState().orElse(diskHardState);
        }
        return number;
    }

    boolean isUp() {
        return raft.isPresent();
    }

    Raft raft() {
        return raft.orElseThrow();
    }

    int underway() {
        return underway.size();
    }

    HardState diskHardState() {
        return diskHardState;
    }

    List<Entry> diskLog() {
        return diskLog;
    }

    /** How often it was started. */
    int lives() {
        return lives;
    }
}
