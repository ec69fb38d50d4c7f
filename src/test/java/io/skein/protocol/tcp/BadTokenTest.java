package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.broker.Allowance;
import io.skein.broker.Allowances;
import io.skein.broker.AskedGate;
import io.skein.broker.FakeBroker;
import io.skein.broker.Refusal;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever shows a token that is not good is told so and is nobody, also where strangers may publish. */
@Timeout(60)
class BadTokenTest {
    private final Vertx vertx = Vertx.vertx();
    private final FakeBroker broker = new FakeBroker(vertx);
    private final AskedGate gate = new AskedGate(broker);

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void whatCameWithItIsNotAStrangers() throws Exception {
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
            socket.getOutputStream().write("AUTH bad\nPUBLISHFORMAT:RAW|one\n".getBytes(UTF_8));
            gate.asked().await(10, SECONDS);
            // The socket is paused: this comes when the door reads again.
            socket.getOutputStream().write("FORMAT:RAW|two\n".getBytes(UTF_8));
            gate.refuse(Refusal.Kind.UNAUTHENTICATED, "unauthenticated");
            String said = new String(socket.getInputStream().readAllBytes(), UTF_8);
            assertEquals("ERR unauthenticated the test says so\n", said);
        }
        assertEquals(List.of(), broker.publishes());
    }
}
