package io.skein.cluster;

import io.skein.raft.Member;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * What the members of one cluster ask each other that is in no log: small, true for a moment, and no harm when it is not
 * answered. Only members are answered.
 */
public final class PeerQuestion {
    private final Map<String, UnaryOperator<byte[]>> answers = new ConcurrentHashMap<>();

    /**
     * From any thread.
     *
     * @param answer called on the replica's context; at most {@link io.skein.wire.Limits#MAX_ASK_BYTES} each way
     * @throws IllegalArgumentException when that kind is one of {@link Membership}'s
     */
    public void answerBy(String kind, UnaryOperator<byte[]> answer) {
        if (Membership.isOfIt(kind)) {
            throw new IllegalArgumentException("\"" + kind + "\" is answered already");
        }
        answers.put(kind, answer);
    }

    /** Empty when nobody answers that kind here. On the replica's context. */
    Optional<Future<Answer>> answer(PeerFacts mine, Roster roster, PeerFacts from, Ask ask) {
        return Optional.ofNullable(answers.get(ask.kind()))
                .map(answer -> Future.succeededFuture(
                        isMember(mine, roster, from)
                                ? Answer.of(answer.apply(ask.payload()))
                                : Answer.no("no-member")));
    }

    /** One that was removed is of the cluster still, by its own word. */
    private static boolean isMember(PeerFacts mine, Roster roster, PeerFacts from) {
        return Greeting.areOfOneCluster(mine, from)
                && roster.members()
                        .member(from.node())
                        .map(Member::incarnation)
                        .filter(known -> known == from.incarnation())
                        .isPresent();
    }

    /**
     * What those of the others say that can be reached; never fails. On the replica's context.
     *
     * @throws IllegalArgumentException when it is no {@link Ask}
     */
    static Future<List<byte[]>> askMembers(Peers peers, Roster roster, String kind, byte[] payload) {
        Ask question = new Ask(kind, payload);
        List<Future<Optional<byte[]>>> asked = roster.members().members().stream()
                .filter(member -> !member.id().equals(peers.facts().node()) && peers.isReachable(member.id()))
                .map(member -> peers.ask(member.id(), question)
                        .map(answer -> answer.ok() ? Optional.of(answer.payload()) : Optional.<byte[]>empty())
                        .otherwise(Optional.empty()))
                .toList();
        return Future.join(asked).map(all -> {
            List<byte[]> said = new ArrayList<>();
            asked.forEach(one -> one.result().ifPresent(said::add));
            return said;
        });
    }
}
