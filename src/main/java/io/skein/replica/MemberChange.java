package io.skein.replica;

import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A change of one member (thesis §4.1): who adds a voter adds a learner, which becomes one once it has caught up. */
public sealed interface MemberChange {
    /** What the configuration becomes; the same when there is nothing to change, empty when the member is unknown. */
    Optional<Configuration> to(Configuration now);

    /**
     * A node comes, or comes back with another incarnation or address. Another incarnation is another node, which has
     * promised nothing: it begins as a learner whatever the one before was.
     */
    record Add(Member member) implements MemberChange {
        @Override
        public Optional<Configuration> to(Configuration now) {
            List<Member> next = new ArrayList<>();
            Member added = new Member(member.id(), member.incarnation(), member.address(), false, member.promote());
            for (Member there : now.members()) {
                if (!there.id().equals(member.id())) {
                    next.add(there);
                } else if (there.incarnation() == member.incarnation()) {
                    added = new Member(
                            there.id(),
                            there.incarnation(),
                            member.address(),
                            there.voter(),
                            !there.voter() && (there.promote() || member.promote()));
                }
            }
            next.add(added);
            next.sort((a, b) -> a.id().compareTo(b.id()));
            return Optional.of(new Configuration(next));
        }
    }

    /** A learner becomes a voter. */
    record Promote(NodeId id) implements MemberChange {
        @Override
        public Optional<Configuration> to(Configuration now) {
            List<Member> next = new ArrayList<>();
            boolean known = false;
            for (Member there : now.members()) {
                known |= there.id().equals(id);
                next.add(
                        there.id().equals(id)
                                ? new Member(there.id(), there.incarnation(), there.address(), true, false)
                                : there);
            }
            return known ? Optional.of(new Configuration(next)) : Optional.empty();
        }
    }

    record Remove(NodeId id) implements MemberChange {
        @Override
        public Optional<Configuration> to(Configuration now) {
            List<Member> next = now.members().stream()
                    .filter(member -> !member.id().equals(id))
                    .toList();
            return next.size() == now.members().size() ? Optional.empty() : Optional.of(new Configuration(next));
        }
    }
}
