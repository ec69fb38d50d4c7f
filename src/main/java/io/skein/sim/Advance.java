package io.skein.sim;

import io.skein.cluster.ReplicaVerticle.Outlook;
import io.skein.raft.Role;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Moves the time of a cluster, from one due time to the next, so that what follows from what (a lease ends, the message waits,
 * is delivered again) happens in its order and at its time, however far the move. Whoever works for a subscription over
 * an open connection gets a moment of real time at each, to take what is delivered and to answer.
 */
final class Advance {
    /** A leader is waited for that long, and so is what is due. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** For followers, who may be slow, and are then behind as they may always be. */
    private static final long FOLLOWERS_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** The log has not grown for so long: nobody is about to answer. Where nobody follows anything, nobody will. */
    private static final long CALM_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private static final long LONELY_CALM_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long MAX_CALM_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    /** Spent on such waits in one move; after it the rest goes as fast as it can. */
    private static final long ALL_CALM_NANOS = TimeUnit.SECONDS.toNanos(3);
    /** At first the next look is soon, for most of it takes less than a millisecond. */
    private static final long LOOK_NANOS = 100_000;

    private final SimClock clock;
    private final Collection<SimNode> nodes;
    private long calmLeft = ALL_CALM_NANOS;
    private long calmNanos = LONELY_CALM_NANOS;

    Advance(SimClock clock, Collection<SimNode> nodes) {
        this.clock = clock;
        this.nodes = nodes;
    }

    /**
     * @param steps times at which something was due
     * @param isDone the leader has seen to all of it
     */
    record Result(int steps, boolean isDone) {}

    Result to(long target) {
        if (nodes.stream().anyMatch(SimNode::isFollowed)) {
            calmNanos = CALM_NANOS;
        }
        // What was said a moment ago may still be on its way to somebody who will answer.
        Optional<Outlook> seen = settled(Long.MIN_VALUE).flatMap(then -> calm(then, Long.MIN_VALUE));
        Strides strides = new Strides(target);
        while (seen.isPresent()) {
            long due = seen.get().nextDueMs();
            if (due >= target) {
                break;
            }
            long next = strides.next(clock.millis(), due);
            clock.moveTo(next);
            seen = settled(next).flatMap(then -> calm(then, next));
        }
        clock.moveTo(target);
        Optional<Outlook> arrived = settled(target).flatMap(then -> calm(then, target));
        followed();
        return new Result(strides.made(), arrived.isPresent());
    }

    /** What falls due next, as the leader has it; empty when nobody leads. */
    Optional<Outlook> outlook() {
        return leader();
    }

    /** The leader has said in the log that it is so late, and has seen to what is due. Not waited for where no majority runs. */
    private Optional<Outlook> settled(long time) {
        long until = System.nanoTime() + PATIENCE_NANOS;
        long pause = LOOK_NANOS;
        while (System.nanoTime() - until < 0 && mayLead()) {
            Optional<Outlook> seen = leader();
            boolean isThere = seen.isPresent()
                    && seen.get().status().caughtUp()
                    && seen.get().nextDueMs() > time
                    && seen.get().status().time() >= time;
            if (isThere) {
                return seen;
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(pause * 2, 20 * LOOK_NANOS);
        }
        return Optional.empty();
    }

    private boolean mayLead() {
        long running = nodes.stream()
                .filter(node -> node.state() == SimNode.State.RUNNING)
                .count();
        return running > nodes.size() / 2;
    }

    /** Nobody writes any more because of what happened at this time. */
    private Optional<Outlook> calm(Outlook seen, long time) {
        long begun = System.nanoTime();
        long most = Math.min(MAX_CALM_NANOS, calmLeft);
        long index = seen.status().lastIndex();
        long since = begun;
        while (System.nanoTime() - begun < most && System.nanoTime() - since < calmNanos) {
            LockSupport.parkNanos(LOOK_NANOS * 5);
            Optional<Outlook> next = leader();
            if (next.isPresent() && next.get().status().lastIndex() != index) {
                index = next.get().status().lastIndex();
                since = System.nanoTime();
            }
        }
        calmLeft -= System.nanoTime() - begun;
        return settled(time);
    }

    /** Every node that the leader reaches has applied what it has. */
    private void followed() {
        Optional<Outlook> lead = leader();
        if (lead.isEmpty()) {
            return;
        }
        long index = lead.get().status().appliedIndex();
        long until = System.nanoTime() + FOLLOWERS_NANOS;
        while (System.nanoTime() - until < 0) {
            boolean all = looks().stream()
                    .allMatch(seen -> seen.status().appliedIndex() >= index
                            || !seen.status()
                                    .leader()
                                    .equals(lead.get().status().leader()));
            if (all) {
                return;
            }
            LockSupport.parkNanos(5 * LOOK_NANOS);
        }
    }

    /** Of the newest term: one that was cut off may still believe that it leads. */
    private Optional<Outlook> leader() {
        Optional<Outlook> newest = Optional.empty();
        for (Outlook seen : looks()) {
            boolean leads = seen.status().role() == Role.LEADER;
            if (leads
                    && (newest.isEmpty()
                            || newest.get().status().term() < seen.status().term())) {
                newest = Optional.of(seen);
            }
        }
        return newest;
    }

    private List<Outlook> looks() {
        List<Future<Outlook>> asked = new ArrayList<>();
        for (SimNode node : nodes) {
            if (node.state() == SimNode.State.RUNNING) {
                asked.add(node.look());
            }
        }
        List<Outlook> seen = new ArrayList<>();
        for (Future<Outlook> one : asked) {
            try {
                seen.add(one.await(1, TimeUnit.SECONDS));
            } catch (Exception away) {
                // It is on its way into its cluster, or was stopped a moment ago.
            }
        }
        return seen;
    }
}
