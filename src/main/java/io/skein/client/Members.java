package io.skein.client;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import java.net.URI;

/** Asks the server that serves which members there are, at each connection and then now and again. Nothing depends on it. */
final class Members {
    private static final long PATIENCE_MS = 5_000;
    private static final long AGAIN_MS = 60_000;
    private static final int MAX_BYTES = 1 << 20;

    private final Vertx vertx;
    private final ClientOptions options;
    private final Addresses addresses;
    private final HttpClient http;
    private long timer = -1;
    private boolean closed;

    Members(Vertx vertx, ClientOptions options, Addresses addresses) {
        this.vertx = vertx;
        this.options = options;
        this.addresses = addresses;
        HttpClientOptions how = new HttpClientOptions().setConnectTimeout(2000).setKeepAlive(false);
        if (!options.authority().isEmpty()) {
            how.setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(options.authority())));
        }
        this.http = vertx.createHttpClient(how);
    }

    /** The connection to this server stands. */
    void ask(URI server) {
        vertx.cancelTimer(timer);
        if (closed) {
            return;
        }
        timer = vertx.setTimer(AGAIN_MS, id -> ask(server));
        RequestOptions where = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost(server.getHost())
                .setPort(Addresses.port(server))
                .setSsl(server.getScheme().equals("wss"))
                .setURI("/v1/cluster")
                .setTimeout(PATIENCE_MS)
                .putHeader(HttpHeaders.ACCEPT, "application/json");
        if (!options.token().isEmpty()) {
            where.putHeader(HttpHeaders.AUTHORIZATION, "Bearer " + options.token());
        }
        http.request(where)
                .compose(HttpClientRequest::send)
                .compose(answer -> answer.body().map(body -> answer.statusCode() == 200 ? body : Buffer.buffer()))
                .onSuccess(body -> learn(server, body))
                .onFailure(unheard -> {}); // it goes on with the addresses that it has
    }

    private void learn(URI server, Buffer body) {
        if (closed || body.length() == 0 || body.length() > MAX_BYTES || !server.equals(addresses.current())) {
            return;
        }
        try {
            addresses.learn(new JsonObject(body));
        } catch (DecodeException | ClassCastException noList) {
            // Whatever stands there is no server of ours.
        }
    }

    /** The connection is lost. */
    void rest() {
        vertx.cancelTimer(timer);
    }

    void close() {
        closed = true;
        rest();
        http.close().onFailure(gone -> {});
    }
}
