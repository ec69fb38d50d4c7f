package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.topic.TopicName;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The queues of RRMQ over a real replica and a real store. */
class LocalQueuesTest {
    private static final TopicName JOBS = new TopicName("jobs");

    @TempDir
    private Path directory;

    private Hall hall;

    @BeforeEach
    void start() throws Exception {
        hall = new Hall(directory, 0, 10_000);
    }

    @AfterEach
    void stop() throws Exception {
        hall.close();
    }

    private Future<Optional<byte[]>> take() {
        return hall.onLoop(() -> hall.broker.queues().take(JOBS));
    }

    @Test
    void whatIsTakenIsReadFromRowsAndIsTakenOnce() throws Exception {
        hall.publish("jobs", 1);
        hall.settle();
        assertArrayEquals(new byte[] {'x'}, Hall.await(take()).orElseThrow());
        assertEquals(Optional.empty(), Hall.await(take()));
    }

    @Test
    void whatRetentionTookIsNotTaken() throws Exception {
        hall.keep("jobs", 1, 0);
        hall.publish("jobs", 3);
        hall.settle();
        assertEquals(1, Hall.await(take()).orElseThrow().length);
        assertEquals(Optional.empty(), Hall.await(take()));
    }

    @Test
    void everyWaitEndsBeforeTheAnswerIsDue() {
        long promisedMs = 800;
        long forTheWayMs = 80;
        assertTrue(LocalQueues.WAIT_MS < LocalQueues.TAKE_MS, "a message is read after it was taken");
        assertTrue(LocalQueues.TAKE_MS <= promisedMs - forTheWayMs, "a message with its body, a confirmed list");
    }

    @Test
    void whoAsksForTheListOfABusyNodeHearsSoInTime() throws Exception {
        Context loop = hall.vertx.getOrCreateContext();
        while (Hall.await(hall.onLoopOf(loop, () -> Future.succeededFuture(Thread.currentThread())))
                .equals(hall.replicaThread())) {
            loop = hall.vertx.getOrCreateContext();
        }
        CountDownLatch letGo = new CountDownLatch(1);
        Future<Void> busy = hall.proposer.ask(() -> {
            Hall.awaitLatch(letGo);
            return null;
        });
        Future<List<TopicName>> names =
                hall.onLoopOf(loop, () -> hall.broker.queues().names(false));
        try {
            assertEquals(
                    "indeterminate",
                    assertThrows(Refusal.class, () -> Hall.await(names)).code());
        } finally {
            letGo.countDown();
        }
        Hall.await(busy);
    }

    @Test
    void whoIsNotAnsweredInTimeHearsThatItMayHappen() throws Exception {
        hall.publish("jobs", 1);
        hall.settle();
        CountDownLatch letGo = hall.holdWriter();
        try {
            assertEquals(
                    "indeterminate",
                    assertThrows(Refusal.class, () -> Hall.await(take())).code());
        } finally {
            letGo.countDown();
        }
    }
}
