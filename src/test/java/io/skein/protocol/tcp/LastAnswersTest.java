package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.broker.AskedGate;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Somebody's token ends while what he published is not answered. */
@Timeout(60)
class LastAnswersTest {
    @Test
    void heHearsWhatWasStoredBeforeHisConnectionIsClosed() throws Exception {
        AskedGate[] gates = new AskedGate[1];
        try (DoorSetup setup = new DoorSetup(broker -> gates[0] = new AskedGate(broker));
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), setup.port())) {
            AskedGate gate = gates[0];
            socket.setSoTimeout(20_000);
            setup.broker.hold();
            socket.getOutputStream().write("AUTH good\nPUBLISHFORMAT:RAW;ACK|one\n".getBytes(UTF_8));
            gate.asked().await(10, SECONDS);
            gate.letIn(null, null);
            await().until(() -> setup.broker.heldPublishes() == 1);
            setup.door.context().runOnContext(v -> gate.turnOut());
            setup.door.context().runOnContext(v -> setup.broker.release());
            assertEquals("OK default 0\n", new String(socket.getInputStream().readAllBytes(), UTF_8));
        }
    }
}
