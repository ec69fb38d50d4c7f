package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a node with data that its cluster does not count any more (API.md section 1). */
class RemovedNodeTest {
    @TempDir
    private Path directory;

    private RunningNode first;
    private RunningNode second;
    private RunningNode third;

    @BeforeEach
    void startThree() throws Exception {
        first = new RunningNode(directory.resolve("n1"));
        first.awaitVoters(1);
        second = RunningNode.joining(directory.resolve("n2"), "n2", first);
        first.awaitVoters(2);
        third = RunningNode.joining(directory.resolve("n3"), "n3", first);
        first.awaitVoters(3);
        third.awaitVoters(3);
    }

    @AfterEach
    void stop() {
        third.close();
        second.close();
        first.close();
    }

    private void removeThird() throws Exception {
        first.broker().removeMember("n3").await(20, TimeUnit.SECONDS);
    }

    /** @param join whether it may come as a new one; it is one of those listed */
    private void startThird(boolean join) throws Exception {
        third = restarted(directory.resolve("n3"), join);
    }

    private RunningNode restarted(Path data, boolean join) throws Exception {
        return new RunningNode(
                data,
                Map.of(
                        "node-id",
                        "n3",
                        "peers",
                        "n1=" + first.raftAddress() + ",n3=127.0.0.1:1",
                        "join",
                        String.valueOf(join)));
    }

    private void awaitThird(String health) {
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> third.broker().status().health().equals(health));
    }

    private long asides() throws IOException {
        return asides(directory.resolve("n3"));
    }

    private static long asides(Path data) throws IOException {
        try (Stream<Path> files = Files.list(data)) {
            return files.filter(file -> file.getFileName().toString().startsWith("aside-"))
                    .count();
        }
    }

    @Test
    void aNodeThatWasRemovedWhileItWasDownFindsOutAndStaysAsItIs() throws Exception {
        third.close();
        removeThird();

        startThird(false);

        awaitThird("removed");
        assertEquals(0, asides());
    }

    @Test
    void aNodeThatWasRemovedComesAsANewOneWhenItIsStartedToJoin() throws Exception {
        third.close();
        removeThird();

        startThird(true);

        first.awaitVoters(3);
        awaitThird("ok");
        assertEquals(1, asides());
    }

    @Test
    void aNodeThatKnowsThatItWasRemovedComesAsANewOneWhenItIsStartedToJoin() throws Exception {
        removeThird();
        awaitThird("removed");
        third.close();

        startThird(true);

        first.awaitVoters(3);
        awaitThird("ok");
        assertEquals(1, asides());
    }

    @Test
    void aNodeThatWasStartedToJoinAndIsRemovedLaterStaysRemoved() throws Exception {
        removeThird();

        awaitThird("removed");
        first.awaitVoters(2);
        assertEquals(0, asides());
    }

    @Test
    void aNodeOfAnotherClusterWithTheSameIdKeepsItsData() throws Exception {
        Path strange = directory.resolve("strange-n3");
        try (RunningNode other = new RunningNode(directory.resolve("o1"), Map.of("node-id", "o1"))) {
            other.awaitVoters(1);
            try (RunningNode stranger = RunningNode.joining(strange, "n3", other)) {
                stranger.awaitVoters(2);
            }
        }
        third.close();

        third = restarted(strange, false);

        awaitThird("removed");
        assertEquals(0, asides(strange));
    }
}
