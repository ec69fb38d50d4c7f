package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.skein.broker.AskedGate;
import io.skein.broker.Refusal;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever shows a token that is not good is told so and is nobody, also where strangers may publish. */
@Timeout(60)
class BadTokenTest {
    @Test
    void whatCameWithItIsNotAStrangers() throws Exception {
        AskedGate[] gates = new AskedGate[1];
        try (DoorSetup setup = new DoorSetup(broker -> gates[0] = new AskedGate(broker));
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), setup.port())) {
            AskedGate gate = gates[0];
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write("AUTH bad\nPUBLISHFORMAT:RAW|one\n".getBytes(UTF_8));
            gate.asked().await(10, SECONDS);
            // The socket is paused: this comes when the door reads again.
            socket.getOutputStream().write("FORMAT:RAW|two\n".getBytes(UTF_8));
            gate.refuse(Refusal.Kind.UNAUTHENTICATED, "unauthenticated");
            String said = new String(socket.getInputStream().readAllBytes(), UTF_8);
            assertEquals("ERR unauthenticated the test says so\n", said);
            assertEquals(List.of(), setup.broker.publishes());
        }
    }
}
