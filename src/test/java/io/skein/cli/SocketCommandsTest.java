package io.skein.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.client.StubServer;
import io.skein.node.ExitCode;
import io.vertx.core.Vertx;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Commands over the WebSocket, when connections are lost; the server is a script. */
@Timeout(20)
class SocketCommandsTest {
    private final Vertx vertx = Vertx.vertx();
    private StubServer server;

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private String url() {
        return "127.0.0.1:" + server.at().getPort();
    }

    private static void type(PipedOutputStream typing, String lines) {
        try {
            typing.write(lines.getBytes(StandardCharsets.UTF_8));
            typing.flush();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    @Test
    void aLineWhoseConnectionIsLostIsNotSurelyStoredAndThoseBehindItMayBe() throws Exception {
        PipedOutputStream typing = new PipedOutputStream();
        PipedInputStream typed = new PipedInputStream(typing);
        server = new StubServer(vertx, (socket, command) -> {
            boolean isFirst = server.commands.size() == 1;
            if (isFirst) {
                server.store(socket, command);
                type(typing, "two\nthree\n");
            } else if (server.sockets.size() == 1 && command.encode().contains("three")) {
                server.lose();
            }
        });
        type(typing, "one\n");
        Said said = Said.say(typed, Long.MAX_VALUE, "publish", "--lines", "a", "--url", url());
        assertEquals(ExitCode.UNKNOWN, said.exitCode(), said.err());
        assertTrue(said.err().contains("the first line that is not surely stored is 2: two"), said.err());
        assertTrue(said.err().contains("behind it may be stored"), said.err());
    }

    @Test
    void linesThatCannotBeReadOnAreNoEnd() {
        server = new StubServer(vertx, (socket, command) -> server.store(socket, command));
        InputStream fails = new InputStream() {
            @Override
            public int read() {
                throw new IllegalStateException("as no stream should");
            }
        };
        InputStream typed =
                new SequenceInputStream(new ByteArrayInputStream("one\n".getBytes(StandardCharsets.UTF_8)), fails);
        Said said = Said.say(typed, Long.MAX_VALUE, "publish", "--lines", "a", "--url", url());
        assertEquals(ExitCode.BROKEN, said.exitCode(), said.out() + said.err());
    }

    @Test
    void whatIsAcknowledgedOverALostConnectionIsNotKnown() {
        server = new StubServer(vertx, (socket, command) -> {
            boolean isFirst = server.sockets.size() == 1;
            if (command.getString("op").equals("subscribe")) {
                StubServer.begin(socket, command);
                if (isFirst) {
                    StubServer.deliver(socket, 1, "l1");
                }
            } else if (command.getString("op").equals("ack") && isFirst) {
                server.lose();
            } else if (command.getString("op").equals("ack")) {
                StubServer.refuse(socket, command, "forbidden", false, false);
            }
        });
        Said said = Said.say("", "pull", "jobs", "--url", url());
        assertEquals(ExitCode.UNKNOWN, said.exitCode(), said.err());
        assertTrue(said.err().contains("it is not known whether it is acknowledged"), said.err());
    }
}
