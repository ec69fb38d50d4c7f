package io.skein.cluster;

import io.skein.machine.Command;
import io.skein.replica.Effect.Refuse.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The one place where a node asks whether its cluster is at the feature level that a command needs, before the command goes
 * to the replica or to the leader: a leader of an older build could not even read it. The leader's replica looks again.
 */
final class LevelGate {
    private LevelGate() {}

    /**
     * @param clusterLevel as far as this node has applied
     * @param caughtUp that it has applied all that was committed when it came to its leader: else the cluster may be at a
     *     higher level already
     * @param members as this node knows them
     */
    static Optional<NotExecuted> refusal(
            Command command, int clusterLevel, boolean caughtUp, List<MemberStatus> members) {
        if (command.needs() <= clusterLevel) {
            return Optional.empty();
        }
        return Optional.of(
                caughtUp ? refusal(command.needs(), clusterLevel, members) : new NotExecuted(Reason.CATCHING_UP));
    }

    private static NotExecuted refusal(int needed, int clusterLevel, List<MemberStatus> members) {
        List<String> behind = new ArrayList<>();
        List<String> silent = new ArrayList<>();
        for (MemberStatus member : members) {
            if (member.featureLevel() > 0 && member.featureLevel() < needed) {
                behind.add(member.id() + (member.version().isEmpty() ? "" : " (" + member.version() + ")"));
            } else if (!member.reachable() || member.featureLevel() == 0) {
                // It may come back with another build, so the leader does not count what it heard of it.
                silent.add(member.id());
            }
        }
        List<String> todo = new ArrayList<>();
        if (!behind.isEmpty()) {
            todo.add("start a newer Skein on " + String.join(", ", behind));
        }
        if (!silent.isEmpty()) {
            todo.add("start or remove " + String.join(", ", silent) + " (not reachable)");
        }
        return new NotExecuted(
                Reason.FEATURE_LEVEL,
                "this needs feature level " + needed + ", and the cluster is at " + clusterLevel
                        + (todo.isEmpty()
                                ? ": it is about to rise, ask again"
                                : ": " + String.join(", and ", todo) + ", then it rises by itself"));
    }
}
