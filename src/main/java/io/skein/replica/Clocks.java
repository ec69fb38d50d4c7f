package io.skein.replica;

import io.skein.raft.NodeId;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The voters' wall clocks, as far as they were heard (DESIGN D5): one that is wrong neither makes the log's time run nor
 * holds it up.
 */
final class Clocks {
    /** A clock that was not heard for so long says nothing. */
    private static final long FRESH_NANOS = 10_000_000_000L;

    private static final long NANOS_PER_MS = 1_000_000;

    /** Held against the monotonic clock, so that a jump of this node's wall clock moves no other's. */
    private record Heard(long wallMs, long nanos) {}

    private final NodeId self;
    private final Map<NodeId, Heard> heard = new HashMap<>();

    Clocks(NodeId self) {
        this.self = self;
    }

    void heard(NodeId from, long wallMs, Now now) {
        heard.put(from, new Heard(wallMs, now.nanos()));
    }

    /** Peers that are no longer members are forgotten. */
    void keep(Collection<NodeId> members) {
        heard.keySet().retainAll(members);
    }

    /** What time it is by the median of the voters' clocks; of two in the middle the slower. Empty without a majority. */
    OptionalLong median(Collection<NodeId> voters, Now now) {
        long[] walls = new long[voters.size()];
        int known = 0;
        for (NodeId voter : voters) {
            Heard clock = heard.get(voter);
            if (voter.equals(self)) {
                walls[known++] = now.wallMs();
            } else if (clock != null && now.nanos() - clock.nanos() <= FRESH_NANOS) {
                walls[known++] = clock.wallMs() + (now.nanos() - clock.nanos()) / NANOS_PER_MS;
            }
        }
        if (known <= voters.size() / 2) {
            return OptionalLong.empty();
        }
        Arrays.sort(walls, 0, known);
        return OptionalLong.of(walls[(known - 1) / 2]);
    }
}
