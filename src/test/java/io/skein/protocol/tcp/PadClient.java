package io.skein.protocol.tcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;

/** A program of the PAD system: a blocking socket. Reading gives up after 10 s. */
final class PadClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    PadClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(10_000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    static PadClient publisher(int port) throws IOException {
        return new PadClient(port).send("PUBLISH");
    }

    static PadClient subscriber(int port) throws IOException {
        return new PadClient(port).send("SUBSCRI");
    }

    PadClient send(String text) throws IOException {
        return send(text.getBytes(UTF_8));
    }

    PadClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Up to the next newline; throws when the connection is closed before. */
    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new IOException("closed after \"" + line.toString(UTF_8) + "\"");
            }
            line.write(b);
        }
        return line.toString(UTF_8);
    }

    List<String> lines(int count) throws IOException {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            lines.add(line());
        }
        return lines;
    }

    /** Everything until the other side closes; a reset is a close too. */
    String untilClosed() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try {
            in.transferTo(all);
        } catch (SocketException reset) {
            // closed while something of ours was unread
        }
        return all.toString(UTF_8);
    }

    /** Says that nothing more comes; the door closes then. */
    PadClient end() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
