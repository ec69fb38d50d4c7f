package io.skein.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.skein.broker.Backup;
import io.skein.broker.Broker;
import io.skein.broker.ChangeAck;
import io.skein.broker.Connection;
import io.skein.broker.Freshness;
import io.skein.broker.Inspection;
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
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** The broker with a counter at its door. Changes nothing that passes. */
final class MeteredBroker implements Broker {
    static final String SLOW =
            "Subscribers that did not keep up: paused until they read on, past what is kept (gap), or cut"
                    + " because all that stand still had too much waiting";

    private final Broker broker;
    private final MeterRegistry registry;
    private final DoorMeters doors;
    private final MessageMeters messages;
    private final Subscriptions subscriptions;
    private final Queues queues;
    private final MessageMeters.Flow read;
    private final Counter deduplicated;
    private final Counter gaps;
    private final Counter pauses;

    MeteredBroker(Broker broker, MeterRegistry registry, DoorMeters doors, SubscriptionMeters meters) {
        this.broker = broker;
        this.registry = registry;
        this.doors = doors;
        this.messages = new MessageMeters(registry);
        this.read = messages.delivered("http", MessageMeters.READ); // pages are read by HTTP alone
        this.deduplicated = Counter.builder("skein.messages.deduplicated")
                .description("Messages of repeated publishes that were stored before")
                .register(registry);
        this.gaps = slow("gap");
        this.pauses = slow("paused");
        this.subscriptions = new MeteredSubscriptions(broker.subscriptions(), meters, messages);
        this.queues = new MeteredQueues(broker.queues(), messages, doors::rejected);
    }

    @Override
    public Future<PublishAck> publish(Publish publish) {
        long since = System.nanoTime();
        return broker.publish(publish).andThen((ack, failure) -> {
            if (failure == null) {
                messages.acknowledged(publish.door(), System.nanoTime() - since);
                count(publish, ack);
            } else {
                String code = failure instanceof Refusal refusal ? refusal.code() : "internal";
                doors.rejected(code, publish.messages().size());
            }
        });
    }

    private void count(Publish publish, PublishAck ack) {
        int taken = 0;
        long bytes = 0;
        for (int i = 0; i < ack.results().size(); i++) {
            if (ack.results().get(i) instanceof TopicOutcome.Refused refused) {
                doors.rejected(refused.rejected().reason().code(), 1);
            } else {
                taken++;
                bytes += publish.messages().get(i).message().size();
            }
        }
        if (ack.replayed()) {
            deduplicated.increment(taken);
        } else {
            messages.published(publish.door(), taken, bytes);
        }
    }

    @Override
    public Future<Page> read(Read request) {
        return broker.read(request)
                .onSuccess(page -> read.add(page.messages().size(), MessageMeters.bytesOf(page.messages())))
                .onFailure(refused -> {});
    }

    @Override
    public Future<Subscription> subscribe(Subscribe subscribe, Subscriber subscriber) {
        MessageMeters.Flow streamed = messages.delivered(subscribe.door(), MessageMeters.STREAM);
        return broker.subscribe(subscribe, new Subscriber() {
            @Override
            public boolean deliver(List<StoredMessage> delivered, String lastCursor) {
                streamed.add(delivered.size(), MessageMeters.bytesOf(delivered));
                boolean more = subscriber.deliver(delivered, lastCursor);
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
    public Inspection inspection() {
        return broker.inspection();
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
