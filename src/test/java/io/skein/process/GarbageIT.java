package io.skein.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.tls.TestAuthority;
import io.skein.tls.TestAuthority.Identity;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CLAIMS.md 9 and 10: what strangers send costs nobody else anything, in a heap that has no room for it. */
class GarbageIT {
    private static final int ROUNDS = Integer.getInteger("skein.garbage.rounds", 60);
    /** For a minute of it: {@code -Dskein.garbage.rounds=4000 -Dskein.garbage.heapMiB=128}. */
    private static final int HEAP_MIB = Integer.getInteger("skein.garbage.heapMiB", 96);

    /** Rounds between two looks at the heap. */
    private static final int LOOK = 500;

    /** Of what the JVM counts as its heap: what is live meanwhile is below three quarters, at rest below half. */
    private static final double BUSY = 0.75;

    private static final double AT_REST = 0.5;

    /** Each kind of warning once a minute, and as many kinds as this. */
    private static final int KINDS = 10;

    /** Readers that sleep at a time. */
    private static final int MAX_SILENT = 150;

    private static final String[] BEGINNINGS = {
        "",
        "GET /t/a HTTP/1.1\r\nHost: x\r\n",
        "POST /t/a HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
        "POST /t/a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
        "POST /v1/publish HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50000\r\n\r\n{\"messages\":[",
        "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
        "GET /t/%23?follow&from=earliest HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16000\r\n\r\n"
                + "{\"username\":\"anna\",\"password\":\"",
        "POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "fff\r\n{\"username\":",
        "GET /v1/mail HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ",
        "GET /v1/mail HTTP/1.1\r\nHost: x\r\nCookie: skein-session=",
        "GET /v1/stream?access_token=",
        "AUTH ",
        "PUBLISH",
        "PUBLISHFORMAT:JSON|{\"Topic\":\"g\",\"a\":",
        "PUBLISHFORMAT:XML|<Message><Topic>g</Topic>",
        "SUBSCRISUBSCRIBE:all\n",
        "SUBSCRI",
    };

    @TempDir
    private Path directory;

    @Test
    void randomBytesHalfFramesAndHugeBodiesLeaveTheNodeAsItWas() throws Exception {
        int tcp = freePort();
        List<String> smallHeap = List.of("-Xmx" + HEAP_MIB + "m", "-XX:+ExitOnOutOfMemoryError");
        try (NodeUnderTest node =
                NodeUnderTest.start(directory, List.of(), smallHeap, "--tcp-port", String.valueOf(tcp))) {
            node.awaitReady();
            assertEquals(201, node.post("/t/before", "here").statusCode());
            Random random = new Random(7);
            List<Socket> silent = new ArrayList<>();
            List<Long> live = new ArrayList<>();
            long begun = System.nanoTime();
            for (int round = 0; round < ROUNDS; round++) {
                Socket socket = new Socket("127.0.0.1", random.nextBoolean() ? node.port() : tcp);
                disturb(socket, random);
                if (random.nextInt(3) == 0) {
                    // Neither read nor closed: a reader that sleeps.
                    silent.add(socket);
                    if (silent.size() > MAX_SILENT) {
                        silent.remove(0).close();
                    }
                } else {
                    socket.close();
                }
                assertTrue(node.isAlive(), () -> "the node is gone");
                if (round % LOOK == LOOK - 1) {
                    live.add(node.liveHeapBytes() >> 20);
                }
            }
            assertEquals(201, node.post("/t/after", "there").statusCode());
            assertEquals(
                    "here",
                    node.json("/t/before?from=earliest")
                            .getJsonArray("messages")
                            .getJsonObject(0)
                            .getString("body"));
            assertEquals(200, node.get("/readyz").statusCode());
            for (Socket socket : silent) {
                socket.close();
            }
            assertTrue(live.stream().allMatch(mib -> mib < BUSY * HEAP_MIB), "MiB live: " + live);
            Awaitility.await("the heap at rest")
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() -> node.liveHeapBytes() >> 20 < AT_REST * HEAP_MIB);
            long minutes = 1 + (System.nanoTime() - begun) / 60_000_000_000L;
            long warnings =
                    node.said().lines().filter(line -> line.contains(" WARN ")).count();
            assertTrue(warnings <= KINDS * minutes, () -> warnings + " warnings in " + minutes + " minutes");
        }
    }

    /** Strangers who say nothing, or not the truth, to the port where peers are, and who break off TLS. */
    @Test
    void strangersAtThePeersPortAndAtTlsPortsLeaveTheNodeAsItWas() throws Exception {
        int tcp = freePort();
        int raft = freePort();
        TestAuthority authority = new TestAuthority(directory, "authority");
        Identity identity = authority.identity("node");
        List<String> smallHeap = List.of("-Xmx" + HEAP_MIB + "m", "-XX:+ExitOnOutOfMemoryError");
        try (NodeUnderTest node = NodeUnderTest.start(
                directory,
                List.of(),
                smallHeap,
                Optional.of(authority.trusting()),
                "--tcp-port",
                "" + tcp,
                "--raft-port",
                "" + raft,
                "--peer-secret",
                "nobody who calls here knows it",
                "--tls-cert",
                identity.certificate().toString(),
                "--tls-key",
                identity.key().toString())) {
            node.awaitReady();
            assertEquals(201, node.post("/t/before", "here").statusCode());
            int[] ports = {node.port(), tcp, raft, raft};
            Random random = new Random(8);
            ArrayDeque<Socket> silent = new ArrayDeque<>();
            for (int round = 0; round < 10 * ROUNDS; round++) {
                Socket socket = new Socket("127.0.0.1", ports[random.nextInt(ports.length)]);
                lie(socket, random);
                silent.add(socket);
                if (silent.size() > MAX_SILENT) {
                    silent.poll().close();
                }
                assertTrue(node.isAlive(), () -> "the node is gone");
            }
            assertEquals(201, node.post("/t/after", "there").statusCode());
            long live = node.liveHeapBytes() >> 20;
            assertTrue(live < AT_REST * HEAP_MIB, "MiB live: " + live);
            assertTrue(node.get("/metrics").body().contains("skein_raft_peer_handshake_failures_total{reason="));
            for (Socket socket : silent) {
                socket.close();
            }
            long warnings =
                    node.said().lines().filter(line -> line.contains(" WARN ")).count();
            assertTrue(warnings <= 2 * KINDS, () -> warnings + " warnings");
        }
    }

    private static final byte[][] LIES = {
        {},
        // A frame between nodes that is too long, one that is cut, and what TLS begins with.
        {0x7f, 0x7f, 0x7f, 0x7f},
        {0, 0, 0, 100, 1, 2},
        {22, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3},
    };

    private static void lie(Socket socket, Random random) {
        try {
            OutputStream out = socket.getOutputStream();
            out.write(LIES[random.nextInt(LIES.length)]);
            if (random.nextBoolean()) {
                byte[] noise = new byte[1 + random.nextInt(random.nextInt(4) == 0 ? 1 << 20 : 600)];
                random.nextBytes(noise);
                out.write(noise);
            }
        } catch (IOException closedByTheNode) {
            // Its right.
        }
    }

    private static void disturb(Socket socket, Random random) {
        try {
            socket.setSoTimeout(200);
            OutputStream out = socket.getOutputStream();
            out.write(BEGINNINGS[random.nextInt(BEGINNINGS.length)].getBytes(StandardCharsets.UTF_8));
            byte[] noise = new byte[1 + random.nextInt(random.nextInt(4) == 0 ? 3 << 20 : 4096)];
            random.nextBytes(noise);
            out.write(noise);
            out.flush();
        } catch (IOException closedByTheNode) {
            // Its right.
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
