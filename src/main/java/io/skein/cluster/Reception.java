package io.skein.cluster;

import io.skein.cluster.SendQueue.Lane;
import io.skein.raft.NodeId;
import io.skein.replica.Effect.Refuse.Reason;
import io.vertx.core.Future;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes what is said on a connection once both ends said who they are, and hands it on to the one it is for. */
final class Reception {
    private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

    private final Peers peers;
    private final PeerHandler handler;
    private final PeerListener listener;

    Reception(Peers peers, PeerHandler handler, PeerListener listener) {
        this.peers = peers;
        this.handler = handler;
        this.listener = listener;
    }

    /** @throws IllegalArgumentException when this may not be said now */
    void take(PeerLink link, PeerFrame frame) {
        PeerFacts other = link.facts().orElseThrow();
        if (frame instanceof PeerFrame.Message m) {
            message(link, other, m);
        } else if (frame instanceof PeerFrame.Reply reply) {
            link.replied(reply);
        } else if (frame instanceof PeerFrame.Ping ping) {
            link.send(new PeerFrame.Pong(ping.id()), Lane.FIRST);
        } else if (frame instanceof PeerFrame.Pong pong) {
            listener.roundTrip(other.node(), System.nanoTime() - pong.id());
        } else if (frame instanceof PeerFrame.ForwardCall call) {
            forward(link, other, call);
        } else if (frame instanceof PeerFrame.AskCall call) {
            ask(link, other, call);
        } else if (frame instanceof PeerFrame.ChunkCall call) {
            chunk(link, other, call);
        } else if (frame instanceof PeerFrame.Hello || frame instanceof PeerFrame.HelloReply) {
            throw new IllegalArgumentException("it greets the wrong way round");
        } else {
            throw new AssertionError("unhandled " + frame);
        }
    }

    void delivered() {
        guarded(handler::delivered);
    }

    void connected(PeerFacts peer) {
        guarded(() -> handler.connected(peer));
    }

    void disconnected(NodeId node) {
        guarded(() -> handler.disconnected(node));
    }

    void refused(NodeId node, PeerFacts answered, HelloRefusal why) {
        guarded(() -> handler.refused(node, answered, why));
    }

    private void message(PeerLink link, PeerFacts other, PeerFrame.Message frame) {
        if (peers.mayReplicasSpeak(link)) {
            guarded(() -> handler.message(other.node(), other.incarnation(), frame.message()));
        } else {
            peers.complaints()
                    .say(
                            other.node().value(),
                            "message",
                            "messages from " + other + " are not heard by " + peers.facts());
        }
    }

    private void forward(PeerLink link, PeerFacts other, PeerFrame.ForwardCall call) {
        if (!link.isBetweenMembers() || !Greeting.areOfOneCluster(peers.facts(), other)) {
            link.reply(new PeerFrame.Refused(call.id(), Reason.NOT_LEADER));
            return;
        }
        answer(() -> handler.forward(other.node(), call.forward()))
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

    private void ask(PeerLink link, PeerFacts other, PeerFrame.AskCall call) {
        answer(() -> handler.ask(other, call.ask()))
                .onSuccess(answer -> link.reply(new PeerFrame.Answered(call.id(), answer)))
                .onFailure(failure -> {
                    LOG.warn("\"{}\", asked by {}, failed", call.ask().kind(), other.node(), failure);
                    link.reply(new PeerFrame.Answered(call.id(), Answer.no("failed")));
                });
    }

    private void chunk(PeerLink link, PeerFacts other, PeerFrame.ChunkCall call) {
        if (!peers.mayReplicasSpeak(link)) {
            link.reply(new PeerFrame.Acked(call.id(), SnapshotAck.refused(call.chunk())));
            return;
        }
        answer(() -> handler.chunk(other.node(), call.chunk()))
                .onSuccess(ack -> link.reply(new PeerFrame.Acked(call.id(), ack)))
                .onFailure(failure -> LOG.warn("a piece of a snapshot was not taken", failure));
    }

    /** Who takes what came may have a defect; it must not look as if the sender had one. */
    private static void guarded(Runnable taker) {
        try {
            taker.run();
        } catch (RuntimeException defect) {
            LOG.error("what another node said could not be taken", defect);
        }
    }

    private static <T> Future<T> answer(Supplier<Future<T>> taker) {
        try {
            return taker.get();
        } catch (RuntimeException defect) {
            return Future.failedFuture(defect);
        }
    }
}
