package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Live messages on their way to loops that are busy, and to subscribers that take credit, or offence. */
class FanoutTest {
    private static final int MIB = 1 << 20;

    @TempDir
    private Path directory;

    private Hall hall;

    @BeforeEach
    void start() throws Exception {
        hall = new Hall(directory, 32L << 20, 10_000);
    }

    @AfterEach
    void stop() throws Exception {
        hall.close();
    }

    private boolean isLive(int streams) throws Exception {
        return Hall.await(hall.broker.subscribers(10)).stream()
                        .filter(stream -> !stream.behind())
                        .count()
                == streams;
    }

    @Test
    void aLoopThatIsTooBusyForItsBatchesReadsThemLaterEachOnce() throws Exception {
        Context loop = hall.loopApart();
        Listener listener = new Listener().open(hall, loop, From.EARLIEST, Subscribe.UNLIMITED, "#");
        Awaitility.await().until(() -> isLive(1));
        CountDownLatch letGo = Hall.hold(loop, () -> {});
        // More than may wait on the way to a loop; what follows is small and would fit again.
        for (int i = 0; i < 20; i++) {
            Hall.await(hall.publishing("a", 1, "x".repeat(MIB)));
        }
        hall.publish("a", 5);
        letGo.countDown();
        hall.publish("a", 5);
        Awaitility.await().until(() -> listener.messages() >= 30 && isLive(1));
        hall.publish("a", 1);
        Awaitility.await().until(() -> listener.messages() >= 31);
        assertEquals(Listener.told("a", 0, 31), listener.heard());
    }

    @Test
    void whatBecomesVisibleWhileAStreamTakesItsLastPageAndGivesCreditComesOnce() throws Exception {
        hall.publish("a", 5);
        CountDownLatch taking = new CountDownLatch(1);
        CountDownLatch published = new CountDownLatch(1);
        Listener listener = new Listener(told -> {
            if (told.messages() == 5) {
                taking.countDown();
                Hall.awaitLatch(published);
                told.subscription().credit(100);
            }
        });
        Context loop = hall.loopApart();
        listener.open(hall, loop, From.EARLIEST, 0, "a");
        loop.runOnContext(v -> listener.subscription().credit(10));
        Hall.awaitLatch(taking);
        // On its way to the loop, and in whatever the loop asks for from now on.
        hall.publish("a", 2);
        published.countDown();
        Awaitility.await().until(() -> isLive(1) && listener.messages() >= 7);
        hall.publish("a", 1);
        Awaitility.await().until(() -> listener.messages() >= 8);
        assertEquals(Listener.told("a", 0, 8), listener.heard());
    }

    @Test
    void creditGivenWhileMessagesAreTakenBringsEachOnceAndInOrder() throws Exception {
        hall.publish("a", 20);
        Listener one = new Listener(listener -> giveOne(listener)).open(hall, hall.loopApart(), From.EARLIEST, 1, "a");
        List<Future<PublishAck>> published = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            published.add(hall.publishing("a", 1 + i % 3, "x"));
        }
        Hall.await(Future.all(published));
        hall.publish("a", 20);
        long total = hall.read(new From.Offset(0), "a").messages().size();
        Awaitility.await().until(() -> one.messages() >= total && isLive(1));
        hall.publish("a", 1);
        Awaitility.await().until(() -> one.messages() >= total + 1);
        assertEquals(Listener.told("a", 0, total + 1), one.heard());
    }

    private static void giveOne(Listener listener) {
        if (listener.subscription() != null) {
            listener.subscription().credit(1);
        }
    }

    @Test
    void aSubscriberThatThrowsIsEndedAndTheOthersHearEverything() throws Exception {
        Context loop = hall.loopApart();
        Listener before = new Listener().open(hall, loop, From.LATEST, 1000, "a");
        Listener defective = new Listener(listener -> {
                    throw new IllegalStateException("a door's defect");
                })
                .open(hall, loop, From.LATEST, 1000, "a");
        Listener after = new Listener().open(hall, loop, From.LATEST, 1000, "a");
        Listener elsewhere = new Listener().open(hall, loop, From.LATEST, 1000, "#");
        Awaitility.await().until(() -> isLive(4));
        hall.publish("a", 1);
        hall.publish("a", 1);
        Awaitility.await().until(() -> before.messages() + after.messages() + elsewhere.messages() == 6);
        assertEquals(List.of("a0", "ended internal"), defective.heard());
        for (Listener other : List.of(before, after, elsewhere)) {
            assertEquals(List.of("a0", "a1"), other.heard());
        }
        assertEquals(3, hall.broker.status().figures().subscribers());
    }
}
