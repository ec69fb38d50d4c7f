package io.skein.cli;

import io.skein.client.ClientOptions;
import io.skein.client.SkeinClient;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The node's WebSocket, for streams of messages. */
final class Sockets {
    private static final long MOMENT_MS = 1500;
    private static final long PATIENCE_SECONDS = 10;

    private Sockets() {}

    /** @param err is told when it takes longer than a moment */
    static SkeinClient connect(Vertx vertx, Server server, PrintWriter err) {
        Future<SkeinClient> connecting = SkeinClient.connect(
                vertx,
                ClientOptions.of(List.of(server.webSocket()))
                        .withAuthority(server.authority().orElse("")));
        try {
            try {
                return connecting.await(MOMENT_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException notYet) {
                err.println("skein: waits for a node at " + server.url());
                err.flush();
            }
            return connecting.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | RuntimeException unreachable) {
            throw Server.silent(server.url());
        }
    }

    static void close(Vertx vertx) {
        try {
            vertx.close().await(5, TimeUnit.SECONDS);
        } catch (TimeoutException slow) {
            // The process ends anyway.
        }
    }
}
