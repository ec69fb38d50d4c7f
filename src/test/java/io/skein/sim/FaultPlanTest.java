package io.skein.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class FaultPlanTest {
    @Test
    void oneSeedHasOnePlan() {
        assertEquals(new FaultPlan(42, 3).first(100), new FaultPlan(42, 3).first(100));
        assertNotEquals(new FaultPlan(42, 3).first(100), new FaultPlan(43, 3).first(100));
    }

    @Test
    void aNodeThatIsAloneIsNotCutOff() {
        assertTrue(new FaultPlan(42, 1)
                .first(200).stream()
                        .allMatch(fault -> fault.node() == 0
                                && fault.kind() != FaultPlan.Kind.ISOLATE
                                && fault.kind() != FaultPlan.Kind.DEAFEN
                                && fault.kind() != FaultPlan.Kind.DELAY));
    }
}
