package io.skein.cli;

import io.skein.client.ClientOptions;
import io.skein.client.SkeinClient;
import io.skein.client.SkeinException;
import io.skein.node.ExitCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The node's WebSocket, for streams of messages. */
final class Sockets {
    private static final long MOMENT_MS = 1500;
    private static final long PATIENCE_SECONDS = 10;

    private Sockets() {}

    /** @param err is told when it takes longer than a moment */
    static SkeinClient connect(Vertx vertx, Server server, PrintWriter err) {
        Future<SkeinClient> connecting = SkeinClient.connect(vertx, options(server));
        try {
            try {
                return connecting.await(MOMENT_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException notYet) {
                err.println("skein: waits for a node at " + server.url());
                err.flush();
            }
            return connecting.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (SkeinException refused) {
            throw server.denied(refused.code(), refused.problem().message())
                    .orElseGet(() -> Server.silent(server.url()));
        } catch (TimeoutException | RuntimeException unreachable) {
            throw Server.silent(server.url());
        }
    }

    /** The library shows one token to all: to those alone that it is for. */
    private static ClientOptions options(Server server) {
        List<Server> named = server.each();
        Optional<Token.Shown> shown =
                named.stream().flatMap(one -> one.shown().stream()).findFirst();
        ClientOptions options = ClientOptions.of(named.stream()
                        .filter(one -> one.shown().equals(shown))
                        .map(Server::webSocket)
                        .toList())
                .withAuthority(server.authority().orElse(""));
        return shown.map(token -> options.withToken(token.secret())).orElse(options);
    }

    /** What a node refused, or the library had to give up. */
    static CommandProblem problem(Server server, Throwable cause) {
        return cause instanceof SkeinException refused
                ? server.denied(refused.code(), refused.problem().message())
                        .orElseGet(() -> new CommandProblem(exitCode(refused), refused.getMessage(), refused.code()))
                : new CommandProblem(ExitCode.NO, String.valueOf(cause.getMessage()));
    }

    /** No, not now, or nobody knows. */
    static int exitCode(SkeinException refused) {
        return refused.isUnknown() ? ExitCode.UNKNOWN : refused.isRetryable() ? ExitCode.UNREACHABLE : ExitCode.NO;
    }

    /**
     * It does not go on.
     *
     * @param what for example "the stream"
     * @param reason a code, perhaps with words behind a colon
     */
    static CommandProblem ended(Server server, String what, String reason) {
        return server.denied(reason.split(":", 2)[0], what + " ended: this may not be read any more")
                .orElseGet(() -> new CommandProblem(1, what + " ended: " + reason));
    }

    static void close(Vertx vertx) {
        try {
            vertx.close().await(5, TimeUnit.SECONDS);
        } catch (TimeoutException slow) {
            // The process ends anyway.
        }
    }
}
