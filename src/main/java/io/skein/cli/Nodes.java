package io.skein.cli;

import io.skein.node.ExitCode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The nodes that a command knows, of one cluster. They are asked one after the other, from the one that answered last: who
 * can do nothing now (503) is passed over, and what one took and did not answer is asked of the next only when {@link Again}
 * says that it is worth it.
 */
final class Nodes {
    static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final Duration CONNECTING = Duration.ofSeconds(5);
    private static final int NOT_FOUND = 404;
    private static final int UNAVAILABLE = 503;

    private final HttpClient client;
    private volatile List<Server> known;
    private volatile Server server;

    Nodes(Server named) {
        this.known = named.each();
        // One that is wrongly written is told before anything is asked of any.
        known.forEach(Server::url);
        this.server = known.get(0);
        HttpClient.Builder making = HttpClient.newBuilder().connectTimeout(CONNECTING);
        if (server.isTls()) {
            server.trust().ifPresent(making::sslContext);
        }
        this.client = making.build();
    }

    /** The one that is asked: of several that which answered last. */
    Server server() {
        return server;
    }

    /** Others of the same cluster, which are asked when those before them are gone. */
    void know(List<String> addresses) {
        List<Server> all = new ArrayList<>(known);
        for (String address : addresses) {
            Server other = server.other(address);
            if (server.isAsSafe(other)
                    && all.stream().noneMatch(one -> one.url().equals(other.url()))) {
                all.add(other);
            }
        }
        known = List.copyOf(all);
    }

    /** To the one that is asked. */
    HttpRequest.Builder request(String path) {
        Server asked = server;
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(asked.url() + path));
        asked.shown().ifPresent(token -> request.setHeader("Authorization", "Bearer " + token.secret()));
        return request;
    }

    /** Of this node alone; the JDK's own limit ends with the answer's head, this one holds for all the handler waits for. */
    <T> CompletableFuture<HttpResponse<T>> look(
            HttpRequest request, HttpResponse.BodyHandler<T> handler, Duration within) {
        CompletableFuture<HttpResponse<T>> asked = client.sendAsync(request, handler);
        return asked.copy().orTimeout(within.toMillis(), TimeUnit.MILLISECONDS).whenComplete((answer, failure) -> {
            if (failure != null) {
                asked.cancel(true);
            }
        });
    }

    /**
     * The same, and waits for it.
     *
     * @throws IOException there was no whole answer within the time; an SSLException says whom one does not believe
     */
    <T> HttpResponse<T> one(HttpRequest request, HttpResponse.BodyHandler<T> handler, Duration within)
            throws IOException {
        CompletableFuture<HttpResponse<T>> asked = look(request, handler, within);
        try {
            return asked.get();
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof TimeoutException) {
                throw new HttpTimeoutException("no whole answer within " + within.toMillis() + " ms");
            }
            if (failed.getCause().getCause() instanceof SSLException doubtful) {
                throw doubtful; // The JDK wraps it when the other side was quicker.
            }
            throw failed.getCause() instanceof IOException broken ? broken : new IOException(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new CommandProblem(ExitCode.NO, "interrupted");
        }
    }

    /**
     * One after the other.
     *
     * @return an answer, which may be a refusal
     * @throws Gone another node may have deleted it before
     * @throws CommandProblem none answers, or nobody knows what the one that did not made of it
     */
    <T> HttpResponse<T> ask(HttpRequest.Builder builder, HttpResponse.BodyHandler<T> handler) {
        HttpRequest request = builder.build();
        Again again = Again.of(request);
        Duration within = request.timeout().orElse(TIMEOUT);
        List<Server> all = known;
        int first = Math.max(0, all.indexOf(server));
        Optional<String> mute = Optional.empty();
        Optional<CommandProblem> silence = Optional.empty();
        HttpResponse<T> refusal = null;
        int most = again == Again.OF_ONE_NODE ? 1 : all.size();
        for (int i = 0; i < most && (mute.isEmpty() || again.isWorthAsking()); i++) {
            server = all.get((first + i) % all.size());
            String url = server.url();
            try {
                HttpResponse<T> answer = one(at(request), handler, within);
                int status = answer.statusCode();
                if (status != UNAVAILABLE || again == Again.OF_ONE_NODE) {
                    if (mute.isEmpty() || again.isTold(status)) {
                        return answer;
                    }
                    throw again == Again.DELETES && status == NOT_FOUND ? new Gone() : Server.mute(mute.get());
                }
                refusal = answer;
            } catch (IOException failed) {
                if (again != Again.CHANGES_NOTHING && !isBeforeAsking(failed)) {
                    mute = mute.or(() -> Optional.of(url));
                }
                if (failed instanceof SSLException || most == 1) {
                    silence = Optional.of(Server.silent(url, failed));
                }
            }
        }
        if (mute.isPresent()) {
            throw Server.mute(mute.get());
        }
        if (refusal != null) {
            return refusal;
        }
        throw silence.orElseGet(
                () -> Server.silent(all.stream().map(Server::url).collect(Collectors.joining(", "))));
    }

    /** Of what was to be deleted, and another node was asked before. */
    static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1;

        Gone() {
            super(null, null, false, false);
        }
    }

    /** Nothing was asked: there was nobody, or nobody who is believed to be the node. */
    static boolean isBeforeAsking(IOException failure) {
        return failure instanceof ConnectException
                || failure instanceof HttpConnectTimeoutException
                || failure instanceof SSLHandshakeException
                || failure instanceof SSLPeerUnverifiedException
                || failure instanceof SSLException
                        && String.valueOf(failure.getMessage()).contains("SSL message");
    }

    /** The same question to the node that is asked now. */
    private HttpRequest at(HttpRequest request) {
        URI uri = request.uri();
        String path = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        URI here = URI.create(server.url() + path);
        if (uri.equals(here)) {
            return request;
        }
        HttpRequest.Builder moved = HttpRequest.newBuilder(request, (name, value) -> !name.equals("Authorization"))
                .uri(here);
        server.shown().ifPresent(token -> moved.setHeader("Authorization", "Bearer " + token.secret()));
        return moved.build();
    }
}
