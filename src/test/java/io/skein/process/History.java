package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was acknowledged of one topic, and the check that it is there: exactly once, at its offset, on every node, with
 * dense offsets and one state on all (CLAIMS.md 1 to 3). May be added to from any thread.
 */
final class History {
    /**
     * @param producer whose bodies come in the order of their numbers; -1: in any
     * @param begunNanos when the request that was acknowledged was sent; earlier ones with the same key do not count
     */
    record Ack(int producer, String body, long offset, long begunNanos, long ackedNanos) {}

    private final String topic;
    private final List<Ack> acks = Collections.synchronizedList(new ArrayList<>());

    History(String topic) {
        this.topic = topic;
    }

    String topic() {
        return topic;
    }

    void add(Ack ack) {
        acks.add(ack);
    }

    void add(String body, long offset) {
        long now = System.nanoTime();
        add(new Ack(-1, body, offset, now, now));
    }

    int size() {
        return acks.size();
    }

    List<Ack> acks() {
        synchronized (acks) {
            return List.copyOf(acks);
        }
    }

    /** The first acknowledgement of a request that was sent after this; -1 when there is none yet. */
    long firstAckBegunAfter(long nanos) {
        return acks().stream()
                .filter(ack -> ack.begunNanos() - nanos >= 0)
                .mapToLong(Ack::ackedNanos)
                .min()
                .orElse(-1);
    }

    /** The longest time without an acknowledgement since then. */
    long longestGapMs(long sinceNanos) {
        List<Long> times = new ArrayList<>(acks().stream()
                .map(Ack::ackedNanos)
                .filter(at -> at - sinceNanos >= 0)
                .sorted()
                .toList());
        times.add(0, sinceNanos);
        long longest = 0;
        for (int i = 1; i < times.size(); i++) {
            longest = Math.max(longest, times.get(i) - times.get(i - 1));
        }
        return longest / 1_000_000;
    }

    /** The cluster is healed, nobody publishes any more, and nothing else was ever published to the topic. */
    void check(ClusterUnderTest cluster) throws Exception {
        cluster.awaitHealthy();
        List<Ack> all = acks();
        Map<Long, String> expected = new HashMap<>();
        Map<Integer, Long> last = new HashMap<>();
        for (Ack ack : all) {
            String other = expected.put(ack.offset(), ack.body());
            assertNull(other, "offset " + ack.offset() + " was given to " + other + " and to " + ack.body());
            if (ack.producer() >= 0) {
                Long before = last.put(ack.producer(), ack.offset());
                assertTrue(before == null || before < ack.offset(), ack + " comes before what it was sent after");
            }
        }
        for (ClusterNode node : cluster.nodes()) {
            // One that finds damage in what it reads refuses and comes back from its peers.
            cluster.await("what " + node + " has", ClusterUnderTest.PATIENCE, () -> {
                check(node, expected);
                return true;
            });
        }
    }

    private void check(ClusterNode node, Map<Long, String> expected) throws Exception {
        List<JsonObject> found = ClusterUnderTest.read(node, topic, "none");
        Map<String, Long> offsets = new HashMap<>();
        for (int i = 0; i < found.size(); i++) {
            long offset = found.get(i).getLong("offset");
            String body = found.get(i).getString("body");
            assertEquals(i, offset, "offsets on " + node + " are dense");
            Long other = offsets.put(body, offset);
            assertNull(other, body + " is on " + node + " at " + other + " and at " + offset);
            assertEquals(expected.get(offset), body, "at " + offset + " on " + node);
        }
        assertEquals(expected.size(), found.size(), "as many on " + node + " as were acknowledged");
    }
}
