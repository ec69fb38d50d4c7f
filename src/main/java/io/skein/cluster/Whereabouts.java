package io.skein.cluster;

import io.skein.raft.Member;
import io.skein.raft.NodeId;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the cluster know where this node is found, when that is not where it looks: after a start at another address. It
 * is said again from time to time until the leader has taken note. On the replica's context.
 */
final class Whereabouts {
    private static final Logger LOG = LoggerFactory.getLogger(Whereabouts.class);
    /** Looks between two words. */
    private static final int LOOKS = 50;

    private final NodeId self;
    private final Roster roster;
    private final Membership membership;
    private int rest;

    Whereabouts(NodeId self, Roster roster, Membership membership) {
        this.self = self;
        this.roster = roster;
        this.membership = membership;
    }

    /**
     * Now and then, while there is a leader.
     *
     * @param mine what this node says of itself
     */
    void look(long incarnation, String address, Supplier<Facts> mine) {
        if (rest > 0) {
            rest--;
            return;
        }
        boolean isElsewhere = roster.members()
                .member(self)
                .filter(known -> known.incarnation() == incarnation)
                .map(Member::address)
                .filter(known -> !known.equals(address))
                .isPresent();
        if (isElsewhere) {
            rest = LOOKS;
            membership
                    .moved(mine.get())
                    .onFailure(failure ->
                            LOG.debug("nobody takes note that this node is at {}: {}", address, failure.toString()));
        }
    }
}
