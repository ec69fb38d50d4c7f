package io.skein.protocol.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What one publisher holds. */
class HeldShareTest {
    private final HeldBytes all = new HeldBytes(100);
    private final HeldBytes aside = new HeldBytes(50);
    private final HeldShare share = new HeldShare(all, aside);

    @Test
    void whatWaitsForALimitLeavesItsRoomToTheOthers() {
        AtomicInteger woken = new AtomicInteger();
        share.add(100);
        all.whenFree(woken::incrementAndGet);
        share.setAside();
        assertTrue(share.waits());
        assertEquals(0, all.bytes());
        assertEquals(100, aside.bytes());
        assertEquals(1, woken.get());
    }

    @Test
    void whatFindsNoRoomAsideStaysWhereItIs() {
        HeldShare first = new HeldShare(all, aside);
        first.add(50);
        first.setAside();
        share.add(60);
        share.setAside();
        assertTrue(share.waits());
        assertEquals(60, all.bytes());
        assertEquals(50, aside.bytes());
    }

    @Test
    void onceAllOfItHasGoneTheNextCountsAmongTheOthers() {
        share.add(30);
        share.setAside();
        share.setAside();
        share.add(10);
        share.add(-25);
        assertTrue(share.waits());
        share.add(-15);
        assertFalse(share.waits());
        share.add(7);
        assertEquals(7, all.bytes());
        assertEquals(0, aside.bytes());
        assertEquals(7, share.bytes());
    }

    @Test
    void whoHoldsNothingWaitsForNothing() {
        share.setAside();
        assertFalse(share.waits());
    }
}
