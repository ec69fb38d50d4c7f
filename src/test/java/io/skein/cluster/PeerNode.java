package io.skein.cluster;

import io.skein.raft.NodeId;
import io.skein.raft.Rpc;
import io.skein.replica.PeerMessage;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/** A node that has nothing but its peers: says what it is told to, and remembers what it hears. */
final class PeerNode extends VerticleBase implements PeerHandler, PeerListener {
    record Heard(NodeId from, long incarnation, PeerMessage message) {
        /** What {@link #number} made. */
        long number() {
            return message.rpc().term();
        }
    }

    final NodeId id;
    final List<Heard> heard = new CopyOnWriteArrayList<>();
    final List<HelloRefusal> refusals = new CopyOnWriteArrayList<>();
    final List<HandshakeFault> faults = new CopyOnWriteArrayList<>();
    final List<Forward> forwards = new CopyOnWriteArrayList<>();
    final Map<NodeId, PeerFacts> connected = new ConcurrentHashMap<>();
    final AtomicLong connections = new AtomicLong();
    final AtomicLong droppedBytes = new AtomicLong();
    final AtomicLong sentFrames = new AtomicLong();
    final AtomicLong writes = new AtomicLong();
    final AtomicLong roundTrips = new AtomicLong();

    volatile Function<Forward, Future<ForwardReply>> onForward =
            forward -> Future.succeededFuture(new ForwardReply(forward.command(), 42, 7, 1000, false));
    volatile Function<Ask, Future<Answer>> onAsk = ask -> Future.succeededFuture(Answer.of(ask.payload()));
    volatile Function<SnapshotChunk, Future<SnapshotAck>> onChunk =
            chunk -> Future.succeededFuture(SnapshotAck.refused(chunk));

    private final PeerConfig config;
    private final long clusterId;
    private final long incarnation;
    private Peers peers;
    private volatile int port;
    private Thread home;

    PeerNode(PeerConfig config, long clusterId, long incarnation) {
        this.id = config.node();
        this.config = config;
        this.clusterId = clusterId;
        this.incarnation = incarnation;
    }

    static PeerConfig config(String id, int port) {
        return PeerConfig.of(new NodeId(id), "127.0.0.1", port, 5_000);
    }

    static PeerNode start(Vertx vertx, PeerConfig config, long clusterId, long incarnation) {
        PeerNode node = new PeerNode(config, clusterId, incarnation);
        vertx.deployVerticle(node).await();
        return node;
    }

    static PeerMessage number(long number) {
        return new PeerMessage(new Rpc.TimeoutNow(number), 0, 0, 0);
    }

    @Override
    public Future<?> start() {
        home = Thread.currentThread();
        peers = new Peers(vertx, config, this, this);
        peers.identity(clusterId, incarnation, clusterId == 0);
        return peers.listen().onSuccess(bound -> port = bound);
    }

    @Override
    public Future<?> stop() {
        return peers.close();
    }

    Peers peers() {
        return peers;
    }

    int port() {
        return port;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    /** On the node's context. */
    <T> T on(Function<Peers, Future<T>> what) {
        return later(what).await();
    }

    <T> Future<T> later(Function<Peers, Future<T>> what) {
        return Future.future(
                promise -> context.runOnContext(v -> what.apply(peers).onComplete(promise)));
    }

    void run(Consumer<Peers> what) {
        on(p -> {
            what.accept(p);
            return Future.succeededFuture();
        });
    }

    boolean reaches(PeerNode other) {
        return on(p -> Future.succeededFuture(p.isReachable(other.id)));
    }

    void knows(PeerNode... others) {
        Map<NodeId, String> addresses = new HashMap<>();
        for (PeerNode other : others) {
            addresses.put(other.id, other.address());
        }
        run(p -> p.members(addresses));
    }

    void kill() {
        vertx.undeploy(deploymentID()).await();
        awaitFree(port);
    }

    /** A closed server gives its port back when its loop selects next, a moment after the close was said to be done. */
    private static void awaitFree(int port) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() - until < 0) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress("127.0.0.1", port));
                return;
            } catch (IOException stillBound) {
                Thread.yield();
            }
        }
        throw new AssertionError("port " + port + " stays taken");
    }

    private void assertAtHome() {
        if (Thread.currentThread() != home) {
            throw new AssertionError("on " + Thread.currentThread() + " instead of " + home);
        }
    }

    @Override
    public void message(NodeId from, long sender, PeerMessage message) {
        assertAtHome();
        heard.add(new Heard(from, sender, message));
    }

    @Override
    public Future<ForwardReply> forward(NodeId from, Forward forward) {
        assertAtHome();
        forwards.add(forward);
        return onForward.apply(forward);
    }

    @Override
    public Future<Answer> ask(PeerFacts from, Ask ask) {
        assertAtHome();
        return onAsk.apply(ask);
    }

    @Override
    public Future<SnapshotAck> chunk(NodeId from, SnapshotChunk chunk) {
        assertAtHome();
        return onChunk.apply(chunk);
    }

    @Override
    public void connected(PeerFacts peer) {
        assertAtHome();
        connected.put(peer.node(), peer);
        connections.incrementAndGet();
    }

    @Override
    public void connected(NodeId peer) {}

    @Override
    public void disconnected(NodeId peer) {
        connected.remove(peer);
    }

    @Override
    public void refused(NodeId peer, PeerFacts answered, HelloRefusal why) {}

    @Override
    public void refused(HelloRefusal why) {
        refusals.add(why);
    }

    @Override
    public void strangerFailed(HandshakeFault why) {
        faults.add(why);
    }

    @Override
    public void dropped(NodeId peer, long bytes) {
        droppedBytes.addAndGet(bytes);
    }

    @Override
    public void sent(NodeId peer, int frames, long bytes) {
        writes.incrementAndGet();
        sentFrames.addAndGet(frames);
    }

    @Override
    public void roundTrip(NodeId peer, long nanos) {
        roundTrips.incrementAndGet();
    }
}
