package io.skein.raft;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Who belongs to the cluster (thesis §4.1). */
public record Configuration(List<Member> members) {
    public static final Configuration EMPTY = new Configuration(List.of());

    /** @throws IllegalArgumentException when two members have one name */
    public Configuration {
        members = List.copyOf(members);
        Set<NodeId> ids = new HashSet<>();
        for (Member member : members) {
            if (!ids.add(member.id())) {
                throw new IllegalArgumentException("two members are named " + member.id());
            }
        }
    }

    public boolean isVoter(NodeId id) {
        return member(id).filter(Member::voter).isPresent();
    }

    /** Sorted. */
    public List<NodeId> voters() {
        return members.stream().filter(Member::voter).map(Member::id).sorted().toList();
    }

    /** Whether the voters but this one, as far as they count, are a majority of all. */
    public boolean hasMajorityWithout(NodeId node, Predicate<NodeId> counts) {
        List<NodeId> voters = voters();
        long others = voters.stream()
                .filter(voter -> !voter.equals(node) && counts.test(voter))
                .count();
        return others > voters.size() / 2;
    }

    public Optional<Member> member(NodeId id) {
        return members.stream().filter(m -> m.id().equals(id)).findFirst();
    }

    /**
     * Whether this may follow the other: it has voters, and they differ from the other's by at most one that came or
     * went, so that any two majorities have a voter in common (thesis §4.1, Figure 4.3). A new incarnation is another
     * voter: one goes and one comes, which is two steps. Learners and addresses may change at will.
     */
    public boolean isOneStepFrom(Configuration other) {
        Set<String> differing = new TreeSet<>(votersWithIncarnation());
        Set<String> others = other.votersWithIncarnation();
        others.forEach(voter -> {
            if (!differing.remove(voter)) {
                differing.add(voter);
            }
        });
        return differing.size() <= 1 && members.stream().anyMatch(Member::voter);
    }

    private Set<String> votersWithIncarnation() {
        Set<String> voters = new TreeSet<>();
        for (Member member : members) {
            if (member.voter()) {
                voters.add(member.id() + "/" + member.incarnation());
            }
        }
        return voters;
    }
}
