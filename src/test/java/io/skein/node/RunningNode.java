package io.skein.node;

import io.skein.broker.Broker;
import io.skein.metrics.Metrics;
import io.skein.store.DataDirectory;
import io.skein.store.StoreFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/** A whole node inside a test: real store, real doors on free ports. */
public final class RunningNode implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final Node node;
    private final AtomicReference<StoreFailure> broken = new AtomicReference<>();
    private Future<Void> stopped;

    public RunningNode(Path directory) throws TimeoutException {
        NodeConfig config = NodeConfig.of(Settings.resolve(
                Map.of("data-dir", directory.toString(), "http-port", "0", "tcp-port", "0", "raft-port", "0"),
                Map.of(),
                Optional.empty()));
        node = Node.start(vertx, config, "test", DataDirectory.lock(directory), Metrics.newRegistry(), broken::set)
                .await(30, TimeUnit.SECONDS);
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
