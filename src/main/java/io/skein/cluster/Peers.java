package io.skein.cluster;

import io.skein.cluster.PeerFrame.Purpose;
import io.skein.cluster.SendQueue.Lane;
import io.skein.machine.FeatureLevel;
import io.skein.raft.NodeId;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.replica.PeerMessage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
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
 * <p>Confined to the event loop context on which it was made; so are all answers. Start at {@link Dial} for the way out,
 * {@link Callers} for the way in, {@link Greeting} for who speaks with whom, {@link Reception} for what was said.
 */
public final class Peers {
    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
    static final String STOPS = "this node stops";
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long TICK_MS = 100;
    /** Above this the process stood still. */
    private static final long STOOD_STILL_NANOS = 5 * TICK_MS * NANOS_PER_MS;
    /** Questions to addresses that are under way; one more is not asked. */
    private static final int MAX_VISITS = 64;

    private final Vertx vertx;
    private final Context context;
    private final PeerConfig config;
    private final PeerListener listener;
    private final PeerCodec codec;
    private final NetServer server;
    private final NetClient client;
    private final Complaints complaints = new Complaints();
    private final Map<NodeId, Dial> dials = new HashMap<>();
    private final Callers callers;
    private final SecureRandom random = new SecureRandom();
    private final Reception reception;
    private final Set<Visit<?>> visits = new HashSet<>();
    private PeerFacts facts;
    private long timer = -1;
    private long tickedNanos;
    private boolean isClosed;

    public Peers(Vertx vertx, PeerConfig config, PeerHandler handler, PeerListener listener) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.config = config;
        this.listener = listener;
        this.codec = new PeerCodec(config.group());
        this.facts = new PeerFacts(config.node(), 0, 0, true, config.build(), FeatureLevel.FIRST);
        this.callers = new Callers(this, config, listener);
        this.reception = new Reception(this, handler, listener);
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
        return server.connectHandler(callers::accept)
                .exceptionHandler(failure -> LOG.debug("a connection failed before it began", failure))
                .listen()
                .map(NetServer::actualPort);
    }

    /** Who this node is; said anew to everybody when it changes. */
    public void identity(long clusterId, long incarnation, boolean empty) {
        say(new PeerFacts(config.node(), clusterId, incarnation, empty, config.build(), facts.clusterLevel()));
    }

    /** The level that this node's cluster has: who cannot work there is spoken with no longer. */
    public void featureLevel(int level) {
        say(new PeerFacts(facts.node(), facts.clusterId(), facts.incarnation(), facts.empty(), facts.build(), level));
    }

    private void say(PeerFacts now) {
        if (now.equals(facts)) {
            return;
        }
        facts = now;
        List.copyOf(dials.values()).forEach(Dial::introduce);
        callers.introduce();
    }

    /** Connects with these and with nobody else; this node itself may be among them. */
    public void members(Map<NodeId, String> addresses) {
        if (isClosed) {
            return;
        }
        for (NodeId node : List.copyOf(dials.keySet())) {
            if (!addresses.containsKey(node)) {
                dials.remove(node).close("it is no member any more");
                complaints.forget(node.value());
            }
        }
        addresses.forEach((node, listed) -> {
            String address = address(node, listed);
            Dial dial = dials.get(node);
            if (!node.equals(config.node()) && (dial == null || !dial.address().equals(address))) {
                if (dial != null) {
                    dial.close("it is at another address now");
                }
                Dial made = new Dial(this, node, address, config, listener);
                dials.put(node, made);
                made.connect();
            }
        });
    }

    /** Where this node looks for another: the operator's word wins. */
    String address(NodeId node, String replicated) {
        return config.overrides().getOrDefault(node, replicated);
    }

    /** Is sent or, when there is no connection or too much waits for it, dropped. */
    public void send(NodeId to, PeerMessage message) {
        PeerFrame frame = new PeerFrame.Message(message);
        if (!way(to).map(link -> link.send(frame, Lane.NORMAL)).orElse(false)) {
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
        return callers.of(to).filter(this::mayReplicasSpeak);
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

    /** A connection stands, from here or from there, on which it said that it is this very one. */
    boolean isThere(NodeId node, long incarnation) {
        return Stream.concat(ready(node).stream(), callers.of(node).stream())
                .flatMap(link -> link.facts().stream())
                .anyMatch(said -> said.incarnation() == incarnation);
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
        List.copyOf(dials.values()).forEach(dial -> dial.close(STOPS));
        dials.clear();
        List.copyOf(visits).forEach(Visit::close);
        callers.close();
        return Future.join(server.close(), client.close()).mapEmpty();
    }

    private Optional<PeerLink> ready(NodeId node) {
        Dial dial = dials.get(node);
        return dial == null ? Optional.empty() : dial.ready();
    }

    private void arm() {
        timer = vertx.setTimer(TICK_MS, id -> {
            long now = System.nanoTime();
            boolean stoodStill = now - tickedNanos > STOOD_STILL_NANOS;
            tickedNanos = now;
            if (stoodStill) {
                dials.values().forEach(dial -> dial.forgive(now));
                visits.forEach(visit -> visit.forgive(now));
                callers.forgive(now);
            } else {
                List.copyOf(dials.values()).forEach(dial -> dial.tick(now));
                List.copyOf(visits).forEach(visit -> visit.tick(now));
                callers.tick(now);
            }
            if (!isClosed) {
                arm();
            }
        });
    }

    // For the other classes of this wire.

    PeerFacts facts() {
        return facts;
    }

    PeerFrame hello(Purpose purpose) {
        return new PeerFrame.Hello(config.group(), Greeting.VERSIONS, facts, purpose);
    }

    PeerFrame helloReply(Optional<HelloRefusal> refusal) {
        return new PeerFrame.HelloReply(config.group(), Greeting.VERSIONS, refusal, facts);
    }

    boolean isClosed() {
        return isClosed;
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
        var to = new ConnectOptions().setPort(parsed.port()).setHost(parsed.host());
        Optional<PeerTls> tls = tls();
        if (tls.isEmpty()) {
            return client.connect(to);
        }
        return client.connect(to.setSsl(true).setSslOptions(tls.get().calling()))
                .recover(failure -> Future.failedFuture(PeerTls.explained(failure)));
    }

    PeerLink link(NetSocket socket, boolean isOutgoing, String label, PeerLink.Owner owner) {
        Optional<Handshake> handshake = config.security().secret().map(secret -> {
            byte[] nonce = new byte[Handshake.NONCE_BYTES];
            random.nextBytes(nonce);
            return new Handshake(secret, isOutgoing, config.node(), config.group(), nonce);
        });
        return new PeerLink(context, socket, isOutgoing, label, codec, config, listener, handshake, owner);
    }

    /** What the next connection shows and asks for; empty when nodes speak plainly. */
    Optional<PeerTls> tls() {
        return config.security().tls().get();
    }

    long later(long ms, Runnable then) {
        return vertx.setTimer(ms, id -> then.run());
    }

    void cancel(long id) {
        vertx.cancelTimer(id);
    }

    Reception reception() {
        return reception;
    }

    boolean mayReplicasSpeak(PeerLink link) {
        PeerFacts other = link.facts().orElseThrow();
        return link.isBetweenMembers()
                && (link.isOutgoing()
                        ? Greeting.replicasMaySpeak(facts, other)
                        : Greeting.replicasMaySpeak(other, facts));
    }

    void left(Visit<?> visit) {
        visits.remove(visit);
    }
}
