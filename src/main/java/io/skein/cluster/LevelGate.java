package io.skein.cluster;

import io.skein.machine.Command;
import io.skein.replica.Effect.Refuse.Reason;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The one place where a node asks whether its cluster is at the feature level that a command needs, before the command goes
 * to the replica or to the leader: a leader of an older build could not even read it. The leader's replica looks again.
 */
final class LevelGate {
    private LevelGate() {}

    /** @param members as this node knows them */
    static Optional<NotExecuted> refusal(Command command, int clusterLevel, List<MemberStatus> members) {
        return command.needs() <= clusterLevel
                ? Optional.empty()
                : Optional.of(refusal(command.needs(), clusterLevel, members));
    }

    private static NotExecuted refusal(int needed, int clusterLevel, List<MemberStatus> members) {
        List<MemberStatus> behind = members.stream()
                .filter(member -> member.featureLevel() < needed)
                .toList();
        String names = behind.stream()
                .map(member -> member.id()
                        + (member.featureLevel() == 0
                                ? " (not heard)"
                                : member.version().isEmpty() ? "" : " (" + member.version() + ")"))
                .collect(Collectors.joining(", "));
        return new NotExecuted(
                Reason.FEATURE_LEVEL,
                "this needs feature level " + needed + ", and the cluster is at " + clusterLevel
                        + (behind.isEmpty()
                                ? ": it is about to rise, ask again"
                                : ": start a newer Skein on " + names + ", then it rises by itself"));
    }
}
