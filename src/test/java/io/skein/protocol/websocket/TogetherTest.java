package io.skein.protocol.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.broker.Allowance;
import io.skein.broker.Allowances;
import io.skein.broker.FakeBroker;
import io.skein.broker.OpenGate;
import io.skein.broker.Publish;
import io.skein.frame.CloseCode;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What all WebSockets together make the node hold (CLAIMS 9). */
class TogetherTest {
    private static final int UNFINISHED = 256 << 10;
    private static final int TEXT = 1;
    private static final int FINAL = 0x80;

    private final Allowances allowances = new Allowances(
            Allowance.arriving("unfinished requests", UNFINISHED), Allowance.leaving("unread answers", 1 << 20));
    private final Vertx vertx = Vertx.vertx();
    private final FakeBroker broker = new FakeBroker(vertx);
    private final HttpServer server;
    private final List<Peer> peers = new ArrayList<>();

    TogetherTest() {
        WebSocketDoor door = new WebSocketDoor(
                vertx, OpenGate.of(broker), WebSocketConfig.DEFAULT, allowances, WebSocketListener.NONE);
        server = vertx.createHttpServer(door.options(new HttpServerOptions()))
                .requestHandler(request -> door.take(
                        request,
                        Optional.empty(),
                        (status, code, detail) ->
                                request.response().setStatusCode(status).end(),
                        () -> {}))
                .listen(0, "127.0.0.1")
                .await();
    }

    @AfterEach
    void close() throws IOException {
        for (Peer peer : peers) {
            peer.socket.close();
        }
        vertx.close().await();
    }

    /** A client that may stop in the middle of a frame. */
    private final class Peer {
        final Socket socket = new Socket();
        final DataInputStream in;

        Peer() throws IOException {
            socket.setReceiveBufferSize(4096);
            socket.setSoTimeout(20_000);
            socket.connect(new InetSocketAddress("127.0.0.1", server.actualPort()));
            peers.add(this);
            in = new DataInputStream(socket.getInputStream());
            send(("GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
                    .getBytes(US_ASCII));
            int matched = 0;
            while (matched < 4) {
                int next = in.read();
                matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
            }
        }

        void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        }

        /** A frame of this length, masked with zeros; of its payload only what is given. */
        void frame(int first, int length, String payload) throws IOException {
            ByteBuffer frame = ByteBuffer.allocate(14 + payload.length());
            frame.put((byte) first);
            if (length < 126) {
                frame.put((byte) (0x80 | length));
            } else if (length < 1 << 16) {
                frame.put((byte) (0x80 | 126)).putShort((short) length);
            } else {
                frame.put((byte) (0x80 | 127)).putLong(length);
            }
            frame.putInt(0).put(payload.getBytes(US_ASCII));
            send(Arrays.copyOf(frame.array(), frame.position()));
        }

        /** The next frame's payload, or the code of a close frame. */
        String hear() throws IOException {
            int first = in.readUnsignedByte();
            int length = in.readUnsignedByte();
            if (length == 126) {
                length = in.readUnsignedShort();
            } else if (length == 127) {
                length = (int) in.readLong();
            }
            if ((first & 0xF) == 8) {
                return "closed " + in.readUnsignedShort();
            }
            return new String(in.readNBytes(length), US_ASCII);
        }
    }

    @Test
    void aConnectionTooManyIsClosedToComeAgain() throws Exception {
        broker.takeConnections(1);
        new Peer();
        assertEquals("closed " + CloseCode.OVERLOADED.code(), new Peer().hear());
    }

    @Test
    void ofTooManyHalfFramesTheOldestIsClosedToComeAgainAndTheNewestGetsThrough() throws Exception {
        String message = "{\"id\":1,\"op\":\"ping\",\"pad\":\"" + "x".repeat(100_000) + "\"}";
        for (int i = 0; i < 6; i++) {
            new Peer().frame(FINAL | TEXT, message.length(), message.substring(0, 60_000));
            long begun = i + 1;
            await().atMost(10, SECONDS)
                    .until(() -> allowances.unfinished().gaveWay() > 0
                            || allowances.unfinished().held() >= begun * 40_000);
        }
        assertEquals("closed " + CloseCode.OVERLOADED.code(), peers.get(0).hear());
        assertTrue(allowances.unfinished().held() <= UNFINISHED);

        Peer newest = peers.get(5);
        newest.send(message.substring(60_000).getBytes(US_ASCII));
        assertTrue(newest.hear().startsWith("{\"id\":1,"), "the command is answered");
    }

    @Test
    void fragmentsOfOneMessageCountTogether() throws Exception {
        Peer peer = new Peer();
        peer.frame(TEXT, 50_000, "x".repeat(50_000));
        for (int i = 0; i < 5; i++) {
            peer.frame(0, 50_000, "x".repeat(50_000));
        }
        assertEquals("closed " + CloseCode.OVERLOADED.code(), peer.hear());
        await().atMost(10, SECONDS).until(() -> allowances.unfinished().held() == 0);
    }

    @Test
    void commandsThatWaitBecauseTheirAnswersAreNotReadCountToo() throws Exception {
        String pings = "{\"id\":1,\"op\":\"ping\"}\n".repeat(5_000);
        for (int i = 0; i < 40; i++) {
            Peer peer = new Peer();
            for (int j = 0; j < 2; j++) {
                peer.frame(FINAL | TEXT, pings.length(), pings);
            }
        }
        await().atMost(20, SECONDS)
                .until(() -> allowances.unfinished().held() <= UNFINISHED
                        && allowances.unsent().held() <= 1 << 20);
        Peer another = new Peer();
        another.frame(FINAL | TEXT, 22, "{\"id\":1,\"op\":\"ping\"}  ");
        assertTrue(another.hear().startsWith("{\"id\":1,"));
    }

    @Test
    void whoReadsNoMessagesIsCutWhenTooMuchWaits() throws Exception {
        Message message =
                new Message("", List.of(), Format.RAW, "", "x".repeat(100_000).getBytes(US_ASCII));
        for (int i = 0; i < 60; i++) {
            broker.publish(Publish.of("test", Publication.of(new TopicName("big"), message)))
                    .await();
        }
        String subscribe = "{\"id\":1,\"op\":\"subscribe\",\"topic\":\"big\",\"from\":\"earliest\",\"credit\":1000000}";
        for (int i = 0; i < 12; i++) {
            new Peer().frame(FINAL | TEXT, subscribe.length(), subscribe);
        }
        await().atMost(20, SECONDS).until(() -> allowances.unsent().gaveWay() > 0);
        await().atMost(20, SECONDS).until(() -> broker.streams() < 12);
        assertTrue(allowances.unsent().held() <= 1 << 20);
    }
}
