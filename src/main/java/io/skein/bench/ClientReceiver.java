package io.skein.bench;

import io.skein.client.ClientOptions;
import io.skein.client.MessageHandler;
import io.skein.client.SkeinClient;
import io.skein.client.SubscribeOptions;
import io.skein.frame.Delivered;
import io.skein.frame.Push;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One subscriber through the client library; what {@link Receiver} is for frames by hand. */
final class ClientReceiver implements Listener, MessageHandler {
    private final Tally tally;
    private SkeinClient client;
    private boolean closing;

    private ClientReceiver(Tally tally) {
        this.tally = tally;
    }

    static Future<ClientReceiver> subscribe(Vertx vertx, Target target, String filter, Tally tally) {
        ClientReceiver receiver = new ClientReceiver(tally);
        ClientOptions options = ClientOptions.of(List.of(target.webSocket()))
                .withToken(target.token())
                .withAuthority(target.authority())
                .onlyThese();
        return SkeinClient.connect(vertx, options)
                .compose(connected -> {
                    receiver.client = connected;
                    return connected.subscribe(SubscribeOptions.of(filter), receiver);
                })
                .recover(failure -> receiver.close()
                        .transform(closed -> Future.failedFuture(ClientPublisher.refused("subscribe", failure))))
                .map(receiver);
    }

    @Override
    public void message(Delivered message) {
        Stamp.read(new String(message.body(), StandardCharsets.ISO_8859_1), System.nanoTime(), tally);
    }

    @Override
    public void gap(Push.Gap gap) {
        tally.failed(System.nanoTime(), 1, "gap");
    }

    @Override
    public void connection(boolean isUp) {
        if (!isUp && !closing) {
            tally.failed(System.nanoTime(), 1, "subscriber-closed");
        }
    }

    @Override
    public Future<Void> close() {
        closing = true;
        return client == null ? Future.succeededFuture() : client.close();
    }
}
