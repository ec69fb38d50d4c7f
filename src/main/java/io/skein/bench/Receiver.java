package io.skein.bench;

import io.skein.frame.CloseCode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;

/**
 * One subscriber on a WebSocket: takes text frames and counts the messages in them by their {@link Stamp}s. It does the
 * same work for a node and for the bare fan-out.
 */
final class Receiver implements Listener {
    /** A node puts many messages into a frame. */
    private static final int MAX_MESSAGE_BYTES = 16 << 20;

    /** Opens one subscriber. */
    interface Opening {
        Future<? extends Listener> open(WebSocketClient client, Tally tally);
    }

    private final Tally tally;
    private final Promise<Void> subscribed = Promise.promise();
    private WebSocket socket;

    private Receiver(Tally tally) {
        this.tally = tally;
    }

    static WebSocketClientOptions options() {
        return new WebSocketClientOptions()
                .setMaxConnections(Integer.MAX_VALUE)
                .setMaxFrameSize(MAX_MESSAGE_BYTES)
                .setMaxMessageSize(MAX_MESSAGE_BYTES);
    }

    /** A subscriber of {@code filter} at a node; the future completes when the node has said that it is one. */
    static Future<Receiver> subscribe(WebSocketClient client, Target target, String filter, Tally tally) {
        Receiver receiver = new Receiver(tally);
        return client.connect(WebSocketPublisher.options(target))
                .compose(socket -> {
                    receiver.take(socket);
                    String subscribe = "{\"id\":1,\"op\":\"subscribe\",\"topic\":\"" + filter
                            + "\",\"from\":\"latest\",\"credit\":\"auto\"}";
                    return WebSocketPublisher.greet(socket, target)
                            .compose(greeted -> socket.writeTextMessage(subscribe))
                            .compose(sent -> receiver.subscribed.future());
                })
                .map(receiver);
    }

    /** A client of {@link BareServer}. */
    static Future<Receiver> listen(WebSocketClient client, WebSocketConnectOptions where, Tally tally) {
        Receiver receiver = new Receiver(tally);
        return client.connect(where).map(socket -> {
            receiver.take(socket);
            return receiver;
        });
    }

    private void take(WebSocket open) {
        socket = open;
        socket.textMessageHandler(this::read);
        socket.exceptionHandler(failure -> {});
        socket.closeHandler(closed -> {
            subscribed.tryFail(whyClosed(open));
            if (socket != null) {
                tally.failed(System.nanoTime(), 1, "subscriber-closed");
            }
        });
    }

    private static String whyClosed(WebSocket closed) {
        Short code = closed.closeStatusCode();
        return code != null && code == CloseCode.UNAUTHENTICATED.code()
                ? "subscribe refused: unauthenticated"
                : "closed before it was subscribed";
    }

    private void read(String text) {
        if (Stamp.read(text, System.nanoTime(), tally) > 0) {
            return;
        }
        if (text.contains("\"id\":1,") && !subscribed.future().isComplete()) {
            if (PublishAnswer.isOk(text)) {
                subscribed.complete();
            } else {
                subscribed.fail("subscribe refused: " + PublishAnswer.code(text));
            }
        } else if (text.contains("\"gap\"")) {
            tally.failed(System.nanoTime(), 1, "gap");
        }
    }

    @Override
    public Future<Void> close() {
        WebSocket open = socket;
        socket = null;
        return open == null ? Future.succeededFuture() : open.close();
    }
}
