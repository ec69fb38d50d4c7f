package io.skein.simulator;

import io.skein.machine.Brief;
import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Decision;
import io.skein.machine.Due;
import io.skein.machine.Machine;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.wire.CommandProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What the log decided, place by place, as the first node that applied it said: every other says the same, and clients
 * are told nothing else.
 */
final class Verdicts {
    /** Shown each decision once, in the order of the log, before its changes move anything. */
    interface Watcher {
        void decided(Moment at, Command command, Decision decision);
    }

    private record Verdict(int place, Outcome outcome) {}

    private final Watcher watcher;
    /** By index; null where nothing was decided. */
    private List<Verdict>[] verdicts = newArray(1024);

    private Cursor last = new Cursor(0, 0);

    Verdicts(Watcher watcher) {
        this.watcher = watcher;
    }

    @SuppressWarnings("unchecked")
    private static List<Verdict>[] newArray(int length) {
        return (List<Verdict>[]) new List<?>[length];
    }

    private void decided(Moment at, Command command, Decision decision) {
        int index = (int) at.index();
        if (index >= verdicts.length) {
            verdicts = Arrays.copyOf(verdicts, 2 * index);
        }
        Cursor place = new Cursor(at.index(), at.place());
        if (place.isAfter(last)) {
            last = place;
            if (verdicts[index] == null) {
                verdicts[index] = new ArrayList<>(4);
            }
            verdicts[index].add(new Verdict(at.place(), decision.outcome()));
            watcher.decided(at, command, decision);
        } else {
            for (Verdict verdict : at(index)) {
                if (verdict.place() == at.place() && verdict.outcome().equals(decision.outcome())) {
                    return;
                }
            }
            throw new AssertionError("verdicts: entry " + index + " is decided in another way at place " + at.place()
                    + ": " + decision.outcome() + ", not " + at(index));
        }
    }

    private List<Verdict> at(int index) {
        return index >= verdicts.length || verdicts[index] == null ? List.of() : verdicts[index];
    }

    /** A client is told this. */
    void says(long index, Outcome outcome) {
        if (outcome instanceof Rejected rejected
                && (rejected.reason() == Rejection.KEY_REUSED || rejected.reason() == Rejection.TOO_MANY_KEYS)) {
            return; // by the window of keys
        }
        for (Verdict verdict : at((int) index)) {
            if (verdict.outcome().equals(outcome)) {
                return;
            }
        }
        throw new AssertionError(
                "verdicts: a client was told " + outcome + ", entry " + index + " decided " + at((int) index));
    }

    /** A machine of one node, whose decisions are looked at. */
    Machine watched(Machine machine) {
        return new Machine() {
            @Override
            public Decision decide(Moment at, Command command) {
                Decision decision = machine.decide(at, command);
                decided(at, command, decision);
                return decision;
            }

            @Override
            public boolean owns(Command command) {
                return machine.owns(command);
            }

            @Override
            public boolean owns(Change change) {
                return machine.owns(change);
            }

            @Override
            public void evolve(Change change) {
                machine.evolve(change);
            }

            @Override
            public void observe(Change change) {
                machine.observe(change);
            }

            @Override
            public long nextDue() {
                return machine.nextDue();
            }

            @Override
            public List<Due> due(long time, int limit) {
                return machine.due(time, limit);
            }

            @Override
            public void snapshot(Consumer<Change> into) {
                machine.snapshot(into);
            }

            @Override
            public CommandProto toProto(Command command) {
                return machine.toProto(command);
            }

            @Override
            public Optional<Command> fromProto(CommandProto proto) {
                return machine.fromProto(proto);
            }

            @Override
            public Optional<Brief> brief(Moment at, Outcome outcome) {
                return machine.brief(at, outcome);
            }

            @Override
            public Outcome fromBrief(Moment at, Brief brief) {
                return machine.fromBrief(at, brief);
            }

            @Override
            public byte[] encode(Outcome outcome) {
                return machine.encode(outcome);
            }

            @Override
            public Outcome decode(byte[] outcome) {
                return machine.decode(outcome);
            }
        };
    }
}
