package io.skein.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.skein.store.StoredMessage;
import io.skein.topic.Publication;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Messages that pass the broker's door, by the door they come in and go out at. */
final class MessageMeters {
    static final String STREAM = "stream";
    static final String READ = "read";
    static final String PULL = "pull";
    static final String TAKE = "take";

    private final MeterRegistry registry;
    private final Map<String, Flow> published = new ConcurrentHashMap<>();
    private final Map<Way, Flow> delivered = new ConcurrentHashMap<>();
    private final Map<String, Timer> durations = new ConcurrentHashMap<>();

    private record Way(String door, String mode) {}

    /** Messages that go one way, and what they weigh. */
    record Flow(Counter messages, Counter bytes) {
        void add(int count, long size) {
            messages.increment(count);
            bytes.increment(size);
        }
    }

    MessageMeters(MeterRegistry registry) {
        this.registry = registry;
        for (String door : new String[] {"http", "websocket", "tcp"}) {
            publishedBy(door); // so that rates begin at 0
            durationBy(door);
            delivered(door, STREAM);
        }
    }

    /** @param bytes as {@link io.skein.topic.Message#size} counts */
    void published(String door, int messages, long bytes) {
        publishedBy(Labels.door(door)).add(messages, bytes);
    }

    /** From a publish to its acknowledgement. */
    void acknowledged(String door, long nanos) {
        durationBy(Labels.door(door)).record(nanos, TimeUnit.NANOSECONDS);
    }

    Flow delivered(String door, String mode) {
        return delivered.computeIfAbsent(
                new Way(Labels.door(door), mode),
                way -> new Flow(
                        Counter.builder("skein.messages.delivered")
                                .description("Messages handed to subscribers and readers")
                                .tag("interface", way.door)
                                .tag("mode", way.mode)
                                .register(registry),
                        Counter.builder("skein.messages.delivered.bytes")
                                .description("Bytes of the messages handed to subscribers and readers, as JSON")
                                .baseUnit("bytes")
                                .tag("interface", way.door)
                                .tag("mode", way.mode)
                                .register(registry)));
    }

    private Flow publishedBy(String door) {
        return published.computeIfAbsent(
                door,
                name -> new Flow(
                        Counter.builder("skein.messages.published")
                                .description("Messages acknowledged to publishers")
                                .tag("interface", name)
                                .register(registry),
                        Counter.builder("skein.messages.published.bytes")
                                .description("Bytes of the messages acknowledged to publishers: body, key, headers")
                                .baseUnit("bytes")
                                .tag("interface", name)
                                .register(registry)));
    }

    private Timer durationBy(String door) {
        return durations.computeIfAbsent(
                door,
                name -> Timer.builder("skein.publish.duration")
                        .description("From a publish, of one message or many, to its acknowledgement")
                        .tag("interface", name)
                        .serviceLevelObjectives(Buckets.ofRequests())
                        .register(registry));
    }

    static long bytesOf(List<StoredMessage> messages) {
        long bytes = 0;
        for (StoredMessage message : messages) {
            bytes += message.json().length;
        }
        return bytes;
    }

    static long sizeOf(List<Publication> publications) {
        long bytes = 0;
        for (Publication publication : publications) {
            bytes += publication.message().size();
        }
        return bytes;
    }
}
