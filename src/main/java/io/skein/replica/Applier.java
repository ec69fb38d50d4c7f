package io.skein.replica;

import io.skein.machine.Brief;
import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Decision;
import io.skein.machine.Delivery;
import io.skein.machine.FeatureRaised;
import io.skein.machine.IdempotencyKey;
import io.skein.machine.IdempotencyWindow;
import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.StateHash;
import io.skein.raft.Entry;
import io.skein.replica.WriteBatch.Settled;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Applies committed entries, each once, in order: asks the machine that owns a command, moves the machines by what it
 * decided, and keeps the rolling hash over all of it (DESIGN D4, D10).
 */
final class Applier {
    /**
     * The answer to one command.
     *
     * @param at where it was decided: the first time, when {@code replayed}
     * @param outcome empty when it is a row, kept for the entry and place given by {@code at}
     */
    record Answer(Moment at, Optional<Outcome> outcome, boolean replayed) {}

    /** What one entry came to. */
    record Applied(Settled settled, List<Change> changes, List<Delivery> deliveries, List<Answer> answers) {}

    private final List<Machine> machines;
    private final IdempotencyWindow window;
    private final EntryCodec codec;
    private final StateHash hash;
    private long index;
    private long time;
    private int featureLevel;

    /** @param featureLevel of the cluster as of the settled index */
    Applier(List<Machine> machines, EntryCodec codec, Settled settled, int featureLevel, Iterable<Change> rows) {
        this.machines = machines;
        this.codec = codec;
        this.window = new IdempotencyWindow();
        this.hash = new StateHash(settled.hash());
        this.index = settled.index();
        this.time = settled.time();
        this.featureLevel = featureLevel;
        for (Change row : rows) {
            evolve(row);
        }
    }

    long index() {
        return index;
    }

    long time() {
        return time;
    }

    long hash() {
        return hash.value();
    }

    /** The cluster's, as of {@link #index}; it never falls. */
    int featureLevel() {
        return featureLevel;
    }

    /** @param mine the decoded payload if this node proposed the entry and still has it, else null */
    Applied apply(Entry entry, EntryCodec.Batch mine) {
        assert entry.index() == index + 1 : "applied " + index + ", then " + entry.index();
        index = entry.index();
        List<Change> changes = new ArrayList<>();
        List<Delivery> deliveries = new ArrayList<>();
        List<Answer> answers = List.of();
        if (entry.kind() == Entry.Kind.CONFIGURATION) {
            ClusterConfiguration cluster = ClusterConfiguration.decode(entry.payload());
            time = Math.max(time, cluster.time());
            assert cluster.featureLevel() >= featureLevel
                    : "entry " + index + " has feature level " + cluster.featureLevel() + ", and " + featureLevel
                            + " was reached";
            if (cluster.featureLevel() > featureLevel) {
                Change raised = new FeatureRaised(cluster.featureLevel());
                evolve(raised);
                changes.add(raised);
            }
        } else {
            EntryCodec.Batch batch = mine != null ? mine : codec.decode(entry.payload());
            List<Proposal> proposals = batch.proposals();
            time = Math.max(time, batch.time());
            answers = new ArrayList<>(proposals.size());
            int place = 0;
            for (Proposal proposal : proposals) {
                Moment at = new Moment(index, place, time);
                answers.add(proposal.key().isPresent() ? keyed(at, proposal, changes) : plain(at, proposal, changes));
                place += proposal.command().places();
            }
        }
        for (Change change : changes) {
            change.hashInto(hash);
            if (change instanceof Delivery delivery) {
                deliveries.add(delivery);
            }
        }
        return new Applied(new Settled(index, entry.term(), time, hash.value()), changes, deliveries, answers);
    }

    private Answer plain(Moment at, Proposal proposal, List<Change> changes) {
        return new Answer(at, Optional.of(decide(at, proposal.command(), changes)), false);
    }

    /** The window of keys wraps round any command: a repeat gets the first answer, and nothing happens twice. */
    private Answer keyed(Moment at, Proposal proposal, List<Change> changes) {
        Machine owner = codec.owner(proposal.command());
        IdempotencyKey key = proposal.key().get();
        IdempotencyWindow.Verdict verdict = window.check(key, at.time());
        if (verdict instanceof IdempotencyWindow.Replay replay) {
            Optional<Brief> brief = replay.brief();
            return brief.isPresent()
                    ? new Answer(replay.at(), Optional.of(owner.fromBrief(replay.at(), brief.get())), true)
                    : new Answer(replay.at(), Optional.empty(), true);
        }
        if (verdict instanceof IdempotencyWindow.Reused reused) {
            return new Answer(at, Optional.of(reused.rejected()), false);
        }
        if (verdict instanceof IdempotencyWindow.Full full) {
            return new Answer(at, Optional.of(full.rejected()), false);
        }
        Outcome outcome = decide(at, proposal.command(), changes);
        if (!(outcome instanceof Rejected)) {
            for (Change change : window.remember(key, at, outcome, owner)) {
                evolve(change);
                changes.add(change);
            }
        }
        return new Answer(at, Optional.of(outcome), false);
    }

    private Outcome decide(Moment at, Command command, List<Change> changes) {
        Decision decision = codec.owner(command).decide(at, command);
        for (Change change : decision.changes()) {
            evolve(change);
            changes.add(change);
        }
        return decision.outcome();
    }

    private void evolve(Change change) {
        if (change instanceof FeatureRaised raised) {
            featureLevel = raised.level();
            return;
        }
        if (window.owns(change)) {
            window.evolve(change);
            return;
        }
        for (Machine machine : machines) {
            if (machine.owns(change)) {
                machine.evolve(change);
            } else {
                machine.observe(change);
            }
        }
    }
}
