package io.skein.cluster;

import io.netty.channel.Channel;
import io.skein.cluster.PeerFrame.Purpose;
import io.skein.cluster.SendQueue.Lane;
import io.skein.raft.NodeId;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections that others made to this node. */
final class Callers {
    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
    private static final long NANOS_PER_MS = 1_000_000;
    /** What Vert.x calls its handler. */
    private static final String TLS = "ssl";

    private static final long LOOK_MS = 5;

    private final Peers peers;
    private final PeerConfig config;
    private final PeerListener listener;
    private final Strangers strangers;
    private final Set<Caller> open = new HashSet<>();
    /** The last connection of each member. */
    private final Map<NodeId, PeerLink> members = new HashMap<>();

    Callers(Peers peers, PeerConfig config, PeerListener listener) {
        this.peers = peers;
        this.config = config;
        this.listener = listener;
        this.strangers = new Strangers(config.security(), listener);
    }

    void accept(NetSocket socket) {
        if (peers.isClosed() || open.size() >= config.maxConnections()) {
            peers.complaints()
                    .say(
                            "connections",
                            "too many",
                            "connections of other nodes are closed: " + open.size() + " are open");
            socket.close().onFailure(ignored -> {});
            return;
        }
        Caller caller = new Caller(socket);
        if (peers.tls().isPresent() && !strangers.mayBeginTls()) {
            caller.failed(HandshakeFault.CROWD, "too many call at once");
            return;
        }
        open.add(caller);
        strangers.enter(caller);
        caller.begin();
    }

    Optional<PeerLink> of(NodeId node) {
        return Optional.ofNullable(members.get(node));
    }

    /** This node is another than it said. */
    void introduce() {
        for (PeerLink link : links()) {
            if (link.facts().isEmpty()) {
                continue;
            }
            PeerFacts other = link.facts().orElseThrow();
            Optional<HelloRefusal> refusal =
                    link.isBetweenMembers() ? Greeting.betweenMembers(other, peers.facts()) : Optional.empty();
            if (refusal.isPresent()) {
                refuse(link, other, refusal.get());
            } else {
                link.send(peers.helloReply(Optional.empty()), Lane.NORMAL);
            }
        }
    }

    void tick(long now) {
        List.copyOf(open).forEach(caller -> caller.tick(now));
    }

    void forgive(long now) {
        links().forEach(link -> link.forgive(now));
    }

    void close() {
        List.copyOf(open).forEach(Caller::close);
    }

    private List<PeerLink> links() {
        return open.stream().flatMap(caller -> caller.link.stream()).toList();
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

    private final class Caller implements PeerLink.Owner, Strangers.Stranger {
        private final NetSocket socket;
        private final String host;
        private final long sinceNanos = System.nanoTime();
        /** Empty as long as TLS is not agreed upon. */
        private Optional<PeerLink> link = Optional.empty();

        /** It said who it is, and that it is nobody else. */
        private boolean hasGreeted;

        private boolean isGone;
        private boolean gaveWay;

        Caller(NetSocket socket) {
            this.socket = socket;
            SocketAddress remote = socket.remoteAddress();
            this.host = remote == null || remote.hostAddress() == null ? "?" : remote.hostAddress();
        }

        void begin() {
            Optional<PeerTls> tls = peers.tls();
            if (tls.isEmpty()) {
                speak();
                return;
            }
            // Vert.x goes on reading while it makes ready for TLS, and what comes then would be lost.
            Channel channel =
                    ((NetSocketInternal) socket).channelHandlerContext().channel();
            channel.config().setAutoRead(false);
            socket.exceptionHandler(failure -> LOG.debug("a call from {} failed", host, failure))
                    .closeHandler(v -> lost("the connection was lost"));
            socket.upgradeToSsl(tls.get().called()).onComplete(done -> {
                if (isGone) {
                    return;
                }
                if (done.failed()) {
                    failed(HandshakeFault.TLS, PeerTls.explained(done.cause()).getMessage());
                } else {
                    speak();
                }
            });
            readOnceTlsStands(channel);
        }

        /** At once, but for the first connection that is shown a certificate. */
        private void readOnceTlsStands(Channel channel) {
            if (channel.pipeline().get(TLS) != null) {
                channel.config().setAutoRead(true);
            } else if (!isGone) {
                peers.later(LOOK_MS, () -> readOnceTlsStands(channel));
            }
        }

        private void speak() {
            SocketAddress remote = socket.remoteAddress();
            link = Optional.of(peers.link(socket, false, remote == null ? "?" : remote.toString(), this));
        }

        /** Before there was a link. Who comes and goes without a word, as a probe of the port does, is no failure. */
        private void lost(String why) {
            if (!isGone) {
                isGone = true;
                LOG.debug("a call from {} ended: {}", host, why);
                gone();
            }
        }

        private void failed(HandshakeFault fault, String why) {
            isGone = true;
            strangers.failed(fault, host, why);
            socket.close().onFailure(ignored -> {});
            gone();
        }

        private void gone() {
            open.remove(this);
            strangers.leave(this);
        }

        @Override
        public String host() {
            return host;
        }

        @Override
        public void giveWay() {
            gaveWay = true;
            String why = "others came, and it had not shown who it is";
            if (link.isPresent()) {
                link.get().close(why);
            } else {
                failed(HandshakeFault.CROWD, why);
            }
        }

        void tick(long now) {
            if (link.isPresent()) {
                link.get().tick(now);
            } else if (now - sinceNanos > config.helloMs() * NANOS_PER_MS) {
                failed(HandshakeFault.SILENCE, "no TLS within " + config.helloMs() + " ms");
            }
        }

        void close() {
            if (link.isPresent()) {
                link.get().closeAnswered(Peers.STOPS);
            } else {
                socket.close().onFailure(ignored -> {});
                lost(Peers.STOPS);
            }
        }

        @Override
        public void frame(PeerLink link, PeerFrame frame) {
            if (frame instanceof PeerFrame.Hello hello) {
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
                hasGreeted = true;
                refuse(link, hello.facts(), refusal.get());
                return;
            }
            link.known(hello.facts(), hello.purpose());
            hasGreeted = true;
            strangers.leave(this);
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
            isGone = true;
            gone();
            link.facts().ifPresent(other -> members.remove(other.node(), link));
            if (hasGreeted || peers.isClosed()) {
                return;
            }
            if (gaveWay || link.hasHeard() || link.fault() == HandshakeFault.SILENCE) {
                strangers.failed(gaveWay ? HandshakeFault.CROWD : link.fault(), host, why);
            } else {
                LOG.debug("a call from {} ended: {}", host, why);
            }
        }
    }
}
