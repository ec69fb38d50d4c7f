package io.skein.bench;

import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks {@link BareServer} with the same generator and the same receivers as a node is asked with. */
final class BareLoad implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final long START_SECONDS = 30;

    private final Vertx vertx;
    private final int port;
    private final AutoCloseable server;

    private BareLoad(Vertx vertx, int port, AutoCloseable server) {
        this.vertx = vertx;
        this.port = port;
        this.server = server;
    }

    /** @param ownProcess whether the server is a process of its own; else it runs here and is stopped with {@code vertx} */
    static BareLoad start(Vertx vertx, boolean ownProcess) throws IOException, TimeoutException {
        if (ownProcess) {
            BareServer.Child child = BareServer.Child.start();
            return new BareLoad(vertx, child.port(), child);
        }
        return new BareLoad(vertx, BareServer.deploy(vertx).await(START_SECONDS, TimeUnit.SECONDS), () -> {});
    }

    /** Lets its code be compiled: a node that is measured beside it has been running for a while. */
    void warmUp(Duration time) throws IOException, TimeoutException {
        posts(64, 256, Duration.ZERO, time);
        fanout(10, 256, Duration.ZERO, time);
    }

    /** POSTs of {@code bytes} over {@code connections} that stay open, one request at a time on each. */
    LoadReport posts(int connections, int bytes, Duration warmUp, Duration time) throws IOException, TimeoutException {
        LoadConfig config = config(bytes, warmUp, time)
                .withDoor(LoadConfig.Door.HTTP, connections, 1, 1)
                .withSubscribers(0, 0);
        return Load.run(vertx, config, line -> {});
    }

    /** Texts of {@code bytes} to {@code clients}, a frame for each, as fast as they take them. */
    LoadReport fanout(int clients, int bytes, Duration warmUp, Duration time) throws IOException, TimeoutException {
        LoadConfig config = config(bytes, warmUp, time)
                .withDoor(LoadConfig.Door.WS, 0, 1, 1)
                .withSubscribers(clients, 0);
        WebSocketConnectOptions where =
                new WebSocketConnectOptions().setHost(HOST).setPort(port).setURI(BareServer.FANOUT + "/" + bytes);
        return Load.run(vertx, config, (client, tally) -> Receiver.listen(client, where, tally), line -> {});
    }

    private LoadConfig config(int bytes, Duration warmUp, Duration time) {
        return LoadConfig.defaults("http://" + HOST + ":" + port)
                .withBytes(bytes)
                .withTimes(warmUp, time);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (Exception e) {
            throw new IllegalStateException("the bare server did not end", e);
        }
    }
}
