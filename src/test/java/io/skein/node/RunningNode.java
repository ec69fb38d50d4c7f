package io.skein.node;

import io.skein.broker.Broker;
import io.skein.metrics.Metrics;
import io.skein.store.DataDirectory;
import io.skein.store.StoreFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;

/** A whole node inside a test: real store, real doors on free ports. */
public final class RunningNode implements AutoCloseable {
    /** Tests log in often, and no password here is worth a tenth of a second. */
    private static final int FEW_ITERATIONS = 1_000;

    private final Vertx vertx = Vertx.vertx();
    private final Node node;
    private final AtomicReference<StoreFailure> broken = new AtomicReference<>();
    private Future<Void> stopped;

    /** A cluster of one. */
    public RunningNode(Path directory) throws TimeoutException {
        this(directory, Map.of());
    }

    /** @param flags as on the command line, without the dashes */
    public RunningNode(Path directory, Map<String, String> flags) throws TimeoutException {
        this(directory, flags, Optional.empty());
    }

    /** As if others reached it. */
    static RunningNode wide(Path directory, Map<String, String> flags) throws TimeoutException {
        return new RunningNode(directory, flags, Optional.of(new ListenAddress("0.0.0.0", "127.0.0.1", true)));
    }

    private RunningNode(Path directory, Map<String, String> flags, Optional<ListenAddress> listen)
            throws TimeoutException {
        Map<String, String> all = new HashMap<>(
                Map.of("data-dir", directory.toString(), "http-port", "0", "tcp-port", "0", "raft-port", "0"));
        all.putAll(flags);
        Settings settings = Settings.resolve(all, Map.of(), Optional.empty());
        NodeConfig config =
                NodeConfig.of(settings, FEW_ITERATIONS, listen.orElse(ListenAddress.of(settings.text(Setting.HOST))));
        node = Node.start(vertx, config, "test", DataDirectory.lock(directory), Metrics.newRegistry(), broken::set)
                .await(30, TimeUnit.SECONDS);
    }

    /** One that asks a running one to be added to its cluster. */
    public static RunningNode joining(Path directory, String id, RunningNode known) throws TimeoutException {
        return new RunningNode(directory, Map.of("node-id", id, "peers", known.id() + "=" + known.raftAddress()));
    }

    public String id() {
        return broker().status().node();
    }

    /** As its cluster has it. */
    public String raftAddress() {
        return broker().status().members().stream()
                .filter(member -> member.id().equals(id()))
                .findFirst()
                .orElseThrow()
                .address();
    }

    /** Until this many vote and there is a leader, as this node sees it. */
    public void awaitVoters(int voters) {
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> broker().status().health().equals("ok")
                        && broker().status().members().stream()
                                        .filter(member -> member.voter() && member.reachable())
                                        .count()
                                == voters);
    }

    /** So many, and the pages of this node may speak to each. */
    public void awaitDoors(int members) {
        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> broker().status().members().stream()
                                .filter(member -> !member.httpAddress().isEmpty())
                                .count()
                        == members);
    }

    public Vertx vertx() {
        return vertx;
    }

    public Broker broker() {
        return node.broker();
    }

    public int httpPort() {
        return node.httpPort();
    }

    public int tcpPort() {
        return node.tcpPort();
    }

    /** See {@link Node#firstAdmin}. */
    public Future<Optional<String>> firstAdmin() {
        return node.firstAdmin();
    }

    /** What is written now becomes durable later. */
    public CountDownLatch holdWriter() throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        vertx.createSharedWorkerExecutor("skein-writer-" + id(), 1)
                .executeBlocking(() -> {
                    held.countDown();
                    return letGo.await(20, TimeUnit.SECONDS);
                })
                .onFailure(failure -> letGo.countDown());
        held.await(20, TimeUnit.SECONDS);
        return letGo;
    }

    /** Begins to stop; what stands in {@link #close} still has to be done. */
    Future<Void> stop() {
        stopped = node.stop();
        return stopped;
    }

    @Override
    public void close() {
        try {
            (stopped == null ? stop() : stopped).await(30, TimeUnit.SECONDS);
            vertx.close().await(30, TimeUnit.SECONDS);
        } catch (TimeoutException slow) {
            throw new AssertionError("the node did not stop", slow);
        }
        if (broken.get() != null) {
            throw new AssertionError("the node broke", broken.get().cause());
        }
    }
}
