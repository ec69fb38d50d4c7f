package io.skein.cluster;

import io.skein.cluster.PeerFrame.Purpose;
import io.skein.raft.NodeId;
import io.vertx.core.net.NetSocket;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This node's connection to one member, made again and again until it stands. */
final class Dial implements PeerLink.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
    private static final long NANOS_PER_MS = 1_000_000;

    private final Peers peers;
    private final NodeId node;
    private final String address;
    private final PeerConfig config;
    private final PeerListener listener;
    private Optional<PeerLink> link = Optional.empty();
    private boolean isConnecting;
    private boolean isClosed;
    private long timer = -1;
    /** 0: the next attempt is made at once. */
    private long retryMs;

    Dial(Peers peers, NodeId node, String address, PeerConfig config, PeerListener listener) {
        this.peers = peers;
        this.node = node;
        this.address = address;
        this.config = config;
        this.listener = listener;
        this.retryMs = config.minRetryMs();
    }

    String address() {
        return address;
    }

    /** Stands, and both ends want to speak with each other. */
    Optional<PeerLink> ready() {
        return link.filter(PeerLink::isBetweenMembers);
    }

    void connect() {
        timer = -1;
        if (isClosed || isConnecting || link.isPresent()) {
            return;
        }
        isConnecting = true;
        peers.open(address).onComplete(opened -> {
            isConnecting = false;
            if (opened.failed()) {
                if (!isClosed) {
                    peers.complaints()
                            .say(
                                    about(),
                                    opened.cause() instanceof SSLException ? "no-tls" : "unreachable",
                                    "the way to " + label() + " is closed: "
                                            + opened.cause().getMessage());
                    retry();
                }
            } else if (isClosed) {
                opened.result().close().onFailure(ignored -> {});
            } else {
                begin(opened.result());
            }
        });
    }

    private void begin(NetSocket socket) {
        PeerLink opened = peers.link(socket, true, label(), this);
        link = Optional.of(opened);
        opened.send(peers.hello(Purpose.MEMBER), SendQueue.Lane.NORMAL);
    }

    @Override
    public void frame(PeerLink from, PeerFrame frame) {
        if (frame instanceof PeerFrame.HelloReply reply) {
            answered(from, reply);
        } else if (from.facts().isPresent()) {
            peers.reception().take(from, frame);
        } else {
            throw new IllegalArgumentException("it did not say who it is");
        }
    }

    /** The other end says who it is: first, or anew when it became another than it said. */
    private void answered(PeerLink from, PeerFrame.HelloReply reply) {
        Optional<HelloRefusal> refusal = Greeting.refusal(reply, config.group(), peers.facts(), node);
        if (refusal.isPresent()) {
            HelloRefusal why = refusal.get();
            // That does not change as fast as a network does.
            retryMs = config.refusedRetryMs();
            listener.refused(why);
            from.close(why.sentence() + " (" + reply.facts() + ")");
            peers.reception().refused(node, reply.facts(), why);
            return;
        }
        boolean isNew = from.facts().isEmpty();
        from.known(reply.facts(), Purpose.MEMBER);
        retryMs = Math.min(retryMs, config.maxRetryMs());
        if (isNew) {
            LOG.info("connected with {}: {}", label(), reply.facts().build());
            peers.complaints().forget(about());
            listener.connected(node);
        }
        peers.reception().connected(reply.facts());
    }

    @Override
    public void delivered() {
        peers.reception().delivered();
    }

    @Override
    public void closed(PeerLink closed, String why) {
        if (link.filter(open -> open == closed).isEmpty()) {
            return;
        }
        link = Optional.empty();
        boolean stood = closed.isBetweenMembers();
        if (stood) {
            if (!peers.isClosed()) {
                LOG.info("the connection with {} ended: {}", label(), why);
            }
            listener.disconnected(node);
            peers.reception().disconnected(node);
            // One that is closed as soon as it stands must not be tried without end and rest.
            if (retryMs <= config.maxRetryMs()
                    && System.nanoTime() - closed.openedNanos() > config.maxRetryMs() * NANOS_PER_MS) {
                retryMs = 0;
            }
        } else {
            peers.complaints().say(about(), why, "no words with " + label() + ": " + why);
        }
        if (!isClosed) {
            retry();
        }
    }

    private void retry() {
        if (timer >= 0) {
            return;
        }
        if (retryMs == 0) {
            retryMs = config.minRetryMs();
            timer = peers.later(1, this::connect);
        } else {
            long wait = Math.max(1, retryMs / 2 + ThreadLocalRandom.current().nextLong(retryMs / 2 + 1));
            retryMs = retryMs > config.maxRetryMs() ? config.maxRetryMs() : Math.min(2 * retryMs, config.maxRetryMs());
            timer = peers.later(wait, this::connect);
        }
    }

    /** This node is another than it said. */
    void introduce() {
        link.ifPresent(open -> open.send(peers.hello(Purpose.MEMBER), SendQueue.Lane.NORMAL));
    }

    void tick(long now) {
        link.ifPresent(open -> open.tick(now));
    }

    void forgive(long now) {
        link.ifPresent(open -> open.forgive(now));
    }

    void close(String why) {
        isClosed = true;
        if (timer >= 0) {
            peers.cancel(timer);
            timer = -1;
        }
        link.ifPresent(open -> open.close(why));
    }

    private String about() {
        return node.value();
    }

    private String label() {
        return node + " at " + address;
    }
}
