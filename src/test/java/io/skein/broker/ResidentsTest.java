package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class ResidentsTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterAll
    void close() throws Exception {
        vertx.close().await(20, TimeUnit.SECONDS);
    }

    private static LongLived broken() {
        return new LongLived() {
            @Override
            public Sight sight() {
                throw new AssertionError("not to be seen");
            }

            @Override
            public void close() {
                throw new AssertionError("not to be closed");
            }
        };
    }

    private static LongLived well() {
        return new LongLived() {
            @Override
            public Sight sight() {
                return new Sight(Optional.empty(), List.of(), List.of(), 0, 0, 0);
            }

            @Override
            public void close() {}
        };
    }

    private void enter(Residents residents, LongLived connection) throws Exception {
        Context loop = vertx.getOrCreateContext();
        Promise<Void> entered = Promise.promise();
        loop.runOnContext(v -> {
            residents.enter("tcp", "1.2.3.4:5", connection);
            entered.complete();
        });
        entered.future().await(20, TimeUnit.SECONDS);
    }

    private String only(Residents residents) throws Exception {
        List<ConnectionInfo> page =
                residents.page(Optional.empty(), 10).await(20, TimeUnit.SECONDS).connections();
        assertEquals(1, page.size());
        return page.get(0).id();
    }

    @Test
    void aConnectionThatBreaksWhenItIsLookedAtIsShownWithItsIdAmongTheOthers() throws Exception {
        Residents residents = new Residents(vertx, WallClock.SYSTEM, 0);
        enter(residents, well());
        enter(residents, broken());
        enter(residents, well());
        List<ConnectionInfo> page =
                residents.page(Optional.empty(), 10).await(20, TimeUnit.SECONDS).connections();
        assertEquals(
                List.of("1", "2", "3"), page.stream().map(ConnectionInfo::id).toList());
    }

    @Test
    void whoClosesAConnectionThatBreaksIsNotKeptWaiting() throws Exception {
        Residents residents = new Residents(vertx, WallClock.SYSTEM, 0);
        enter(residents, broken());
        Future<Void> closed = residents.close("1");
        assertThrows(AssertionError.class, () -> closed.await(20, TimeUnit.SECONDS));
    }

    @Test
    void twoNodesThatBeginAtTheSameTimeGiveOtherIds() throws Exception {
        Residents one = new Residents(vertx, WallClock.SYSTEM);
        Residents two = new Residents(vertx, WallClock.SYSTEM);
        enter(one, well());
        enter(two, well());
        String id = only(one);
        assertNotEquals(id, only(two));
        assertTrue(id.matches("[0-9a-z]+"), id);
        Future<Void> closed = two.close(id);
        assertEquals(
                "not-found",
                assertThrows(Refusal.class, () -> closed.await(20, TimeUnit.SECONDS))
                        .code());
        one.close(id).await(20, TimeUnit.SECONDS);
    }
}
