package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node's life as an operator sees it. */
class LifeIT {
    @TempDir
    private Path directory;

    @Test
    void aNodeThatIsToldToStopSaysZero() throws Exception {
        try (NodeUnderTest node = NodeUnderTest.start(directory, "--tcp-port", "0")) {
            node.awaitReady();
            assertEquals(0, node.terminate());
        }
    }

    @Test
    void aSecondProcessOnTheSameDataIsRefused() throws Exception {
        try (NodeUnderTest node = NodeUnderTest.start(directory, "--tcp-port", "0")) {
            node.awaitReady();
            AssertionError refused =
                    assertThrows(AssertionError.class, () -> NodeUnderTest.start(directory, "--tcp-port", "0"));
            assertTrue(refused.getMessage().contains("ended with 73"), refused.getMessage());
        }
    }

    @Test
    void whatWasPublishedIsThereAfterARestartAndOffsetsGoOn() throws Exception {
        try (NodeUnderTest node = NodeUnderTest.start(directory, "--tcp-port", "0")) {
            node.awaitReady().post("/t/kept", "first");
            node.terminate();
        }
        try (NodeUnderTest node = NodeUnderTest.start(directory, "--tcp-port", "0")) {
            String answer = node.awaitReady().post("/t/kept", "second").body();
            assertTrue(answer.contains("\"offset\":1"), answer);
            assertEquals(2, node.json("/t/kept").getJsonArray("messages").size());
        }
    }

    @Test
    void aMisspeltFlagNamesTheNearest() throws Exception {
        AssertionError refused =
                assertThrows(AssertionError.class, () -> NodeUnderTest.start(directory, "--tpc-port", "0"));
        assertTrue(refused.getMessage().contains("ended with 64"), refused.getMessage());
        assertTrue(refused.getMessage().contains("--tcp-port"), refused.getMessage());
    }
}
