package io.skein.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.micrometer.core.instrument.MeterRegistry;
import io.skein.broker.Broker;
import io.skein.broker.Connection;
import io.skein.broker.FakeBroker;
import io.skein.broker.Freshness;
import io.skein.broker.From;
import io.skein.broker.Guest;
import io.skein.broker.NodeStatus;
import io.skein.broker.OpenGate;
import io.skein.broker.Publish;
import io.skein.broker.Read;
import io.skein.broker.Refusal;
import io.skein.broker.Subscribe;
import io.skein.broker.Subscriber;
import io.skein.raft.NodeId;
import io.skein.raft.Role;
import io.skein.store.StoredMessage;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicFilter;
import io.skein.topic.TopicName;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.NetServer;
import io.vertx.ext.web.Router;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

@Timeout(60)
class MetricsTest {
    /** The contract: name, type. Dashboards and alerts use these names. */
    private static final Map<String, String> CONTRACT = Map.ofEntries(
            Map.entry("skein_subscription_lag_messages", "gauge"),
            Map.entry("skein_subscription_lag_seconds", "gauge"),
            Map.entry("skein_messages_in_flight", "gauge"),
            Map.entry("skein_messages_dead", "gauge"),
            Map.entry("skein_messages_acked_total", "counter"),
            Map.entry("skein_messages_nacked_total", "counter"),
            Map.entry("skein_messages_redelivered_total", "counter"),
            Map.entry("skein_build_info", "gauge"),
            Map.entry("skein_start_time_seconds", "gauge"),
            Map.entry("skein_cluster_members", "gauge"),
            Map.entry("skein_raft_is_leader", "gauge"),
            Map.entry("skein_raft_role", "gauge"),
            Map.entry("skein_raft_term", "gauge"),
            Map.entry("skein_feature_level", "gauge"),
            Map.entry("skein_feature_level_possible", "gauge"),
            Map.entry("skein_raft_commit_index", "gauge"),
            Map.entry("skein_raft_applied_index", "gauge"),
            Map.entry("skein_raft_last_log_index", "gauge"),
            Map.entry("skein_raft_snapshot_index", "gauge"),
            Map.entry("skein_raft_elections_total", "counter"),
            Map.entry("skein_raft_leader_changes_total", "counter"),
            Map.entry("skein_raft_append_duration_seconds", "histogram"),
            Map.entry("skein_raft_commit_duration_seconds", "histogram"),
            Map.entry("skein_raft_proposals_inflight", "gauge"),
            Map.entry("skein_raft_proposals_rejected_total", "counter"),
            Map.entry("skein_sqlite_write_queue_depth", "gauge"),
            Map.entry("skein_sqlite_batch_statements", "histogram"),
            Map.entry("skein_sqlite_commit_duration_seconds", "histogram"),
            Map.entry("skein_sqlite_fsync_duration_seconds", "histogram"),
            Map.entry("skein_sqlite_checkpoint_duration_seconds", "histogram"),
            Map.entry("skein_sqlite_database_bytes", "gauge"),
            Map.entry("skein_sqlite_wal_bytes", "gauge"),
            Map.entry("skein_disk_free_bytes", "gauge"),
            Map.entry("skein_messages_published_total", "counter"),
            Map.entry("skein_messages_delivered_total", "counter"),
            Map.entry("skein_messages_deduplicated_total", "counter"),
            Map.entry("skein_messages_expired_total", "counter"),
            Map.entry("skein_messages_dead_lettered_total", "counter"),
            Map.entry("skein_messages_rejected_total", "counter"),
            Map.entry("skein_messages_scheduled", "gauge"),
            Map.entry("skein_messages_stored", "gauge"),
            Map.entry("skein_messages_stored_bytes", "gauge"),
            Map.entry("skein_slow_consumer_events_total", "counter"),
            Map.entry("skein_connections", "gauge"),
            Map.entry("skein_connections_total", "counter"),
            Map.entry("skein_http_requests_total", "counter"),
            Map.entry("skein_http_request_duration_seconds", "histogram"),
            Map.entry("skein_websocket_bytes_total", "counter"),
            Map.entry("skein_eventloop_lag_seconds", "histogram"),
            Map.entry("skein_eventloop_blocked_total", "counter"),
            Map.entry("skein_health", "gauge"),
            Map.entry("skein_node_info", "gauge"),
            Map.entry("skein_cluster_members_reachable", "gauge"),
            Map.entry("skein_raft_leader_known", "gauge"),
            Map.entry("skein_raft_settled_index", "gauge"),
            Map.entry("skein_topics", "gauge"),
            Map.entry("skein_subscribers", "gauge"),
            Map.entry("skein_disk_total_bytes", "gauge"),
            Map.entry("skein_sqlite_damage_total", "counter"),
            Map.entry("skein_sqlite_scrubs_total", "counter"),
            Map.entry("skein_sqlite_wal_waiting_bytes", "gauge"),
            Map.entry("skein_raft_peer_bytes_total", "counter"),
            Map.entry("skein_raft_peer_messages_dropped_total", "counter"),
            Map.entry("skein_raft_peer_round_trip_seconds", "histogram"),
            Map.entry("skein_messages_published_bytes_total", "counter"),
            Map.entry("skein_messages_delivered_bytes_total", "counter"),
            Map.entry("skein_publish_duration_seconds", "histogram"),
            Map.entry("jvm_memory_used_bytes", "gauge"),
            Map.entry("skein_raft_snapshot_duration_seconds", "histogram"),
            Map.entry("skein_raft_peer_handshake_failures_total", "counter"),
            Map.entry("process_cpu_usage", "gauge"),
            Map.entry("process_cpu_seconds_total", "counter"),
            Map.entry("process_resident_memory_bytes", "gauge"),
            Map.entry("process_virtual_memory_bytes", "gauge"),
            Map.entry("process_open_fds", "gauge"),
            Map.entry("process_max_fds", "gauge"),
            Map.entry("process_start_time_seconds", "gauge"),
            Map.entry("process_uptime_seconds", "gauge"));

    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{.*})? (\\S+)");

    @TempDir
    Path directory;

    private Vertx vertx;
    /** Kept: Vert.x closes a client that nobody holds. */
    private HttpClientAgent client;

    private Metrics metrics;
    private FakeBroker fake;
    private final AtomicInteger unanswered = new AtomicInteger();
    private Broker broker;

    @BeforeEach
    void assemble() throws Exception {
        var registry = Metrics.newRegistry();
        metrics = new Metrics(registry);
        ProcessMeters.bindTo(registry);
        vertx = VertxMeters.builder(new VertxOptions(), registry, "n" + System.identityHashCode(this))
                .build();
        client = vertx.createHttpClient();
        fake = new FakeBroker(vertx);
        broker = metrics.metered(fake);
        metrics.build("1.2.3", "");
        metrics.name("n1");
        metrics.watch(fake::status);
        metrics.watchDisk(directory);
        metrics.watchProposals(unanswered::get);
        vertx.deployVerticle(metrics.eventLoopLag()).await(10, SECONDS);
    }

    @Test
    void aNodeThatFoundItselfAmongItsPeersIsNoneOfThem() throws Exception {
        metrics.peers().received(new NodeId("n1"), 10);
        metrics.peers().received(new NodeId("n2"), 10);
        String text = scrape();
        assertTrue(text.contains("skein_raft_peer_last_contact_seconds{peer=\"n2\"}"), text);
        assertFalse(text.contains("{peer=\"n1\"}"), text);
    }

    @Test
    void aMemberThatWasNeverHeardOfLagsToo() throws Exception {
        broker.publish(publish("a", "1")).await(10, SECONDS);
        fake.become(
                Role.LEADER,
                "n1",
                1,
                List.of(
                        new NodeStatus.MemberStatus("n1", "h1:6000", "h1:8080", true, 1, true),
                        new NodeStatus.MemberStatus("n2", "h2:6000", "", true, 0, false),
                        new NodeStatus.MemberStatus("n3", "h3:6000", "", false, 0, false)));
        assertEquals(fake.status().lastLogIndex(), value("skein_raft_peer_lag_entries{peer=\"n2\"}"));
        assertEquals(1, value("skein_cluster_members_reachable{role=\"voter\"}"));
        assertEquals(0, value("skein_cluster_members_reachable{role=\"learner\"}"));
        assertEquals(2, value("skein_cluster_members{role=\"voter\"}"));
        assertFalse(scrape().contains("skein_raft_peer_lag_entries{peer=\"n1\"}"));
    }

    @Test
    void whoKnowsNoLeaderSaysSo() {
        assertEquals(1, value("skein_raft_leader_known"));
        fake.become(Role.FOLLOWER, "", 2, List.of());
        assertEquals(0, value("skein_raft_leader_known"));
    }

    @Test
    void whatPeersSayIsCountedBothWays() {
        metrics.peers().sent(new NodeId("n2"), 3, 100);
        metrics.peers().received(new NodeId("n2"), 10);
        metrics.peers().dropped(new NodeId("n2"), 1000);
        metrics.peers().roundTrip(new NodeId("n2"), 2_000_000);
        assertEquals(100, value("skein_raft_peer_bytes_total{direction=\"sent\"}"));
        assertEquals(10, value("skein_raft_peer_bytes_total{direction=\"received\"}"));
        assertEquals(1, value("skein_raft_peer_messages_dropped_total"));
        assertEquals(0.002, value("skein_raft_peer_round_trip_seconds_sum{peer=\"n2\"}"), 1e-9);
    }

    @Test
    void theStateANodeIsInIsOneOfAll() throws Exception {
        assertEquals(1, value("skein_health{state=\"ok\"}"));
        fake.health("corrupt");
        assertEquals(0, value("skein_health{state=\"ok\"}"));
        assertEquals(1, value("skein_health{state=\"corrupt\"}"));
        assertEquals(
                8,
                scrape().lines()
                        .filter(line -> line.startsWith("skein_health{"))
                        .count());
    }

    @Test
    void aDiskIsToldWithItsSizeAndWhatWasFoundOnIt() {
        metrics.store().damaged("a row");
        metrics.store().scrubbed(10, 1000);
        metrics.store().walBytes(4096);
        assertTrue(value("skein_disk_free_bytes") <= value("skein_disk_total_bytes"));
        assertEquals(1, value("skein_sqlite_damage_total"));
        assertEquals(1, value("skein_sqlite_scrubs_total"));
        assertEquals(4096, value("skein_sqlite_wal_waiting_bytes"));
    }

    @AfterEach
    void close() {
        vertx.close().await();
        metrics.close();
    }

    private static Publish publish(String topic, String body) {
        return Publish.of(
                "tcp",
                Publication.of(new TopicName(topic), new Message("", List.of(), Format.RAW, "", body.getBytes(UTF_8))));
    }

    private String scrape() {
        return metrics.scrape("").text();
    }

    private double value(String sample) {
        return scrape().lines()
                .map(SAMPLE::matcher)
                .filter(Matcher::matches)
                .filter(m -> (m.group(1) + (m.group(2) == null ? "" : m.group(2))).equals(sample))
                .mapToDouble(m -> Double.parseDouble(m.group(3)))
                .findFirst()
                .orElse(Double.NaN);
    }

    /** Everything happens once, so that every family has a sample. */
    private void live() throws Exception {
        metrics.store().committed(1, 3, 4, 5000, 2_000_000, 1_000_000);
        metrics.store().checkpointed(7_000_000, 12);
        metrics.store().queued(1);
        metrics.store().expired(1);
        metrics.store().deadLettered(1, 2);
        metrics.peers().roundTrip(new NodeId("n2"), 700_000);
        metrics.cluster().appended(1_500_000);
        metrics.cluster().roleChanged(Role.CANDIDATE, 1);
        metrics.cluster().roleChanged(Role.LEADER, 1);
        metrics.cluster().committed(3_000_000);
        metrics.cluster().refused("BACKLOG_FULL");
        metrics.http().answered("/t/{topic}", "POST", 201, 1_500_000);
        metrics.doors().webSocketReceived(10);
        metrics.doors().webSocketSent(20);
        metrics.doors().rejected("too-large", 1);
        broker.publish(publish("a", "1")).await(10, SECONDS);
    }

    @Test
    void everyNameOfTheContractIsThereWithItsTypeAndHelp() throws Exception {
        live();
        String text = scrape();
        Map<String, String> types = new TreeMap<>();
        Map<String, String> helps = new TreeMap<>();
        text.lines().filter(line -> line.startsWith("# ")).forEach(line -> {
            String[] words = line.split(" ", 4);
            (words[1].equals("TYPE") ? types : helps).put(words[2], words.length > 3 ? words[3] : "");
        });
        Map<String, String> there = new TreeMap<>(types);
        there.keySet().retainAll(CONTRACT.keySet());
        assertEquals(new TreeMap<>(CONTRACT), there);
        for (String name : CONTRACT.keySet()) {
            assertFalse(helps.getOrDefault(name, "").isBlank(), "no help: " + name);
        }
    }

    @Test
    void everyOwnFamilyHasASampleAndHelp() throws Exception {
        live();
        String text = scrape();
        Set<String> named = text.lines()
                .filter(line -> line.startsWith("# HELP skein_"))
                .map(line -> line.split(" ", 4))
                .filter(words -> !words[3].isBlank())
                .map(words -> words[2])
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> typed = text.lines()
                .filter(line -> line.startsWith("# TYPE skein_"))
                .map(line -> line.split(" ")[2])
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(typed, named);
    }

    @Test
    void histogramsHaveADozenFixedBuckets() throws Exception {
        live();
        Map<String, Long> buckets = scrape().lines()
                .filter(line -> line.startsWith("skein_") && line.contains("_bucket{"))
                .map(line -> line.replaceAll(",?le=\"[^\"]*\"", "").replaceAll(" \\S+$", ""))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        assertFalse(buckets.isEmpty());
        buckets.forEach(
                (family, count) -> // with the one for all
                assertTrue(count >= 11 && count <= 15, family + " has " + count + " buckets"));
    }

    @Test
    void whatPassesTheBrokerIsCountedByItsDoor() throws Exception {
        broker.publish(publish("a", "1")).await(10, SECONDS);
        fake.refuseNext(Refusal.of(Refusal.Kind.UNAVAILABLE, "no-leader", "no leader"));
        broker.publish(publish("a", "2")).otherwiseEmpty().await(10, SECONDS);
        fake.maxBodyBytes(2);
        broker.publish(publish("a", "much")).await(10, SECONDS);
        var keyed = new Publish(
                publish("a", "3").messages(), false, Optional.empty(), "websocket", "s", Optional.of("key"));
        broker.publish(keyed).await(10, SECONDS);
        broker.publish(keyed).await(10, SECONDS);
        broker.read(new Read(List.of(new TopicFilter("a")), From.EARLIEST, 10, 0, Freshness.NONE))
                .await(10, SECONDS);

        assertEquals(1, value("skein_messages_published_total{interface=\"tcp\"}"));
        assertEquals(
                publish("a", "1").messages().get(0).message().size(),
                value("skein_messages_published_bytes_total{interface=\"tcp\"}"));
        assertEquals(2, value("skein_publish_duration_seconds_count{interface=\"tcp\"}"));
        assertTrue(value("skein_messages_delivered_bytes_total{interface=\"http\",mode=\"read\"}") > 0);
        assertEquals(1, value("skein_messages_published_total{interface=\"websocket\"}"));
        assertEquals(0, value("skein_messages_published_total{interface=\"http\"}"));
        assertEquals(1, value("skein_messages_deduplicated_total"));
        assertEquals(1, value("skein_messages_rejected_total{reason=\"no-leader\"}"));
        assertEquals(1, value("skein_messages_rejected_total{reason=\"too-large\"}"));
        assertEquals(2, value("skein_messages_delivered_total{interface=\"http\",mode=\"read\"}"));
        assertEquals(2, value("skein_messages_stored"));
    }

    @Test
    void streamsAreCountedWithWhoDoesNotKeepUp() throws Exception {
        for (int i = 0; i < 3; i++) {
            broker.publish(publish("a", "" + i)).await(10, SECONDS);
        }
        List<StoredMessage> got = new ArrayList<>();
        Subscriber slow = new Subscriber() {
            @Override
            public boolean deliver(List<StoredMessage> messages, String lastCursor) {
                got.addAll(messages);
                return false;
            }

            @Override
            public void gap(String requested, String resumedAt, long lost) {}

            @Override
            public void ended(String reason, boolean retry) {}
        };
        broker.subscribe(
                        new Subscribe(List.of(new TopicFilter("a")), From.EARLIEST, Subscribe.UNLIMITED, "tcp", "me"),
                        slow)
                .await(10, SECONDS);
        await().atMost(10, SECONDS).until(() -> value("skein_slow_consumer_events_total{action=\"paused\"}") == 1);
        assertEquals(3, value("skein_messages_delivered_total{interface=\"tcp\",mode=\"stream\"}"));
    }

    @Test
    void connectionsAreCountedByDoor() {
        Connection one = broker.connected("tcp", "me");
        broker.connected("who-knows", "me");
        assertEquals(1, value("skein_connections{interface=\"tcp\"}"));
        assertEquals(1, value("skein_connections{interface=\"other\"}"));
        one.close();
        assertEquals(0, value("skein_connections{interface=\"tcp\"}"));
        assertEquals(1, value("skein_connections_total{interface=\"tcp\"}"));
    }

    @Test
    void whatWaitsIsAsOfNow() {
        metrics.store().queued(2);
        unanswered.set(17);
        assertEquals(2, value("skein_sqlite_write_queue_depth"));
        assertEquals(17, value("skein_raft_proposals_inflight"));
        metrics.store().queued(0);
        unanswered.set(0);
        assertEquals(0, value("skein_sqlite_write_queue_depth"));
        assertEquals(0, value("skein_raft_proposals_inflight"));
    }

    @Test
    void deadLettersAreCountedByWhatEndedTheirLastDelivery() throws Exception {
        metrics.store().deadLettered(1, 2);
        metrics.store().deadLettered(3, 0);
        String text = scrape();
        assertTrue(text.contains("skein_messages_dead_lettered_total{reason=\"nacked\"} 4.0\n"), text);
        assertTrue(text.contains("skein_messages_dead_lettered_total{reason=\"lease-expired\"} 2.0\n"), text);
    }

    @Test
    void expiredMessagesAndAppendsAddUp() {
        metrics.store().expired(3);
        metrics.store().expired(4);
        metrics.cluster().appended(1_000_000);
        metrics.cluster().appended(3_000_000);
        assertEquals(7, value("skein_messages_expired_total"));
        assertEquals(2, value("skein_raft_append_duration_seconds_count"));
        assertEquals(0.004, value("skein_raft_append_duration_seconds_sum"), 1e-9);
    }

    @Test
    void electionsAreCountedByTheirEnd() {
        metrics.cluster().roleChanged(Role.CANDIDATE, 1);
        metrics.cluster().roleChanged(Role.FOLLOWER, 2);
        metrics.cluster().roleChanged(Role.CANDIDATE, 3);
        metrics.cluster().roleChanged(Role.LEADER, 3);
        assertEquals(1, value("skein_raft_elections_total{outcome=\"lost\"}"));
        assertEquals(1, value("skein_raft_elections_total{outcome=\"won\"}"));
        assertEquals(1, value("skein_raft_leader_changes_total"));
    }

    @Test
    void noLabelGrowsWithoutLimit() {
        for (int i = 0; i < 1000; i++) {
            metrics.http().answered("/r" + i, "M" + i, 200, 1);
            metrics.doors().rejected("r" + i, 1);
            metrics.cluster().refused("R_" + i);
        }
        long series = scrape().lines()
                .filter(line ->
                        line.matches("skein_(http_requests|messages_rejected|raft_proposals_rejected)_total\\{.*"))
                .count();
        assertTrue(series <= 128 + 64 + 32 + 3, series + " series");
        assertTrue(value("skein_messages_rejected_total{reason=\"other\"}") > 900);
    }

    @Test
    void theEventLoopsLagIsMeasured() {
        await().atMost(20, SECONDS).until(() -> value("skein_eventloop_lag_seconds_count") >= 2);
    }

    @Test
    void vertxReportsItsPoolsButNotItsHttpServer() throws Exception {
        HttpServer server = serve();
        get(server, "/metrics", "");
        String text = get(server, "/metrics", "").body;
        assertTrue(text.contains("vertx_pool_"), "pools");
        assertFalse(text.contains("vertx_http_server"), "http server");
    }

    /** Micrometer warns of the first in a process and says the others below that: listened to is all of it. */
    @Test
    void noGaugeIsRegisteredTwice() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(MeterRegistry.class);
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        logger.setLevel(Level.DEBUG);
        logger.addAppender(said);
        try {
            close();
            assemble();
            for (String address : List.of("orders", "answers")) {
                vertx.eventBus().localConsumer(address, message -> {});
                vertx.eventBus().send(address, "");
            }
            live();
            HttpServer server = serve();
            get(server, "/metrics", "");
            get(server, "/metrics", "");
            NetServer tcp = vertx.createNetServer()
                    .connectHandler(socket -> {})
                    .listen(0, "127.0.0.1")
                    .await(10, SECONDS);
            for (int i = 0; i < 2; i++) {
                vertx.createNetClient().connect(tcp.actualPort(), "127.0.0.1").await(10, SECONDS);
            }
        } finally {
            logger.detachAppender(said);
            logger.setLevel(null);
        }
        List<String> twice = List.copyOf(said.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(message -> message.contains("already registered"))
                .toList();
        assertEquals(List.of(), twice);
    }

    @Test
    void theFormatIsWhatTheAskerAccepts() {
        assertEquals(Exposition.PROMETHEUS, Exposition.contentType(""));
        assertEquals(Exposition.PROMETHEUS, Exposition.contentType("*/*"));
        assertEquals(Exposition.PROMETHEUS, Exposition.contentType("text/html, text/plain"));
        assertEquals(
                Exposition.PROMETHEUS, Exposition.contentType("application/openmetrics-text;q=0.3,text/plain;q=0.5"));
        assertEquals(Exposition.PROMETHEUS, Exposition.contentType("application/openmetrics-text;q=0"));
        assertEquals(
                Exposition.OPEN_METRICS,
                Exposition.contentType("application/openmetrics-text;version=1.0.0,application/openmetrics-text;"
                        + "version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
        assertTrue(metrics.scrape("application/openmetrics-text").text().endsWith("# EOF\n"));
        assertFalse(metrics.scrape("text/plain").text().contains("# EOF"));
    }

    @Test
    void metricsAreServedInBothFormats() throws Exception {
        HttpServer server = serve();
        Answer plain = get(server, "/metrics", "text/plain");
        assertEquals(200, plain.status);
        assertEquals(Exposition.PROMETHEUS, plain.contentType);
        assertTrue(plain.body.contains("skein_raft_term"));
        Answer open = get(server, "/metrics", "application/openmetrics-text; version=1.0.0");
        assertEquals(Exposition.OPEN_METRICS, open.contentType);
        assertTrue(open.body.endsWith("# EOF\n"));
    }

    @Test
    void topicsAreLabelsOnTheDetailedPageOnly() throws Exception {
        broker.publish(publish("orders/1", "a")).await(10, SECONDS);
        broker.publish(publish("orders/2", "bb")).await(10, SECONDS);
        broker.publish(publish("ot\"h\\er", "c")).await(10, SECONDS);
        HttpServer server = serve();
        assertFalse(get(server, "/metrics", "").body.contains("orders/1"));
        String detailed = get(server, "/metrics/detailed?topic=orders/%2B", "").body;
        assertTrue(detailed.contains("skein_topic_messages{topic=\"orders/1\"} 1.0\n"), detailed);
        assertTrue(detailed.contains("skein_topic_messages_published_total{topic=\"orders/2\"} 1.0\n"), detailed);
        assertFalse(detailed.contains("h\\"), detailed);
        assertTrue(get(server, "/metrics/detailed", "").body.contains("{topic=\"ot\\\"h\\\\er\"}"));
        assertEquals(400, get(server, "/metrics/detailed?topic=a//b", "").status);
    }

    @Test
    void theDetailedPageIsBounded() throws Exception {
        for (int i = 0; i < TopicFigures.MAX_TOPICS + 7; i++) {
            broker.publish(publish("t" + i, "")).await(10, SECONDS);
        }
        String detailed = get(serve(), "/metrics/detailed", "").body;
        assertEquals(
                TopicFigures.MAX_TOPICS,
                detailed.lines()
                        .filter(l -> l.startsWith("skein_topic_messages{"))
                        .count());
        assertTrue(detailed.contains("skein_detailed_topics_omitted 7.0\n"));
    }

    @Test
    void promtoolFindsNothingWrong() throws Exception {
        assumeTrue(Promtool.isInstalled(), Promtool.ABSENT);
        live();
        broker.publish(publish("t", "")).await(10, SECONDS);
        assertEquals("", Promtool.complaints(scrape()));
        assertEquals("", Promtool.complaints(get(serve(), "/metrics/detailed", "").body));
    }

    private record Answer(int status, String contentType, String body) {}

    private HttpServer serve() throws Exception {
        Router router = Router.router(vertx);
        metrics.routes(vertx, broker, true, new MetricsRoutes.Door() {
                    @Override
                    public void refuse(HttpServerRequest request, int status, String code, String detail) {
                        request.response().setStatusCode(status).end(code + ": " + detail);
                    }

                    @Override
                    public Future<Guest> enter(HttpServerRequest request) {
                        return Future.succeededFuture(OpenGate.of(broker).stranger());
                    }

                    @Override
                    public Optional<Map<String, String>> query(HttpServerRequest request, List<String> known) {
                        Map<String, String> said = new HashMap<>();
                        request.params().forEach(one -> said.put(one.getKey(), one.getValue()));
                        return Optional.of(said);
                    }
                })
                .mount(router);
        return vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .await(10, SECONDS);
    }

    private Answer get(HttpServer server, String path, String accept) throws Exception {
        return client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        .setHost("127.0.0.1")
                        .setPort(server.actualPort())
                        .setURI(path)
                        .putHeader("Accept", accept))
                .compose(request -> request.send())
                .compose(MetricsTest::answer)
                .await(10, SECONDS);
    }

    private static Future<Answer> answer(HttpClientResponse response) {
        return response.body()
                .map(body ->
                        new Answer(response.statusCode(), response.getHeader("Content-Type"), body.toString(UTF_8)));
    }
}
