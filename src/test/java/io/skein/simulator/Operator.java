package io.skein.simulator;

import static io.skein.simulator.History.check;

import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.Input;
import io.skein.replica.MemberChange;
import io.skein.simulator.LastEvents.What;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Who changes members, and hands over leadership. An operator knows which nodes have lost their disk, and leaves no
 * configuration without a majority of those that have not.
 */
final class Operator {
    /** Ids of changes, apart from those of proposals. */
    private static final long FIRST_ID = 1L << 40;

    private final Simulation world;
    private final SplittableRandom random;
    private long nextId = FIRST_ID;

    Operator(Simulation world, SplittableRandom random) {
        this.world = world;
        this.random = random;
    }

    static boolean isOperators(long id) {
        return id >= FIRST_ID;
    }

    void refused(long id) {
        check(id < nextId, "change %d was refused, which nobody asked for", id);
    }

    void changeMembers() {
        Optional<SimulatedNode> leader = world.leader(random);
        SimulatedNode node = world.nodes().get(random.nextInt(world.nodes().size()));
        if (world.options().churn().wipes() && random.nextInt(4) == 0 && maySpare(node)) {
            node.wipe();
        } else if (leader.isPresent()) {
            Optional<Member> member = leader.get().configuration().member(node.id());
            boolean same = member.isPresent() && member.get().incarnation() == node.incarnation();
            if (same) {
                propose(leader.get(), new MemberChange.Remove(node.id()));
            } else {
                add(leader.get(), node, random.nextInt(4) > 0);
            }
        }
    }

    /** Nodes that have lost their disk come back as members, and nobody stays half a member. */
    void mend() {
        Optional<SimulatedNode> leader = world.leader(random);
        if (leader.isEmpty()) {
            return;
        }
        for (SimulatedNode node : world.nodes()) {
            Optional<Member> member = leader.get().configuration().member(node.id());
            if (member.isPresent() && member.get().incarnation() != node.incarnation()) {
                add(leader.get(), node, true);
                return;
            }
        }
    }

    void transfer() {
        world.leader(random).ifPresent(leader -> {
            SimulatedNode to = world.nodes().get(random.nextInt(world.nodes().size()));
            world.note(What.TRANSFERS, to.number() + 1);
            leader.feed(new Input.Transfer(to.id()));
        });
    }

    private void add(SimulatedNode leader, SimulatedNode node, boolean promote) {
        propose(leader, new MemberChange.Add(member(node, promote)));
    }

    static Member member(SimulatedNode node, boolean promote) {
        return new Member(node.id(), node.incarnation(), node.id() + ":6000", false, promote);
    }

    private void propose(SimulatedNode leader, MemberChange change) {
        Optional<Configuration> next = change.to(leader.configuration());
        // Whoever stands still would do it later, when it may be wrong.
        if (leader.isPaused() || next.isEmpty() || !hasMajority(next.get(), Optional.empty())) {
            return;
        }
        if (change instanceof MemberChange.Add add) {
            world.note(
                    What.ADDS,
                    world.node(add.member().id()).number() + 1,
                    add.member().promote() ? 1 : 0);
        } else if (change instanceof MemberChange.Remove remove) {
            world.note(What.REMOVES, world.node(remove.id()).number() + 1);
        }
        leader.feed(new Input.ChangeMembers(nextId++, change));
    }

    /** Only when a majority of disks is left whatever configuration is in anybody's log. */
    boolean maySpare(SimulatedNode node) {
        for (SimulatedNode other : world.nodes()) {
            for (ClusterConfiguration cluster : other.disk().configurations()) {
                if (!hasMajority(cluster.configuration(), Optional.of(node))) {
                    return false;
                }
            }
            if (other.isUp() && !hasMajority(other.configuration(), Optional.of(node))) {
                return false;
            }
        }
        return true;
    }

    /** Learners that are to vote may do so at any time, one after the other: also those that can never help. */
    private boolean hasMajority(Configuration configuration, Optional<SimulatedNode> without) {
        int voters = 0;
        int whole = 0;
        for (Member member : configuration.members()) {
            SimulatedNode node = world.node(member.id());
            boolean is = node.incarnation() == member.incarnation()
                    && !node.isDoomed()
                    && without.filter(w -> w == node).isEmpty();
            if (member.voter() || member.promote() && !is) {
                voters++;
                whole += is ? 1 : 0;
            }
        }
        // Without voters it is refused.
        return voters == 0 || whole > voters / 2;
    }
}
