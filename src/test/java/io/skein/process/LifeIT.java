package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
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
    void aPortThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            for (String[] flags : List.of(
                    new String[] {"--tcp-port", port},
                    new String[] {"--raft-port", port, "--tcp-port", "0"},
                    new String[] {"--http-port", port, "--tcp-port", "0"})) {
                AssertionError refused =
                        assertThrows(AssertionError.class, () -> NodeUnderTest.start(directory, flags));
                assertTrue(refused.getMessage().contains("ended with 64"), refused.getMessage());
                assertTrue(refused.getMessage().contains("port " + port + " (" + flags[0] + ")"), refused.getMessage());
                assertFalse(refused.getMessage().contains("Exception"), refused.getMessage());
            }
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
