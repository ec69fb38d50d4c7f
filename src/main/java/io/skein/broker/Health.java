package io.skein.broker;

import io.skein.cluster.ReplicaStatus;
import io.skein.cluster.ReplicaStatus.Standing;
import io.skein.cluster.ReplicaVerticle;
import java.util.Optional;

/**
 * What this node is fit for, by what its replica says (API.md, {@code health}): the word for it, and the refusal of who
 * comes all the same. {@link #moved} on the replica's context, the rest from any thread.
 */
final class Health {
    static final String OK = "ok";

    private volatile ReplicaVerticle replica;
    /** What the replica said last, also before it was attached; null until it said something. */
    private volatile ReplicaStatus said;

    private volatile boolean draining;

    void attach(ReplicaVerticle runningReplica) {
        replica = runningReplica;
    }

    void moved(ReplicaStatus now) {
        said = now;
    }

    void drain() {
        draining = true;
    }

    /** Why this node takes nothing; empty when it does. */
    Optional<Refusal> closed() {
        return draining ? Optional.of(Refusal.unavailable("draining", "the node is stopping")) : outside();
    }

    /** A node that its cluster does not count serves nothing: what it has may be wrong, or is old for good. */
    Optional<Refusal> outside() {
        ReplicaStatus now = replica == null ? said : replica.status();
        if (now == null || isMember(now)) {
            return Optional.empty();
        }
        String why = switch (standing(now)) {
            case REMOVED -> "this node is no member of its cluster; ask another one";
            case AMNESIAC -> "this node lost what it had and comes back as a new one";
            case CORRUPT -> "this node's state was not what a majority has; it comes back as a new one";
            case MEMBER -> throw new AssertionError("a member");
        };
        return Optional.of(Refusal.unavailable(of(now), why));
    }

    boolean isMember(ReplicaStatus now) {
        return standing(now) == Standing.MEMBER;
    }

    /** A newcomer that is being told of the past finds itself in no cluster there. */
    private static Standing standing(ReplicaStatus now) {
        boolean isOnItsWay = !now.caughtUp() && !now.leader().isEmpty();
        return isOnItsWay ? Standing.MEMBER : now.standing();
    }

    /** Of a replica that says this. */
    String of(ReplicaStatus now) {
        if (draining) {
            return "draining";
        }
        switch (standing(now)) {
            case CORRUPT -> {
                return "corrupt";
            }
            case AMNESIAC -> {
                return "amnesiac";
            }
            case REMOVED -> {
                return "removed";
            }
            default -> {}
        }
        if (now.diskFull()) {
            return "disk-full";
        }
        if (!now.caughtUp()) {
            return now.leader().isEmpty() ? "no-leader" : "catching-up";
        }
        return now.leader().isEmpty() ? "no-leader" : OK;
    }

    /** Of a node whose replica says nothing yet. */
    String starting() {
        return outside().map(Refusal::code).orElse("catching-up");
    }
}
