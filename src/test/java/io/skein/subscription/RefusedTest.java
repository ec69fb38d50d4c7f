package io.skein.subscription;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.machine.Cursor;
import io.skein.machine.Rejection;
import io.skein.subscription.SubscriptionOutcome.Refused;
import io.skein.subscription.SubscriptionOutcome.Settled;
import java.util.List;
import org.junit.jupiter.api.Test;

class RefusedTest {
    private static final Rejection LOST = Rejection.values()[0];

    private static Leases lease(long first, long count, long index) {
        return new Leases(1, 2, first, count, new Cursor(index, 0));
    }

    private static List<Leases> cut(List<Leases> refused, Leases... asked) {
        return new Settled(
                        0, refused.stream().map(one -> new Refused(one, LOST)).toList())
                .refusedOf(List.of(asked)).stream().map(Refused::leases).toList();
    }

    @Test
    void neighboursRefusedAlikeAreSaidOneByOneAsTheyWereAskedFor() {
        assertEquals(
                List.of(lease(5, 1, 9), lease(6, 1, 9)),
                cut(List.of(lease(5, 2, 9)), lease(4, 1, 9), lease(5, 1, 9), lease(6, 1, 9), lease(7, 1, 9)));
    }

    @Test
    void ofARangeOnlyThePartThatWasRefusedIsSaid() {
        assertEquals(
                List.of(lease(3, 2, 9), lease(8, 2, 9)), cut(List.of(lease(0, 5, 9), lease(8, 4, 9)), lease(3, 7, 9)));
    }

    @Test
    void theSameOffsetsUnderAnotherLeaseAreNotMeant() {
        assertEquals(List.of(), cut(List.of(lease(5, 2, 8)), lease(5, 2, 9)));
        assertEquals(List.of(), cut(List.of(), lease(5, 2, 9)));
    }
}
