package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.broker.Allowance;
import io.skein.broker.Allowances;
import io.skein.broker.AskedGate;
import io.skein.broker.FakeBroker;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Somebody's token ends while what he published is not answered. */
@Timeout(60)
class LastAnswersTest {
    private final Vertx vertx = Vertx.vertx();
    private final FakeBroker broker = new FakeBroker(vertx);
    private final AskedGate gate = new AskedGate(broker);

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void heHearsWhatWasStoredBeforeHisConnectionIsClosed() throws Exception {
        TcpDoor door = new TcpDoor(
                gate,
                DoorSetup.limits(0),
                new Allowances(
                        Allowance.arriving("unfinished requests", 256 << 10),
                        Allowance.leaving("unread answers", 16 << 20)),
                new TcpListener() {});
        vertx.deployVerticle(door).await(10, SECONDS);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), door.port())) {
            socket.setSoTimeout(20_000);
            broker.hold();
            socket.getOutputStream().write("AUTH good\nPUBLISHFORMAT:RAW;ACK|one\n".getBytes(UTF_8));
            gate.asked().await(10, SECONDS);
            gate.letIn(null, null);
            await().until(() -> broker.heldPublishes() == 1);
            door.context().runOnContext(v -> gate.turnOut());
            door.context().runOnContext(v -> broker.release());
            assertEquals("OK default 0\n", new String(socket.getInputStream().readAllBytes(), UTF_8));
        }
    }
}
