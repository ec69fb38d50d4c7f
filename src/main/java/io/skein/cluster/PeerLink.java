package io.skein.cluster;

import io.skein.cluster.PeerFrame.Purpose;
import io.skein.cluster.SendQueue.Lane;
import io.skein.cluster.SendQueue.Ticket;
import io.skein.raft.NodeId;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.wire.Limits;
import io.skein.wire.PeerFrameProto;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection between two nodes, in either direction: frames, calls that wait for their reply, signs of life. */
final class PeerLink {
    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);
    private static final long NANOS_PER_MS = 1_000_000;

    /** Whose connection it is. */
    interface Owner {
        /** @throws IllegalArgumentException when this may not be said here; the connection is closed */
        void frame(PeerLink link, PeerFrame frame);

        /** All frames that came at once were given. */
        default void delivered() {}

        /** Once; also when this end closed it. */
        void closed(PeerLink link, String why);
    }

    /** Sent or about to be, and not yet answered. */
    private static final class Call implements Ticket {
        final Promise<PeerFrame.Reply> promise = Promise.promise();
        final long sinceNanos = System.nanoTime();
        boolean isSent;
        boolean isOver;

        @Override
        public boolean leaves() {
            isSent = !isOver;
            return isSent;
        }

        /** Not for certain unexecuted once it was given to the socket. */
        void fail(String why) {
            isOver = true;
            promise.tryFail(isSent ? new Indeterminate(why) : new NotExecuted(Reason.NOT_LEADER));
        }
    }

    private final NetSocket socket;
    private final PeerCodec codec;
    private final PeerConfig config;
    private final PeerListener listener;
    private final Owner owner;
    private final String label;
    private final boolean isOutgoing;
    private final SendQueue queue;
    private final FrameCutter cutter;
    private final Map<Long, Call> calls = new LinkedHashMap<>();
    private final long openedNanos = System.nanoTime();
    private long heardNanos = openedNanos;
    private long pingedNanos = openedNanos;
    private long nextCall = 1;
    /** Until both ends have proved to know the cluster's secret. */
    private Optional<Handshake> handshake;
    /** As whom the other end proved it. */
    private Optional<NodeId> proved = Optional.empty();

    private Optional<Seal> opening = Optional.empty();
    private HandshakeFault fault = HandshakeFault.GARBAGE;
    private Optional<String> failure = Optional.empty();
    private Optional<PeerFacts> facts = Optional.empty();
    private Purpose purpose = Purpose.ASK;
    private boolean hasHeard;
    private boolean isClosed;

    /** @param handshake what comes first where the nodes have a secret */
    PeerLink(
            Context context,
            NetSocket socket,
            boolean isOutgoing,
            String label,
            PeerCodec codec,
            PeerConfig config,
            PeerListener listener,
            Optional<Handshake> handshake,
            Owner owner) {
        this.socket = socket;
        this.isOutgoing = isOutgoing;
        this.label = label;
        this.codec = codec;
        this.config = config;
        this.listener = listener;
        this.owner = owner;
        this.handshake = handshake;
        this.cutter = new FrameCutter(
                this::cut, handshake.isPresent() ? Limits.MAX_PEER_PROOF_BYTES : Limits.MAX_PEER_HELLO_BYTES);
        this.queue = new SendQueue(context, socket, config.maxQueueBytes(), handshake.isPresent(), this::written);
        socket.handler(this::read)
                .drainHandler(v -> {
                    // The other end took something: that, too, is a sign of life.
                    heardNanos = System.nanoTime();
                    queue.flush();
                })
                .exceptionHandler(broken -> {
                    LOG.debug("connection with {} failed", label, broken);
                    failure = Optional.ofNullable(broken.getMessage());
                })
                .closeHandler(v -> lost());
        handshake.flatMap(Handshake::begin).ifPresent(this::sayPlainly);
    }

    private void lost() {
        String why =
                "the connection was lost" + failure.map(text -> ": " + text).orElse("");
        close(
                isOutgoing && handshake.isPresent()
                        ? why + "; it did not prove that it knows the cluster's secret (--peer-secret)"
                        : why);
    }

    /**
     * Both ends said who they are, perhaps anew, and want to speak with each other.
     *
     * @throws IllegalArgumentException when it proved to be another
     */
    void known(PeerFacts other, Purpose why) {
        if (proved.filter(node -> !node.equals(other.node())).isPresent()) {
            fault = HandshakeFault.SECRET;
            throw new IllegalArgumentException(
                    "it says that it is " + other.node() + " and proved to be " + proved.get());
        }
        facts = Optional.of(other);
        purpose = why;
        cutter.known();
    }

    /** Who is at the other end; empty before it said so. */
    Optional<PeerFacts> facts() {
        return facts;
    }

    /** Why it ended, if that was before it was known who is there. */
    HandshakeFault fault() {
        return fault;
    }

    /** Anything at all came from the other end. */
    boolean hasHeard() {
        return hasHeard;
    }

    boolean isOutgoing() {
        return isOutgoing;
    }

    Purpose purpose() {
        return purpose;
    }

    boolean isBetweenMembers() {
        return facts.isPresent() && purpose == Purpose.MEMBER;
    }

    boolean isClosed() {
        return isClosed;
    }

    String label() {
        return label;
    }

    long openedNanos() {
        return openedNanos;
    }

    /** Bytes kept in memory for this connection. */
    long waitingBytes() {
        return queue.waitingBytes();
    }

    /** Returns false when it was dropped, for the queue is full or the connection closed. */
    boolean send(PeerFrame frame, Lane lane) {
        Ticket ticket = frame instanceof PeerFrame.Message ? Ticket.COUNTED : Ticket.ALWAYS;
        return offer(codec.toProto(frame), lane, ticket);
    }

    /** Answers a call of the other end. One that does not take its answers is not served further. */
    void reply(PeerFrame.Reply reply) {
        if (!isClosed && !send(reply, Lane.NORMAL)) {
            close("it does not take its answers");
        }
    }

    /**
     * Fails with {@link NotExecuted} when it never left this process, with {@link Indeterminate} when it may have and no
     * reply came in time.
     *
     * @param frame made for the id of the call
     */
    Future<PeerFrame.Reply> call(LongFunction<PeerFrame> frame, Lane lane) {
        long id = nextCall++;
        Call call = new Call();
        if (!offer(codec.toProto(frame.apply(id)), lane, call)) {
            return Future.failedFuture(new NotExecuted(isClosed ? Reason.NOT_LEADER : Reason.OVERLOADED));
        }
        calls.put(id, call);
        return call.promise.future();
    }

    /** A reply that nobody waits for any more is late: its call was said to be unanswered. */
    void replied(PeerFrame.Reply reply) {
        Call call = calls.remove(reply.id());
        if (call != null && call.isSent) {
            call.isOver = true;
            call.promise.tryComplete(reply);
        }
    }

    /** Says goodbye with one last frame. */
    void closeAfter(PeerFrame last, String why) {
        send(last, Lane.NORMAL);
        closeAnswered(why);
    }

    /** What was answered already is still said, as far as the other end takes it. */
    void closeAnswered(String why) {
        queue.flush();
        close(why);
    }

    void close(String why) {
        if (isClosed) {
            return;
        }
        isClosed = true;
        cutter.stop();
        queue.close(bytes -> facts.ifPresent(other -> listener.dropped(other.node(), bytes)));
        socket.close().onFailure(ignored -> {});
        List<Call> open = new ArrayList<>(calls.values());
        calls.clear();
        owner.closed(this, why);
        open.forEach(call -> call.fail(why));
    }

    /** This process stood still: what others said meanwhile has not been read yet, so nobody is late. */
    void forgive(long now) {
        heardNanos = now;
    }

    void tick(long now) {
        if (facts.isEmpty()) {
            if (now - openedNanos > config.helloMs() * NANOS_PER_MS) {
                fault = HandshakeFault.SILENCE;
                close("it did not say who it is within " + config.helloMs() + " ms");
            }
            return;
        }
        endLateCalls(now);
        long silence = now - heardNanos;
        if (silence > config.silentMs() * NANOS_PER_MS * (isOutgoing ? 1 : 4)) {
            close("nothing was heard for " + silence / NANOS_PER_MS + " ms");
        } else if (isOutgoing && now - pingedNanos >= config.pingMs() * NANOS_PER_MS) {
            pingedNanos = now;
            send(new PeerFrame.Ping(now), Lane.FIRST);
        }
    }

    private void endLateCalls(long now) {
        List<Call> late = new ArrayList<>();
        Iterator<Call> oldest = calls.values().iterator();
        while (oldest.hasNext()) {
            Call call = oldest.next();
            if (now - call.sinceNanos < config.answerMs() * NANOS_PER_MS) {
                break;
            }
            oldest.remove();
            late.add(call);
        }
        late.forEach(call -> call.fail("no answer within " + config.answerMs() + " ms"));
    }

    private boolean offer(PeerFrameProto frame, Lane lane, Ticket ticket) {
        if (frame.getSerializedSize() > Limits.MAX_PEER_FRAME_BYTES) {
            LOG.error(
                    "{} of {} bytes is not sent to {}: the limit is {}",
                    frame.getFrameCase(),
                    frame.getSerializedSize(),
                    label,
                    Limits.MAX_PEER_FRAME_BYTES);
            return false;
        }
        return queue.offer(frame, lane, ticket);
    }

    private void written(int frames, int bytes) {
        facts.ifPresent(other -> listener.sent(other.node(), frames, bytes));
    }

    private void read(Buffer bytes) {
        heardNanos = System.nanoTime();
        try {
            if (!hasHeard) {
                hasHeard = true;
                mustNotBeTls(bytes);
            }
            if (handshake.isPresent()) {
                cutter.take(bytes);
                endHandshake(handshake.get());
            } else if (opening.isPresent()) {
                opening.get().open(bytes, cutter::take);
            } else {
                cutter.take(bytes);
            }
        } catch (IllegalArgumentException nonsense) {
            refuse(nonsense);
        }
        Optional<NodeId> from = facts.map(PeerFacts::node);
        from.ifPresent(node -> listener.received(node, bytes.length()));
        owner.delivered();
    }

    private void cut(byte[] frame) {
        PeerFrame decoded;
        try {
            decoded = codec.decode(frame);
        } catch (IllegalArgumentException nonsense) {
            refuse(nonsense);
            return;
        }
        if (handshake.isPresent()) {
            fault = HandshakeFault.SECRET;
            step(handshake.get(), decoded);
        } else if (decoded instanceof PeerFrame.Challenge
                || decoded instanceof PeerFrame.Proof
                || decoded instanceof PeerFrame.NoSecret) {
            refuseSteps();
        } else {
            owner.frame(this, decoded);
        }
    }

    /** There is nothing to prove: this node has no secret, or the other end proved that it knows it. */
    private void refuseSteps() {
        if (proved.isPresent() || facts.isPresent()) {
            throw new IllegalArgumentException("it proves something that it was not asked for");
        }
        fault = HandshakeFault.SECRET;
        sayPlainly(new PeerFrame.NoSecret(true));
        throw new IllegalArgumentException(
                "it asks for proof of the cluster's secret, and this node has none (--peer-secret)");
    }

    private void step(Handshake steps, PeerFrame frame) {
        if (steps.isThrough()) {
            throw new IllegalArgumentException("it said more than it was asked for");
        }
        if (frame instanceof PeerFrame.Hello) {
            sayPlainly(new PeerFrame.NoSecret(false));
            throw new IllegalArgumentException(
                    "it has no secret of the cluster, and this node has one (--peer-secret)");
        }
        if (frame instanceof PeerFrame.NoSecret) {
            throw new IllegalArgumentException(
                    "it has no secret of the cluster, and this node has one (--peer-secret)");
        }
        steps.hear(frame).ifPresent(this::sayPlainly);
    }

    /**
     * From here on all is sealed, whether or not TLS is below: so the proof counts for what follows, and not for whoever
     * passed it on. Nothing may have come yet that is not.
     */
    private void endHandshake(Handshake steps) {
        if (!steps.isThrough() || isClosed) {
            return;
        }
        if (!cutter.isBetweenFrames()) {
            throw new IllegalArgumentException("it said more than it was asked for");
        }
        handshake = Optional.empty();
        fault = HandshakeFault.GARBAGE;
        proved = Optional.of(steps.other());
        cutter.proved();
        opening = Optional.of(steps.opening());
        queue.letGo(steps.sealing());
    }

    /** Before everything that waits: a step of the handshake, or that there can be none. */
    private void sayPlainly(PeerFrame frame) {
        byte[] bytes = codec.toProto(frame).toByteArray();
        socket.write(Buffer.buffer(FrameCutter.LENGTH_BYTES + bytes.length)
                        .appendInt(bytes.length)
                        .appendBytes(bytes))
                .onFailure(ignored -> {});
    }

    /** A record of TLS begins with its type (22: handshake) and version 3 (RFC 8446, section 5.1). */
    private void mustNotBeTls(Buffer first) {
        if (!socket.isSsl() && first.length() > 1 && first.getByte(0) == 22 && first.getByte(1) == 3) {
            fault = HandshakeFault.TLS;
            throw new IllegalArgumentException("it speaks TLS, and this node does not (--peer-cert)");
        }
    }

    private void refuse(IllegalArgumentException nonsense) {
        close(nonsense.getMessage());
    }
}
