package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.skein.node.RunningNode;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is answered beside the log. */
@Timeout(60)
class PeerQuestionTest {
    private static final Ask WHO_IS_HERE = new Ask("presence", "anna".getBytes(StandardCharsets.US_ASCII));

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    private PeerNode node(String id, long clusterId) {
        return PeerNode.start(vertx, PeerNode.config(id, 0), clusterId, 7);
    }

    @Test
    void onlyMembersAreAnsweredWhoIsThere(@TempDir Path directory) throws Exception {
        try (RunningNode node = new RunningNode(directory)) {
            node.awaitVoters(1);
            PeerNode asks = node("asks", 0);
            long cluster = asks.on(p -> Membership.facts(p, node.raftAddress())).clusterId();
            for (PeerNode stranger :
                    List.of(asks, node("elsewhere", cluster + 1), node("removed", cluster), node("n1", cluster))) {
                Answer answer = stranger.on(p -> p.ask(node.raftAddress(), WHO_IS_HERE));

                assertFalse(answer.ok(), stranger.id.value());
                assertEquals("no-member", answer.code());
                assertEquals(0, answer.payload().length);
            }
        }
    }

    @Test
    void whatIsAskedOfMembershipIsAnsweredThereAlone() {
        PeerQuestion questions = new PeerQuestion();
        for (String kind : List.of(Membership.FACTS, Membership.JOIN, Membership.MOVED, Membership.CHANGE)) {
            assertThrows(IllegalArgumentException.class, () -> questions.answerBy(kind, asked -> asked));
        }
    }
}
