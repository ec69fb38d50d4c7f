package io.skein.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.skein.broker.NodeStatus;
import io.skein.cluster.HandshakeFault;
import io.skein.cluster.PeerListener;
import io.skein.raft.NodeId;
import io.skein.raft.Role;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** This node among its peers. A peer's figures stay after its removal, as those of a stopped process would. */
final class PeerMeters implements PeerListener {
    private static final double NANOS_PER_SECOND = 1e9;
    /** Peers that get figures of their own. */
    private static final int MAX_PEERS = 64;

    private final MeterRegistry registry;
    private final Timer snapshot;
    private final Map<HandshakeFault, Counter> strangers = new EnumMap<>(HandshakeFault.class);
    private final Map<NodeId, Long> heard = new ConcurrentHashMap<>();
    private final Map<NodeId, Timer> roundTrips = new ConcurrentHashMap<>();
    private final Set<String> members = ConcurrentHashMap.newKeySet();
    private final Counter sent;
    private final Counter received;
    private final Counter dropped;
    private volatile Supplier<NodeStatus> status;

    PeerMeters(MeterRegistry registry) {
        this.registry = registry;
        snapshot = Timer.builder("skein.raft.snapshot.duration")
                .description("A snapshot for a peer: made, sent and taken")
                .serviceLevelObjectives(Buckets.ofSnapshots())
                .register(registry);
        sent = bytes("sent");
        received = bytes("received");
        dropped = Counter.builder("skein.raft.peer.messages.dropped")
                .description("Messages to peers that were not sent: no connection, or too much waits for it")
                .register(registry);
        for (HandshakeFault why : HandshakeFault.values()) {
            strangers.put(
                    why,
                    Counter.builder("skein.raft.peer.handshake.failures")
                            .description("Connections to the Raft port that ended before it was known who called")
                            .tag("reason", why.name().toLowerCase(Locale.ROOT))
                            .register(registry));
        }
    }

    void watch(Supplier<NodeStatus> nodeStatus) {
        status = nodeStatus;
    }

    private Counter bytes(String direction) {
        return Counter.builder("skein.raft.peer.bytes")
                .description("What nodes say to each other")
                .baseUnit("bytes")
                .tag("direction", direction)
                .register(registry);
    }

    /** Every member has its lag, also one that was never heard of since this node started. */
    void see(NodeStatus now) {
        for (NodeStatus.MemberStatus member : now.members()) {
            if (!member.id().equals(now.node()) && members.size() < MAX_PEERS && members.add(member.id())) {
                Gauge.builder("skein.raft.peer.lag.entries", () -> lag(member.id()))
                        .description("Entries of this leader that a peer is not known to have; 0 on a node that does"
                                + " not lead")
                        .tag("peer", member.id())
                        .register(registry);
            }
        }
    }

    @Override
    public void sent(NodeId peer, int frames, long bytes) {
        sent.increment(bytes);
    }

    @Override
    public void dropped(NodeId peer, long bytes) {
        dropped.increment();
    }

    @Override
    public void received(NodeId peer, long bytes) {
        received.increment(bytes);
        if (heard.put(peer, System.nanoTime()) == null && heard.size() <= MAX_PEERS && !isThisNode(peer)) {
            Gauge.builder(
                            "skein.raft.peer.last.contact",
                            () -> (System.nanoTime() - heard.get(peer)) / NANOS_PER_SECOND)
                    .description("Since anything was heard of a peer")
                    .baseUnit("seconds")
                    .tag("peer", peer.value())
                    .register(registry);
        }
    }

    @Override
    public void roundTrip(NodeId peer, long nanos) {
        Timer timer = roundTrips.size() < MAX_PEERS
                ? roundTrips.computeIfAbsent(peer, this::roundTripTo)
                : roundTrips.get(peer);
        if (timer != null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        }
    }

    private Timer roundTripTo(NodeId peer) {
        return Timer.builder("skein.raft.peer.round.trip")
                .description("From a ping to a peer to its answer")
                .tag("peer", peer.value())
                .serviceLevelObjectives(Buckets.ofWrites())
                .register(registry);
    }

    /** A node that looks for its peers finds itself among them, once: that is no contact which could be lost. */
    private boolean isThisNode(NodeId peer) {
        Supplier<NodeStatus> watched = status;
        return watched != null && watched.get().node().equals(peer.value());
    }

    @Override
    public void strangerFailed(HandshakeFault why) {
        strangers.get(why).increment();
    }

    @Override
    public void snapshotSent(NodeId peer, long nanos) {
        snapshot.record(nanos, TimeUnit.NANOSECONDS);
    }

    private long lag(String peer) {
        Supplier<NodeStatus> watched = status;
        if (watched == null || watched.get().role() != Role.LEADER) {
            return 0;
        }
        NodeStatus now = watched.get();
        return now.members().stream()
                .filter(member -> member.id().equals(peer) && member.matchIndex() >= 0)
                .mapToLong(member -> Math.max(0, now.lastLogIndex() - member.matchIndex()))
                .findFirst()
                .orElse(0);
    }
}
