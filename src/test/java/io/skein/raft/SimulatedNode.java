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
    private final RaftTiming timing;
    private final RaftLimits limits;
    private final RandomGenerator random;

    /** None while the node is down. */
    private Optional<Raft> raft = Optional.empty();

    private long incarnation;
    /** What held before the first entry. */
    private Configuration firstConfiguration;

    private HardState diskHardState = HardState.INITIAL;
    /** Whole, so that checks can look; what is compacted is not given to anybody. */
    private final List<Entry> diskLog = new ArrayList<>();

    private long compacted;
    private long commitHint;
    private final Deque<Effect.Write> underway = new ArrayDeque<>();
    private int lives;

    SimulatedNode(
            NodeId id, Configuration configuration, RaftTiming timing, RaftLimits limits, RandomGenerator random) {
        this.id = id;
        this.incarnation = Long.parseLong(id.value());
        this.firstConfiguration = configuration;
        this.timing = timing;
        this.limits = limits;
        this.random = random;
    }

    /** Voters named 1 to n. */
    static Configuration voters(int n) {
        var members = new ArrayList<Member>();
        for (int i = 1; i <= n; i++) {
            members.add(member("" + i));
        }
        return new Configuration(members);
    }

    /** Written {@code 1 2 3 +4 +5/105}: voters, learners, and one of another incarnation than its number. */
    static Configuration configuration(byte[] payload) {
        var members = new ArrayList<Member>();
        for (String word : new String(payload, UTF_8).split(" ")) {
            members.add(member(word));
        }
        return new Configuration(members);
    }

    private static Member member(String word) {
        String[] parts = word.replace("+", "").split("/");
        return new Member(
                new NodeId(parts[0]),
                Long.parseLong(parts[parts.length - 1]),
                "node" + parts[0] + ":7002",
                !word.startsWith("+"));
    }

    long incarnation() {
        return incarnation;
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
        long committed = Math.max(compacted, commitHint);
        var terms = new ArrayList<LogStart.TermStart>();
        var configurations = new ArrayList<LogStart.ConfigurationStart>();
        configurations.add(new LogStart.ConfigurationStart(0, firstConfiguration));
        for (Entry entry : diskLog) {
            if (entry.index() > compacted
                    && (terms.isEmpty() || terms.get(terms.size() - 1).term() != entry.term())) {
                terms.add(new LogStart.TermStart(entry.index(), entry.term()));
            }
            if (entry.kind() == Entry.Kind.CONFIGURATION) {
                configurations.add(new LogStart.ConfigurationStart(entry.index(), configuration(entry.payload())));
            }
        }
        var start = new LogStart(
                compacted,
                compacted == 0 ? 0 : diskLog.get((int) compacted - 1).term(),
                terms,
                configurations,
                diskLog.subList((int) committed, diskLog.size()),
                diskLog.size(),
                committed);
        raft = Optional.of(new Raft(
                id,
                incarnation,
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

    /** The disk remembers that what is committed and durable is so. */
    void keepCommitHint() {
        commitHint = Math.max(commitHint, Math.min(raft().commitIndex(), raft().durableIndex()));
    }

    /** The log now begins after this index. */
    void compact(long index) {
        raft().compact(index);
        raft().compactedTo(index);
        compacted = Math.max(compacted, index);
    }

    /** The disk goes back to an earlier log, and nobody notices. */
    void lose(int kept) {
        assert !isUp() : id + " is running";
        diskLog.subList(kept, diskLog.size()).clear();
        commitHint = Math.min(commitHint, kept);
    }

    /** The node's database is gone; it comes back, if ever, as another. */
    void wipe(long newIncarnation) {
        assert !isUp() : id + " is running";
        incarnation = newIncarnation;
        firstConfiguration = Configuration.EMPTY;
        diskHardState = HardState.INITIAL;
        diskLog.clear();
        compacted = 0;
        commitHint = 0;
    }

    /** What {@link #install} needs of another node: its committed log up to this index. */
    record Snapshot(Configuration firstConfiguration, List<Entry> log) {
        long index() {
            return log.size();
        }

        long term() {
            return log.get(log.size() - 1).term();
        }
    }

    /** Of what is settled: committed and durable, at least what is compacted. */
    Optional<Snapshot> snapshot(int index) {
        return index == 0
                ? Optional.empty()
                : Optional.of(new Snapshot(firstConfiguration, List.copyOf(diskLog.subList(0, index))));
    }

    /** All writes under way are finished; then the log is that of the snapshot, term and vote stay, and the node restarts. */
    void install(Snapshot snapshot) {
        crash(underway());
        firstConfiguration = snapshot.firstConfiguration();
        diskLog.clear();
        diskLog.addAll(snapshot.log());
        compacted = snapshot.index();
        commitHint = snapshot.index();
        diskHardState = diskHardState.term() >= snapshot.term()
                ? diskHardState
                : new HardState(snapshot.term(), Optional.empty());
        start();
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

    boolean isOnDisk(long index, long term) {
        return diskLog.size() >= index && diskLog.get((int) index - 1).term() == term;
    }

    long compacted() {
        return compacted;
    }

    Configuration firstConfiguration() {
        return firstConfiguration;
    }

    /** How often it was started. */
    int lives() {
        return lives;
    }
}
