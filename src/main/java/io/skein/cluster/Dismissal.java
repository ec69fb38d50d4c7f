package io.skein.cluster;

import io.skein.cluster.ReplicaStatus.Standing;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import java.util.Optional;

/**
 * Whether the others have gone on without this node. Who was removed while it was away, or lost its leader before the
 * entry that removed it, is called by nobody again: its log never says so, and it would wait for a leader for ever. So a
 * node without a leader asks those whom it reaches. What they say is a word for the operator (health {@code removed} or
 * {@code amnesiac}) and taken back as soon as a leader is heard; the log alone decides who counts. On the replica's
 * context.
 */
final class Dismissal {
    private static final long EVERY_NANOS = 1_000_000_000;

    private final Peers peers;
    private final NodeId self;
    private long askedNanos = System.nanoTime();
    private Optional<Standing> heard = Optional.empty();

    Dismissal(Peers peers, NodeId self) {
        this.peers = peers;
        this.self = self;
    }

    /** Empty while nobody says so. */
    Optional<Standing> heard() {
        return heard;
    }

    /** Now and then. */
    void look(boolean hasLeader, Roster roster, long incarnation) {
        if (hasLeader || roster.clusterId() == 0) {
            heard = Optional.empty();
            askedNanos = System.nanoTime();
            return;
        }
        if (System.nanoTime() - askedNanos < EVERY_NANOS) {
            return;
        }
        askedNanos = System.nanoTime();
        for (Member member : roster.members().members()) {
            if (!member.id().equals(self) && peers.isReachable(member.id())) {
                peers.ask(member.id(), new Ask(Membership.FACTS, new byte[0]))
                        .compose(Membership::facts)
                        .onSuccess(facts -> {
                            if (facts.clusterId() == roster.clusterId()
                                    && !facts.leaderAddress().isEmpty()) {
                                heard = standing(facts, incarnation);
                            }
                        })
                        // Asked again after a while.
                        .onFailure(silent -> {});
            }
        }
    }

    private Optional<Standing> standing(Facts facts, long incarnation) {
        Optional<Member> known = facts.member(self);
        if (known.isEmpty()) {
            return Optional.of(Standing.REMOVED);
        }
        return known.get().incarnation() == incarnation ? Optional.empty() : Optional.of(Standing.AMNESIAC);
    }
}
