package io.skein.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one step wants done, put in the order that {@link Raft#step} promises; says what changed, once. */
final class Outbox {
    private final Raft raft;
    private List<Effect> effects = new ArrayList<>(4);

    private Role announcedRole;
    private long announcedTerm;
    private Optional<NodeId> announcedLeader = Optional.empty();
    private Configuration announcedConfiguration;
    private long announcedConfigurationIndex;
    private long announcedCommit;

    /** What the node starts with is no news. */
    Outbox(Raft raft) {
        this.raft = raft;
        announcedRole = raft.role();
        announcedTerm = raft.term();
        announcedConfiguration = raft.configuration();
        announcedConfigurationIndex = raft.configurationIndex();
        announcedCommit = raft.commitIndex();
    }

    void add(Effect effect) {
        effects.add(effect);
    }

    List<Effect> take() {
        Optional<Effect.Write> write =
                raft.durability().takeWrite(raft.term(), raft.standing().votedFor());
        if (write.isPresent()) {
            effects.add(write.get());
        }
        announceConfiguration();
        announceRole();
        long commitIndex = raft.commitIndex();
        if (commitIndex > announcedCommit) {
            announcedCommit = commitIndex;
            effects.add(new Effect.Committed(commitIndex));
        }
        if (effects.isEmpty()) {
            return List.of();
        }
        List<Effect> taken = effects;
        effects = new ArrayList<>(4);
        return taken;
    }

    /** Before what is sent: whoever sends must know where the members are. */
    private void announceConfiguration() {
        Configuration configuration = raft.configuration();
        if (configuration != announcedConfiguration || raft.configurationIndex() != announcedConfigurationIndex) {
            announcedConfiguration = configuration;
            announcedConfigurationIndex = raft.configurationIndex();
            effects.add(0, new Effect.ConfigurationChanged(configuration, announcedConfigurationIndex));
        }
    }

    private void announceRole() {
        if (raft.role() != announcedRole
                || raft.term() != announcedTerm
                || !raft.leader().equals(announcedLeader)) {
            announcedRole = raft.role();
            announcedTerm = raft.term();
            announcedLeader = raft.leader();
            effects.add(0, new Effect.RoleChanged(announcedRole, announcedTerm, announcedLeader));
        }
    }
}
