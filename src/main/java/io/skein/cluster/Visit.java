package io.skein.cluster;

import io.skein.cluster.PeerFrame.Purpose;
import io.skein.replica.Effect.Refuse.Reason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.net.NetSocket;
import java.util.Optional;
import java.util.function.Function;

/** A connection for one question to an address, of whomever that may be. */
final class Visit<T> implements PeerLink.Owner {
    private final Peers peers;
    private final String address;
    private final Function<PeerLink, Future<T>> question;
    private final Promise<T> promise = Promise.promise();
    private Optional<PeerLink> link = Optional.empty();
    private boolean isAsked;

    /** @param question asked once both ends said who they are */
    Visit(Peers peers, String address, Function<PeerLink, Future<T>> question) {
        this.peers = peers;
        this.address = address;
        this.question = question;
    }

    /** Fails with {@link NotExecuted} when the question was never asked. */
    Future<T> begin() {
        peers.open(address).onSuccess(this::opened).onFailure(unreachable -> end(notAsked()));
        return promise.future();
    }

    private void opened(NetSocket socket) {
        if (promise.future().isComplete()) {
            socket.close().onFailure(ignored -> {});
            return;
        }
        PeerLink opened = peers.link(socket, true, address, this);
        link = Optional.of(opened);
        opened.send(peers.hello(Purpose.ASK), SendQueue.Lane.NORMAL);
    }

    @Override
    public void frame(PeerLink from, PeerFrame frame) {
        if (from.facts().isPresent()) {
            // Who it is does not matter to the question, and so not if that changes.
            if (!(frame instanceof PeerFrame.HelloReply)) {
                peers.reception().take(from, frame);
            }
            return;
        }
        if (!(frame instanceof PeerFrame.HelloReply reply)) {
            throw new IllegalArgumentException("it did not say who it is");
        }
        if (reply.refusal().isPresent()) {
            throw new IllegalArgumentException(reply.refusal().get().sentence());
        }
        from.known(reply.facts(), Purpose.ASK);
        isAsked = true;
        question.apply(from).onComplete(answer -> {
            end(answer.succeeded() ? Future.succeededFuture(answer.result()) : Future.failedFuture(answer.cause()));
        });
    }

    @Override
    public void closed(PeerLink closed, String why) {
        // Once asked, the connection itself tells what became of the question.
        if (!isAsked) {
            peers.complaints().say(address, why, "no words with " + address + ": " + why);
            end(notAsked());
        }
    }

    private void end(Future<T> with) {
        if (promise.future().isComplete()) {
            return;
        }
        peers.left(this);
        with.onSuccess(promise::tryComplete).onFailure(promise::tryFail);
        link.ifPresent(open -> open.close("asked and answered"));
    }

    private Future<T> notAsked() {
        return Future.failedFuture(new NotExecuted(Reason.NOT_LEADER));
    }

    void tick(long now) {
        link.ifPresent(open -> open.tick(now));
    }

    void forgive(long now) {
        link.ifPresent(open -> open.forgive(now));
    }

    void close() {
        if (link.isPresent()) {
            link.get().close(Peers.STOPS);
        }
        end(notAsked());
    }
}
