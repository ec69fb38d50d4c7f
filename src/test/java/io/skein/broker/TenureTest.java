package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.cluster.ReplicaStatus;
import io.skein.cluster.ReplicaStatus.Standing;
import io.skein.raft.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

class TenureTest {
    private static final long GRACE = 10_000;
    private static final ReplicaStatus LEADS = status(Role.LEADER, "n1", 3, Standing.MEMBER);
    private static final ReplicaStatus LOST = status(Role.FOLLOWER, "", 3, Standing.MEMBER);

    private final Tenure tenure = new Tenure(GRACE);

    private static ReplicaStatus status(Role role, String leader, long term, Standing standing) {
        return new ReplicaStatus(role, leader, term, 1, 1, 1, 1, 1, 0, 0, true, false, standing, List.of(), 1);
    }

    private void leadUntil(long nanos) {
        tenure.moved(LEADS, nanos - 100);
        tenure.moved(LOST, nanos);
    }

    @Test
    void aLeaderThatLostItsMajorityIsCalledOneForAWhile() {
        leadUntil(1_000);
        assertEquals(Role.LEADER, tenure.role(LOST, 1_000));
        assertEquals(Role.LEADER, tenure.role(LOST, 1_000 + GRACE - 1));
        assertEquals(Role.FOLLOWER, tenure.role(LOST, 1_000 + GRACE));
    }

    @Test
    void alsoWhileItAsksOthersForTheirVotesInTheSameTerm() {
        leadUntil(1_000);
        assertEquals(Role.LEADER, tenure.role(status(Role.CANDIDATE, "", 3, Standing.MEMBER), 2_000));
        assertEquals(Role.CANDIDATE, tenure.role(status(Role.CANDIDATE, "", 4, Standing.MEMBER), 2_000));
    }

    @Test
    void aHigherTermAnotherLeaderOrItsRemovalEndsThat() {
        leadUntil(1_000);
        assertEquals(Role.FOLLOWER, tenure.role(status(Role.FOLLOWER, "", 4, Standing.MEMBER), 2_000));
        assertEquals(Role.FOLLOWER, tenure.role(status(Role.FOLLOWER, "n2", 3, Standing.MEMBER), 2_000));
        assertEquals(Role.FOLLOWER, tenure.role(status(Role.FOLLOWER, "", 3, Standing.REMOVED), 2_000));
    }

    @Test
    void whoNeverLedIsWhatItIs() {
        tenure.moved(LOST, 1_000);
        assertEquals(Role.FOLLOWER, tenure.role(LOST, 1_000));
        assertEquals(Role.LEADER, tenure.role(LEADS, 1_000), "before it was told");
    }

    @Test
    void eachTermHasATimeOfItsOwn() {
        leadUntil(1_000);
        ReplicaStatus later = status(Role.LEADER, "n1", 5, Standing.MEMBER);
        ReplicaStatus lostAgain = status(Role.FOLLOWER, "", 5, Standing.MEMBER);
        tenure.moved(later, 20_000);
        tenure.moved(lostAgain, 30_000);
        assertEquals(Role.LEADER, tenure.role(lostAgain, 30_000 + GRACE - 1));
        assertEquals(Role.FOLLOWER, tenure.role(LOST, 30_000), "of an older term nothing is known");
    }
}
