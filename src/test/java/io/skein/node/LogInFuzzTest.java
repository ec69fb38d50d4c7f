package io.skein.node;

import static io.skein.node.Stranger.op;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nonsense where people and programs say who they are: nobody gets in by it, and the node takes none of it for a defect of
 * its own. {@code -Dskein.fuzz.rounds} makes it longer, {@code -Dskein.fuzz.seed} another.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class LogInFuzzTest {
    private static final int ROUNDS = Integer.getInteger("skein.fuzz.rounds", 400);
    private static final long SEED = Long.getLong("skein.fuzz.seed", 5);
    private static final String ADMIN_TOKEN = "the-admin-whom-nobody-guesses";

    private static final String JWT_SECRET = "nobody forges what this has signed";

    /** What the doors look for, what they must not fall over, and what breaks a text in the middle. */
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "admin",
            "ADMIN",
            "anna",
            "Bearer ",
            "a.b.c",
            "..",
            "../../etc",
            "\u0000",
            "\r\n",
            "\ud800",
            "\udfff\ud800",
            "\uD83E\uDEBF",
            "\u202e",
            "null",
            "true",
            "-1",
            "1e999",
            "{\"",
            "'; DROP TABLE account",
            "$dead",
            "#",
            "skt_",
            "sks_",
            "x".repeat(64),
            "x".repeat(65),
            "x".repeat(1_025),
            "x".repeat(4_097),
            "\u00fc".repeat(9_000));

    private static final List<String> FIELDS =
            List.of("username", "password", "cookie", "role", "token", "Username", "", "password\u0000", "__proto__");

    private final Random random = new Random(SEED);
    private RunningNode node;
    private int tcpPort;
    private Stranger nobody;
    private Stranger admin;

    @BeforeAll
    void begin(@TempDir Path directory) throws Exception {
        tcpPort = Stranger.freePort();
        node = new RunningNode(
                directory,
                Map.of(
                        "auth",
                        "true",
                        "admin-token",
                        ADMIN_TOKEN,
                        "registration",
                        "open",
                        "jwt-secret",
                        JWT_SECRET,
                        "tcp-port",
                        Integer.toString(tcpPort)));
        node.firstAdmin().await();
        nobody = Stranger.at(node);
        admin = nobody.with(ADMIN_TOKEN);
        admin.create("anna", "p");
    }

    @AfterAll
    void end() {
        node.close();
    }

    @AfterEach
    void theNodeIsAsItWas() {
        assertEquals(201, admin.post("/t/after", "x").status());
        assertEquals("ok", node.broker().status().health());
        assertEquals(
                0,
                admin.get("/t/after?from=latest")
                        .json()
                        .getJsonArray("messages")
                        .size());
        assertEquals(404, admin.get("/t/never").status(), "somebody got in");
    }

    @Test
    void bodiesOfLogInsAndRegistrations() throws Exception {
        Set<Integer> answers = new TreeSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            String path = random.nextBoolean() ? "/v1/sessions" : "/v1/accounts";
            byte[] body = body();
            String type =
                    pick("application/json", "application/json", "application/json; charset=utf-16", "text/plain", "");
            String head = "POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + body.length
                    + "\r\n" + (type.isEmpty() ? "" : "Content-Type: " + type + "\r\n") + "\r\n";
            int status = status(head.getBytes(StandardCharsets.UTF_8), body);
            answers.add(status);
            String said = round + ": " + path + " " + new String(body, StandardCharsets.UTF_8);
            assertTrue(status < 500, () -> status + " to " + said);
        }
        assertTrue(answers.containsAll(Set.of(400, 401, 415)), () -> "the door was not tried well: " + answers);
    }

    @Test
    void headersCookiesAndQueries() throws Exception {
        Set<Integer> answers = new TreeSet<>();
        for (int round = 0; round < ROUNDS; round++) {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            String query = random.nextInt(3) > 0
                    ? ""
                    : "?access_token=" + pick("%FF", "%", "%00", "a", "a&access_token=b", "+")
                            + "x".repeat(random.nextInt(4) == 0 ? 9_000 : 3);
            String path = pick(
                    "/v1/topics", "/console/stream", "/metrics", "/v1/sessions/current", "/v1/mail", "/ws", "/t/never");
            String method = path.equals("/t/never") ? "POST" : "GET";
            put(
                    head,
                    method + " " + path + query + " HTTP/1.1\r\nHost: x\r\nConnection: "
                            + (path.equals("/ws")
                                    ? "Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
                                    : "close")
                            + "\r\n");
            for (int i = random.nextInt(4); i > 0; i--) {
                put(
                        head,
                        pick("Authorization: ", "authorization:", "Authorization: Bearer ", "Authorization: bearer\t"));
                head.writeBytes(headerValue());
                put(head, "\r\n");
            }
            for (int i = random.nextInt(3); i > 0; i--) {
                put(head, pick("Cookie: ", "Cookie: skein-session=", "Cookie: a=b; skein-session="));
                head.writeBytes(headerValue());
                put(head, "; skein-session=".repeat(random.nextInt(4) == 0 ? 900 : 1) + "\r\n");
            }
            put(head, "\r\n");
            int status = status(head.toByteArray(), new byte[0]);
            answers.add(status);
            String said = round + ": " + head.toString(StandardCharsets.ISO_8859_1);
            // A socket may open first and be told who it is later.
            assertTrue(
                    status == 0 || status == 101 && path.equals("/ws") || status >= 400 && status < 500,
                    () -> status + " to " + said);
        }
        assertTrue(answers.containsAll(Set.of(400, 401, 431)), () -> "the door was not tried well: " + answers);
    }

    @Test
    void firstWordsOfWebSockets() throws Exception {
        for (int round = 0; round < ROUNDS / 8; round++) {
            try (Stranger.Talk talk = nobody.talk("")) {
                for (int i = 1 + random.nextInt(3); i > 0; i--) {
                    talk.text(hello());
                }
                String then = talk.brief(op("publish").put("topic", "never").put("body", "x"));
                assertNotEquals("ok", then);
                assertNotEquals("internal", then);
            }
        }
    }

    @Test
    void firstLinesOfTcp() throws Exception {
        int told = 0;
        for (int round = 0; round < ROUNDS / 4; round++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), tcpPort)) {
                ByteArrayOutputStream said = new ByteArrayOutputStream();
                put(said, pick("AUTH ", "AUTH", "auth ", "AUTH \r", "AUTH AUTH "));
                said.writeBytes(headerValue());
                put(said, pick("\n", "\r\n", "\n\n") + "PUBLISHFORMAT:JSON;ACK|{\"Topic\":\"never\"}\n");
                String answer = answer(socket, said.toByteArray());
                assertFalse(answer.contains("OK") || answer.contains("internal"), answer);
                told += answer.startsWith("ERR unauthenticated ") ? 1 : 0;
            }
        }
        assertTrue(told > ROUNDS / 40, told + " tokens were looked at");
    }

    // What is said.

    private byte[] body() {
        byte[] body = switch (random.nextInt(4)) {
            case 0 -> noise(random.nextInt(random.nextInt(8) == 0 ? 40_000 : 200));
            case 1 ->
                ("[".repeat(random.nextInt(8_000)) + pick("", "1", "{\"username\":")).getBytes(StandardCharsets.UTF_8);
            default -> logIn().encode().getBytes(StandardCharsets.UTF_8);
        };
        if (body.length > 0 && random.nextInt(3) == 0) {
            body[random.nextInt(body.length)] = (byte) random.nextInt();
        }
        return random.nextInt(6) == 0 ? Arrays.copyOf(body, random.nextInt(body.length + 1)) : body;
    }

    private JsonObject logIn() {
        JsonObject json = new JsonObject();
        if (random.nextInt(4) > 0) {
            json.put("username", pick("anna", "nobody", text()))
                    .put("password", random.nextInt(3) > 0 ? text() : value(3));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            json.put(FIELDS.get(random.nextInt(FIELDS.size())), value(3));
        }
        return json;
    }

    private Object value(int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextLong();
            case 3 -> random.nextGaussian() * 1e300;
            case 4 -> text();
            case 5 -> new JsonArray().add(value(depth - 1)).add(value(depth - 1));
            default -> new JsonObject().put(text(), value(depth - 1));
        };
    }

    private String hello() {
        return switch (random.nextInt(5)) {
            case 0 -> new String(noise(random.nextInt(300)), StandardCharsets.ISO_8859_1);
            case 1 -> "{\"op\":\"hello\",\"token\":" + value(2) + "}";
            case 2 -> op("hello").put("token", token()).encode() + "\n".repeat(random.nextInt(3));
            case 3 ->
                op("hello")
                        .put("id", value(1))
                        .put("token", text())
                        .put("producer", value(1))
                        .encode();
            default -> op("hello").encode().substring(0, 1 + random.nextInt(14));
        };
    }

    private byte[] headerValue() {
        byte[] value = random.nextInt(3) > 0
                ? token().getBytes(StandardCharsets.UTF_8)
                : noise(random.nextInt(random.nextInt(8) == 0 ? 50_000 : 300));
        for (int i = 0; i < value.length; i++) {
            if (value[i] == '\n' || value[i] == '\r') {
                value[i] = ' ';
            }
        }
        return value;
    }

    /** Some look like those that an issuer gives. */
    private String token() {
        switch (random.nextInt(4)) {
            case 0:
                return signed();
            case 1:
            case 2:
                return text();
            default:
        }
        String head = pick(
                "{\"alg\":\"none\"}",
                "{\"alg\":\"HS256\"}",
                "{\"alg\":\"HS256\",\"crit\":[\"x\"],\"b64\":false}",
                "{\"alg\":\"RS256\",\"kid\":\"" + "k".repeat(500) + "\"}",
                "{\"alg\":7,\"typ\":[]}",
                "{\"alg\":\"HS256\",\"zip\":\"DEF\"}",
                "[".repeat(900),
                "");
        String claims = new JsonObject()
                .put("sub", pick("anna", "admin", text()))
                .put("exp", random.nextBoolean() ? 1L << random.nextInt(62) : value(1))
                .put("skein", value(2))
                .encode();
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        return base64.encodeToString(head.getBytes(StandardCharsets.UTF_8))
                + "."
                + base64.encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                + "."
                + pick("", "x", base64.encodeToString(noise(32)), "=", "a.b");
    }

    /** By the issuer's own key, which says nonsense of nobody. */
    private String signed() {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String claims = new JsonObject()
                .put("sub", random.nextBoolean() ? "carl" + text() : value(1))
                .put("exp", random.nextInt(3) > 0 ? 1L << random.nextInt(62) : value(1))
                .put("nbf", random.nextInt(3) > 0 ? null : value(1))
                .put("aud", value(1))
                .put("skein", random.nextBoolean() ? new JsonArray().add("publish:" + text()) : value(2))
                .encode()
                // An account's name, by chance.
                .replaceAll("\"sub\":\"(?i)(anna|admin)\"", "\"sub\":\"carl\"");
        String said = base64.encodeToString("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + base64.encodeToString(claims.getBytes(StandardCharsets.UTF_8));
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(JWT_SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return said + "." + base64.encodeToString(mac.doFinal(said.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException everyJdkHasIt) {
            throw new AssertionError(everyJdkHasIt);
        }
    }

    private String text() {
        return TEXTS.get(random.nextInt(TEXTS.size()));
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private byte[] noise(int length) {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        return noise;
    }

    private static void put(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    // What is answered.

    /** 0: the connection was closed without a word. */
    private int status(byte[] head, byte[] body) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.httpPort())) {
            byte[] all = Arrays.copyOf(head, head.length + body.length);
            System.arraycopy(body, 0, all, head.length, body.length);
            String answer = answer(socket, all);
            return answer.startsWith("HTTP/1.1 ") ? Integer.parseInt(answer.substring(9, 12)) : 0;
        }
    }

    /** What comes with the first bytes; empty when the connection ends before. */
    private static String answer(Socket socket, byte[] said) throws IOException {
        socket.setSoTimeout(20_000);
        try {
            socket.getOutputStream().write(said);
        } catch (IOException closedMeanwhile) {
            return "";
        }
        byte[] answer = new byte[1_024];
        try {
            InputStream in = socket.getInputStream();
            int length = in.read(answer);
            return length < 0 ? "" : new String(answer, 0, length, StandardCharsets.UTF_8);
        } catch (SocketTimeoutException silent) {
            throw new AssertionError("no answer to " + new String(said, StandardCharsets.UTF_8), silent);
        } catch (IOException reset) {
            return "";
        }
    }
}
