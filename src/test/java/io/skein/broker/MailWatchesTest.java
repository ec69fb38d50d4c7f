package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccountName;
import io.skein.mailbox.MailChange;
import io.skein.mailbox.MailContent;
import io.skein.mailbox.MailRef;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What waits for watchers has bounds, and whoever is over them is told so. */
class MailWatchesTest {
    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private Optional<Refusal> closed = Optional.empty();
    private final MailWatches watches = new MailWatches(2, () -> closed);
    private final List<MailEvent> heard = new ArrayList<>();
    private long id;

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private static Optional<AccountName> name(long account) {
        return account < 100 ? Optional.of(new AccountName("user" + account)) : Optional.empty();
    }

    private MailWatches.Watch watch(long account) {
        return watches.open(account, loop, event -> {
            heard.add(event);
            return true;
        });
    }

    private void send(long from, long to, int bytes) {
        var mail = new MailChange.Sent(++id, from, to, 1, new MailContent("x".repeat(bytes)));
        watches.happened(mail, MailWatchesTest::name);
    }

    /** Does something while the watchers' loop stands still, then lets it go on and waits for what it does. */
    private void behindItsBack(Runnable action) throws InterruptedException {
        CountDownLatch letGo = Hall.hold(loop, () -> {});
        action.run();
        letGo.countDown();
        CountDownLatch done = new CountDownLatch(1);
        loop.runOnContext(v -> done.countDown());
        assertTrue(done.await(30, TimeUnit.SECONDS));
    }

    private List<Long> ids() {
        return heard.stream()
                .map(event -> event instanceof MailEvent.Arrived arrived
                        ? arrived.mail().id()
                        : -1L)
                .toList();
    }

    @Test
    void whatGathersComesInOrderInOneHop() throws Exception {
        watch(1);
        behindItsBack(() -> {
            for (int i = 0; i < 5; i++) {
                send(2, 1, 10);
            }
        });
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L), ids());
        assertEquals(0, watches.waitingBytes());
    }

    @Test
    void tooManyBytesAreAGap() throws Exception {
        watch(1);
        int large = 64 << 10;
        behindItsBack(() -> {
            for (int i = 0; i < 5; i++) {
                send(2, 1, large);
            }
        });
        assertEquals(List.of(new MailEvent.Gap()), heard);
        behindItsBack(() -> send(2, 1, large));
        assertEquals(List.of(-1L, 6L), ids());
        assertEquals(0, watches.waitingBytes());
    }

    @Test
    void aStateThatIsReplacedIsAGapForAll() throws Exception {
        watch(1);
        watch(2);
        behindItsBack(() -> {
            send(2, 1, 10);
            watches.gapForAll();
            send(2, 1, 10);
        });
        assertEquals(List.of(new MailEvent.Gap(), new MailEvent.Gap()), heard);
    }

    @Test
    void theEndComesAfterWhatWaits() throws Exception {
        MailWatches.Watch watch = watch(1);
        behindItsBack(() -> {
            send(2, 1, 10);
            watches.endAll("draining");
            send(2, 1, 10);
        });
        assertEquals(List.of(1L, -1L), ids());
        assertEquals(new MailEvent.Ended("draining"), heard.get(1));
        behindItsBack(watch::close);
        assertEquals(0, watches.count());
    }

    @Test
    void thereAreSoManyAndNoMore() throws Exception {
        MailWatches.Watch first = watch(1);
        watch(1);
        assertThrows(Refusal.class, () -> watch(2));
        first.close();
        first.close();
        watch(2);
        assertEquals(2, watches.count());
    }

    @Test
    void mailOfAnAccountThatIsGoneByNowIsNotTold() throws Exception {
        watch(1);
        behindItsBack(() -> send(100, 1, 10));
        assertEquals(List.of(), heard);
    }

    @Test
    void whatSomebodyDidWhoIsGoneByNowIsAGap() throws Exception {
        watch(1);
        behindItsBack(() ->
                watches.happened(new MailChange.Deleted(100, List.of(new MailRef(5, 100, 1))), MailWatchesTest::name));
        assertEquals(List.of(new MailEvent.Gap()), heard);
    }

    @Test
    void aNodeThatTakesNothingTakesNoWatchEither() {
        closed = Optional.of(Refusal.unavailable("draining", "the node is stopping"));
        assertEquals("draining", assertThrows(Refusal.class, () -> watch(1)).code());
        assertEquals(0, watches.count());
    }

    @Test
    void eachSideHearsOfItsOwnMailOnly() throws Exception {
        watch(2);
        behindItsBack(() -> watches.happened(
                new MailChange.Read(1, List.of(new MailRef(5, 2, 1), new MailRef(6, 3, 1))), MailWatchesTest::name));
        assertEquals(List.of(new MailEvent.Read(new AccountName("user1"), List.of(5L))), heard);
    }

    @Test
    void aWatcherThatFailsIsLetGo() throws Exception {
        watches.open(1, loop, event -> {
            throw new IllegalStateException("a defect");
        });
        watch(1);
        behindItsBack(() -> send(2, 1, 10));
        assertEquals(List.of(1L), ids());
        assertEquals(1, watches.count());
    }
}
