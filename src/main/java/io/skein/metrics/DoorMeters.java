package io.skein.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.skein.broker.Allowance;
import io.skein.broker.Allowances;
import io.skein.broker.Throttled;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Connections and what the doors alone see. */
public final class DoorMeters {
    private static final String REJECTED = "Messages that were not taken";

    private final MeterRegistry registry;
    private final Map<String, AtomicInteger> open = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> opened = new ConcurrentHashMap<>();
    private final Map<String, Counter> rejected = new ConcurrentHashMap<>();
    private final Labels reasons = new Labels(64);
    private final Counter received;
    private final Counter sent;

    DoorMeters(MeterRegistry registry) {
        this.registry = registry;
        received = webSocketBytes("received");
        sent = webSocketBytes("sent");
        for (String door : new String[] {"http", "websocket", "tcp"}) {
            open(door); // so that a door nobody has used yet shows as 0
            opened(door);
        }
    }

    public void webSocketReceived(long bytes) {
        received.increment(bytes);
    }

    public void webSocketSent(long bytes) {
        sent.increment(bytes);
    }

    /** Messages that a door or the broker did not take. */
    public void rejected(String reason, int messages) {
        rejected.computeIfAbsent(reasons.bounded(reason), this::rejectedCounter).increment(messages);
    }

    void watch(Allowances allowances) {
        FunctionCounter.builder("skein.messages.rejected", allowances.unfinished(), Allowance::gaveWay)
                .description(REJECTED)
                .tag("reason", "unfinished")
                .register(registry);
        FunctionCounter.builder("skein.slow.consumer.events", allowances.unsent(), Allowance::gaveWay)
                .description(MeteredBroker.SLOW)
                .tag("action", "cut")
                .register(registry);
    }

    void watch(Throttled throttled) {
        for (Throttled.Figure figure : Throttled.Figure.values()) {
            FunctionCounter.builder("skein.throttled", throttled, all -> all.refused(figure))
                    .description("Publishes and connections that were refused because of a limit")
                    .tag("limit", figure.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }

    void connected(String door) {
        open(Labels.door(door)).incrementAndGet();
        opened(Labels.door(door)).increment();
    }

    void disconnected(String door) {
        open(Labels.door(door)).decrementAndGet();
    }

    private AtomicInteger open(String door) {
        return open.computeIfAbsent(door, name -> {
            AtomicInteger count = new AtomicInteger();
            Gauge.builder("skein.connections", count::get)
                    .description("Connections open now")
                    .tag("interface", name)
                    .register(registry);
            return count;
        });
    }

    private LongAdder opened(String door) {
        return opened.computeIfAbsent(door, name -> new LongAdder());
    }

    /**
     * {@code skein_connections_total}, which the registry cannot hold beside the gauge {@code skein_connections}: OpenMetrics
     * names the family of a counter without its suffix, so the two families would have one name. Written out here; for
     * OpenMetrics as a family of unknown type, whose name is that of its samples.
     */
    String openedText(String contentType) {
        boolean openMetrics = contentType.equals(Exposition.OPEN_METRICS);
        StringBuilder text = new StringBuilder();
        text.append("# HELP skein_connections_total Connections opened\n# TYPE skein_connections_total ")
                .append(openMetrics ? "unknown" : "counter")
                .append('\n');
        for (Map.Entry<String, LongAdder> door : new TreeMap<>(opened).entrySet()) {
            text.append("skein_connections_total{interface=\"")
                    .append(door.getKey())
                    .append("\"} ")
                    .append(door.getValue().sum())
                    .append(".0\n");
        }
        return text.toString();
    }

    private Counter rejectedCounter(String reason) {
        return Counter.builder("skein.messages.rejected")
                .description(REJECTED)
                .tag("reason", reason)
                .register(registry);
    }

    private Counter webSocketBytes(String direction) {
        return Counter.builder("skein.websocket")
                .baseUnit("bytes")
                .description("Payload of WebSocket frames")
                .tag("direction", direction)
                .register(registry);
    }
}
