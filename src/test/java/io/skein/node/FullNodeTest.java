package io.skein.node;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Allowances;
import io.skein.broker.FakeBroker;
import io.skein.broker.OpenGate;
import io.skein.dashboard.ConsoleFigures;
import io.skein.metrics.Metrics;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the doors say when as many connections are open as the node takes. */
class FullNodeTest {
    private final Vertx vertx = Vertx.vertx();
    private final FakeBroker broker = new FakeBroker(vertx);
    private final Metrics metrics = new Metrics(Metrics.newRegistry());
    private final Doors doors = new Doors(
            vertx,
            NodeConfig.of(Settings.resolve(Map.of("http-port", "0", "tcp-port", "0"), Map.of(), Optional.empty())),
            OpenGate.of(metrics.metered(broker)),
            metrics.metered(broker),
            Allowances.ofHeap(),
            "test",
            ConsoleFigures.NONE,
            metrics,
            World.real());
    private final List<Socket> sockets = new ArrayList<>();

    @BeforeEach
    void fill() throws Exception {
        doors.open().await(20, TimeUnit.SECONDS);
        broker.takeConnections(1);
        assertTrue(ask(connect(), "/livez", "").startsWith("HTTP/1.1 200 "));
        assertEquals(1, broker.connections());
    }

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        vertx.close().await();
        metrics.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(20_000);
        socket.connect(new InetSocketAddress("127.0.0.1", doors.httpPort()));
        sockets.add(socket);
        return socket;
    }

    /** @return what came first */
    private static String ask(Socket socket, String path, String headers) throws IOException {
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n").getBytes(US_ASCII));
        byte[] first = new byte[4096];
        int length = socket.getInputStream().read(first);
        return length < 0 ? "closed" : new String(first, 0, length, US_ASCII);
    }

    @Test
    void itsMetricsAreStillToldOnce() throws Exception {
        Socket scraper = connect();
        String answer = ask(scraper, "/metrics", "");
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        scraper.getInputStream().readAllBytes(); // until it is closed
    }

    @Test
    void aConnectionTooManyBecomesNoWebSocket() throws Exception {
        String answer = ask(
                connect(),
                "/ws",
                "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 503 "), answer);
        assertEquals(1, broker.connections());
    }
}
