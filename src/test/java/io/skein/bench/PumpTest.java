package io.skein.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class PumpTest {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1000 * MS;

    private final Tally tally = new Tally(new Tally.Live());
    private final Silent publisher = new Silent();
    private final Deque<Runnable> later = new ArrayDeque<>();
    private long now = 7 * SECOND;

    /** Answers nothing by itself. */
    private static final class Silent implements Publisher {
        final List<long[]> sent = new ArrayList<>();
        int connects;

        @Override
        public Future<Void> connect(Answers answers) {
            connects++;
            return Future.succeededFuture();
        }

        @Override
        public void publish(long due, int count) {
            sent.add(new long[] {due, count});
        }

        @Override
        public Future<Void> close() {
            return Future.succeededFuture();
        }
    }

    private Pump openLoop(int window) {
        // A thousand a second: one each millisecond.
        return connected(Pump.openLoop((ms, task) -> later.add(task), () -> now, publisher, tally, MS, window, 16));
    }

    private Pump closedLoop(int window, int batch) {
        return connected(
                Pump.closedLoop((ms, task) -> later.add(task), () -> now, publisher, tally, Leash.NONE, window, batch));
    }

    private static Pump connected(Pump pump) {
        assertTrue(pump.connect().succeeded());
        return pump;
    }

    @Test
    void anOpenLoopMeasuresFromWhenAMessageWasDueEvenIfItCouldNotBeSentThen() {
        long start = now;
        tally.measure(start, start + SECOND);
        Pump pump = openLoop(1);
        pump.start(new Pace(start, 1000, 0, 1), start + SECOND);

        // The first has no answer for 500 ms; then each is answered at once.
        now += 500 * MS;
        pump.fill();
        assertEquals(1, publisher.sent.size(), "the window is full");
        while (now < start + SECOND) {
            while (!publisher.sent.isEmpty()) {
                long[] message = publisher.sent.remove(0);
                pump.acked(message[0], (int) message[1]);
            }
            now += MS;
            pump.fill();
        }
        for (long[] message : List.copyOf(publisher.sent)) {
            pump.acked(message[0], (int) message[1]);
        }
        pump.end();

        // A closed loop would have had one slow answer and 500 quick ones.
        Latency latency = tally.ack();
        assertEquals(1000, latency.count());
        assertEquals(500, latency.max(), 5);
        assertEquals(490, latency.p99(), 10);
    }

    @Test
    void whatIsDueTogetherIsSentTogether() {
        long start = now;
        Pump pump = openLoop(100);
        pump.start(new Pace(start, 1000, 0, 1), start + SECOND);

        now += 20 * MS;
        pump.fill();

        List<Integer> sizes = publisher.sent.stream().map(sent -> (int) sent[1]).toList();
        assertEquals(List.of(1, 16, 4), sizes);
        assertEquals(start + MS, publisher.sent.get(1)[0]);
        assertEquals(start + 17 * MS, publisher.sent.get(2)[0]);
    }

    @Test
    void whatHasNoAnswerAtTheEndCountsWithItsAge() {
        long start = now;
        tally.measure(start, start + SECOND);
        Pump pump = openLoop(1);
        pump.start(new Pace(start, 1000, 0, 1), start + SECOND);

        now += 3 * SECOND;
        pump.end();

        assertEquals(1000, tally.unanswered());
        assertEquals(0, tally.acked());
        assertEquals(1000, tally.ack().count());
        assertEquals(3000, tally.ack().max(), 30);
        assertEquals(2500, tally.ack().p50(), 30);
    }

    @Test
    void aClosedLoopKeepsItsWindowFullOfWholeBatches() {
        Pump pump = closedLoop(40, 16);
        pump.start(new Pace(now, 1, 0, 1), now + SECOND);
        assertEquals(2, publisher.sent.size(), "40 has room for two batches of 16");

        pump.acked(now, 5);
        assertEquals(2, publisher.sent.size(), "13 are not a batch");
        pump.acked(now, 3);
        assertEquals(3, publisher.sent.size());
    }

    @Test
    void nothingIsSentAfterTheEnd() {
        Pump pump = closedLoop(1, 1);
        pump.start(new Pace(now, 1, 0, 1), now + SECOND);

        now += SECOND;
        pump.acked(now, 1);

        assertEquals(1, publisher.sent.size());
    }

    @Test
    void aRefusalIsAnErrorAndNotALatency() {
        tally.measure(now, now + SECOND);
        Pump pump = closedLoop(1, 1);
        pump.start(new Pace(now, 1, 0, 1), now + SECOND);

        pump.failed(now, 1, "no-leader");

        assertEquals(1L, tally.errors().get("no-leader"));
        assertEquals(0, tally.ack().count());
        assertEquals(1, publisher.sent.size(), "who was refused waits a moment");
        later.remove().run();
        assertEquals(2, publisher.sent.size());
    }

    @Test
    void aLostConnectionIsMadeAgainAndUsedAgain() {
        tally.measure(now, now + SECOND);
        Pump pump = closedLoop(1, 1);
        pump.start(new Pace(now, 1, 0, 1), now + SECOND);

        pump.failed(now, 1, "connection-closed");
        pump.closed();
        later.remove().run();
        assertEquals(1, publisher.sent.size(), "nothing is sent without a connection");
        later.remove().run();

        assertEquals(2, publisher.connects);
        assertEquals(2, publisher.sent.size());
    }

    @Test
    void aConnectionLostBeforeTheStartIsMadeAgainThen() {
        Pump pump = closedLoop(1, 1);
        pump.closed();
        assertEquals(0, later.size());

        pump.start(new Pace(now, 1, 0, 1), now + SECOND);
        later.remove().run();

        assertEquals(1, publisher.sent.size());
    }
}
