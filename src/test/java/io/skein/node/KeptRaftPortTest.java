package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Refusal;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node that others reach, whose Raft port is kept to its own machine: it is alone, and stays so. */
@Timeout(60)
class KeptRaftPortTest {
    private static final Map<String, String> LOCKED = Map.of("auth", "true");

    @TempDir
    private Path directory;

    @Test
    void nobodyIsAddedToWhoKeepsItsRaftPort() throws Exception {
        try (RunningNode alone = RunningNode.wide(directory.resolve("n1"), LOCKED)) {
            alone.awaitVoters(1);

            Refusal refusal = assertThrows(
                    Refusal.class,
                    () -> alone.broker().addMember("n2", "127.0.0.1:1", true).await(20, TimeUnit.SECONDS));

            assertEquals(Refusal.Kind.CONFLICT, refusal.kind());
            assertEquals("raft-port-kept", refusal.code());
            assertTrue(refusal.getMessage().contains("--peer-secret"), refusal.getMessage());
        }
    }

    @Test
    void whoHasOthersDoesNotStartWithItsRaftPortKept() throws Exception {
        try (RunningNode first = new RunningNode(directory.resolve("n1"), LOCKED)) {
            first.awaitVoters(1);
            RunningNode second = RunningNode.joining(directory.resolve("n2"), "n2", first);
            first.awaitVoters(2);
            second.close();
        }

        ConfigurationProblem problem =
                assertThrows(ConfigurationProblem.class, () -> RunningNode.wide(directory.resolve("n1"), LOCKED));

        assertTrue(problem.getMessage().startsWith("this node's cluster has others, [n2], "), problem.getMessage());
        assertTrue(problem.getMessage().contains("--peer-secret"), problem.getMessage());
    }
}
