package io.skein.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.skein.broker.Backup;
import io.skein.broker.Broker;
import io.skein.broker.ChangeAck;
import io.skein.broker.Connection;
import io.skein.broker.Freshness;
import io.skein.broker.NodeStatus;
import io.skein.broker.Page;
import io.skein.broker.Publish;
import io.skein.broker.PublishAck;
import io.skein.broker.Queues;
import io.skein.broker.Read;
import io.skein.broker.Refusal;
import io.skein.broker.ScheduledPage;
import io.skein.broker.Subscribe;
import io.skein.broker.Subscriber;
import io.skein.broker.SubscriberInfo;
import io.skein.broker.Subscription;
import io.skein.broker.Subscriptions;
import io.skein.broker.TopicInfo;
import io.skein.store.StoredMessage;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/** The broker with a counter at its door. Changes nothing that passes. */
final class MeteredBroker implements Broker {
    static final String SLOW =
            "Subscribers that did not keep up: paused until they read on, past what is kept (gap), or cut"
                    + " because all that stand still had too much waiting";

    private static final String STREAM = "stream";
    private static final String READ = "read";
    private static final String PULL = "pull";
    private static final String TAKE = "take";

    private final Broker broker;
    private final MeterRegistry registry;
    private final DoorMeters doors;
    private final Map<String, Counter> published = new ConcurrentHashMap<>();
    private final Map<String, Counter> streamed = new ConcurrentHashMap<>();
    private final Map<String, Counter> pulled = new ConcurrentHashMap<>();
    private final Subscriptions subscriptions;
    private final Queues queues;
    private final Counter read;
    private final Counter deduplicated;
    private final Counter gaps;
    private final Counter pauses;

    MeteredBroker(Broker broker, MeterRegistry registry, DoorMeters doors, SubscriptionMeters meters) {
        this.broker = broker;
        this.registry = registry;
        this.doors = doors;
        this.read = delivered("http", READ); // pages are read by HTTP alone
        this.deduplicated = Counter.builder("skein.messages.deduplicated")
                .description("Messages of repeated publishes that were stored before")
                .register(registry);
        this.gaps = slow("gap");
        this.pauses = slow("paused");
        this.subscriptions = new MeteredSubscriptions(
                broker.subscriptions(),
                meters,
                (door, messages) -> pulled(door).increment(messages),
                (door, messages) -> published(door).increment(messages));
        Counter taken = delivered("http", TAKE); // queues are used by HTTP alone
        this.queues = new MeteredQueues(
                broker.queues(), () -> published("http").increment(), taken::increment, doors::rejected);
        for (String door : new String[] {"http", "websocket", "tcp"}) {
            published(door); // so that rates begin at 0
            streamed(door);
        }
    }

    @Override
    public Future<PublishAck> publish(Publish publish) {
        return broker.publish(publish).andThen((ack, failure) -> {
            if (failure == null) {
                count(publish.door(), ack);
            } else {
                String code = failure instanceof Refusal refusal ? refusal.code() : "internal";
                doors.rejected(code, publish.messages().size());
            }
        });
    }

    private void count(String door, PublishAck ack) {
        int taken = 0;
        for (TopicOutcome.Result result : ack.results()) {
            if (result instanceof TopicOutcome.Refused refused) {
                doors.rejected(refused.rejected().reason().code(), 1);
            } else {
                taken++;
            }
        }
        (ack.replayed() ? deduplicated : published(door)).increment(taken);
    }

    @Override
    public Future<Page> read(Read request) {
        return broker.read(request)
                .onSuccess(page -> read.increment(page.messages().size()))
                .onFailure(refused -> {});
    }

    @Override
    public Future<Subscription> subscribe(Subscribe subscribe, Subscriber subscriber) {
        Counter counter = streamed(subscribe.door());
        return broker.subscribe(subscribe, new Subscriber() {
            @Override
            public boolean deliver(List<StoredMessage> messages, String lastCursor) {
                counter.increment(messages.size());
                boolean more = subscriber.deliver(messages, lastCursor);
                if (!more) {
                    pauses.increment();
                }
                return more;
            }

            @Override
            public void gap(String requested, String resumedAt, long lost) {
                gaps.increment();
                subscriber.gap(requested, resumedAt, lost);
            }

            @Override
            public void status(String health) {
                subscriber.status(health);
            }

            @Override
            public void ended(String reason, boolean retry) {
                subscriber.ended(reason, retry);
            }
        });
    }

    @Override
    public Subscriptions subscriptions() {
        return subscriptions;
    }

    @Override
    public Queues queues() {
        return queues;
    }

    @Override
    public Connection connected(String door, String peer) {
        Connection connection = broker.connected(door, peer);
        doors.connected(door);
        return new Connection() {
            private boolean ended;

            @Override
            public void ended() {
                if (!ended) {
                    ended = true;
                    doors.disconnected(door);
                    connection.ended();
                }
            }

            @Override
            public void close() {
                ended();
                connection.close();
            }
        };
    }

    private Counter published(String door) {
        return published.computeIfAbsent(
                Labels.door(door),
                name -> Counter.builder("skein.messages.published")
                        .description("Messages acknowledged to publishers")
                        .tag("interface", name)
                        .register(registry));
    }

    private Counter streamed(String door) {
        return streamed.computeIfAbsent(Labels.door(door), name -> delivered(name, STREAM));
    }

    private Counter pulled(String door) {
        return pulled.computeIfAbsent(Labels.door(door), name -> delivered(name, PULL));
    }

    private Counter delivered(String door, String mode) {
        return Counter.builder("skein.messages.delivered")
                .description("Messages handed to subscribers and readers")
                .tag("interface", door)
                .tag("mode", mode)
                .register(registry);
    }

    private Counter slow(String action) {
        return Counter.builder("skein.slow.consumer.events")
                .description(SLOW)
                .tag("action", action)
                .register(registry);
    }

    @Override
    public Future<List<TopicInfo>> topics(Optional<TopicFilter> filter, Freshness freshness) {
        return broker.topics(filter, freshness);
    }

    @Override
    public Future<TopicInfo> topic(TopicName name, Freshness freshness) {
        return broker.topic(name, freshness);
    }

    @Override
    public Future<ChangeAck> configure(TopicName name, TopicConfig config, Optional<String> idempotencyKey) {
        return broker.configure(name, config, idempotencyKey);
    }

    @Override
    public Future<ChangeAck> delete(TopicName name, Optional<String> idempotencyKey) {
        return broker.delete(name, idempotencyKey);
    }

    @Override
    public Future<ScheduledPage> scheduled(Optional<String> after, int limit, Freshness freshness) {
        return broker.scheduled(after, limit, freshness);
    }

    @Override
    public Future<ChangeAck> cancel(String cursor, Optional<String> idempotencyKey) {
        return broker.cancel(cursor, idempotencyKey);
    }

    @Override
    public Future<Void> addMember(String id, String address, boolean voter) {
        return broker.addMember(id, address, voter);
    }

    @Override
    public Future<Backup> backup(Freshness freshness, BooleanSupplier unwanted) {
        return broker.backup(freshness, unwanted);
    }

    @Override
    public Future<Void> removeMember(String id) {
        return broker.removeMember(id);
    }

    @Override
    public Future<Void> transfer(String id) {
        return broker.transfer(id);
    }

    @Override
    public Future<Void> handOver(Optional<String> from) {
        return broker.handOver(from);
    }

    @Override
    public NodeStatus status() {
        return broker.status();
    }

    @Override
    public Future<List<SubscriberInfo>> subscribers(int limit) {
        return broker.subscribers(limit);
    }
}
