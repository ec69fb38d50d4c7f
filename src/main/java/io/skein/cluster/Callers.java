package io.skein.cluster;

import io.skein.cluster.PeerFrame.Purpose;
import io.skein.cluster.SendQueue.Lane;
import io.skein.raft.NodeId;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The connections that others made to this node. */
final class Callers {
    private final Peers peers;
    private final PeerConfig config;
    private final PeerListener listener;
    private final Set<PeerLink> open = new HashSet<>();
    /** The last connection of each member. */
    private final Map<NodeId, PeerLink> members = new HashMap<>();

    Callers(Peers peers, PeerConfig config, PeerListener listener) {
        this.peers = peers;
        this.config = config;
        this.listener = listener;
    }

    void accept(NetSocket socket) {
        SocketAddress remote = socket.remoteAddress();
        String label = remote == null ? "?" : remote.toString();
        if (peers.isClosed() || open.size() >= config.maxConnections()) {
            peers.complaints()
                    .say(
                            "connections",
                            "too many",
                            "connections of other nodes are closed: " + open.size() + " are open");
            socket.close().onFailure(ignored -> {});
            return;
        }
        open.add(peers.link(socket, false, label, new Caller()));
    }

    Optional<PeerLink> of(NodeId node) {
        return Optional.ofNullable(members.get(node));
    }

    /** This node is another than it said. */
    void introduce() {
        for (PeerLink link : List.copyOf(open)) {
            if (link.facts().isEmpty()) {
                continue;
            }
            PeerFacts other = link.facts().orElseThrow();
            if (link.isBetweenMembers() && Greeting.areStrangers(other, peers.facts())) {
                refuse(link, other, HelloRefusal.OTHER_CLUSTER);
            } else {
                link.send(peers.helloReply(Optional.empty()), Lane.NORMAL);
            }
        }
    }

    void tick(long now) {
        List.copyOf(open).forEach(link -> link.tick(now));
    }

    void forgive(long now) {
        open.forEach(link -> link.forgive(now));
    }

    void close() {
        List.copyOf(open).forEach(link -> link.closeAnswered(Peers.STOPS));
    }

    private void refuse(PeerLink link, PeerFacts other, HelloRefusal why) {
        listener.refused(why);
        peers.complaints()
                .say(about(other.node()), why.name(), "a call from " + other + " is refused: " + why.sentence());
        link.closeAfter(peers.helloReply(Optional.of(why)), "refused");
    }

    private static String about(NodeId node) {
        return "called-by-" + node;
    }

    private final class Caller implements PeerLink.Owner {
        private boolean hasGreeted;

        @Override
        public void frame(PeerLink link, PeerFrame frame) {
            if (frame instanceof PeerFrame.Hello hello) {
                hasGreeted = true;
                greet(link, hello);
            } else if (link.facts().isPresent()) {
                peers.reception().take(link, frame);
            } else {
                throw new IllegalArgumentException("it did not say who it is");
            }
        }

        /** First on a connection, or anew when the other became another than it said. */
        private void greet(PeerLink link, PeerFrame.Hello hello) {
            NodeId node = hello.facts().node();
            if (link.facts().filter(before -> !before.node().equals(node)).isPresent()) {
                throw new IllegalArgumentException("it was another node before");
            }
            Optional<HelloRefusal> refusal = Greeting.refusal(hello, config.group(), peers.facts());
            if (refusal.isPresent()) {
                refuse(link, hello.facts(), refusal.get());
                return;
            }
            link.known(hello.facts(), hello.purpose());
            link.send(peers.helloReply(Optional.empty()), Lane.NORMAL);
            peers.complaints().forget(about(node));
            if (hello.purpose() == Purpose.MEMBER) {
                // A node that calls again has lost its former connection, even if this end has not noticed yet.
                PeerLink former = members.put(node, link);
                if (former != null && former != link) {
                    former.close("it called again");
                }
            }
        }

        @Override
        public void delivered() {
            peers.reception().delivered();
        }

        @Override
        public void closed(PeerLink link, String why) {
            open.remove(link);
            link.facts().ifPresent(other -> members.remove(other.node(), link));
            if (!hasGreeted && !peers.isClosed()) {
                // The port of who called is another each time.
                String host = link.label().replaceFirst(":\\d+$", "");
                peers.complaints()
                        .say(
                                "called-from-" + host,
                                "closed",
                                "a connection from " + host + " to the Raft port was closed: " + why);
            }
        }
    }
}
