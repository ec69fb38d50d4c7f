package io.skein.replica;

import io.skein.machine.Lineage;
import io.skein.raft.Configuration;
import io.skein.raft.Entry;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.raft.Raft;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;

/** What makes this cluster this one, and who waits for a change of its members to be committed. */
final class Members {
    /** Entries that a learner may lack when it becomes a voter: about what one round of replication carries. */
    private static final long NEARLY_CAUGHT_UP = 256;

    private record Waiting(long id, long index, long term) {}

    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long clusterId;
    private Lineage lineage;

    Members(Image image) {
        clusterId = image.clusterId();
        lineage = image.lineage();
    }

    /** 0 until this node belongs to a cluster. */
    long clusterId() {
        return clusterId;
    }

    Lineage lineage() {
        return lineage;
    }

    /** A configuration came into the log: it counts from here on. */
    void appended(Entry entry) {
        ClusterConfiguration cluster = ClusterConfiguration.decode(entry.payload());
        clusterId = cluster.clusterId();
        lineage = cluster.lineage();
    }

    ClusterConfiguration with(Configuration next, long time, int featureLevel) {
        return new ClusterConfiguration(next, clusterId, lineage, time, featureLevel);
    }

    void waits(long id, long index, long term) {
        waiting.add(new Waiting(id, index, term));
    }

    /** An entry was committed: whoever waited for it, or lost its place to it, hears so. */
    void applied(Entry entry, Consumer<Effect> effects) {
        // Not by index: one may wait from an earlier term of this node's, above an entry that was overwritten.
        waiting.removeIf(one -> {
            if (one.index() > entry.index()) {
                return false;
            }
            effects.accept(
                    one.index() == entry.index() && one.term() == entry.term()
                            ? new Effect.Reconfigured(one.id(), one.index())
                            : new Effect.Refuse(one.id(), Effect.Refuse.Reason.NOT_LEADER));
            return true;
        });
    }

    /** A learner that is to vote and has caught up. */
    Optional<NodeId> toPromote(Raft raft) {
        for (Member member : raft.configuration().members()) {
            if (!member.voter()
                    && member.promote()
                    && raft.matchIndex(member.id()) >= Math.max(1, raft.lastIndex() - NEARLY_CAUGHT_UP)) {
                return Optional.of(member.id());
            }
        }
        return Optional.empty();
    }
}
