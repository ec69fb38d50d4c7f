package io.skein.client;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class LeaderWatchTest {
    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger left = new AtomicInteger();

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @Test
    void aServerThatSaidThatItIsIllIsLeftAgainAndAgainUntilThatHelps() {
        LeaderWatch[] watch = new LeaderWatch[1];
        watch[0] = new LeaderWatch(vertx, System::nanoTime, 1, () -> {
            // At first there is no other one.
            if (left.incrementAndGet() == 3) {
                watch[0].forget();
            }
        });
        vertx.runOnContext(v -> watch[0].health("no-leader"));

        await().until(() -> left.get() == 3);
    }

    @Test
    void oneRefusalIsNoReasonToLeaveAndNorIsASecondAfterSomethingWasDecided() {
        LeaderWatch watch = new LeaderWatch(vertx, System::nanoTime, 0, left::incrementAndGet);
        watch.refused();
        watch.decided();
        watch.refused();
        assertEquals(0, left.get());

        watch.refused();

        assertEquals(1, left.get());
    }

    @Test
    void whoeverPublishesSeldomLeavesAServerThatIsCutOff() {
        AtomicLong now = new AtomicLong();
        LeaderWatch watch = new LeaderWatch(vertx, now::get, 3000, left::incrementAndGet);
        watch.refused();
        now.addAndGet(TimeUnit.SECONDS.toNanos(2));
        watch.refused();
        assertEquals(0, left.get());

        now.addAndGet(TimeUnit.HOURS.toNanos(2));
        watch.refused();

        assertEquals(1, left.get());
    }
}
