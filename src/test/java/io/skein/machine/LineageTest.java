package io.skein.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class LineageTest {
    @Test
    void aLogSharesWithItsAncestorsWhatEachHadAtItsEnd() {
        Lineage third = new Lineage(1).successor(2, 10).successor(3, 25);
        assertEquals(OptionalLong.of(10), third.sharedUpTo(1));
        assertEquals(OptionalLong.of(25), third.sharedUpTo(2));
        assertEquals(OptionalLong.of(Long.MAX_VALUE), third.sharedUpTo(3));
        assertEquals(OptionalLong.empty(), third.sharedUpTo(4));
    }

    @Test
    void aLineageIsNotUsedTwice() {
        Lineage second = new Lineage(1).successor(2, 10);
        assertTrue(second.knows(1));
        assertThrows(IllegalArgumentException.class, () -> second.successor(1, 20));
        assertThrows(IllegalArgumentException.class, () -> second.successor(2, 20));
    }

    @Test
    void theOldestAncestorsAreForgotten() {
        Lineage young = new Lineage(0);
        for (int i = 1; i <= Lineage.MAX_ANCESTORS + 1; i++) {
            young = young.successor(i, i);
        }
        assertEquals(Lineage.MAX_ANCESTORS, young.ancestors().size());
        assertFalse(young.knows(0));
        assertTrue(young.knows(1));
    }
}
