package io.skein.cluster;

import io.skein.raft.Configuration;
import io.skein.raft.NodeId;
import io.skein.raft.Role;
import io.skein.replica.Effect;
import io.skein.replica.Replica;
import java.util.List;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what a {@link RunningReplica} is: its status to whoever asks, to those who listen when it stands otherwise, the
 * feature level to peers, and to the operator, in the log, what became of the node. On the replica's context, but for what
 * anybody may ask.
 */
final class Announcer {
    private static final Logger LOG = LoggerFactory.getLogger(RunningReplica.class);

    private final Surroundings node;
    private final long incarnation;
    private volatile ReplicaStatus status;
    private volatile int unanswered;
    /** What those who listen were told last. */
    private ReplicaStatus told = ReplicaStatus.NONE;

    private Role saidRole = Role.FOLLOWER;
    /** The peers know; at the beginning from {@link Roster#begin}. */
    private int featureLevel;

    Announcer(Surroundings node, long incarnation, int featureLevel) {
        this.node = node;
        this.incarnation = incarnation;
        this.featureLevel = featureLevel;
    }

    /** As of the last turn; from any thread. */
    ReplicaStatus status() {
        return status;
    }

    /** Proposals that somebody waits for; from any thread. */
    int unanswered() {
        return unanswered;
    }

    void unanswered(int proposals) {
        unanswered = proposals;
    }

    /** What is said of this node is as of now. */
    void refresh(Replica replica, int proposals) {
        unanswered = proposals;
        status = new ReplicaStatus(
                replica.role(),
                replica.leader().map(NodeId::value).orElse(""),
                replica.term(),
                replica.commitIndex(),
                replica.appliedIndex(),
                replica.settledIndex(),
                replica.firstIndex(),
                replica.lastIndex(),
                replica.stateHash(),
                replica.appliedTime(),
                replica.isCaughtUp(),
                replica.isDiskFull(),
                node.roster().standing(incarnation),
                node.roster().status(),
                replica.featureLevel());
    }

    /** Those who listen hear where it begins. */
    void begin() {
        told = status;
        node.applied().moved(told);
    }

    /** Those who listen hear when this node stands otherwise than they were told. */
    void tell() {
        if (!status.standsLike(told)) {
            boolean follows = status.role() != Role.LEADER && !status.leader().isEmpty();
            if (follows && !(status.leader().equals(told.leader()) && status.term() == told.term())) {
                LOG.atInfo()
                        .addKeyValue("term", status.term())
                        .log("follows {} in term {}", status.leader(), status.term());
            }
            told = status;
            node.applied().moved(told);
        }
    }

    void sayFeatureLevel(int now) {
        if (now != featureLevel) {
            featureLevel = now;
            LOG.info("the cluster is at feature level {} from here on", now);
            node.peers().featureLevel(now);
        }
    }

    /** Whom a follower follows is said by {@link #tell}; that it still is one says nothing. */
    void sayRole(Effect.RoleChanged changed) {
        if (changed.role() != Role.FOLLOWER || saidRole != Role.FOLLOWER) {
            LOG.atInfo()
                    .addKeyValue("term", changed.term())
                    .log("{} in term {}", changed.role().name().toLowerCase(Locale.ROOT), changed.term());
        }
        saidRole = changed.role();
    }

    /** Not addresses: {@link Whereabouts} says where one went. */
    void sayMembers(Configuration before, Effect.MembersChanged changed) {
        List<String> now = shown(changed.configuration());
        if (!now.equals(shown(before))) {
            LOG.atInfo()
                    .addKeyValue("index", changed.index())
                    .log("the members are {} from entry {} on", now, changed.index());
        }
    }

    private static List<String> shown(Configuration members) {
        return members.members().stream()
                .map(member -> member.id() + (member.voter() ? "" : " (learner)"))
                .sorted()
                .toList();
    }
}
