package io.skein.replica;

import io.skein.machine.FeatureLevel;
import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import java.util.HashMap;
import java.util.Map;

/**
 * Which feature level each member's build knows, as a leader has heard it since it leads: every message says it. Who has
 * not been heard, or not for an election timeout, keeps the level where it is: whoever is down may come back with another
 * build.
 */
final class Abilities {
    /** @param nanos when, by the monotonic clock */
    private record Heard(long incarnation, int level, long nanos) {}

    private final NodeId self;
    private final int own;
    private final long staleNanos;
    private final Map<NodeId, Heard> heard = new HashMap<>();

    /**
     * @param own the highest level that this node's build knows
     * @param staleNanos for so long counts what was heard
     */
    Abilities(NodeId self, int own, long staleNanos) {
        this.self = self;
        this.own = own;
        this.staleNanos = staleNanos;
    }

    /** What was heard before counts no more. */
    void forget() {
        heard.clear();
    }

    void heard(NodeId from, long incarnation, int level, Now now) {
        heard.put(from, new Heard(incarnation, level, now.nanos()));
    }

    /** The highest level that all members know, learners too; the first as long as one of them is not heard. */
    int common(Configuration configuration, Now now) {
        int common = own;
        for (Member member : configuration.members()) {
            if (!member.id().equals(self)) {
                Heard it = heard.get(member.id());
                boolean isIt = it != null && it.incarnation() == member.incarnation();
                boolean isThere = isIt && now.nanos() - it.nanos() < staleNanos;
                common = Math.min(common, isThere ? it.level() : FeatureLevel.FIRST);
            }
        }
        return common;
    }
}
