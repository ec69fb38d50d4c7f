package io.skein.cluster;

import io.skein.raft.Member;
import io.skein.raft.NodeId;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out that the cluster does not count this node any more, which nobody tells one that is no member: while it has no
 * leader it asks those it knows of. On the replica's context.
 */
final class Removal {
    private static final Logger LOG = LoggerFactory.getLogger(Removal.class);
    /** Looks between two rounds of questions. */
    private static final int LOOKS = 10;
    /** Rounds in a row that must say the same before it counts. */
    private static final int ROUNDS = 2;

    /** What is said of this node. */
    enum Verdict {
        /** Nobody who could know has answered. */
        UNKNOWN,
        COUNTED,
        /** In its cluster its id is that of a node with another disk. */
        REPLACED,
        /** Its cluster does not count it, or those it knows are of another one now. */
        REMOVED,
        /** Those it knows are of another cluster now, which knows its id with another disk. */
        REPLACED_ELSEWHERE;

        /**
         * Whether the node lays its data aside and comes as a new one (API.md section 1). Its own cluster has what it
         * had; of another one nobody knows that, it may only stand where the own one stood.
         *
         * @param mayJoin the operator said so
         * @param mayReturn an empty node would find its cluster again
         * @param onlyFirst it was never more than a first entry, and has nothing to lose
         */
        boolean comesAsNew(boolean mayJoin, boolean mayReturn, boolean onlyFirst) {
            return switch (this) {
                case UNKNOWN, COUNTED -> false;
                case REPLACED -> mayJoin || mayReturn || onlyFirst;
                case REMOVED -> mayJoin;
                case REPLACED_ELSEWHERE -> mayJoin || onlyFirst;
            };
        }
    }

    private final NodeId self;
    private final Peers peers;
    private final Roster roster;
    private final Set<String> listed;
    private int looks;
    private boolean isAsking;
    private Verdict last = Verdict.UNKNOWN;
    private int rounds;
    private boolean isSaid;

    /** @param listed addresses of others that the operator gave */
    Removal(NodeId self, Peers peers, Roster roster, Set<String> listed) {
        this.self = self;
        this.peers = peers;
        this.roster = roster;
        this.listed = listed;
    }

    /**
     * Only a leader's word counts, that of the highest term: of what others have in their logs something may be taken
     * back. One of this node's cluster comes first. As long as anybody is of this cluster, another one says nothing,
     * unless it is what an operator made of this one: nodes that were left behind would wait for each other. Where nobody
     * is of this cluster any more, another need not list this node's lineage: what was restored from a backup that is
     * older than the last recovery does not.
     *
     * @param clusterId of this node
     * @param lineage of its log
     */
    static Verdict of(NodeId self, long incarnation, long clusterId, int lineage, Collection<Facts> answers) {
        boolean isThere = answers.stream().anyMatch(facts -> facts.clusterId() == clusterId);
        Optional<Facts> leader = newest(answers, facts -> facts.clusterId() == clusterId)
                .or(() -> newest(answers, facts -> !isThere || facts.ancestors().contains(lineage)));
        if (leader.isEmpty()) {
            return Verdict.UNKNOWN;
        }
        Optional<Member> known = leader.get().member(self);
        boolean isItself =
                known.filter(member -> member.incarnation() == incarnation).isPresent();
        if (leader.get().clusterId() != clusterId) {
            return known.isPresent() && !isItself ? Verdict.REPLACED_ELSEWHERE : Verdict.REMOVED;
        }
        if (known.isEmpty()) {
            return Verdict.REMOVED;
        }
        return isItself ? Verdict.COUNTED : Verdict.REPLACED;
    }

    private static Optional<Facts> newest(Collection<Facts> answers, Predicate<Facts> counts) {
        return answers.stream().filter(Facts::leads).filter(counts).max(Comparator.comparingLong(Facts::term));
    }

    /**
     * Now and then, while a replica runs. Completes with what it is when that is certain, and news; with
     * {@link Verdict#UNKNOWN} otherwise.
     */
    Future<Verdict> look(RunningReplica running, long incarnation) {
        boolean isLed = running.leader().isPresent() && roster.isCounted(incarnation);
        if (isLed || roster.clusterId() == 0) {
            forget();
            return Future.succeededFuture(isLed ? Verdict.COUNTED : Verdict.UNKNOWN);
        }
        if (isAsking || ++looks % LOOKS != 0) {
            return Future.succeededFuture(Verdict.UNKNOWN);
        }
        isAsking = true;
        return ask().map(answers -> {
            isAsking = false;
            return hear(
                    of(self, incarnation, roster.clusterId(), roster.lineage().id(), answers));
        });
    }

    /** What was heard says nothing of what comes now: another replica, or a leader. */
    void forget() {
        looks = 0;
        rounds = 0;
        last = Verdict.UNKNOWN;
        isSaid = false;
    }

    /** What is certain with this round, and was not yet said. */
    Verdict hear(Verdict heard) {
        if (heard != last) {
            rounds = 0;
            isSaid = false;
        }
        last = heard;
        rounds++;
        if (rounds < ROUNDS || isSaid || heard == Verdict.COUNTED) {
            return Verdict.UNKNOWN;
        }
        isSaid = true;
        return heard;
    }

    private Future<List<Facts>> ask() {
        Set<String> addresses = roster.othersAddresses();
        addresses.addAll(listed);
        List<Future<Optional<Facts>>> answers = new ArrayList<>();
        for (String address : addresses) {
            answers.add(Membership.facts(peers, address).map(Optional::of).otherwise(Optional.empty()));
        }
        LOG.debug("asks {} whether it is counted", addresses);
        return Future.join(answers)
                .transform(done -> Future.succeededFuture(answers.stream()
                        .map(Future::result)
                        .flatMap(Optional::stream)
                        .filter(facts -> !facts.node().equals(self))
                        .toList()));
    }
}
