package io.skein.replica;

import io.skein.machine.Cursor;
import io.skein.machine.Due;
import io.skein.machine.Machine;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the machines say is due, and how much of it is under way: the proposals that a leader makes of its own, and the
 * bodies that are read for them (DESIGN D5, D17).
 */
final class DueWork {
    private static final long NANOS_PER_MS = 1_000_000;
    /** How long after a body could not be read the next is tried. */
    private static final long FETCH_RETRY_NANOS = 200 * NANOS_PER_MS;
    /** What is overdue and not under way is tried again after this. */
    private static final long OVERDUE_AGAIN_MS = 200;
    /** Bodies being read at one time. */
    private static final int MAX_FETCHING = 64;
    /** While something due is under way the machines are asked for more this often, or when a part of it is done. */
    private static final long ASK_AGAIN_NANOS = 20 * NANOS_PER_MS;
    /** What falls due later than that is looked at again before. */
    private static final long MAX_WAIT_MS = 3_600_000;

    private final List<Machine> machines;
    private final EntryCodec codec;
    /** Bodies that are being read, or were and are being proposed. */
    private final Set<Cursor> fetching = new HashSet<>();
    /** Machines that have a proposal of their own under way. */
    private final Set<Machine> settling = new HashSet<>();

    private long fetchAgainAt = Long.MIN_VALUE;
    private long askedAt;
    /** Something came to an end since the machines were asked. */
    private boolean isPartDone = true;

    DueWork(List<Machine> machines, EntryCodec codec) {
        this.machines = machines;
        this.codec = codec;
    }

    /**
     * On a leader that knows what it has to.
     *
     * @param time of the log
     * @param tight copies have to wait until there is room
     */
    void begin(Now now, long time, boolean tight, Consumer<Proposal> proposals, Consumer<Effect> effects) {
        boolean isUnderWay = !settling.isEmpty() || !fetching.isEmpty() || now.nanos() < fetchAgainAt;
        if (isUnderWay && !isPartDone && now.nanos() - askedAt < ASK_AGAIN_NANOS) {
            return;
        }
        for (Machine machine : machines) {
            if (machine.nextDue() > time) {
                continue;
            }
            askedAt = now.nanos();
            isPartDone = false;
            for (Due due : machine.due(time, MAX_FETCHING)) {
                if (due instanceof Due.Propose propose) {
                    if (settling.add(machine)) {
                        proposals.accept(new Proposal(Proposal.NOBODY, propose.command(), Optional.empty()));
                    }
                } else if (due instanceof Due.Fetch fetch) {
                    if (!tight
                            && now.nanos() >= fetchAgainAt
                            && fetching.size() < MAX_FETCHING
                            && fetching.add(fetch.place())) {
                        effects.accept(new Effect.Fetch(fetch.place()));
                    }
                }
            }
        }
    }

    /**
     * A leadership begins. What an earlier one had under way may wait for an index that is only reached when something is
     * proposed again; done twice, it is refused the second time.
     */
    void lead() {
        fetching.clear();
        settling.clear();
        isPartDone = true;
    }

    /** A body could not be read; it stays due. */
    void notFetched(Cursor place, Now now) {
        fetching.remove(place);
        fetchAgainAt = now.nanos() + FETCH_RETRY_NANOS;
    }

    /** A proposal of this node's own came to an end, one way or the other; what is still due may be proposed again. */
    void ended(Proposal own) {
        isPartDone = true;
        Optional<Cursor> body = own.command().body();
        if (body.isPresent()) {
            fetching.remove(body.get());
        } else {
            settling.remove(codec.owner(own.command()));
        }
    }

    /** Of all machines. */
    long nextDue() {
        long next = Long.MAX_VALUE;
        for (Machine machine : machines) {
            next = Math.min(next, machine.nextDue());
        }
        return next;
    }

    /** When a leader is to look again; {@link Long#MAX_VALUE} when nothing falls due, or the end of it brings a turn. */
    long wakeNanos(Now now, long time) {
        long next = Long.MAX_VALUE;
        for (Machine machine : machines) {
            boolean isUnderWay = machine.nextDue() <= time && (settling.contains(machine) || !fetching.isEmpty());
            if (machine.nextDue() != Long.MAX_VALUE && !isUnderWay) {
                // What could not be done when it was due is looked at again, but not all the time.
                long in = machine.nextDue() > time ? machine.nextDue() - time : OVERDUE_AGAIN_MS;
                next = Math.min(next, now.nanos() + Math.min(in, MAX_WAIT_MS) * NANOS_PER_MS);
            }
        }
        return next;
    }
}
