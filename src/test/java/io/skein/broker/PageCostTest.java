package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.skein.topic.Publication;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicName;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a page of a filter costs the one loop that everybody shares, in bytes that are allocated there: work that can be
 * counted. Every topic here has lost a message, which is the dear case.
 */
class PageCostTest {
    private static final int FEW = 300;
    private static final int MANY = 15_000;
    private static final int PAGE = 100;

    @TempDir
    private Path directory;

    private record Cost(long first, long later, long stream) {}

    /** What a first page, a later one, and the pages of a stream allocate on the replica's loop. */
    private static Cost cost(Path directory, int topics) throws Exception {
        try (Hall hall = new Hall(directory, 0, 10_000)) {
            publish(hall, topics);
            List<Future<ChangeAck>> configured = new ArrayList<>();
            TopicConfig one = new TopicConfig(0, 0, 1, TopicConfig.OnFull.DROP_OLDEST, Optional.empty(), 0);
            for (int i = 0; i < topics; i++) {
                configured.add(hall.broker.configure(new TopicName("t/" + i), one, Optional.empty()));
            }
            Hall.await(Future.all(configured));
            publish(hall, topics);
            hall.settle();
            assertEquals(topics, hall.ask(() -> hall.topics.trims()));
            String next = page(hall, From.EARLIEST).next();
            return new Cost(
                    cost(
                            hall,
                            () -> assertEquals(
                                    PAGE, page(hall, From.EARLIEST).messages().size())),
                    cost(
                            hall,
                            () -> assertEquals(
                                    PAGE,
                                    page(hall, From.parse(next)).messages().size())),
                    cost(hall, () -> stream(hall)));
        }
    }

    private static void publish(Hall hall, int topics) throws Exception {
        for (int at = 0; at < topics; at += 500) {
            List<Publication> messages = new ArrayList<>();
            for (int i = at; i < Math.min(topics, at + 500); i++) {
                messages.add(Hall.message("t/" + i, "x"));
            }
            Hall.await(
                    hall.broker.publish(new Publish(messages, false, Optional.empty(), "test", "", Optional.empty())));
        }
    }

    private static Page page(Hall hall, From from) throws Exception {
        return Hall.await(hall.onLoop(
                () -> hall.broker.read(new Read(Hall.filters("t/+"), from, PAGE, 0, Freshness.LINEARIZABLE))));
    }

    private static void stream(Hall hall) throws Exception {
        Context loop = hall.loopApart();
        Listener listener = new Listener().open(hall, loop, From.EARLIEST, PAGE / 2, "t/+");
        Awaitility.await().until(() -> listener.messages() == PAGE / 2);
        loop.runOnContext(v -> listener.subscription().credit(PAGE / 2));
        Awaitility.await().until(() -> listener.messages() == PAGE);
        Hall.await(hall.onLoopOf(loop, () -> {
            listener.subscription().close();
            return Future.succeededFuture();
        }));
    }

    private interface Reading {
        void read() throws Exception;
    }

    /** The least of a few times: what else that loop did meanwhile is not the page's cost. */
    private static long cost(Hall hall, Reading reading) throws Exception {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            hall.ask(() -> "all before is done");
            long before = threads.getThreadAllocatedBytes(hall.replicaThread().getId());
            reading.read();
            hall.ask(() -> "and this too");
            least = Math.min(
                    least, threads.getThreadAllocatedBytes(hall.replicaThread().getId()) - before);
        }
        return least;
    }

    @Test
    void aPageCostsTheSameHoweverManyTopicsMatchAndHaveLostMessages() throws Exception {
        Cost few = cost(directory.resolve("few"), FEW);
        Cost many = cost(directory.resolve("many"), MANY);
        String became = few + " became " + many;
        assertTrue(many.first() < 2 * few.first(), became);
        assertTrue(many.later() < 2 * few.later(), became);
        assertTrue(many.stream() < 2 * few.stream(), became);
    }
}
