package io.skein.dashboard;

import io.skein.broker.Backup;
import io.skein.broker.Broker;
import io.skein.broker.ChangeAck;
import io.skein.broker.Connection;
import io.skein.broker.FakeBroker;
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
import io.skein.machine.Cursor;
import io.skein.raft.Role;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicConfig;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.skein.topic.TopicView;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * A node that only pretends, to look at the console while working on it: {@code ConsoleDemo [port] [empty]}.
 */
final class ConsoleDemo {
    private ConsoleDemo() {}

    public static void main(String[] args) throws Exception {
        int port = args.length > 0 ? Integer.parseInt(args[0]) : 8080;
        boolean empty = args.length > 1 && args[1].equals("empty");
        Vertx vertx = Vertx.vertx();
        Broker broker = empty ? new FakeBroker(vertx) : new Lively(vertx);
        var limits = ConsoleLimits.DEFAULT;
        var server = new ConsoleServer(vertx, broker, empty ? ConsoleFigures.NONE : new Times(), limits, port);
        System.out.println("the console of a node that only pretends: " + server.url("/"));
    }

    private static final class Times implements ConsoleFigures {
        private final Random random = new Random(7);

        @Override
        public Latency fsync() {
            double p50 = 0.55 + 0.2 * random.nextDouble();
            return new Latency(900, p50, p50 * (2 + random.nextDouble() * (random.nextInt(20) == 0 ? 6 : 1.2)));
        }

        @Override
        public Latency commit() {
            double p50 = 1.1 + 0.3 * random.nextDouble();
            return new Latency(900, p50, p50 * (2 + random.nextDouble()));
        }
    }

    private static final class Lively implements Broker {
        private static final String[] TOPICS = {
            "orders/eu",
            "orders/us",
            "orders/apac",
            "payments/authorized",
            "payments/settled",
            "payments/refused",
            "sensors/hall-1/temperature",
            "sensors/hall-1/humidity",
            "sensors/hall-2/temperature",
            "chat/lobby",
            "chat/support",
            "audit",
            "deploys/production",
            "invoices/pdf",
            "geese/sightings"
        };

        private final Vertx vertx;
        private final FakeBroker fake;
        private final Random random = new Random(42);
        private final long started = System.currentTimeMillis() - 8_432_000;
        private final long[] extra = new long[TOPICS.length];
        private long published = 4_812_331;
        private long delivered = 14_201_877;
        private double wave;

        Lively(Vertx vertx) {
            this.vertx = vertx;
            this.fake = new FakeBroker(vertx);
            for (int i = 0; i < extra.length; i++) {
                extra[i] = (long) (Math.pow(random.nextDouble(), 3) * 900_000) + 40;
            }
            vertx.setPeriodic(280, ignored -> publishSome());
        }

        private void publishSome() {
            wave += 0.02;
            int rate = (int) (240 + 90 * Math.sin(wave) + random.nextInt(60));
            published += rate;
            delivered += rate * 3L;
            for (int i = 0; i < extra.length; i++) {
                extra[i] += i % 4 == 0 ? random.nextInt(40) : random.nextInt(5) / 4;
            }
            int i = random.nextInt(TOPICS.length);
            boolean json = i < 9;
            String body = json
                    ? "{\"id\":" + (880_000 + random.nextInt(9_999)) + ",\"customer\":{\"name\":\"Ada "
                            + (char) ('A' + random.nextInt(26)) + ".\",\"country\":\"DE\"},\"lines\":[{\"sku\":\"SK-"
                            + random.nextInt(99) + "\",\"quantity\":" + (1 + random.nextInt(5)) + ",\"price\":"
                            + random.nextInt(9_000) / 100.0 + "}],\"total\":" + random.nextInt(90_000) / 100.0 + "}"
                    : "the " + (2 + random.nextInt(40)) + " geese of the morning flew over the lake, heading south";
            var message = new Message(
                    json ? "k" + random.nextInt(500) : "",
                    List.of(),
                    json ? Format.JSON : Format.RAW,
                    json ? "application/json" : "text/plain",
                    body.getBytes(StandardCharsets.UTF_8));
            fake.publish(Publish.of("http", Publication.of(new TopicName(TOPICS[i]), message)))
                    .onFailure(Throwable::printStackTrace);
        }

        @Override
        public Future<Void> addMember(String id, String address, boolean voter) {
            return Future.succeededFuture();
        }

        @Override
        public Future<Backup> backup(Freshness freshness, BooleanSupplier unwanted) {
            return Future.failedFuture(Refusal.of(Refusal.Kind.UNAVAILABLE, "catching-up", "there is nothing yet"));
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
            long last = 9_204_118 + published;
            int open = random.nextInt(14);
            int unapplied = random.nextInt(4);
            long commit = last - open;
            return new NodeStatus(
                    "n1",
                    Role.LEADER,
                    Role.LEADER,
                    "n1",
                    "127.0.0.1:8080",
                    7,
                    commit,
                    commit - unapplied,
                    commit - unapplied - 40 - random.nextInt(400),
                    last,
                    9_204_118,
                    0x9F3C_22A7_0B51_E6D4L ^ published * 0x9E3779B97F4A7C15L,
                    System.currentTimeMillis(),
                    "ok",
                    "quorum",
                    List.of(
                            new NodeStatus.MemberStatus("n1", "127.0.0.1:6000", "127.0.0.1:8080", true, last, true),
                            new NodeStatus.MemberStatus(
                                    "n2", "127.0.0.1:6001", "127.0.0.1:8081", true, last - random.nextInt(9), true),
                            new NodeStatus.MemberStatus(
                                    "n3", "127.0.0.1:6002", "127.0.0.1:8082", true, last - 20_113, false)),
                    new NodeStatus.Figures(
                            published,
                            delivered,
                            TOPICS.length,
                            2_904_221 + published / 3,
                            1_318_004_224L + published * 64,
                            12,
                            6 + fake.streams(),
                            41,
                            1_504_004_224L,
                            38_004_224L,
                            started));
        }

        @Override
        public Future<List<TopicInfo>> topics(Optional<TopicFilter> filter, Freshness freshness) {
            return fake.topics(filter, freshness).map(known -> {
                List<TopicInfo> shown = new ArrayList<>();
                for (TopicInfo info : known) {
                    int i = List.of(TOPICS).indexOf(info.view().name().value());
                    TopicView v = info.view();
                    long more = i < 0 || filter.isPresent() ? 0 : extra[i];
                    long ago = i % 4 == 0 ? 300 : (i + 2) * 61_000L;
                    shown.add(new TopicInfo(
                            new TopicView(
                                    v.id(),
                                    v.name(),
                                    v.config(),
                                    v.lowWater(),
                                    v.nextOffset() + more,
                                    v.count() + more,
                                    v.bytes() + more * 412,
                                    Cursor.ORIGIN,
                                    v.created(),
                                    v.createdTime(),
                                    System.currentTimeMillis() - ago),
                            info.earliest(),
                            i % 4 == 0 ? 55 + random.nextInt(20) : i % 3 == 0 ? random.nextInt(30) / 10.0 : 0));
                }
                return shown;
            });
        }

        @Override
        public Subscriptions subscriptions() {
            return fake.subscriptions();
        }

        @Override
        public Queues queues() {
            return fake.queues();
        }

        @Override
        public Inspection inspection() {
            return fake.inspection();
        }

        @Override
        public Future<List<SubscriberInfo>> subscribers(int limit) {
            return fake.subscribers(limit).map(own -> {
                List<SubscriberInfo> all = new ArrayList<>(List.of(
                        new SubscriberInfo(
                                "s1", "websocket", "10.0.4.17:51022", List.of("orders/#"), "c7.2a.0", 804_112, false),
                        new SubscriberInfo(
                                "s2",
                                "websocket",
                                "10.0.4.18:40112",
                                List.of("orders/eu", "payments/+"),
                                "c7.2a.0",
                                612_004,
                                false),
                        new SubscriberInfo("s3", "http", "10.0.9.3:33910", List.of("#"), "c7.29.0", 91_204, true),
                        new SubscriberInfo(
                                "s4",
                                "tcp",
                                "10.0.9.8:50010",
                                List.of("sensors/+/temperature"),
                                "c7.2a.0",
                                20_113,
                                false)));
                all.addAll(own);
                return all;
            });
        }

        @Override
        public Future<PublishAck> publish(Publish publish) {
            return fake.publish(publish);
        }

        @Override
        public Future<Page> read(Read read) {
            return fake.read(read);
        }

        @Override
        public Future<Subscription> subscribe(Subscribe subscribe, Subscriber subscriber) {
            return fake.subscribe(subscribe, subscriber);
        }

        @Override
        public Future<TopicInfo> topic(TopicName name, Freshness freshness) {
            return fake.topic(name, freshness);
        }

        @Override
        public Future<ChangeAck> configure(TopicName name, TopicConfig config, Optional<String> idempotencyKey) {
            return fake.configure(name, config, idempotencyKey);
        }

        @Override
        public Future<ChangeAck> delete(TopicName name, Optional<String> idempotencyKey) {
            return fake.delete(name, idempotencyKey);
        }

        @Override
        public Future<ScheduledPage> scheduled(Optional<String> after, int limit, Freshness freshness) {
            return fake.scheduled(after, limit, freshness);
        }

        @Override
        public Future<ChangeAck> cancel(String cursor, Optional<String> idempotencyKey) {
            return fake.cancel(cursor, idempotencyKey);
        }

        @Override
        public Connection connected(String door, String peer) {
            return fake.connected(door, peer);
        }
    }
}
