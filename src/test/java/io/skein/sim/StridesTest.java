package io.skein.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class StridesTest {
    /** Something is due at every millisecond. */
    private static int steps(long target) {
        Strides strides = new Strides(target);
        long now = 0;
        while (now < target) {
            now = strides.next(now, now + 1);
        }
        return strides.made();
    }

    @Test
    void whereLittleIsDueEachTimeHasAStepOfItsOwn() {
        assertEquals(Strides.EXACT, steps(Strides.EXACT));
    }

    @Test
    void howeverMuchIsDueAMoveHasAnEnd() {
        assertEquals(Strides.EXACT + Strides.COARSE, steps(365L * 86_400_000));
    }
}
