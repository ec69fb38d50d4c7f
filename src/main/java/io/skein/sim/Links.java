package io.skein.sim;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The network between the nodes. Each node reaches each other one through a listener of its own here, so that every byte
 * has a direction: what {@code a} says to {@code b}, whoever of them made the connection. What is cut in one direction is
 * not taken any more, as by a network that loses everything: the sender learns nothing, and gives the connection up by
 * itself. When the link is healed, connections that stood in it are closed, for nobody knows what of them is worth waiting for.
 *
 * <p>Bounded: a direction of a connection holds {@value #MAX_HELD} bytes, then its source is not read. All of it happens on
 * one context; public methods are to be called there.
 */
final class Links {
    private static final int MAX_HELD = 1 << 20;
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long STARTING_NANOS = 1_000 * NANOS_PER_MS;
    private static final long AGAIN_MS = 2;
    private static final String HERE = "127.0.0.1";

    /** What one node says to another. */
    record Direction(String from, String to) implements Comparable<Direction> {
        @Override
        public int compareTo(Direction other) {
            int by = from.compareTo(other.from);
            return by != 0 ? by : to.compareTo(other.to);
        }
    }

    private final Vertx vertx;
    private final Context context;
    private final NetClient client;
    private final Set<Direction> cuts = new HashSet<>();
    private final Map<Direction, Long> delays = new HashMap<>();
    private final Set<String> awaited = new HashSet<>();
    private final Set<Wire> wires = new HashSet<>();

    Links(Context context) {
        this.context = context;
        this.vertx = context.owner();
        this.client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(500));
    }

    /** @return the port at which {@code from} finds {@code to}; from any thread */
    Future<Integer> open(String from, String to, int port) {
        Direction direction = new Direction(from, to);
        return Future.future(opened -> context.runOnContext(
                v -> vertx.createNetServer(new NetServerOptions().setHost(HERE).setPort(0))
                        .connectHandler(socket -> accept(direction, port, socket))
                        .listen()
                        .<Integer>map(server -> server.actualPort())
                        .onComplete(opened)));
    }

    void cut(Direction direction, boolean isCut) {
        boolean changed = isCut ? cuts.add(direction) : cuts.remove(direction);
        if (changed) {
            changed(!isCut, direction);
        }
    }

    /** @param ms 0: none. Nothing overtakes */
    void delay(Direction direction, long ms) {
        if (ms == 0) {
            delays.remove(direction);
        } else {
            delays.put(direction, ms);
        }
    }

    void heal() {
        List.copyOf(cuts).forEach(direction -> cut(direction, false));
        delays.clear();
    }

    boolean isCut(Direction direction) {
        return cuts.contains(direction);
    }

    Set<Direction> cuts() {
        return Set.copyOf(cuts);
    }

    Map<Direction, Long> delays() {
        return new TreeMap<>(delays);
    }

    private void changed(boolean isHealed, Direction direction) {
        for (Wire wire : List.copyOf(wires)) {
            if (wire.isOf(direction)) {
                if (isHealed) {
                    wire.close();
                } else {
                    wire.up.read();
                    wire.down.read();
                }
            }
        }
    }

    private void accept(Direction direction, int port, NetSocket caller) {
        caller.pause();
        connect(direction, port, caller, System.nanoTime() + STARTING_NANOS);
    }

    /** Nodes that are started together find each other at the first try: whoever is not there yet is waited for. */
    private void connect(Direction direction, int port, NetSocket caller, long untilNanos) {
        client.connect(port, HERE).onComplete(connected -> {
            if (connected.succeeded()) {
                Wire wire = new Wire(direction, caller, connected.result());
                wires.add(wire);
                wire.up.begin();
                wire.down.begin();
            } else if (awaited.contains(direction.to()) && System.nanoTime() - untilNanos < 0) {
                vertx.setTimer(AGAIN_MS, id -> connect(direction, port, caller, untilNanos));
            } else {
                caller.close().onFailure(ignored -> {});
            }
        });
    }

    /** Whether a node is about to listen. */
    void await(String node, boolean isStarting) {
        if (isStarting) {
            awaited.add(node);
        } else {
            awaited.remove(node);
        }
    }

    /** Both ways of one connection. */
    private final class Wire {
        final Way up;
        final Way down;

        Wire(Direction direction, NetSocket caller, NetSocket called) {
            up = new Way(this, direction, caller, called);
            down = new Way(this, new Direction(direction.to(), direction.from()), called, caller);
        }

        boolean isOf(Direction direction) {
            return up.direction.equals(direction) || down.direction.equals(direction);
        }

        void close() {
            if (wires.remove(this)) {
                up.source.close().onFailure(ignored -> {});
                down.source.close().onFailure(ignored -> {});
            }
        }
    }

    private record Held(Buffer bytes, long dueNanos) {}

    private final class Way {
        final Direction direction;
        final NetSocket source;
        private final Wire wire;
        private final NetSocket sink;
        private final ArrayDeque<Held> held = new ArrayDeque<>();
        private long heldBytes;
        private boolean isTimed;

        Way(Wire wire, Direction direction, NetSocket source, NetSocket sink) {
            this.wire = wire;
            this.direction = direction;
            this.source = source;
            this.sink = sink;
        }

        void begin() {
            source.exceptionHandler(broken -> wire.close());
            source.closeHandler(gone -> wire.close());
            source.handler(this::take);
            sink.drainHandler(drained -> read());
            read();
        }

        void read() {
            if (isCut(direction) || heldBytes >= MAX_HELD || sink.writeQueueFull()) {
                source.pause();
            } else {
                source.resume();
            }
        }

        private void take(Buffer bytes) {
            long delay = delays.getOrDefault(direction, 0L);
            if (delay == 0 && held.isEmpty() && !isCut(direction)) {
                write(bytes);
            } else {
                held.add(new Held(bytes, System.nanoTime() + delay * NANOS_PER_MS));
                heldBytes += bytes.length();
                arm();
            }
            read();
        }

        private void write(Buffer bytes) {
            sink.write(bytes).onFailure(broken -> wire.close());
        }

        private void arm() {
            if (!isTimed && !held.isEmpty()) {
                isTimed = true;
                long ms = (held.peekFirst().dueNanos() - System.nanoTime()) / NANOS_PER_MS + 1;
                vertx.setTimer(Math.max(1, ms), id -> {
                    isTimed = false;
                    release();
                });
            }
        }

        /** What was on its way when the link was cut does not arrive either; healing closes the connection. */
        private void release() {
            while (!isCut(direction) && !held.isEmpty() && held.peekFirst().dueNanos() - System.nanoTime() <= 0) {
                Held first = held.pollFirst();
                heldBytes -= first.bytes().length();
                write(first.bytes());
            }
            if (!isCut(direction)) {
                arm();
            }
            read();
        }
    }
}
