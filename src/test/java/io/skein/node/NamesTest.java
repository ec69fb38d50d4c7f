package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.datagram.DatagramPacket;
import io.vertx.core.datagram.DatagramSocket;
import io.vertx.core.dns.AddressResolverOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that comes back under its name at another address, as a pod does. */
class NamesTest {
    private static final String NAME = "skein-1.skein-peers.test";
    private static final int LONG_SECONDS = 3600;

    /** Says what it is told to, and that this may be kept for an hour. */
    private static final class NameServer {
        private static final int HEADER_BYTES = 12;
        private static final int A = 1;

        private final DatagramSocket socket;
        private volatile int lastByte = 1;

        NameServer(Vertx vertx) {
            socket = vertx.createDatagramSocket();
            socket.handler(this::answer).listen(0, "127.0.0.1").await();
        }

        int port() {
            return socket.localAddress().port();
        }

        /** RFC 1035, section 4; of IPv6 it knows nothing. */
        private void answer(DatagramPacket packet) {
            Buffer asked = packet.data();
            int end = HEADER_BYTES;
            while (asked.getByte(end) != 0) {
                end += asked.getByte(end) + 1;
            }
            boolean isA = asked.getUnsignedShort(end + 1) == A;
            Buffer answer = Buffer.buffer()
                    .appendUnsignedShort(asked.getUnsignedShort(0))
                    .appendUnsignedShort(0x8180)
                    .appendUnsignedShort(1)
                    .appendUnsignedShort(isA ? 1 : 0)
                    .appendInt(0)
                    .appendBuffer(asked.getBuffer(HEADER_BYTES, end + 5));
            if (isA) {
                answer.appendUnsignedShort(0xC000 + HEADER_BYTES)
                        .appendUnsignedShort(A)
                        .appendUnsignedShort(1)
                        .appendInt(LONG_SECONDS)
                        .appendUnsignedShort(4)
                        .appendBytes(new byte[] {127, 0, 0, (byte) lastByte});
            }
            socket.send(answer, packet.sender().port(), packet.sender().host()).onFailure(lost -> {});
        }
    }

    @TempDir
    private Path directory;

    private final Vertx around = Vertx.vertx();
    private Vertx node;

    @AfterEach
    void close() throws Exception {
        node.close().await(20, TimeUnit.SECONDS);
        around.close().await(20, TimeUnit.SECONDS);
    }

    /** Two addresses of this machine, the same port. */
    private int places() throws Exception {
        NetServer first = place("127.0.0.1", 0);
        place("127.0.0.2", first.actualPort());
        return first.actualPort();
    }

    private NetServer place(String address, int port) throws Exception {
        return around.createNetServer()
                .connectHandler(socket -> socket.end(Buffer.buffer(address)))
                .listen(port, address)
                .await(20, TimeUnit.SECONDS);
    }

    private NetClient client(AddressResolverOptions names) {
        node = Vertx.vertx(new VertxOptions().setAddressResolverOptions(names));
        return node.createNetClient(new NetClientOptions().setConnectTimeout(500));
    }

    /** Connects on the loop that reads, or what comes before there is a handler would be lost. */
    private String found(NetClient client, int port) throws Exception {
        return Future.<String>future(said -> node.runOnContext(onLoop -> client.connect(port, NAME)
                        .onFailure(said::tryFail)
                        .onSuccess(socket -> socket.handler(text -> said.tryComplete(text.toString())))))
                .await(20, TimeUnit.SECONDS);
    }

    @Test
    void aNodeIsFoundWhereItsNameLeadsNowWhateverTheDnsServerAllowed() throws Exception {
        int port = places();
        NameServer names = new NameServer(around);
        NetClient client = client(Names.resolver().setServers(List.of("127.0.0.1:" + names.port())));
        assertEquals("127.0.0.1", found(client, port));

        names.lastByte = 2;

        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> found(client, port).equals("127.0.0.2"));
    }

    @Test
    void aNodeIsFoundWhereTheHostsFileSaysNow() throws Exception {
        int port = places();
        Path hosts = Files.writeString(directory.resolve("hosts"), "127.0.0.1 " + NAME + "\n");
        NetClient client = client(Names.resolver().setHostsPath(hosts.toString()));
        assertEquals("127.0.0.1", found(client, port));

        Files.writeString(hosts, "127.0.0.2 " + NAME + "\n");

        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> found(client, port).equals("127.0.0.2"));
    }
}
