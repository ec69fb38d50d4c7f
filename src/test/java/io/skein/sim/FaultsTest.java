package io.skein.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a cluster of three bears, and what it says. */
@Timeout(60)
@SkeinTest(nodes = 3, shared = true)
class FaultsTest {
    @AfterEach
    void heal(Sim sim) {
        sim.heal();
    }

    private static Caller at(Sim sim, String node) {
        return new Caller(sim.url(node), "");
    }

    private static String follower(Sim sim) {
        String leader = sim.leader();
        return sim.nodes().stream()
                .filter(node -> !node.equals(leader))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theLeaderIsKilledAndTheNextPublishIsAcknowledgedAndNothingIsLost(Sim sim) {
        String killed = sim.leader();
        at(sim, killed).post("/t/kept", "before");

        sim.kill(killed);

        assertNotEquals(killed, sim.leader());
        assertEquals(201, at(sim, sim.leader()).post("/t/kept", "after").status());
        sim.start(killed);
        assertEquals(List.of("before", "after"), at(sim, killed).bodies("kept"));
    }

    @Test
    void whoeverIsCutOffSays503UntilItIsHealed(Sim sim) {
        String alone = follower(sim);
        sim.isolate(alone);
        Awaitility.await().until(() -> at(sim, alone).post("/t/cut", "x").status() == 503);
        assertEquals(201, at(sim, sim.leader()).post("/t/cut", "x").status());

        sim.heal();

        assertEquals(201, at(sim, alone).post("/t/cut", "x").status());
    }

    @Test
    void aLeaderThatIsPausedIsReplacedAndFollowsWhenItGoesOn(Sim sim) {
        String paused = sim.leader();
        sim.pause(paused);
        Awaitility.await().until(() -> !sim.leader().equals(paused));
        assertEquals(201, at(sim, sim.leader()).post("/t/paused", "x").status());

        sim.heal();

        assertEquals(List.of("x"), at(sim, paused).bodies("paused"));
    }

    @Test
    void aFullDiskIsSaidAndIsNoneWhenThereIsRoomAgain(Sim sim) {
        sim.nodes().forEach(node -> sim.fullDisk(node, true));
        Awaitility.await()
                .until(() -> at(sim, sim.leader()).post("/t/full", "x").status() == 507);

        sim.heal();

        Awaitility.await()
                .until(() -> at(sim, sim.leader()).post("/t/full", "x").status() == 201);
    }

    @Test
    void timeIsMovedThoughAMinorityIsGone(Sim sim) {
        sim.kill(follower(sim));
        at(sim, sim.leader()).post("/t/minority?delay=1d", "x");

        assertTrue(sim.clock().advance(Duration.ofDays(2)).isDone());

        assertEquals(List.of("x"), at(sim, sim.leader()).bodies("minority"));
    }

    @Test
    void withoutAMajorityTimePassesAndWhatIsDueHappensOnceThereIsOne(Sim sim) {
        at(sim, sim.leader()).post("/t/majority?delay=1d", "x");
        String left = sim.leader();
        sim.nodes().stream().filter(node -> !node.equals(left)).forEach(sim::kill);

        assertFalse(sim.clock().advance(Duration.ofDays(2)).isDone());
        sim.heal();
        sim.clock().advance(Duration.ZERO);

        assertEquals(List.of("x"), at(sim, left).bodies("majority"));
    }

    @Test
    void aNodeThatCouldNotStartIsStartedOnceItCan(Sim sim) throws Exception {
        String node = follower(sim);
        sim.kill(node);
        try (ServerSocket other = new ServerSocket(sim.url(node).getPort(), 1, InetAddress.getByName("127.0.0.1"))) {
            assertTrue(other.isBound());
            assertThrows(RuntimeException.class, () -> sim.start(node));
            assertFalse(sim.urls().contains(sim.url(node)));
        }

        sim.start(node);

        assertEquals(201, at(sim, node).post("/t/again", "x").status());
    }

    @Test
    void theSeedSaysWhoLeadsFirst() {
        try (Sim sim = Sim.start(3, 7)) {
            assertEquals("n2", sim.leader());
        }
    }
}
