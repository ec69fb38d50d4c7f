package io.skein.node;

import io.skein.machine.Lineage;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.HardState;
import io.skein.raft.Member;
import io.skein.replica.ClusterConfiguration;
import io.skein.replica.Image;
import io.skein.replica.WriteBatch;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;

/**
 * The first entry of a cluster of one (API.md section 1): who its member is, with the incarnation of this database, and
 * what makes this log this one.
 */
final class Bootstrap {
    /** The term of the first entry: nobody was elected in it. */
    private static final long FIRST_TERM = 1;

    private Bootstrap() {}

    static boolean isNeeded(Image image) {
        return image.lastIndex() == 0;
    }

    static WriteBatch firstBatch(NodeConfig config, long incarnation, long wallMs, SecureRandom random) {
        Member self = new Member(
                config.nodeId(), incarnation, config.advertise() + ":" + config.raftPort(), true);
        byte[] payload = new ClusterConfiguration(
                        new Configuration(List.of(self)),
                        random.nextLong(),
                        new Lineage(random.nextInt(1 << 16)),
                        wallMs)
                .encode();
        return new WriteBatch(
                1,
                0,
                List.of(new Entry(1, FIRST_TERM, Entry.Kind.CONFIGURATION, payload)),
                Optional.of(new HardState(FIRST_TERM, Optional.empty())),
                List.of(),
                Optional.empty(),
                0,
                1);
    }
}
