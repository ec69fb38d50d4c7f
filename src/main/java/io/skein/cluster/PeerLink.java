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
    private final FrameCutter cutter = new FrameCutter(this::cut);
    private final Map<Long, Call> calls = new LinkedHashMap<>();
    private final long openedNanos = System.nanoTime();
    private long heardNanos = openedNanos;
    private long pingedNanos = openedNanos;
    private long nextCall = 1;
    private Optional<PeerFacts> facts = Optional.empty();
    private Purpose purpose = Purpose.ASK;
    private boolean isClosed;

    PeerLink(
            Context context,
            NetSocket socket,
            boolean isOutgoing,
            String label,
            PeerCodec codec,
            PeerConfig config,
            PeerListener listener,
            Owner owner) {
        this.socket = socket;
        this.isOutgoing = isOutgoing;
        this.label = label;
        this.codec = codec;
        this.config = config;
        this.listener = listener;
        this.owner = owner;
        this.queue = new SendQueue(context, socket, config.maxQueueBytes(), this::written);
        socket.handler(this::read)
                .drainHandler(v -> {
                    // The other end took something: that, too, is a sign of life.
                    heardNanos = System.nanoTime();
                    queue.flush();
                })
                .exceptionHandler(failure -> LOG.debug("connection with {} failed", label, failure))
                .closeHandler(v -> close("the connection was lost"));
    }

    /** Both ends said who they are, perhaps anew, and want to speak with each other. */
    void known(PeerFacts other, Purpose why) {
        facts = Optional.of(other);
        purpose = why;
        cutter.known();
    }

    /** Who is at the other end; empty before it said so. */
    Optional<PeerFacts> facts() {
        return facts;
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
            cutter.take(bytes);
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
        owner.frame(this, decoded);
    }

    private void refuse(IllegalArgumentException nonsense) {
        close(nonsense.getMessage());
    }
}
