package io.skein.simulator;

import static io.skein.simulator.History.check;

import io.skein.raft.Configuration;
import io.skein.raft.Role;
import io.skein.replica.Effect;
import io.skein.replica.Image;
import io.skein.replica.Input;
import io.skein.replica.Replica;
import io.skein.simulator.LastEvents.What;
import java.util.List;

/** Who watches one life of one node from beside it: its indexes, its terms, its stamps, its members. */
final class Witness {
    private final Simulation world;
    private final SimulatedNode node;
    private final Replica replica;
    private final NodeClock clock;
    private final Pace pace;
    private final HeardClocks heard = new HeardClocks();
    private final Wakefulness wakefulness;
    private Configuration configuration;
    private long configurationIndex;
    private long appliedThrough;
    private long committedThrough;
    private long lastApplied;
    private long termThrough;
    private long lastThrough;
    private boolean ledBefore;

    Witness(Simulation world, SimulatedNode node, Replica replica, NodeClock clock, Image image) {
        this.world = world;
        this.node = node;
        this.replica = replica;
        this.clock = clock;
        pace = new Pace(image.lastIndex());
        wakefulness = new Wakefulness(world.options().timing());
        configuration = image.configuration();
        configurationIndex = image.configurations().isEmpty()
                ? 0
                : image.configurations().get(image.configurations().size() - 1).index();
        lastApplied = image.settled().index();
        termThrough = image.hardState().term();
    }

    Configuration configuration() {
        return configuration;
    }

    /** This comes in. */
    void comes(Input input) {
        if (input instanceof Input.Received received) {
            heard.heard(received.from(), received.message().wallMs(), clock.nanos(), configuration);
        }
    }

    /** And this goes out, whether or not the process lives to carry it out. */
    void goes(Input input, List<Effect> effects) {
        for (int i = 0; i < effects.size(); i++) {
            note(effects.get(i));
        }
        pace.follow(replica, clock.nanos());
        wakefulness.stepped(input, effects, clock.nanos(), node.wasLeader());
    }

    private void note(Effect effect) {
        if (effect instanceof Effect.Applied applied) {
            node.event(What.APPLIED, applied.index(), applied.time());
            check(applied.index() == lastApplied + 1, "applied %d, then %d", lastApplied, applied.index());
            lastApplied = applied.index();
            world.history().applied(node, applied.index(), applied.time());
            world.checkTime(applied.time());
            pace.applied(applied.index(), applied.time());
        } else if (effect instanceof Effect.RoleChanged changed) {
            node.event(What.ROLE, changed.role().ordinal(), changed.term());
            if (changed.role() == Role.LEADER) {
                world.history().elected(node, changed.term());
                long first = replica.lastIndex();
                while (first > 1 && replica.termOf(first - 1) == changed.term()) {
                    first--;
                }
                world.history()
                        .begins(
                                changed.term(),
                                first,
                                heard.median(node.id(), configuration, clock.wallMs(), clock.nanos()));
            }
        } else if (effect instanceof Effect.MembersChanged changed) {
            node.event(
                    What.MEMBERS,
                    changed.index(),
                    changed.configuration().members().size());
            if (node.wasLeader() && node.ledTerm() == replica.term() && changed.index() > configurationIndex) {
                world.history().changes(node, configuration, configurationIndex, changed.configuration());
                world.upgrades().changes(node, changed.index(), changed.configuration());
            }
            configuration = changed.configuration();
            configurationIndex = changed.index();
            heard.keep(configuration);
            world.nodes().forEach(other -> other.promises().isKnownTo(node, other.id()));
        }
    }

    /** All of it is carried out, or not to be. @param leads now */
    void stepped(boolean leads) {
        long applied = replica.appliedIndex();
        check(replica.settledIndex() <= applied, "settled %d above applied %d", replica.settledIndex(), applied);
        check(applied <= replica.commitIndex(), "applied %d above commit %d", applied, replica.commitIndex());
        check(
                replica.commitIndex() <= replica.lastIndex(),
                "commit %d above last %d",
                replica.commitIndex(),
                replica.lastIndex());
        check(replica.firstIndex() <= replica.settledIndex() + 1, "the log begins above the rows");
        check(applied >= appliedThrough, "applied went from %d to %d", appliedThrough, applied);
        appliedThrough = applied;
        long commit = replica.commitIndex();
        check(commit >= committedThrough, "commit went from %d to %d", committedThrough, commit);
        committedThrough = commit;
        long term = replica.term();
        check(term >= termThrough, "the term went from %d to %d", termThrough, term);
        check(
                !leads || !ledBefore || term > termThrough || replica.lastIndex() >= lastThrough,
                "a leader's log went from %d to %d",
                lastThrough,
                replica.lastIndex());
        ledBefore = leads;
        termThrough = term;
        lastThrough = replica.lastIndex();
        node.isAt(applied, replica.stateHash());
        world.upgrades().isAt(node, applied, replica.featureLevel());
    }
}
