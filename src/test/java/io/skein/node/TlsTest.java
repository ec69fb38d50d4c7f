package io.skein.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.client.ClientOptions;
import io.skein.client.SkeinClient;
import io.skein.client.SkeinException;
import io.skein.client.SubscribeOptions;
import io.skein.tls.TestAuthority;
import io.skein.tls.TestAuthority.Identity;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A node all of whose doors speak TLS. */
@Timeout(90)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsTest {
    private Path directory;
    private TestAuthority authority;
    private Identity shown;
    private SSLContext trusting;
    private RunningNode node;
    private int tcpPort;

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        directory = temporary;
        authority = new TestAuthority(directory, "authority");
        shown = authority.identity("node");
        trusting = authority.trusting();
        tcpPort = freePort();
        node = new RunningNode(directory.resolve("n1"), tls("tcp-port", "" + tcpPort));
        Awaitility.await().until(() -> node.broker().status().health().equals("ok"));
    }

    private Map<String, String> tls(String... more) {
        Map<String, String> flags = new HashMap<>(Map.of(
                "tls-cert",
                shown.certificate().toString(),
                "tls-key",
                shown.key().toString()));
        for (int i = 0; i < more.length; i += 2) {
            flags.put(more[i], more[i + 1]);
        }
        return flags;
    }

    @AfterAll
    void stop() {
        node.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private HttpClient client(HttpClient.Version version) {
        return HttpClient.newBuilder().sslContext(trusting).version(version).build();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + node.httpPort() + path))
                .timeout(Duration.ofSeconds(20));
    }

    private HttpResponse<String> publish(HttpClient client, String topic, String body) throws Exception {
        return client.send(
                request("/t/" + topic).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    @Test
    void httpIsSpokenInBothVersions() throws Exception {
        for (HttpClient.Version version : HttpClient.Version.values()) {
            HttpClient client = client(version);
            HttpResponse<String> answer = publish(client, "tls/" + version, "hello");
            assertEquals(201, answer.statusCode());
            assertEquals(version, answer.version());
            HttpResponse<String> read =
                    client.send(request("/t/tls/" + version + "?from=earliest").build(), BodyHandlers.ofString());
            assertTrue(read.body().contains("\"hello\""), read.body());
        }
    }

    @Test
    void aStreamGoesOnOverHttp2() throws Exception {
        HttpClient client = client(HttpClient.Version.HTTP_2);
        HttpResponse<InputStream> stream =
                client.send(request("/t/stream/a?follow&from=earliest").build(), BodyHandlers.ofInputStream());
        BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
        for (int i = 0; i < 3; i++) {
            assertEquals(201, publish(client, "stream/a", "m" + i).statusCode());
            assertTrue(lines.readLine().contains("\"m" + i + "\""));
        }
        stream.body().close();
    }

    @Test
    void itsAddressSaysSo() throws Exception {
        HttpResponse<String> answer = publish(client(HttpClient.Version.HTTP_1_1), "address", "x");
        assertEquals(
                Optional.of("https://127.0.0.1:" + node.httpPort()),
                answer.headers().firstValue("Skein-Leader-Address"));
    }

    @Test
    void aWebSocketTakesAndGives() throws Exception {
        ClientOptions options = ClientOptions.of(List.of(URI.create("wss://localhost:" + node.httpPort())))
                .withAuthority(Files.readString(authority.certificate()));
        SkeinClient client = SkeinClient.connect(node.vertx(), options).await(20, TimeUnit.SECONDS);
        List<String> heard = new CopyOnWriteArrayList<>();
        client.subscribe(SubscribeOptions.of("ws/a").from("earliest"), message -> heard.add(message.offset() + ""))
                .await(20, TimeUnit.SECONDS);
        String large = "x".repeat(200_000);
        for (int i = 0; i < 50; i++) {
            client.publish("ws/a", large).await(20, TimeUnit.SECONDS);
        }
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> heard.size() == 50);
        client.close().await(20, TimeUnit.SECONDS);
    }

    @Test
    void whoDoesNotKnowTheAuthorityDoesNotConnect() {
        ClientOptions options = ClientOptions.of(List.of(URI.create("wss://localhost:" + node.httpPort())))
                .withConnectMs(500);
        assertThrows(
                SkeinException.class,
                () -> SkeinClient.connect(node.vertx(), options).await(20, TimeUnit.SECONDS));
    }

    private SSLSocket tcp() throws IOException {
        SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket("localhost", tcpPort);
        socket.setSoTimeout(20_000);
        return socket;
    }

    @Test
    void theTcpDoorTakesAndGives() throws Exception {
        try (SSLSocket publisher = tcp();
                SSLSocket subscriber = tcp()) {
            publisher.getOutputStream().write("PUBLISHFORMAT:JSON;ACK|{\"Topic\":\"tcp\"}\n".getBytes());
            assertEquals("OK tcp 0", line(publisher));
            subscriber.getOutputStream().write("SUBSCRISUBSCRIBE:tcp\n".getBytes());
            assertTrue(line(subscriber).startsWith("FORMAT:JSON|"));
        }
    }

    @Test
    void whatAPublisherSaidLastIsStoredAndAnsweredAlsoWhenItEndedItsSide() throws Exception {
        try (SSLSocket publisher = tcp()) {
            publisher.getOutputStream().write("PUBLISHFORMAT:JSON|{\"Topic\":\"last\"}".getBytes());
        }
        HttpClient client = client(HttpClient.Version.HTTP_1_1);
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> client.send(request("/t/last?from=earliest").build(), BodyHandlers.ofString())
                                .statusCode()
                        == 200);
        try (SSLSocket publisher = tcp()) {
            publisher.getOutputStream().write("PUBLISHFORMAT:JSON;ACK|{\"Topic\":\"last\"}".getBytes());
            publisher.shutdownOutput();
            assertEquals("OK last 1", line(publisher));
        }
    }

    private static String line(Socket socket) throws IOException {
        return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }

    @Test
    void whoSpeaksPlainlyHearsNothing() throws Exception {
        for (int port : List.of(node.httpPort(), tcpPort)) {
            try (Socket socket = new Socket("127.0.0.1", port)) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream().write("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n".getBytes());
                String said = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                assertTrue(!said.contains("HTTP/1.1"), said);
            } catch (IOException reset) {
                // Its right.
            }
        }
    }

    @Test
    void randomBytesBeforeAndWithinTlsLeaveTheNodeAsItWas() throws Exception {
        Random random = new Random(11);
        List<Socket> silent = new ArrayList<>();
        for (int round = 0; round < 60; round++) {
            int port = random.nextBoolean() ? node.httpPort() : tcpPort;
            Socket socket = random.nextBoolean()
                    ? new Socket("127.0.0.1", port)
                    : trusting.getSocketFactory().createSocket("127.0.0.1", port);
            byte[] noise = new byte[1 + random.nextInt(5000)];
            random.nextBytes(noise);
            if (random.nextBoolean()) {
                // A record of a handshake, as far as its head says.
                noise[0] = 22;
            }
            try {
                socket.getOutputStream().write(noise);
            } catch (IOException closedByTheNode) {
                // Its right.
            }
            silent.add(socket);
        }
        assertEquals(
                201, publish(client(HttpClient.Version.HTTP_2), "after", "x").statusCode());
        for (Socket socket : silent) {
            socket.close();
        }
    }

    private X509Certificate shownAt(int port) throws IOException {
        try (SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket("localhost", port)) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void aRenewedCertificateIsShownWhileConnectionsLiveOn() throws Exception {
        HttpClient client = client(HttpClient.Version.HTTP_2);
        HttpResponse<InputStream> stream =
                client.send(request("/t/renewed?follow&from=earliest").build(), BodyHandlers.ofInputStream());
        BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
        X509Certificate before = shownAt(node.httpPort());

        TestAuthority.replace(shown, authority.identity("renewed"));

        Awaitility.await()
                .atMost(30, TimeUnit.SECONDS)
                .until(() -> !before.equals(shownAt(node.httpPort())) && !before.equals(shownAt(tcpPort)));
        assertNotEquals(before, shownAt(node.httpPort()));
        HttpResponse<String> answer = publish(client(HttpClient.Version.HTTP_2), "renewed", "still here");
        assertEquals(HttpClient.Version.HTTP_2, answer.version());
        assertTrue(lines.readLine().contains("still here"));
        stream.body().close();
    }

    @Test
    void nodesWithCertificatesAndASecretAreACluster() throws Exception {
        Identity peer = authority.identity("peer");
        Map<String, String> secured = new HashMap<>(tls(
                "peer-cert", peer.certificate().toString(),
                "peer-key", peer.key().toString(),
                "peer-ca", authority.certificate().toString(),
                "peer-secret", "only these nodes know"));
        try (RunningNode first = new RunningNode(directory.resolve("p1"), with(secured, "node-id", "p1"));
                RunningNode second = new RunningNode(
                        directory.resolve("p2"),
                        with(
                                secured,
                                "node-id",
                                "p2",
                                "peers",
                                "p1=" + ready(first).raftAddress()))) {
            first.awaitVoters(2);
            // A node asks a peer where its clients find it once they are connected.
            Awaitility.await("it knows where the leader's clients are")
                    .until(() -> !second.broker().status().leaderAddress().isEmpty());
            HttpResponse<String> answer = client(HttpClient.Version.HTTP_1_1)
                    .send(
                            HttpRequest.newBuilder(URI.create("https://localhost:" + second.httpPort() + "/t/a"))
                                    .POST(BodyPublishers.ofString("hello"))
                                    .build(),
                            BodyHandlers.ofString());
            assertEquals(201, answer.statusCode());
            assertEquals(
                    Optional.of("https://127.0.0.1:" + first.httpPort()),
                    answer.headers().firstValue("Skein-Leader-Address"));
        }
    }

    private static RunningNode ready(RunningNode node) {
        Awaitility.await().until(() -> !node.broker().status().members().isEmpty());
        return node;
    }

    private static Map<String, String> with(Map<String, String> flags, String... more) {
        Map<String, String> all = new HashMap<>(flags);
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    @Test
    void aFileThatCannotBeUsedStopsTheStart() {
        Map<String, String> flags = tls("tls-key", directory.resolve("nowhere").toString());
        ConfigurationProblem problem =
                assertThrows(ConfigurationProblem.class, () -> new RunningNode(directory.resolve("n9"), flags));
        assertTrue(problem.getMessage().contains("nowhere is not there"), problem.getMessage());
    }
}
