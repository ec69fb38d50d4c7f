package io.skein.broker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AllowanceTest {
    private static final int STEP = Allowance.UNCOUNTED;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private long now;
    private final Allowance allowance = Allowance.leaving("things", 10 * STEP, () -> now);
    private final List<String> left = new ArrayList<>();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private Allowance.Share share(String name) {
        return allowance.share(context, () -> left.add(name));
    }

    /** Who was asked to give way so far, in order. */
    private List<String> left() throws Exception {
        Promise<List<String>> so = Promise.promise();
        context.runOnContext(v -> so.complete(List.copyOf(left)));
        return so.future().await(10, SECONDS);
    }

    @Test
    void theFirstBytesOfEachDoNotCount() throws Exception {
        for (int i = 0; i < 100; i++) {
            share("s" + i).hold(STEP);
        }
        assertEquals(0, allowance.held());
        assertEquals(List.of(), left());
    }

    @Test
    void whoGaveNothingBackForTheLongestGivesWayAndTheNewcomerStays() throws Exception {
        Allowance.Share first = share("first");
        first.hold(5 * STEP);
        share("second").hold(5 * STEP);
        share("third").hold(5 * STEP);
        assertEquals(List.of("first"), left());
        assertEquals(8 * STEP, allowance.held());
        first.hold(9 * STEP);
        first.hold(0);
        assertEquals(8 * STEP, allowance.held(), "what had to go is not counted again");
        assertEquals(1, allowance.gaveWay());
    }

    @Test
    void whoGivesSomethingBackIsNoLongerTheFirstToGo() throws Exception {
        Allowance.Share slow = share("slow");
        slow.hold(5 * STEP);
        share("still").hold(5 * STEP);
        slow.hold(4 * STEP);
        share("new").hold(5 * STEP);
        assertEquals(List.of("still"), left());
    }

    @Test
    void whoIsOnlyGivenMoreHasNotMoved() throws Exception {
        Allowance.Share old = share("old");
        old.hold(2 * STEP);
        share("young").hold(5 * STEP);
        old.hold(8 * STEP);
        assertEquals(List.of("old"), left());
    }

    @Test
    void whoBringsMoreHasMovedAndIsNotTheFirstToGo() throws Exception {
        Allowance brought = Allowance.arriving("things", 10 * STEP);
        Allowance.Share steady = brought.share(context, () -> left.add("steady"));
        steady.hold(2 * STEP);
        for (int i = 0; i < 3; i++) {
            String name = "still " + i;
            brought.share(context, () -> left.add(name)).hold(4 * STEP);
            steady.hold((3 + i) * STEP);
        }
        assertEquals(List.of("still 0"), left());
    }

    @Test
    void aboveHalfWhoTookNothingForLongGoesAndBelowNobody() throws Exception {
        Allowance.Share sleeper = share("sleeper");
        sleeper.hold(5 * STEP);
        now = TimeUnit.MILLISECONDS.toNanos(Allowance.STILL_MS + 1);
        assertFalse(allowance.isShort());
        assertEquals(List.of(), left());
        share("awake").hold(5 * STEP);
        assertEquals(List.of("sleeper"), left());
        assertEquals(4 * STEP, allowance.held());
    }

    @Test
    void whoAsksWhetherItIsShortFindsThoseWhoSlept() throws Exception {
        share("one").hold(4 * STEP);
        share("two").hold(4 * STEP);
        assertTrue(allowance.isShort());
        now = TimeUnit.MILLISECONDS.toNanos(Allowance.STILL_MS + 1);
        assertFalse(allowance.isShort());
        assertEquals(List.of("one"), left());
    }

    @Test
    void oneAloneThatIsMoreThanAllowedGivesWay() throws Exception {
        share("alone").hold(12 * STEP);
        assertEquals(List.of("alone"), left());
        assertEquals(0, allowance.held());
    }

    @Test
    void nobodyIsCalledAfterItsEnd() throws Exception {
        Allowance.Share ended = share("ended");
        ended.hold(8 * STEP);
        ended.end();
        ended.hold(20 * STEP);
        share("next").hold(8 * STEP);
        assertEquals(List.of(), left());
        assertEquals(7 * STEP, allowance.held());
    }

    @Test
    void aboveHalfItIsShort() {
        Allowance.Share share = share("s");
        share.hold(6 * STEP);
        assertFalse(allowance.isShort());
        share.hold(7 * STEP);
        assertTrue(allowance.isShort());
        share.hold(0);
        assertFalse(allowance.isShort());
    }
}
