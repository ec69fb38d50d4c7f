package io.skein.process;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/**
 * A network between processes that can be bent. Each node reaches each other node through a listener of this proxy, so
 * that every byte between two nodes has a direction: what {@code a} says to {@code b}, whoever of them made the
 * connection. Faults are set for directions, or for a pair (a TCP connection cannot be cut one way only).
 *
 * <p>Bounded: a direction holds {@value #MAX_HELD} bytes for each connection, then its source is not read any more.
 * Everything happens on one event loop; the methods may be called from any thread and have happened when they return.
 */
final class FaultProxy implements AutoCloseable {
    /** What one direction does with bytes. */
    enum Flow {
        PASS,
        /** Taken and thrown away: the sender learns nothing. Connections that lost bytes are closed at the end of it. */
        SWALLOW,
        /** Not taken: the sender's buffers fill. */
        STALL
    }

    private record Direction(String from, String to) {}

    private static final int MAX_HELD = 1 << 20;
    private static final long NANOS_PER_MS = 1_000_000;
    private static final int CONNECT_MS = 2_000;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final Context context = vertx.getOrCreateContext();
    private final NetClient client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_MS));
    private final List<NetServer> servers = new ArrayList<>();
    private final Map<Direction, Flow> flows = new HashMap<>();
    private final Map<Direction, Long> delays = new HashMap<>();
    private final Set<Direction> cuts = new HashSet<>();
    private final Set<Connection> connections = new HashSet<>();

    /** @return the port at which {@code from} finds {@code to} */
    int open(String from, String to, int target) {
        NetServer server = vertx.createNetServer(new NetServerOptions().setHost("127.0.0.1"));
        // The address is this machine's: several connections at once need no more than a short queue.
        server.connectHandler(socket -> accept(from, to, target, socket));
        servers.add(server);
        return await(server.listen(0)).actualPort();
    }

    void set(String from, String to, Flow flow) {
        here(() -> {
            flows.put(new Direction(from, to), flow);
            for (Connection connection : List.copyOf(connections)) {
                connection.flowChanged();
            }
            return null;
        });
    }

    /** Everything that {@code from} says to {@code to} comes so much later; nothing overtakes. */
    void delay(String from, String to, long ms) {
        here(() -> delays.put(new Direction(from, to), ms));
    }

    /** Closes what stands between the two, and every new connection at once. */
    void cut(String one, String other) {
        here(() -> {
            cuts.add(new Direction(one, other));
            cuts.add(new Direction(other, one));
            for (Connection connection : List.copyOf(connections)) {
                if (isCut(connection.up.direction)) {
                    connection.close();
                }
            }
            return null;
        });
    }

    /** No fault any more, anywhere. */
    void heal() {
        here(() -> {
            flows.clear();
            delays.clear();
            cuts.clear();
            for (Connection connection : List.copyOf(connections)) {
                connection.flowChanged();
            }
            return null;
        });
    }

    private boolean isCut(Direction direction) {
        return cuts.contains(direction);
    }

    private void accept(String from, String to, int target, NetSocket caller) {
        if (isCut(new Direction(from, to))) {
            caller.close().onFailure(ignored -> {});
            return;
        }
        caller.pause();
        client.connect(target, "127.0.0.1").onComplete(connected -> {
            if (connected.failed()) {
                caller.close().onFailure(ignored -> {});
            } else {
                new Connection(new Direction(from, to), caller, connected.result()).begin();
            }
        });
    }

    /** Both ways of one connection. */
    private final class Connection {
        private final Pipe up;
        private final Pipe down;

        Connection(Direction direction, NetSocket caller, NetSocket called) {
            up = new Pipe(this, direction, caller, called);
            down = new Pipe(this, new Direction(direction.to(), direction.from()), called, caller);
        }

        void begin() {
            connections.add(this);
            if (isCut(up.direction)) {
                close();
                return;
            }
            up.begin();
            down.begin();
        }

        void flowChanged() {
            up.flowChanged();
            down.flowChanged();
            if (up.isTorn() || down.isTorn()) {
                close();
            }
        }

        void close() {
            if (connections.remove(this)) {
                up.source.close().onFailure(ignored -> {});
                down.source.close().onFailure(ignored -> {});
            }
        }
    }

    private record Held(Buffer bytes, long dueNanos) {}

    /** One direction of one connection. */
    private final class Pipe {
        private final Connection connection;
        private final Direction direction;
        private final NetSocket source;
        private final NetSocket sink;
        private final ArrayDeque<Held> held = new ArrayDeque<>();
        private long heldBytes;
        private long timer = -1;
        private boolean lostBytes;

        Pipe(Connection connection, Direction direction, NetSocket source, NetSocket sink) {
            this.connection = connection;
            this.direction = direction;
            this.source = source;
            this.sink = sink;
        }

        void begin() {
            source.exceptionHandler(broken -> connection.close());
            source.closeHandler(gone -> connection.close());
            source.handler(this::take);
            sink.drainHandler(drained -> read());
            read();
        }

        private Flow flow() {
            return flows.getOrDefault(direction, Flow.PASS);
        }

        /** Takes from the source when that is wanted and there is room. */
        private void read() {
            if (flow() == Flow.STALL || heldBytes >= MAX_HELD || sink.writeQueueFull()) {
                source.pause();
            } else {
                source.resume();
            }
        }

        private void take(Buffer bytes) {
            if (flow() == Flow.SWALLOW) {
                lostBytes = true;
                return;
            }
            long delay = delays.getOrDefault(direction, 0L);
            if (delay == 0 && held.isEmpty()) {
                sink.write(bytes).onFailure(broken -> connection.close());
            } else {
                held.add(new Held(bytes, System.nanoTime() + delay * NANOS_PER_MS));
                heldBytes += bytes.length();
                arm();
            }
            read();
        }

        private void arm() {
            if (timer < 0 && !held.isEmpty()) {
                long ms = (held.peekFirst().dueNanos() - System.nanoTime()) / NANOS_PER_MS + 1;
                timer = vertx.setTimer(Math.max(1, ms), id -> {
                    timer = -1;
                    release();
                });
            }
        }

        private void release() {
            while (!held.isEmpty() && held.peekFirst().dueNanos() - System.nanoTime() <= 0) {
                Buffer bytes = held.pollFirst().bytes();
                heldBytes -= bytes.length();
                sink.write(bytes).onFailure(broken -> connection.close());
            }
            arm();
            read();
        }

        void flowChanged() {
            read();
        }

        /** What comes now would not fit what the other end has. */
        boolean isTorn() {
            return lostBytes && flow() != Flow.SWALLOW;
        }
    }

    private <T> T here(Callable<T> task) {
        return await(Future.future(promise -> context.runOnContext(v -> {
            try {
                promise.complete(task.call());
            } catch (Exception failure) {
                promise.fail(failure);
            }
        })));
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.await(20, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException late) {
            throw new AssertionError("the proxy does not answer", late);
        }
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
