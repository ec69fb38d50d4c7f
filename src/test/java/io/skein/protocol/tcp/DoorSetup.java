package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;

import io.skein.broker.Allowance;
import io.skein.broker.Allowances;
import io.skein.broker.FakeBroker;
import io.skein.broker.Freshness;
import io.skein.broker.Gate;
import io.skein.broker.OpenGate;
import io.skein.broker.Publish;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** A door with short times on any port, before a broker in memory. */
final class DoorSetup implements AutoCloseable {
    /** One event loop, so that the figures of the door can be read from any context. */
    final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

    final FakeBroker broker = new FakeBroker(vertx);
    final Allowances allowances;
    final List<String> refused = Collections.synchronizedList(new ArrayList<>());
    final TcpDoor door;
    final String deployment;

    DoorSetup() throws Exception {
        this(limits(0));
    }

    DoorSetup(TcpConfig config) throws Exception {
        this(config, 16 << 20);
    }

    /** @param gate before the broker, where it is not open to everybody */
    DoorSetup(Function<FakeBroker, Gate> gate) throws Exception {
        this(limits(0), 16 << 20, gate);
    }

    DoorSetup(TcpConfig config, int unreadBytes) throws Exception {
        this(config, unreadBytes, OpenGate::of);
    }

    private DoorSetup(TcpConfig config, int unreadBytes, Function<FakeBroker, Gate> gate) throws Exception {
        allowances = new Allowances(
                Allowance.arriving("unfinished requests", 256 << 10), Allowance.leaving("unread answers", unreadBytes));
        TcpListener listener = new TcpListener() {
            @Override
            public void refused(String code, int frames) {
                for (int i = 0; i < frames; i++) {
                    refused.add(code);
                }
            }
        };
        door = new TcpDoor(gate.apply(broker), config, allowances, listener);
        deployment = vertx.deployVerticle(door).await(10, SECONDS);
    }

    /** Like the real ones, but for short frames and times. */
    static TcpConfig limits(int port) {
        return new TcpConfig(
                "127.0.0.1", port, 100, 64 << 10, 256, 64, 64 << 10, 1 << 20, 4, 60_000, 5, 3, 10, 60_000, 3, 30_000);
    }

    int port() {
        return door.port();
    }

    long figure(LongSupplier figure) {
        Promise<Long> promise = Promise.promise();
        vertx.runOnContext(v -> promise.complete(figure.getAsLong()));
        return promise.future().await();
    }

    void publish(String topic, Format format, String body) throws Exception {
        broker.publish(Publish.of(
                        "test",
                        Publication.of(
                                new TopicName(topic), new Message("", List.of(), format, "", body.getBytes(UTF_8)))))
                .await(10, SECONDS);
    }

    /** How many the topic has; 0 without one. */
    long stored(String topic) {
        return broker.topics(Optional.of(new TopicFilter(topic)), Freshness.NONE).await().stream()
                .mapToLong(info -> info.view().count())
                .sum();
    }

    /** What publishers brought to the broker, in order: {@code FORMAT topic body}. */
    List<String> published() {
        return broker.publishes().stream()
                .flatMap(publish -> publish.messages().stream())
                .map(p -> p.message().format() + " " + p.topic() + " "
                        + new String(p.message().body(), UTF_8))
                .toList();
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
