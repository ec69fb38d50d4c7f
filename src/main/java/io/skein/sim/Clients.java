package io.skein.sim;

import io.skein.client.ClientOptions;
import io.skein.client.SkeinClient;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The clients that a cluster gave away, each with a Vert.x of its own: a handler may stand still as long as it likes, and
 * wait for what another client does. From any thread.
 */
final class Clients {
    private final Map<Vertx, SkeinClient> open = new ConcurrentHashMap<>();

    Future<SkeinClient> connect(ClientOptions options) {
        Vertx own = Vertx.vertx(SimNode.options());
        return SkeinClient.connect(own, options)
                .onSuccess(client -> {
                    open.put(own, client);
                    client.closed().onComplete(done -> {
                        open.remove(own);
                        own.close().onFailure(ignored -> {});
                    });
                })
                .onFailure(unreachable -> own.close().onFailure(ignored -> {}));
    }

    int count() {
        return open.size();
    }

    /** The caller is in a handler of one of them. */
    boolean isHandler() {
        Context here = Vertx.currentContext();
        return here != null && open.containsKey(here.owner());
    }

    /** Completes when the thread of each has ended; never as long as a handler stands still. */
    Future<Void> close() {
        Map<Vertx, SkeinClient> all = Map.copyOf(open);
        all.values().forEach(client -> client.close().onFailure(ignored -> {}));
        return Future.join(all.keySet().stream().map(Vertx::close).toList()).mapEmpty();
    }
}
