package io.skein.cluster;

import io.skein.cluster.PeerFrame.Purpose;
import io.skein.cluster.SendQueue.Lane;
import io.skein.raft.NodeId;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.replica.PeerMessage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The other nodes, as seen from this one: one connection from here to each member and one from each of them to here.
 * What is said goes over one's own connection and is answered on it. A node of a cluster may call one that belongs to
 * none yet; that one has nothing to say to members but answers, on the connection on which it was called.
 *
 * <p>Nothing is said twice. Messages of Raft may get lost, and are counted then; what is called (a command, a question, a
 * piece of a snapshot) fails with {@link NotExecuted} when it never left this process and with {@link Indeterminate} when
 * nobody can say.
 *
 * <p>Confined to the context on which it was made; so are all answers.
 */
public final class Peers {
    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long TICK_MS = 100;
    /** Above this the process stood still. */
    private static final long STOOD_STILL_NANOS = 5 * TICK_MS * NANOS_PER_MS;
    /** Questions to addresses that are under way; one more is not asked. */
    private static final int MAX_VISITS = 64;

    private final Vertx vertx;
    private final Context context;
    private final PeerConfig config;
    private final PeerHandler handler;
    private final PeerListener listener;
    private final PeerCodec codec;
    private final NetServer server;
    private final NetClient client;
    private final Complaints complaints = new Complaints();
    private final Map<NodeId, Dial> dials = new HashMap<>();
    private final Set<PeerLink> incoming = new HashSet<>();
    private final Map<NodeId, PeerLink> callers = new HashMap<>();
    private final Set<Visit<?>> visits = new HashSet<>();
    private PeerFacts facts;
    private long timer = -1;
    private long tickedNanos;
    private boolean isClosed;

    public Peers(Vertx vertx, PeerConfig config, PeerHandler handler, PeerListener listener) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.config = config;
        this.handler = handler;
        this.listener = listener;
        this.codec = new PeerCodec(config.group());
        this.facts = new PeerFacts(config.node(), 0, 0, true);
        this.server = vertx.createNetServer(new NetServerOptions()
                .setHost(config.host())
                .setPort(config.port())
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true));
        this.client = vertx.createNetClient(new NetClientOptions()
                .setConnectTimeout(config.connectMs())
                .setReconnectAttempts(0)
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true));
    }

    /** Completes with the port; to be called after {@link #identity}, as others may ask at once. */
    public Future<Integer> listen() {
        tickedNanos = System.nanoTime();
        arm();
        return server.connectHandler(this::accept)
                .exceptionHandler(failure -> LOG.debug("a connection failed before it began", failure))
                .listen()
                .map(NetServer::actualPort);
    }

    /** Who this node is; said anew to everybody when it changes. */
    public void identity(long clusterId, long incarnation, boolean empty) {
        PeerFacts now = new PeerFacts(config.node(), clusterId, incarnation, empty);
        if (now.equals(facts)) {
            return;
        }
        facts = now;
        List.copyOf(dials.values()).forEach(Dial::introduce);
        for (PeerLink caller : List.copyOf(incoming)) {
            if (caller.facts().isEmpty()) {
                continue;
            }
            if (caller.isBetweenMembers()
                    && Greeting.areStrangers(caller.facts().orElseThrow(), now)) {
                listener.refused(HelloRefusal.OTHER_CLUSTER);
                caller.closeAfter(
                        helloReply(Optional.of(HelloRefusal.OTHER_CLUSTER)), "this node belongs to another cluster");
            } else {
                caller.send(helloReply(Optional.empty()), Lane.NORMAL);
            }
        }
    }

    /** Connects with these and with nobody else; this node itself may be among them. */
    public void members(Map<NodeId, String> addresses) {
        if (isClosed) {
            return;
        }
        for (NodeId node : List.copyOf(dials.keySet())) {
            if (!addresses.containsKey(node)) {
                dials.remove(node).close();
                complaints.forget(node.value());
            }
        }
        addresses.forEach((node, listed) -> {
            String address = config.overrides().getOrDefault(node, listed);
            Dial dial = dials.get(node);
            if (!node.equals(config.node()) && (dial == null || !dial.address().equals(address))) {
                if (dial != null) {
                    dial.close();
                }
                Dial made = new Dial(this, node, address, config);
                dials.put(node, made);
                made.connect();
            }
        });
    }

    /** Is sent or, when there is no connection or too much waits for it, dropped. */
    public void send(NodeId to, PeerMessage message) {
        PeerFrame frame = new PeerFrame.Message(message);
        Optional<PeerLink> way = way(to);
        if (way.isEmpty()) {
            listener.dropped(to, SendQueue.bytes(codec.toProto(frame)));
        } else if (!way.get().send(frame, Lane.NORMAL)) {
            listener.dropped(to, SendQueue.bytes(codec.toProto(frame)));
        }
    }

    /** One's own connection, else the one on which the other called. */
    private Optional<PeerLink> way(NodeId to) {
        if (facts.hasCluster()) {
            Optional<PeerLink> own = ready(to);
            if (own.isPresent()) {
                return own;
            }
        }
        PeerLink caller = callers.get(to);
        return caller != null && mayReplicasSpeak(caller) ? Optional.of(caller) : Optional.empty();
    }

    /**
     * The leader's answer. Fails with {@link NotExecuted} (not sent, or refused by it) or {@link Indeterminate} (sent,
     * and the connection was lost, or no answer came in time, or the leader cannot say) and nothing else.
     */
    public Future<ForwardReply> forward(NodeId to, Forward forward) {
        Optional<PeerLink> link =
                ready(to).filter(l -> Greeting.areOfOneCluster(facts, l.facts().orElseThrow()));
        if (link.isEmpty()) {
            return Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
        }
        return link.get()
                .call(id -> new PeerFrame.ForwardCall(id, forward), Lane.NORMAL)
                .compose(reply -> {
                    if (reply instanceof PeerFrame.Decided decided) {
                        return Future.succeededFuture(decided.reply());
                    }
                    if (reply instanceof PeerFrame.Refused refused) {
                        return Future.failedFuture(new NotExecuted(refused.reason()));
                    }
                    return Future.failedFuture(
                            reply instanceof PeerFrame.Unknown unknown
                                    ? new Indeterminate(unknown.detail())
                                    : notAReply());
                });
    }

    /** Asks a member. Fails with {@link NotExecuted} or {@link Indeterminate}, as {@link #forward}. */
    public Future<Answer> ask(NodeId to, Ask ask) {
        return ready(to)
                .map(link -> ask(link, ask))
                .orElseGet(() -> Future.failedFuture(new NotExecuted(Reason.NOT_LEADER)));
    }

    /** Asks whoever is there, over a connection of its own. Fails as {@link #ask(NodeId, Ask)}. */
    public Future<Answer> ask(String address, Ask ask) {
        return visit(address, link -> ask(link, ask));
    }

    /** Who is there; fails with {@link NotExecuted} when nobody says. */
    public Future<PeerFacts> facts(String address) {
        return visit(address, link -> Future.succeededFuture(link.facts().orElseThrow()));
    }

    private <T> Future<T> visit(String address, Function<PeerLink, Future<T>> question) {
        if (isClosed || visits.size() >= MAX_VISITS) {
            return Future.failedFuture(new NotExecuted(isClosed ? Reason.NOT_LEADER : Reason.OVERLOADED));
        }
        Visit<T> visit = new Visit<>(this, address, question);
        visits.add(visit);
        return visit.begin();
    }

    private static Future<Answer> ask(PeerLink link, Ask ask) {
        return link.call(id -> new PeerFrame.AskCall(id, ask), Lane.NORMAL)
                .compose(reply -> reply instanceof PeerFrame.Answered answered
                        ? Future.succeededFuture(answered.answer())
                        : Future.failedFuture(notAReply()));
    }

    /** Sends a piece of a snapshot behind everything else; fails as {@link #forward}. */
    public Future<SnapshotAck> chunk(NodeId to, SnapshotChunk chunk) {
        Optional<PeerLink> link = ready(to).filter(this::mayReplicasSpeak);
        if (link.isEmpty()) {
            return Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
        }
        return link.get()
                .call(id -> new PeerFrame.ChunkCall(id, chunk), Lane.BULK)
                .compose(reply -> reply instanceof PeerFrame.Acked acked
                        ? Future.succeededFuture(acked.ack())
                        : Future.failedFuture(notAReply()));
    }

    private static Indeterminate notAReply() {
        return new Indeterminate("the answer was to another question");
    }

    /** This node's connection to it stands, and something was heard of it lately. */
    public boolean isReachable(NodeId node) {
        return ready(node).isPresent();
    }

    /** Bytes that wait in memory to be sent to it over this node's connection. */
    public long waitingBytes(NodeId node) {
        return ready(node).map(PeerLink::waitingBytes).orElse(0L);
    }

    /** What was not sent is not executed; what was sent and not answered stays unknown. */
    public Future<Void> close() {
        if (isClosed) {
            return Future.succeededFuture();
        }
        isClosed = true;
        if (timer >= 0) {
            vertx.cancelTimer(timer);
        }
        List.copyOf(dials.values()).forEach(Dial::close);
        dials.clear();
        List.copyOf(visits).forEach(Visit::close);
        List.copyOf(incoming).forEach(link -> link.close("this node stops"));
        return Future.join(server.close(), client.close()).mapEmpty();
    }

    private Optional<PeerLink> ready(NodeId node) {
        Dial dial = dials.get(node);
        return dial == null ? Optional.empty() : dial.ready();
    }

    private void accept(NetSocket socket) {
        SocketAddress remote = socket.remoteAddress();
        String label = remote == null ? "?" : remote.toString();
        if (isClosed || incoming.size() >= config.maxConnections()) {
            complaints.say("connections", "connections of other nodes are closed: " + incoming.size() + " are open");
            socket.close().onFailure(ignored -> {});
            return;
        }
        incoming.add(link(socket, false, label, new Caller()));
    }

    /** A connection that another node made. */
    private final class Caller implements PeerLink.Owner {
        @Override
        public void frame(PeerLink link, PeerFrame frame) {
            if (link.facts().isPresent()) {
                Peers.this.frame(link, frame);
            } else if (frame instanceof PeerFrame.Hello hello) {
                greet(link, hello);
            } else {
                throw new IllegalArgumentException("it did not say who it is");
            }
        }

        @Override
        public void delivered() {
            Peers.this.delivered();
        }

        @Override
        public void closed(PeerLink link, String why) {
            incoming.remove(link);
            link.facts().ifPresent(other -> callers.remove(other.node(), link));
            if (link.facts().isEmpty() && !isClosed) {
                // The port of who called is another each time.
                String host = link.label().replaceFirst(":\\d+$", "");
                complaints.say("called from " + host, "a connection from " + host + " was closed: " + why);
            }
        }
    }

    /** First on a connection, or anew when the other became another than it said. */
    private void greet(PeerLink link, PeerFrame.Hello hello) {
        NodeId node = hello.facts().node();
        Optional<HelloRefusal> refusal = Greeting.refusal(hello, config.group(), facts);
        if (refusal.isPresent()) {
            listener.refused(refusal.get());
            link.closeAfter(helloReply(refusal), "refused: " + refusal.get() + ", it is " + hello.facts());
            return;
        }
        if (link.facts().filter(before -> !before.node().equals(node)).isPresent()) {
            throw new IllegalArgumentException("it was another node before");
        }
        link.known(hello.facts(), hello.purpose());
        link.send(helloReply(Optional.empty()), Lane.NORMAL);
        if (hello.purpose() == Purpose.MEMBER) {
            // A node that calls again has lost its former connection, even if this end has not noticed yet.
            PeerLink former = callers.put(node, link);
            if (former != null && former != link) {
                former.close("it called again");
            }
        }
    }

    private PeerFrame helloReply(Optional<HelloRefusal> refusal) {
        return new PeerFrame.HelloReply(config.group(), Greeting.VERSIONS, refusal, facts);
    }

    /** The other end of a connection that this node made says who it is, first or anew. */
    void answered(PeerLink link, PeerFrame.HelloReply reply, NodeId expected) {
        Optional<HelloRefusal> refusal = Greeting.refusal(reply, config.group(), facts, expected);
        if (refusal.isEmpty()) {
            link.known(reply.facts(), link.facts().isEmpty() ? Purpose.MEMBER : link.purpose());
            return;
        }
        Dial dial = dials.get(expected);
        if (dial != null) {
            dial.refused();
        }
        link.close("refused: " + refusal.get() + ", it is " + reply.facts());
        listener.refused(refusal.get());
        guarded(() -> handler.refused(expected, reply.facts(), refusal.get()));
    }

    private boolean mayReplicasSpeak(PeerLink link) {
        PeerFacts other = link.facts().orElseThrow();
        return link.isBetweenMembers()
                && (link.isOutgoing()
                        ? Greeting.replicasMaySpeak(facts, other)
                        : Greeting.replicasMaySpeak(other, facts));
    }

    /** After both ends said who they are. */
    void frame(PeerLink link, PeerFrame frame) {
        PeerFacts other = link.facts().orElseThrow();
        if (frame instanceof PeerFrame.Message m) {
            if (mayReplicasSpeak(link)) {
                guarded(() -> handler.message(other.node(), other.incarnation(), m.message()));
            } else {
                complaints.say(
                        other.node().value(), "messages of " + other + " are not for this node, which is " + facts);
            }
        } else if (frame instanceof PeerFrame.Reply reply) {
            link.replied(reply);
        } else if (frame instanceof PeerFrame.Ping ping) {
            link.send(new PeerFrame.Pong(ping.id()), Lane.FIRST);
        } else if (frame instanceof PeerFrame.Pong pong) {
            listener.roundTrip(other.node(), System.nanoTime() - pong.id());
        } else if (frame instanceof PeerFrame.ForwardCall call) {
            forwarded(link, other, call);
        } else if (frame instanceof PeerFrame.AskCall call) {
            answering(() -> handler.ask(other, call.ask()))
                    .onSuccess(answer -> link.reply(new PeerFrame.Answered(call.id(), answer)))
                    .onFailure(failure -> {
                        LOG.warn(
                                "a question of {} was not answered: {}",
                                other.node(),
                                call.ask().kind(),
                                failure);
                        link.reply(new PeerFrame.Answered(call.id(), Answer.no("failed")));
                    });
        } else if (frame instanceof PeerFrame.ChunkCall call) {
            if (mayReplicasSpeak(link)) {
                answering(() -> handler.chunk(other.node(), call.chunk()))
                        .onSuccess(ack -> link.reply(new PeerFrame.Acked(call.id(), ack)))
                        .onFailure(failure -> LOG.warn("a piece of a snapshot was not taken", failure));
            } else {
                link.reply(new PeerFrame.Acked(call.id(), SnapshotAck.refused(call.chunk())));
            }
        } else if (frame instanceof PeerFrame.Hello hello && !link.isOutgoing()) {
            greet(link, hello);
        } else if (frame instanceof PeerFrame.HelloReply reply && link.isOutgoing()) {
            if (link.isBetweenMembers()) {
                answered(link, reply, other.node());
                if (!link.isClosed()) {
                    guarded(() -> handler.connected(reply.facts()));
                }
            }
        } else if (frame instanceof PeerFrame.Hello || frame instanceof PeerFrame.HelloReply) {
            throw new IllegalArgumentException("it greets the wrong way round");
        } else {
            throw new AssertionError("unhandled " + frame);
        }
    }

    private void forwarded(PeerLink link, PeerFacts other, PeerFrame.ForwardCall call) {
        if (!link.isBetweenMembers() || !Greeting.areOfOneCluster(facts, other)) {
            link.reply(new PeerFrame.Refused(call.id(), Reason.NOT_LEADER));
            return;
        }
        answering(() -> handler.forward(other.node(), call.forward()))
                .onSuccess(reply -> link.reply(new PeerFrame.Decided(call.id(), reply)))
                .onFailure(failure -> {
                    if (failure instanceof NotExecuted no) {
                        link.reply(new PeerFrame.Refused(call.id(), no.reason()));
                    } else {
                        if (!(failure instanceof Indeterminate)) {
                            LOG.error("a command of {} failed", other.node(), failure);
                        }
                        link.reply(new PeerFrame.Unknown(call.id(), String.valueOf(failure.getMessage())));
                    }
                });
    }

    /** Who takes what came may have a defect; it must not look as if the sender had one. */
    private static void guarded(Runnable taker) {
        try {
            taker.run();
        } catch (RuntimeException defect) {
            LOG.error("what another node said could not be taken", defect);
        }
    }

    private static <T> Future<T> answering(Supplier<Future<T>> taker) {
        try {
            return taker.get();
        } catch (RuntimeException defect) {
            return Future.failedFuture(defect);
        }
    }

    private void arm() {
        timer = vertx.setTimer(TICK_MS, id -> {
            long now = System.nanoTime();
            boolean stoodStill = now - tickedNanos > STOOD_STILL_NANOS;
            tickedNanos = now;
            if (stoodStill) {
                dials.values().forEach(dial -> dial.forgive(now));
                visits.forEach(visit -> visit.forgive(now));
                incoming.forEach(link -> link.forgive(now));
            } else {
                List.copyOf(dials.values()).forEach(dial -> dial.tick(now));
                List.copyOf(visits).forEach(visit -> visit.tick(now));
                new ArrayList<>(incoming).forEach(link -> link.tick(now));
            }
            if (!isClosed) {
                arm();
            }
        });
    }

    // For Dial and Visit.

    PeerFacts facts() {
        return facts;
    }

    PeerFrame hello(Purpose purpose) {
        return new PeerFrame.Hello(config.group(), Greeting.VERSIONS, facts, purpose);
    }

    Complaints complaints() {
        return complaints;
    }

    Future<NetSocket> open(String address) {
        PeerAddress parsed;
        try {
            parsed = PeerAddress.of(address);
        } catch (IllegalArgumentException none) {
            return Future.failedFuture(none);
        }
        return client.connect(parsed.port(), parsed.host());
    }

    PeerLink link(NetSocket socket, boolean isOutgoing, String label, PeerLink.Owner owner) {
        return new PeerLink(context, socket, isOutgoing, label, codec, config, listener, owner);
    }

    long later(long ms, Runnable then) {
        return vertx.setTimer(ms, id -> then.run());
    }

    void cancel(long id) {
        vertx.cancelTimer(id);
    }

    void connected(PeerFacts peer) {
        LOG.info("connected with {}", peer.node());
        listener.connected(peer.node());
        guarded(() -> handler.connected(peer));
    }

    void disconnected(NodeId node, String label, String why) {
        if (!isClosed) {
            LOG.info("the connection with {} ended: {}", label, why);
        }
        listener.disconnected(node);
        guarded(() -> handler.disconnected(node));
    }

    void delivered() {
        guarded(handler::delivered);
    }

    void left(Visit<?> visit) {
        visits.remove(visit);
    }
}
