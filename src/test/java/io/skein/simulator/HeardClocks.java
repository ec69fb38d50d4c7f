package io.skein.simulator;

import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.LongStream;

/** What time the voters' clocks say it is, as far as one node heard them in one life (DESIGN D5): the product's sum again. */
final class HeardClocks {
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long FRESH_NANOS = 10_000 * NANOS_PER_MS;

    private record Heard(long wallMs, long nanos) {}

    private final Map<NodeId, Heard> heard = new TreeMap<>();

    void heard(NodeId from, long wallMs, long nanos, Configuration configuration) {
        if (configuration.isVoter(from)) {
            heard.put(from, new Heard(wallMs, nanos));
        }
    }

    void keep(Configuration configuration) {
        heard.keySet()
                .retainAll(configuration.members().stream().map(Member::id).toList());
    }

    /** Of the voters, the node itself among them; the slower of two in the middle; empty without a majority. */
    OptionalLong median(NodeId self, Configuration configuration, long wallMs, long nanos) {
        long[] walls = configuration.voters().stream()
                .flatMapToLong(voter -> voter.equals(self) ? LongStream.of(wallMs) : of(voter, nanos))
                .sorted()
                .toArray();
        return 2 * walls.length > configuration.voters().size()
                ? OptionalLong.of(walls[(walls.length + 1) / 2 - 1])
                : OptionalLong.empty();
    }

    private LongStream of(NodeId voter, long nanos) {
        Heard clock = heard.get(voter);
        return clock != null && nanos - clock.nanos() <= FRESH_NANOS
                ? LongStream.of(clock.wallMs() + (nanos - clock.nanos()) / NANOS_PER_MS)
                : LongStream.empty();
    }
}
