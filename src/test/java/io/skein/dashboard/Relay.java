package io.skein.dashboard;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A way to a node that can be cut, so that whoever came by it sees it die. */
final class Relay {
    private final int port;
    private final NetServer server;
    private final NetClient client;
    private final Set<NetSocket> open = ConcurrentHashMap.newKeySet();

    /** @param port of the node */
    Relay(Vertx vertx, int port) throws Exception {
        this.port = port;
        client = vertx.createNetClient();
        server = vertx.createNetServer()
                .connectHandler(this::relay)
                .listen(0, "127.0.0.1")
                .await(10, TimeUnit.SECONDS);
    }

    private void relay(NetSocket near) {
        near.pause();
        open.add(near);
        client.connect(port, "127.0.0.1")
                .onSuccess(far -> {
                    near.pipeTo(far).onFailure(cut -> {});
                    far.pipeTo(near).onFailure(cut -> {});
                    near.resume();
                })
                .onFailure(gone -> near.close());
    }

    String url() {
        return "http://127.0.0.1:" + server.actualPort();
    }

    void cut() throws Exception {
        server.close().await(10, TimeUnit.SECONDS);
        open.forEach(NetSocket::close);
    }
}
