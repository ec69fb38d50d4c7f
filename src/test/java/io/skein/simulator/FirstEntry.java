package io.skein.simulator;

import io.skein.machine.Lineage;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.Member;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.WriteBatch;
import java.util.List;
import java.util.Optional;

/** What the first nodes write first, all of them the same: a cluster of themselves. */
final class FirstEntry {
    private FirstEntry() {}

    static WriteBatch batch(List<Member> members, long wallMs) {
        byte[] payload = new ClusterConfiguration(new Configuration(members), 1, new Lineage(1), wallMs).encode();
        return new WriteBatch(
                1,
                0,
                List.of(new Entry(1, 1, Entry.Kind.CONFIGURATION, payload)),
                Optional.of(new HardState(1, Optional.empty())),
                List.of(),
                Optional.empty(),
                0,
                1);
    }
}
