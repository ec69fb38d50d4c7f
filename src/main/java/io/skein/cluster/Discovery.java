package io.skein.cluster;

import io.skein.machine.Lineage;
import io.skein.machine.StateHash;
import io.skein.raft.Configuration;
import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.skein.replica.ClusterConfiguration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a node that belongs nowhere should do, by what its peers say (API.md section 1). Decides and does nothing.
 *
 * <p>Why it is safe: the same first entry is written by all only when all were empty at once, each with its incarnation
 * on its disk before it said so; so a node that was wiped later has another incarnation and finds a cluster that is not
 * empty. Whoever was in a cluster and comes with another incarnation has promised nothing and gets no vote.
 */
public final class Discovery {
    /** Nobody was elected in the term of the first entry. */
    public static final long FIRST_TERM = 1;

    /** What to do. */
    public sealed interface Verdict {
        /** Ask again: somebody who must agree has not answered. */
        record Wait(List<NodeId> silent) implements Verdict {}

        /** Everybody listed is empty: each writes this as entry 1. */
        record Form(ClusterConfiguration first) implements Verdict {}

        /** A cluster knows this very incarnation: it will send its log. */
        record Adopt(long clusterId) implements Verdict {}

        /**
         * A cluster knows this id with another incarnation: this node was wiped, and asks to come back as a new one.
         *
         * @param powerless the other voters, who are no majority without it and cannot take it back; empty when they are
         */
        record Wiped(long clusterId, List<String> ask, List<NodeId> powerless) implements Verdict {}

        /** A cluster does not know this id: ask it to add this node. */
        record Join(long clusterId, List<String> ask) implements Verdict {}

        /** A cluster does not know this id, and nobody said that it should. */
        record Stranger(long clusterId) implements Verdict {}
    }

    private final NodeId self;
    private final long incarnation;
    private final String address;
    private final Map<NodeId, String> peers;
    private final boolean join;

    /**
     * @param address where this node wants to be found
     * @param peers as listed, with or without this node
     */
    public Discovery(NodeId self, long incarnation, String address, Map<NodeId, String> peers, boolean join) {
        this.self = self;
        this.incarnation = incarnation;
        this.address = address;
        this.peers = new TreeMap<>(peers);
        // An id that is not listed does not form a cluster: it can only be added to one.
        this.join = join || !peers.containsKey(self);
    }

    /** @param answers of the others, as far as they came; an answer under an id that is not its own does not count */
    public Verdict decide(Collection<Facts> answers) {
        TreeMap<NodeId, Facts> heard = new TreeMap<>();
        for (Facts facts : answers) {
            if (peers.containsKey(facts.node()) && !facts.node().equals(self)) {
                heard.put(facts.node(), facts);
            }
        }
        // The newest term knows best who belongs to the cluster.
        Facts cluster = null;
        for (Facts facts : heard.values()) {
            if (!facts.isEmpty() && (cluster == null || facts.term() > cluster.term())) {
                cluster = facts;
            }
        }
        if (cluster != null) {
            return meet(cluster, heard);
        }
        List<NodeId> silent = peers.keySet().stream()
                .filter(peer -> !peer.equals(self) && !heard.containsKey(peer))
                .toList();
        if (!silent.isEmpty() || join) {
            return new Verdict.Wait(silent);
        }
        return new Verdict.Form(first(heard));
    }

    private Verdict meet(Facts cluster, Map<NodeId, Facts> heard) {
        List<String> ask = new ArrayList<>();
        if (!cluster.leaderAddress().isEmpty()) {
            ask.add(cluster.leaderAddress());
        }
        for (Facts facts : heard.values()) {
            if (facts.clusterId() == cluster.clusterId()) {
                ask.add(peers.get(facts.node()));
            }
        }
        Member known = cluster.member(self).orElse(null);
        if (known == null) {
            return join ? new Verdict.Join(cluster.clusterId(), ask) : new Verdict.Stranger(cluster.clusterId());
        }
        return known.incarnation() == incarnation
                ? new Verdict.Adopt(cluster.clusterId())
                : new Verdict.Wiped(cluster.clusterId(), ask, powerless(cluster));
    }

    /** The other voters, when they are no majority without this one. */
    private List<NodeId> powerless(Facts cluster) {
        Configuration members = new Configuration(cluster.members());
        return members.hasMajorityWithout(self, voter -> true)
                ? List.of()
                : members.voters().stream().filter(voter -> !voter.equals(self)).toList();
    }

    /** The same on every node: what each says of itself decides all of it, not how somebody's list calls it. */
    private ClusterConfiguration first(Map<NodeId, Facts> heard) {
        List<Member> members = new ArrayList<>();
        StateHash hash = new StateHash(0);
        for (NodeId id : peers.keySet()) {
            long of = id.equals(self) ? incarnation : heard.get(id).incarnation();
            String at = id.equals(self) ? address : heard.get(id).address();
            members.add(new Member(id, of, at, true));
            hash.add(id.value());
            hash.add(of);
        }
        long clusterId = hash.value() == 0 ? 1 : hash.value();
        int lineage = (int) (clusterId >>> 48);
        return new ClusterConfiguration(new Configuration(members), clusterId, new Lineage(lineage), 1);
    }
}
