package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A leader that is told to stop hands over first. */
@Timeout(180)
class HandoverIT {
    /** Long: whoever leads before it has passed was asked to. */
    private static final int ELECTION_MS = 3000;

    @TempDir
    private Path directory;

    @Test
    void aLeaderThatIsToldToStopHandsOverBeforeAnybodyCouldMissIt() throws Exception {
        History history = new History("handover");
        try (ClusterUnderTest cluster =
                ClusterUnderTest.start(directory, 3, "--election-timeout", ELECTION_MS + "ms")) {
            List<Long> gaps = new ArrayList<>();
            try (Producers producers = Producers.start(cluster, history, 2)) {
                for (int stop = 0; stop < 2; stop++) {
                    producers.awaitMore(30);
                    ClusterNode leader = cluster.awaitLeader();
                    long told = System.nanoTime();
                    leader.terminate();
                    assertEquals(0, leader.awaitExit());
                    producers.awaitMore(50);
                    gaps.add(history.longestGapMs(told));
                    leader.start();
                    cluster.awaitHealthyUnderLoad();
                }
                producers.stop();
            }
            System.out.println("longest time without an acknowledgement around SIGTERM of the leader, ms: " + gaps
                    + " (election timeout " + ELECTION_MS + ")");
            assertTrue(gaps.stream().allMatch(gap -> gap < ELECTION_MS), "handed over: " + gaps);
            history.check(cluster);
        }
    }
}
