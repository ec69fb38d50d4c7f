package io.skein.replica;

import io.skein.machine.FeatureLevel;
import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import java.util.HashMap;
import java.util.Map;

/**
 * Which feature level each member's build knows, as a leader has heard it since it leads: every message says it. Who has
 * not been heard keeps the level where it is, as whoever comes back may come with another build.
 */
final class Abilities {
    private record Heard(long incarnation, int level) {}

    private final NodeId self;
    private final int own;
    private final Map<NodeId, Heard> heard = new HashMap<>();

    /** @param own the highest level that this node's build knows */
    Abilities(NodeId self, int own) {
        this.self = self;
        this.own = own;
    }

    /** What was heard before counts no more. */
    void forget() {
        heard.clear();
    }

    void heard(NodeId from, long incarnation, int level) {
        heard.put(from, new Heard(incarnation, level));
    }

    /** The highest level that all members know, learners too; the first as long as one of them has not been heard. */
    int common(Configuration configuration) {
        int common = own;
        for (Member member : configuration.members()) {
            if (!member.id().equals(self)) {
                Heard it = heard.get(member.id());
                boolean isIt = it != null && it.incarnation() == member.incarnation();
                common = Math.min(common, isIt ? it.level() : FeatureLevel.FIRST);
            }
        }
        return common;
    }
}
