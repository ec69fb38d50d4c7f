package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.skein.broker.Refusal;
import io.skein.node.RunningNode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader that is to lead no more, whoever comes after it. */
class HandOverTest {
    @TempDir
    private Path directory;

    private RunningNode first;
    private RunningNode second;

    @BeforeEach
    void startTwo() throws Exception {
        first = new RunningNode(directory.resolve("n1"));
        first.awaitVoters(1);
        second = RunningNode.joining(directory.resolve("n2"), "n2", first);
        first.awaitVoters(2);
        second.awaitVoters(2);
    }

    @AfterEach
    void stop() {
        second.close();
        first.close();
    }

    private static void handOver(RunningNode asked, Optional<String> from) throws Exception {
        asked.broker().handOver(from).await(20, TimeUnit.SECONDS);
    }

    private static String leader(RunningNode node) {
        return node.broker().status().leader();
    }

    @Test
    void theLeaderFindsWhoIsToFollowIt() throws Exception {
        handOver(first, Optional.empty());

        assertEquals("n2", leader(first));
    }

    @Test
    void aNodeThatDoesNotLeadHandsTheOrderOn() throws Exception {
        handOver(second, Optional.of("n1"));

        assertEquals("n2", leader(second));
    }

    @Test
    void whoDoesNotLeadHasNothingToHandOver() throws Exception {
        long term = first.broker().status().term();

        handOver(first, Optional.of("n2"));
        handOver(second, Optional.of("n2"));

        assertEquals("n1", leader(first));
        assertEquals(term, first.broker().status().term());
    }

    private static Refusal refused(RunningNode asked, Optional<String> from) {
        return assertThrows(Refusal.class, () -> handOver(asked, from));
    }

    @Test
    void whoIsNoMemberCannotHandOver() {
        assertEquals("unknown-member", refused(first, Optional.of("n7")).code());
        assertEquals("unknown-member", refused(second, Optional.of("n7")).code());
        assertEquals("n1", leader(first));
    }

    @Test
    void whileNobodyLeadsNobodyHandsOver() {
        first.close();
        Awaitility.await().until(() -> leader(second).isEmpty());

        assertEquals("no-leader", refused(second, Optional.empty()).code());
        assertEquals("no-leader", refused(second, Optional.of("n2")).code());
    }
}
