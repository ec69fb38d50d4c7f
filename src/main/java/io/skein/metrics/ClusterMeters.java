package io.skein.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.skein.cluster.ClusterListener;
import io.skein.raft.Role;
import io.skein.replica.Effect;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What the replica does. */
final class ClusterMeters implements ClusterListener {
    private final MeterRegistry registry;
    private final Counter won;
    private final Counter lost;
    private final Counter leaderChanges;
    private final Timer append;
    private final Timer commit;
    private final Labels reasons = new Labels(32);
    private Role last = Role.FOLLOWER;

    ClusterMeters(MeterRegistry registry) {
        this.registry = registry;
        won = elections(registry, "won");
        lost = elections(registry, "lost");
        leaderChanges = Counter.builder("skein.raft.leader.changes")
                .description("Times this node became leader; the sum over the nodes is the cluster's changes of leader")
                .register(registry);
        append = Timer.builder("skein.raft.append.duration")
                .description("Entries appended to this node's log: from handing them to the store until durable")
                .serviceLevelObjectives(Buckets.ofWrites())
                .register(registry);
        commit = Timer.builder("skein.raft.commit.duration")
                .description("From a proposal to its answer: written, replicated, committed, applied")
                .serviceLevelObjectives(Buckets.ofWrites())
                .register(registry);
        for (Effect.Refuse.Reason reason : Effect.Refuse.Reason.values()) {
            rejected(reason.name()); // so that rates begin at 0
        }
    }

    private static Counter elections(MeterRegistry registry, String outcome) {
        return Counter.builder("skein.raft.elections")
                .description("Elections this node was a candidate in")
                .tag("outcome", outcome)
                .register(registry);
    }

    @Override
    public void roleChanged(Role role, long term) {
        if (role == Role.LEADER && last != Role.LEADER) {
            won.increment();
            leaderChanges.increment();
        } else if (last == Role.CANDIDATE && role != Role.CANDIDATE) {
            lost.increment();
        }
        last = role;
    }

    @Override
    public void appended(long nanos) {
        append.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void committed(long nanos) {
        commit.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void refused(String reason) {
        rejected(reason).increment();
    }

    private Counter rejected(String reason) {
        return Counter.builder("skein.raft.proposals.rejected")
                .description("Proposals that were not taken into the log")
                .tag("reason", reasons.bounded(reason.toLowerCase(Locale.ROOT).replace('_', '-')))
                .register(registry);
    }
}
