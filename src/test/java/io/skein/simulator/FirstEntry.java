package io.skein.simulator;

import io.skein.machine.Lineage;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.WriteBatch;
import java.util.List;
import java.util.Optional;

/** What an empty node writes first: a cluster of itself. */
final class FirstEntry {
    private FirstEntry() {}

    static WriteBatch batch(NodeId self, long wallMs) {
        byte[] payload = new ClusterConfiguration(
                        new Configuration(List.of(new Member(self, 1, "127.0.0.1:6000", true))),
                        1,
                        new Lineage(1),
                        wallMs)
                .encode();
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
