package io.skein.raft;

import java.util.List;

/** Who belongs to the cluster (thesis §4.1). */
public record Configuration(List<Member> members) {
    public Configuration {
        members = List.copyOf(members);
    }

    public boolean isVoter(NodeId id) {
        return members.stream().anyMatch(m -> m.voter() && m.id().equals(id));
    }

    public List<NodeId> voters() {
        return members.stream().filter(Member::voter).map(Member::id).sorted().toList();
    }
}
