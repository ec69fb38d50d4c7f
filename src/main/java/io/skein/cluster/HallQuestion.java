package io.skein.cluster;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * What the halls of one cluster ask each other that is in no log: small, true for a moment, and no harm when it is not
 * answered. Only nodes of one cluster are answered.
 */
public final class HallQuestion {
    private final Map<String, UnaryOperator<byte[]>> answers = new ConcurrentHashMap<>();

    /**
     * From any thread.
     *
     * @param kind unlike those of {@link Membership}
     * @param answer called on the replica's context; at most {@link io.skein.wire.Limits#MAX_ASK_BYTES} each way
     */
    public void answerBy(String kind, UnaryOperator<byte[]> answer) {
        answers.put(kind, answer);
    }

    /** Empty when it is no question of halls. */
    Optional<Future<Answer>> answer(boolean isOfOneCluster, Ask ask) {
        UnaryOperator<byte[]> answer = answers.get(ask.kind());
        if (answer == null) {
            return Optional.empty();
        }
        return Optional.of(Future.succeededFuture(
                isOfOneCluster ? Answer.of(answer.apply(ask.payload())) : Answer.no("other-cluster")));
    }

    /** What those of the others say that can be reached; never fails. On the replica's context. */
    static Future<List<byte[]>> askAll(Peers peers, Roster roster, String kind, byte[] payload) {
        List<Future<Answer>> asked = new ArrayList<>();
        roster.members().members().stream()
                .filter(member -> !member.id().equals(peers.facts().node()) && peers.isReachable(member.id()))
                .forEach(member -> asked.add(peers.ask(member.id(), new Ask(kind, payload))));
        return Future.join(asked).transform(all -> {
            List<byte[]> said = new ArrayList<>();
            for (Future<Answer> one : asked) {
                if (one.succeeded() && one.result().ok()) {
                    said.add(one.result().payload());
                }
            }
            return Future.succeededFuture(said);
        });
    }
}
