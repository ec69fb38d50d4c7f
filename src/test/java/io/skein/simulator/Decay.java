package io.skein.simulator;

import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.replica.ClusterConfiguration;
import io.skein.simulator.SimulatedDisk.Damage;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What disks suffer beyond crashes (DESIGN D10): a database goes backwards, with or without the side file that would tell,
 * and bits rot. Always on so few nodes that whatever was promised is still on a majority of sound disks: beyond that no
 * cluster can keep a promise, and the right answer is to stop.
 */
final class Decay {
    private static final long NANOS_PER_MS = 1_000_000;
    /** By then a scrubber has found whatever nobody read before. */
    private static final long SCRUB_NANOS = 10_000 * NANOS_PER_MS;

    private final Simulation world;
    private final Operator operator;
    private final SplittableRandom random;

    Decay(Simulation world, Operator operator, SplittableRandom random) {
        this.world = world;
        this.operator = operator;
        this.random = random;
    }

    /** Something happens to some disk, or nothing if that would be too much. */
    void strike() {
        SimulatedNode node = world.nodes().get(random.nextInt(world.nodes().size()));
        if (!node.isUp() || node.isDoomed() || !operator.maySpare(node)) {
            return;
        }
        switch (random.nextInt(5)) {
            case 0 -> loseTail(node, true);
            case 1, 2 -> loseTail(node, false);
            case 3 -> rot(node, random.nextBoolean() ? Damage.ENTRY : Damage.ROWS);
            default -> rot(node, Damage.STATE);
        }
    }

    /** A follower forgets what it acknowledged to its leader, if there is one that may. */
    void forget() {
        int first = random.nextInt(world.nodes().size());
        for (int i = 0; i < world.nodes().size(); i++) {
            SimulatedNode node = world.nodes().get((first + i) % world.nodes().size());
            if (node.isUp()
                    && !node.leads()
                    && !node.isDoomed()
                    && node.disk().losable() > 0
                    && operator.maySpare(node)
                    && isHeldByOthers(node)) {
                node.loseTail(1 + random.nextInt(node.disk().losable()), false);
                return;
            }
        }
    }

    private void loseTail(SimulatedNode node, boolean noticed) {
        int losable = node.disk().losable();
        if (losable > 0 && (noticed || isHeldByOthers(node))) {
            node.loseTail(1 + random.nextInt(losable), noticed);
        }
    }

    /** Whatever this node has is on a majority of the other sound disks, whoever turns out to be a member. */
    private boolean isHeldByOthers(SimulatedNode node) {
        long index = node.disk().lastDurableIndex();
        long term = node.disk().lastDurableTerm();
        for (Configuration configuration : configurations()) {
            long holding = configuration.members().stream()
                    .filter(Member::voter)
                    .map(member -> world.node(member.id()))
                    .filter(other -> other != node
                            && !other.isDoomed()
                            && isMember(configuration, other)
                            && other.disk().holds(index, term))
                    .count();
            if (configuration.isVoter(node.id())
                    && holding <= configuration.voters().size() / 2) {
                return false;
            }
        }
        return true;
    }

    private static boolean isMember(Configuration configuration, SimulatedNode node) {
        return configuration
                .member(node.id())
                .filter(member -> member.incarnation() == node.incarnation())
                .isPresent();
    }

    private List<Configuration> configurations() {
        List<Configuration> all = new ArrayList<>();
        for (SimulatedNode node : world.nodes()) {
            for (ClusterConfiguration cluster : node.disk().configurations()) {
                all.add(cluster.configuration());
            }
            all.add(node.configuration());
        }
        return all;
    }

    private void rot(SimulatedNode node, Damage what) {
        if (node.rot(what, random) && what != Damage.STATE) {
            long incarnation = node.incarnation();
            world.agenda().after(1 + random.nextLong(SCRUB_NANOS), () -> {
                if (node.incarnation() == incarnation) {
                    scrub(node);
                }
            });
        }
    }

    /** Everything is read, and what is damaged is found. */
    void scrub() {
        world.nodes().forEach(Decay::scrub);
    }

    /**
     * Nobody can tell who is right when two states differ and there is no third that is up to date: that is an alert, and an
     * operator looks (DESIGN D10).
     */
    void heed(SimulatedNode leader) {
        Configuration configuration = leader.configuration();
        long telling = configuration.voters().stream()
                .map(world::node)
                .filter(node -> node.isUp()
                        && !node.isRotten()
                        && isMember(configuration, node)
                        && node.replica().appliedIndex() >= leader.replica().settledIndex())
                .count();
        boolean nobodyTells = telling <= configuration.voters().size() / 2;
        // Who is no member is not compared with anybody, and cannot become one either.
        world.nodes().stream()
                .filter(node -> node.isRotten() && (nobodyTells || !isMember(configuration, node)))
                .forEach(SimulatedNode::wipe);
    }

    private static void scrub(SimulatedNode node) {
        Damage damage = node.disk().damage();
        if (damage == Damage.ENTRY && node.disk().isDamaged(0) || damage == Damage.ROWS) {
            node.wipe();
        }
    }
}
