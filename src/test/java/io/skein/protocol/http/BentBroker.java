package io.skein.protocol.http;

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
import io.skein.broker.ScheduledPage;
import io.skein.broker.Subscribe;
import io.skein.broker.Subscriber;
import io.skein.broker.SubscriberInfo;
import io.skein.broker.Subscription;
import io.skein.broker.Subscriptions;
import io.skein.broker.TopicInfo;
import io.skein.raft.Role;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Another broker, but for what a test overrides. */
class BentBroker implements Broker {
    private final Broker straight;

    BentBroker(Broker straight) {
        this.straight = straight;
    }

    @Override
    public Future<PublishAck> publish(Publish publish) {
        return straight.publish(publish);
    }

    @Override
    public Future<Page> read(Read read) {
        return straight.read(read);
    }

    @Override
    public Future<Subscription> subscribe(Subscribe subscribe, Subscriber subscriber) {
        return straight.subscribe(subscribe, subscriber);
    }

    @Override
    public Subscriptions subscriptions() {
        return straight.subscriptions();
    }

    @Override
    public Queues queues() {
        return straight.queues();
    }

    @Override
    public Future<List<TopicInfo>> topics(Optional<TopicFilter> filter, Freshness freshness) {
        return straight.topics(filter, freshness);
    }

    @Override
    public Future<TopicInfo> topic(TopicName name, Freshness freshness) {
        return straight.topic(name, freshness);
    }

    @Override
    public Future<ChangeAck> configure(TopicName name, TopicConfig config, Optional<String> idempotencyKey) {
        return straight.configure(name, config, idempotencyKey);
    }

    @Override
    public Future<ChangeAck> delete(TopicName name, Optional<String> idempotencyKey) {
        return straight.delete(name, idempotencyKey);
    }

    @Override
    public Future<ScheduledPage> scheduled(Optional<String> after, int limit, Freshness freshness) {
        return straight.scheduled(after, limit, freshness);
    }

    @Override
    public Future<ChangeAck> cancel(String cursor, Optional<String> idempotencyKey) {
        return straight.cancel(cursor, idempotencyKey);
    }

    @Override
    public Future<Void> addMember(String id, String address, boolean voter) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Backup> backup(Freshness freshness, BooleanSupplier unwanted) {
        return straight.backup(freshness, unwanted);
    }

    @Override
    public Future<Void> removeMember(String id) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> transfer(String id) {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> handOver(Optional<String> from) {
        return Future.succeededFuture();
    }

    @Override
    public NodeStatus status() {
        return straight.status();
    }

    @Override
    public Connection connected(String door, String peer) {
        return straight.connected(door, peer);
    }

    @Override
    public Inspection inspection() {
        return straight.inspection();
    }

    @Override
    public Future<List<SubscriberInfo>> subscribers(int limit) {
        return straight.subscribers(limit);
    }

    /** The same status with another role, leader and health. */
    static NodeStatus status(NodeStatus of, Role role, String leader, String address, String health) {
        return status(of, role, role, leader, address, health);
    }

    static NodeStatus status(NodeStatus of, Role role, Role heldRole, String leader, String address, String health) {
        return new NodeStatus(
                of.node(),
                role,
                heldRole,
                leader,
                address,
                of.term(),
                of.commitIndex(),
                of.appliedIndex(),
                of.settledIndex(),
                of.lastLogIndex(),
                of.firstLogIndex(),
                of.stateHash(),
                of.time(),
                health,
                of.durable(),
                of.members(),
                of.figures());
    }
}
