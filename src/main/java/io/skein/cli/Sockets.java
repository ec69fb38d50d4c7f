package io.skein.cli;

import io.skein.client.ClientOptions;
import io.skein.client.SkeinClient;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The node's WebSocket, for streams of messages. */
final class Sockets {
    private Sockets() {}

    static SkeinClient connect(Vertx vertx, Server server) {
        try {
            return SkeinClient.connect(vertx, ClientOptions.of(server.host(), server.port()))
                    .await(10, TimeUnit.SECONDS);
        } catch (TimeoutException | RuntimeException unreachable) {
            throw new CommandProblem(
                    1, "no node answers at " + server.url() + "; start one with 'skein serve', or name it with --url");
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
