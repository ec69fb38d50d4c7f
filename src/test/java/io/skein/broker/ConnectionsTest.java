package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.skein.cluster.Proposer;
import io.vertx.core.Vertx;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void asManyConnectionsAsMayBeAtAllDoorsTogetherAndOneMoreWhenOneHasGone() {
        BrokerConfig config = new BrokerConfig(
                "n1", () -> "", "", 1 << 20, true, "memory", 1000, 0, 10_000, 10, 2, Allowances.ofHeap(), false);
        LocalBroker broker = new LocalBroker(vertx, config, new Proposer(vertx));
        broker.connected("http", "a");
        Connection second = broker.connected("tcp", "b");
        Refusal full = assertThrows(Refusal.class, () -> broker.connected("websocket", "c"));
        assertEquals(Refusal.Kind.UNAVAILABLE, full.kind());
        assertEquals("too-many-connections", full.code());
        assertEquals(Map.of("limit", 2), full.facts());
        second.ended();
        assertEquals(1, broker.status().figures().connections());
        assertThrows(Refusal.class, () -> broker.connected("websocket", "c"));
        second.close();
        broker.connected("websocket", "c");
        assertEquals(2, broker.status().figures().connections());
    }
}
