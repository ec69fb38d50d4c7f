package io.skein.simulator;

import static io.skein.simulator.History.check;

import io.skein.machine.FeatureLevel;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.Member;
import io.skein.raft.Role;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.Input;
import io.skein.replica.Proposal;
import io.skein.replica.WriteBatch;
import io.skein.simulator.LastEvents.What;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Nodes of several builds in one cluster: who starts may come with another build than before, clients ask for what only
 * newer builds know, and the feature level is watched. By index it is the same on all nodes and never falls; no build is
 * asked for more than it knows; in the end, when all run the newest, the cluster is at its level.
 */
final class Upgrades {
    /** What clients ask for has ids below those of all others. */
    private static final long LAST_ID = Proposal.NOBODY - 1;

    private record Place(SimulatedNode leader, long index, long term) {}

    private final Simulation world;
    private final Options.Builds options;
    private final SplittableRandom random;
    /** The cluster's, from an index on. */
    private final TreeMap<Long, Integer> levels = new TreeMap<>();
    /** Of the configurations that leaders made: what those who were there just then could. */
    private final Map<Place, Integer> attainable = new HashMap<>();
    /** By level: when a node last ran a build that knows it and is not there now; a node that never ran before is not here. */
    private final Map<SimulatedNode, long[]> ranUntil = new HashMap<>();

    private long nextId = LAST_ID;
    private int raises;

    Upgrades(Simulation world, SplittableRandom random) {
        this.world = world;
        this.options = world.options().builds();
        this.random = random;
    }

    static boolean areTheirs(long id) {
        return id <= LAST_ID;
    }

    /** So often the level rose. */
    int raises() {
        return raises;
    }

    void begin() {
        if (options.isOn()) {
            world.agenda().after(1 + random.nextLong(options.everyNanos()), this::ask);
        }
    }

    private void ask() {
        if (world.faultsOff()) {
            return;
        }
        world.leader(random)
                .ifPresent(leader -> leader.feed(new Input.Proposed(List.of(new Proposal(
                        nextId--, new Novelty.Novel(1 + random.nextInt(leader.ability())), Optional.empty())))));
        world.agenda().after(1 + random.nextLong(options.everyNanos()), this::ask);
    }

    /**
     * With which build a node starts, by the highest level that it knows. An operator may go back to an older one, but to
     * none that would refuse the data.
     *
     * @param before of its last life; 0 when there was none
     */
    int ability(SimulatedNode node, int before) {
        if (!options.several()) {
            return options.newest();
        }
        int least = FeatureLevel.FIRST;
        for (ClusterConfiguration cluster : node.disk().configurations()) {
            least = Math.max(least, cluster.featureLevel());
        }
        if (world.faultsOff()) {
            return options.newest();
        }
        if (before == 0) {
            return Math.max(least, 1 + random.nextInt(options.newest()));
        }
        int turn = random.nextInt(4);
        if (turn == 0) {
            return Math.max(least, Math.min(options.newest(), before + 1));
        }
        return Math.max(least, turn == 1 && options.back() ? Math.max(FeatureLevel.FIRST, before - 1) : before);
    }

    /** Whether these two speak with each other: neither build is too old for the other's cluster. */
    static boolean meet(int ability, int clusterLevel, SimulatedNode to) {
        return ability >= to.clusterLevel() && to.ability() >= clusterLevel;
    }

    /** A node has applied up to there. */
    void isAt(SimulatedNode node, long index, int level) {
        check(level <= node.ability(), "a build of level %d is at %d", node.ability(), level);
        var before = levels.floorEntry(index);
        var after = levels.ceilingEntry(index);
        check(before == null || before.getValue() <= level, "the level falls to %d at %d", level, index);
        check(after == null || after.getValue() >= level, "the level is %d at %d, and less above", level, index);
        check(
                before == null || before.getKey() < index || before.getValue() == level,
                "the level at %d is %d, and was another",
                index,
                level);
        if (before == null || before.getValue() < level) {
            levels.put(index, level);
            raises += level > FeatureLevel.FIRST ? 1 : 0;
        }
    }

    /** Whether a newer build waits for it. */
    boolean isOld(SimulatedNode node) {
        return options.isOn() && node.ability() < options.newest();
    }

    void writes(SimulatedNode node, WriteBatch batch) {
        for (Entry entry : batch.entries()) {
            if (entry.kind() == Entry.Kind.CONFIGURATION
                    && node.replica().role() == Role.LEADER
                    && node.replica().term() == entry.term()) {
                ClusterConfiguration cluster = ClusterConfiguration.decode(entry.payload());
                if (cluster.featureLevel() > node.clusterLevel()) {
                    raises(node, entry, cluster);
                }
            }
        }
    }

    /** A node that ran is down. */
    void ends(SimulatedNode node) {
        long[] until = ranUntil.computeIfAbsent(node, first -> new long[options.newest() + 1]);
        Arrays.fill(until, 0, node.ability() + 1, world.agenda().now());
    }

    /** A leader makes a configuration entry. What it says of the level is seen later, when it is written. */
    void changes(SimulatedNode leader, long index, Configuration members) {
        if (options.several() && !wordsMayBeOld()) {
            int level = options.newest();
            while (level > FeatureLevel.FIRST && !wereAbleJustNow(members, level)) {
                level--;
            }
            attainable.put(new Place(leader, index, leader.replica().term()), level);
        }
    }

    /** Who cannot follow now, or is down, could a moment ago. */
    private boolean wereAbleJustNow(Configuration members, int level) {
        for (Member member : members.members()) {
            SimulatedNode node = world.node(member.id());
            boolean isIt = node.incarnation() == member.incarnation();
            if (isIt && !(node.isUp() && node.ability() >= level)) {
                long[] until = ranUntil.get(node);
                if (until == null || until[level] == 0 || world.agenda().now() - until[level] > wordNanos()) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * A leader writes that the level is higher. Where nobody goes back, it has heard of nobody who cannot follow. And where
     * no word comes late, it has heard everybody who can just before.
     */
    private void raises(SimulatedNode leader, Entry entry, ClusterConfiguration cluster) {
        int level = cluster.featureLevel();
        leader.event(What.RAISES, level);
        cluster.configuration()
                .members()
                .forEach(member -> check(
                        options.back()
                                || world.node(member.id()).incarnation() != member.incarnation()
                                || world.node(member.id()).ability() >= level,
                        "n%d is at level %d, and the leader writes %d",
                        world.node(member.id()).number() + 1,
                        world.node(member.id()).ability(),
                        level));
        int heard = attainable.getOrDefault(new Place(leader, entry.index(), entry.term()), level);
        check(level <= heard, "the leader writes level %d, and those that were there know %d", level, heard);
    }

    /** Messages wait, or come again, or a leader does not know how long it stood still. */
    private boolean wordsMayBeOld() {
        Options all = world.options();
        return all.links().doubled() > 0
                || all.links().clogMs() > 0
                || all.failures().pauseMs() > 0
                || all.clocks().suspendMs() > 0
                || all.deafMs() > 0;
    }

    /** From a word's leaving until nobody relies on it any more. */
    private long wordNanos() {
        Options.Links links = world.options().links();
        return world.options().timing().electionTimeoutNanos()
                + 3 * links.delayNanos()
                + links.jitterNanos()
                + (links.reordered() > 0 ? Network.LATE_NANOS : 0);
    }

    /** All members run the newest build, without faults: so the cluster has its level. */
    boolean isDone(SimulatedNode leader) {
        return !options.isOn() || leader.replica().featureLevel() == options.newest();
    }
}
