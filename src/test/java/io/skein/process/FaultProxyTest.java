package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The tool must do what the tests that use it believe. */
class FaultProxyTest {
    private static final int PATIENCE_MS = 10_000;
    /** Long enough for what would come. */
    private static final int SILENCE_MS = 200;

    private final FaultProxy proxy = new FaultProxy();
    private ServerSocket server;
    private int port;
    private Socket a;
    private Socket b;

    @BeforeEach
    void connect() throws IOException {
        server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        server.setSoTimeout(PATIENCE_MS);
        port = proxy.open("a", "b", server.getLocalPort());
        dial();
    }

    private void dial() throws IOException {
        a = new Socket(InetAddress.getLoopbackAddress(), port);
        b = server.accept();
        a.setSoTimeout(PATIENCE_MS);
        b.setSoTimeout(PATIENCE_MS);
        carries(a, b, "up");
        carries(b, a, "down");
    }

    @AfterEach
    void close() throws IOException {
        a.close();
        b.close();
        server.close();
        proxy.close();
    }

    private static void say(Socket from, String text) throws IOException {
        from.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void carries(Socket from, Socket to, String text) throws IOException {
        say(from, text);
        assertEquals(text, new String(to.getInputStream().readNBytes(text.length()), StandardCharsets.UTF_8));
    }

    private static void silent(Socket to) throws IOException {
        to.setSoTimeout(SILENCE_MS);
        assertThrows(SocketTimeoutException.class, () -> to.getInputStream().read());
        to.setSoTimeout(PATIENCE_MS);
    }

    @Test
    void whatIsSwallowedOneWayIsGoneAndTheOtherWayGoesOn() throws IOException {
        proxy.set("a", "b", FaultProxy.Flow.SWALLOW);
        say(a, "lost");
        silent(b);
        carries(b, a, "heard");
        proxy.heal();
        assertEquals(-1, b.getInputStream().read(), "a connection that lost bytes ends");
        dial();
    }

    @Test
    void whatIsStalledComesOnceItFlowsAgain() throws IOException {
        proxy.set("b", "a", FaultProxy.Flow.STALL);
        say(b, "later");
        silent(a);
        carries(a, b, "now");
        proxy.heal();
        assertEquals("later", new String(a.getInputStream().readNBytes(5), StandardCharsets.UTF_8));
    }

    @Test
    void whatIsDelayedComesInOrderAndNotBefore() throws IOException {
        proxy.delay("a", "b", 150);
        long began = System.nanoTime();
        say(a, "first");
        say(a, "second");
        assertEquals("firstsecond", new String(b.getInputStream().readNBytes(11), StandardCharsets.UTF_8));
        assertTrue(System.nanoTime() - began >= 150_000_000L);
    }

    @Test
    void aCutEndsWhatStandsAndWhatIsTried() throws IOException {
        proxy.cut("b", "a");
        assertEquals(-1, b.getInputStream().read());
        try (Socket refused = new Socket(InetAddress.getLoopbackAddress(), port)) {
            refused.setSoTimeout(PATIENCE_MS);
            assertEquals(-1, refused.getInputStream().read());
        }
        proxy.heal();
        dial();
    }
}
