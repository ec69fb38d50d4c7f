package io.skein.replica;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.raft.Role;
import org.junit.jupiter.api.Test;

/** The log's time after its machine was suspended (DESIGN D5). */
class LeftBehindTest {
    private static final long HOUR = 3_600_000;

    private final LoneReplica lone = new LoneReplica();
    private final long term = lone.replica.term();

    @Test
    void afterASuspendALoneLeaderBeginsANewTermAndStepsForward() {
        lone.jump(HOUR);
        lone.pass(1_000);

        assertEquals(Role.LEADER, lone.replica.role());
        assertEquals(term + 1, lone.replica.term());
        assertEquals(lone.wallMs(), lone.replica.appliedTime());
    }

    @Test
    void itLooksEvenWhenNobodyAsksForAnything() {
        for (int i = 0; i < 10; i++) {
            assertTrue(lone.wakesIn() <= 1_000, "is woken in " + lone.wakesIn() + " ms");
            lone.pass(Math.max(1, lone.wakesIn()));
        }
    }

    @Test
    void lessThanAMinuteIsCaughtUpWithByATenthOfWhatElapses() {
        lone.jump(59_000);
        lone.pass(1_000);

        assertEquals(term, lone.replica.term());
    }

    @Test
    void aClockThatWasSetBackIsWaitedFor() {
        lone.jump(-HOUR);
        lone.pass(1_000);
        lone.pass(1_000);

        assertEquals(term, lone.replica.term());
    }
}
