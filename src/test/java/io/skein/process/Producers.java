package io.skein.process;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Programs that publish numbered messages over HTTP as one should: each with an Idempotency-Key, one after the other,
 * sent again, to another node, until it is acknowledged. What is acknowledged goes into a {@link History}; what no
 * retry may ever see (any other status than 201, 503 and 504) fails the test.
 */
final class Producers implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(2);
    private static final long GIVE_UP_NANOS = 90_000_000_000L;
    /** Between two nodes that both refused. */
    private static final long REFUSED_NANOS = 5_000_000;
    /** Between two messages: the machine is shared with the nodes. */
    private static final long PACE_NANOS = 2_000_000;

    private static final AtomicInteger MADE = new AtomicInteger();

    private final ClusterUnderTest cluster;
    private final History history;
    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> problem = new AtomicReference<>();
    private volatile boolean isStopping;

    private Producers(ClusterUnderTest cluster, History history) {
        this.cluster = cluster;
        this.history = history;
    }

    static Producers start(ClusterUnderTest cluster, History history, int count) {
        Producers producers = new Producers(cluster, history);
        for (int i = 0; i < count; i++) {
            int number = i;
            Thread thread = new Thread(() -> producers.run(number), "producer-" + number);
            thread.setDaemon(true);
            producers.threads.add(thread);
            thread.start();
        }
        return producers;
    }

    private void run(int number) {
        try {
            int producer = MADE.getAndIncrement();
            int at = number;
            for (int n = 0; !isStopping; n++) {
                at = publish(producer, run + "/" + number + "/" + n, at);
                LockSupport.parkNanos(PACE_NANOS);
            }
        } catch (InterruptedException | RuntimeException | AssertionError failure) {
            problem.compareAndSet(null, failure);
        }
    }

    /** @return which node acknowledged */
    private int publish(int producer, String body, int first) throws InterruptedException {
        long since = System.nanoTime();
        for (int at = first; ; at++) {
            List<ClusterNode> nodes = cluster.inService();
            if (nodes.isEmpty()) {
                LockSupport.parkNanos(REFUSED_NANOS);
                continue;
            }
            ClusterNode node = nodes.get(at % nodes.size());
            long begun = System.nanoTime();
            String said;
            try {
                HttpResponse<String> answer = node.publish(history.topic(), body, body, ANSWER);
                if (answer.statusCode() == 201) {
                    long offset = new JsonObject(answer.body()).getLong("offset");
                    history.add(new History.Ack(producer, body, offset, begun, System.nanoTime()));
                    return at % nodes.size();
                }
                said = answer.statusCode() + " " + answer.body();
                if (answer.statusCode() != 503 && answer.statusCode() != 504) {
                    throw new AssertionError(node + " answered " + said);
                }
            } catch (IOException silent) {
                said = silent.toString();
            }
            if (System.nanoTime() - since > GIVE_UP_NANOS) {
                throw new AssertionError(body + " was not acknowledged; " + node + " at last: " + said);
            }
            LockSupport.parkNanos(REFUSED_NANOS);
        }
    }

    /** Waits for so many more acknowledgements. */
    void awaitMore(int acks) {
        int until = history.size() + acks;
        cluster.await(acks + " more acknowledgements", ClusterUnderTest.PATIENCE, () -> {
            fail();
            return history.size() >= until;
        });
    }

    /**
     * How long it took from then until a request was acknowledged that was sent after this is called; waits for it. What
     * was sent before may have been answered by who is dead now. Milliseconds.
     */
    long awaitAckSince(long nanos) {
        long sentAfter = System.nanoTime();
        cluster.await("an acknowledgement", ClusterUnderTest.PATIENCE, () -> {
            fail();
            return history.firstAckBegunAfter(sentAfter) != -1;
        });
        return (history.firstAckBegunAfter(sentAfter) - nanos) / 1_000_000;
    }

    private void fail() {
        Throwable failure = problem.get();
        if (failure != null) {
            throw new AssertionError("a producer failed\n" + cluster.report(), failure);
        }
    }

    /** Each ends once its last message is acknowledged. */
    void stop() throws InterruptedException {
        isStopping = true;
        for (Thread thread : threads) {
            thread.join(GIVE_UP_NANOS / 1_000_000 + 10_000);
            if (thread.isAlive()) {
                throw new AssertionError(thread.getName() + " does not end");
            }
        }
        fail();
    }

    @Override
    public void close() {
        isStopping = true;
    }
}
