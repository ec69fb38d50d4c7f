package io.skein.node;

import static io.skein.node.Stranger.expect;
import static io.skein.node.Stranger.op;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.skein.node.Stranger.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Somebody for whom an issuer vouches, at the doors of a whole node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class JwtTest {
    private static final String ADMIN_TOKEN = "the-admin-beside-the-issuer";
    private static final String SECRET = "what only node and issuer know..";
    private static final long AN_HOUR = 3_600;
    /** Whole seconds are all that {@code exp} usually says. */
    private static final long SOON = 3;

    private Path keys;
    private RSAKey first;
    private RunningNode node;
    private Stranger nobody;
    private Stranger admin;
    /** Of this test: an account, and a topic that it may read and write. */
    private String name;

    private String topic;
    private int test;

    @BeforeAll
    void begin(@TempDir Path directory) throws Exception {
        keys = directory.resolve("keys.json");
        first = key("first");
        write(first);
        node = new RunningNode(
                directory.resolve("n1"),
                Map.of(
                        "auth",
                        "true",
                        "admin-token",
                        ADMIN_TOKEN,
                        "jwt-secret",
                        SECRET,
                        "jwt-keys",
                        keys.toString(),
                        "jwt-issuer",
                        "https://id.example",
                        "jwt-audience",
                        "skein",
                        "tcp-port",
                        Integer.toString(Stranger.freePort())));
        node.firstAdmin().await();
        nobody = Stranger.at(node);
        admin = nobody.with(ADMIN_TOKEN);
    }

    @AfterAll
    void end() {
        node.close();
    }

    @BeforeEach
    void somebody() {
        name = "anna-" + ++test;
        topic = "topic-" + test;
        admin.create(name, "p");
        admin.rule(name, topic, "publish", true);
        admin.rule(name, topic, "subscribe", true);
        expect(201, admin.post("/t/" + topic, "first"));
    }

    private static RSAKey key(String id) throws Exception {
        return new RSAKeyGenerator(2048).keyID(id).generate();
    }

    /** All at once, as whoever exchanges keys does it. */
    private void write(RSAKey... all) throws Exception {
        Path fresh = keys.resolveSibling("keys.new");
        Files.writeString(fresh, new JWKSet(List.of(all)).toPublicJWKSet().toString());
        Files.move(fresh, keys, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static JWTClaimsSet.Builder claims(String subject, long seconds) {
        return new JWTClaimsSet.Builder()
                .issuer("https://id.example")
                .audience("skein")
                .subject(subject)
                .expirationTime(Date.from(Instant.now().plusSeconds(seconds)));
    }

    private static String signed(JWSAlgorithm algorithm, String key, JWSSigner signer, JWTClaimsSet claims)
            throws Exception {
        SignedJWT token =
                new SignedJWT(new JWSHeader.Builder(algorithm).keyID(key).build(), claims);
        token.sign(signer);
        return token.serialize();
    }

    private Stranger vouchedFor(JWTClaimsSet.Builder claims) throws Exception {
        return nobody.with(signed(JWSAlgorithm.HS256, null, new MACSigner(SECRET), claims.build()));
    }

    private Stranger vouchedFor(RSAKey key) throws Exception {
        return nobody.with(signed(
                JWSAlgorithm.RS256,
                key.getKeyID(),
                new RSASSASigner(key),
                claims(name, AN_HOUR).build()));
    }

    // Who is let in.

    @Test
    void everyDoorLetsInWhomTheIssuerNames() throws Exception {
        Stranger anna = vouchedFor(claims(name, AN_HOUR));
        assertEquals(201, anna.post("/t/" + topic, "by http").status());
        assertEquals(name, anna.get("/v1/sessions/current").json().getString("username"));
        try (Stranger.Talk talk = anna.talk("")) {
            assertEquals("ok", talk.brief(op("publish").put("topic", topic).put("body", "by websocket")));
        }
        try (Stranger.Talk talk = nobody.talk("")) {
            assertEquals("ok", talk.brief(op("hello").put("token", anna.token())));
            assertEquals("ok", talk.brief(op("publish").put("topic", topic).put("body", "by hello")));
        }
        assertEquals(
                200, nobody.get("/t/" + topic + "?access_token=" + anna.token()).status());
        try (Stranger.Wire wire = anna.wire()) {
            wire.send("SUBSCRISUBSCRIBE:" + topic + "\n");
            assertEquals("FORMAT:RAW|first", wire.line());
            assertEquals("FORMAT:RAW|by http", wire.line());
            assertEquals("FORMAT:RAW|by websocket", wire.line());
            assertEquals("FORMAT:RAW|by hello", wire.line());
        }
    }

    @Test
    void aKeyOfTheFileIsAsGoodAsTheSecret() throws Exception {
        assertEquals(200, vouchedFor(first).get("/t/" + topic).status());
    }

    @Test
    void whomNobodyKnowsHereIsNotLetIn() throws Exception {
        Stranger carl = vouchedFor(claims("carl", AN_HOUR));
        Answer answer = expect(401, carl.get("/t/" + topic));
        assertEquals("there is no account \"carl\" here", answer.json().getString("detail"));
        assertEquals(401, carl.post("/t/" + topic, "x").status());
        try (Stranger.Wire wire = carl.wire()) {
            wire.send("PUBLISHFORMAT:RAW;ACK|x\n");
            assertTrue(wire.line().startsWith("ERR unauthenticated"));
        }
        admin.create("carl", "p");
        assertEquals(403, carl.get("/t/" + topic).status());
    }

    @Test
    void whatAnotherSignedIsNotBelieved() throws Exception {
        JWTClaimsSet good = claims(name, AN_HOUR).build();
        String forged = signed(JWSAlgorithm.HS256, null, new MACSigner(SECRET.replace('w', 'v')), good);
        assertEquals(401, nobody.with(forged).get("/t/" + topic).status());
        assertEquals(
                401,
                vouchedFor(claims(name, AN_HOUR).issuer("https://other.example"))
                        .get("/t/" + topic)
                        .status());
        assertEquals(
                401,
                vouchedFor(claims(name, AN_HOUR).audience("other"))
                        .get("/t/" + topic)
                        .status());
        assertEquals(
                401,
                vouchedFor(claims(name, AN_HOUR)
                                .notBeforeTime(Date.from(Instant.now().plusSeconds(AN_HOUR))))
                        .get("/t/" + topic)
                        .status());
    }

    // What he may.

    @Test
    void heMayWhatHisAccountMayAndNoMore() throws Exception {
        Stranger anna = vouchedFor(claims(name, AN_HOUR));
        assertEquals(200, anna.get("/t/" + topic).status());
        assertEquals(403, anna.get("/t/other-" + topic).status());
        assertEquals(403, anna.get("/console/stream").status());
    }

    @Test
    void aClaimMakesItLessAndNeverMore() throws Exception {
        Stranger writer =
                vouchedFor(claims(name, AN_HOUR).claim("skein", List.of("publish:" + topic, "publish:elsewhere")));
        assertEquals(201, writer.post("/t/" + topic, "x").status());
        assertEquals(403, writer.get("/t/" + topic).status());
        assertEquals(403, writer.post("/t/elsewhere", "x").status());
        try (Stranger.Talk talk = writer.talk("")) {
            assertEquals("forbidden", talk.brief(op("subscribe").put("topic", topic)));
            assertEquals("ok", talk.brief(op("publish").put("topic", topic).put("body", "y")));
        }
    }

    @Test
    void anAdminsTokenWithAClaimIsNoAdmins() throws Exception {
        expect(204, admin.ask("PUT", "/v1/accounts/" + name + "/role", "{\"role\":\"admin\"}"));
        assertEquals(200, vouchedFor(claims(name, AN_HOUR)).get("/v1/cluster").status());
        assertEquals(
                200,
                vouchedFor(claims(name, AN_HOUR))
                        .get("/t/" + topic + "?from=earliest")
                        .status());
        Stranger less = vouchedFor(claims(name, AN_HOUR).claim("skein", List.of("subscribe:#")));
        assertEquals(200, less.get("/t/" + topic).status());
        assertEquals(403, less.get("/console/stream").status());
        assertEquals(
                403,
                less.ask("PUT", "/v1/accounts/" + name + "/role", "{\"role\":\"member\"}")
                        .status());
    }

    @Test
    void aChangeOfTheRoleCountsAtOnce() throws Exception {
        Stranger anna = vouchedFor(claims(name, AN_HOUR));
        assertEquals(403, anna.get("/console/stream").status());
        expect(204, admin.ask("PUT", "/v1/accounts/" + name + "/role", "{\"role\":\"admin\"}"));
        try (Stranger.Lines console = anna.open("/console/stream")) {
            console.until("hello");
            expect(204, admin.ask("PUT", "/v1/accounts/" + name + "/role", "{\"role\":\"member\"}"));
            console.rest();
        }
        assertEquals(403, anna.get("/console/stream").status());
    }

    @Test
    void aNewRuleCountsAtOnce() throws Exception {
        Stranger anna = vouchedFor(claims(name, AN_HOUR));
        try (Stranger.Lines lines = anna.open("/v1/stream?from=earliest&topic=" + topic)) {
            lines.until("first");
            admin.noRule(name, topic, "subscribe");
            lines.rest();
        }
        assertEquals(403, anna.get("/t/" + topic).status());
    }

    // Its end.

    @Test
    void whatFollowsAtAnyDoorEndsWithTheToken() throws Exception {
        Stranger anna = vouchedFor(claims(name, SOON));
        try (Stranger.Lines lines = anna.open("/v1/stream?from=earliest&topic=" + topic);
                Stranger.Talk talk = anna.talk("");
                Stranger.Wire wire = anna.wire()) {
            lines.until("first");
            talk.say(op("subscribe").put("topic", topic).put("from", "earliest"));
            assertTrue(talk.push().encode().contains("first"));
            wire.send("SUBSCRISUBSCRIBE:" + topic + "\n");
            assertEquals("FORMAT:RAW|first", wire.line());

            String rest = lines.rest().toString();
            assertTrue(rest.contains("\"health\":\"unauthenticated\",\"retryable\":false"), rest);
            assertEquals(4504, talk.code());
            assertEquals("closed", wire.line());
        }
        assertEquals(401, anna.get("/t/" + topic).status());
    }

    @Test
    void aTokenThatIsOverIsOver() throws Exception {
        assertEquals(401, vouchedFor(claims(name, -2)).get("/t/" + topic).status());
    }

    @Test
    void anEndBeyondAllTimeIsNoEnd() throws Exception {
        for (long seconds : new long[] {1L << 33, 1L << 40, 1L << 50}) {
            assertEquals(
                    200,
                    vouchedFor(claims(name, AN_HOUR).expirationTime(new Date(1000 * seconds)))
                            .get("/t/" + topic)
                            .status());
        }
    }

    @Test
    void anAccountThatIsGoneTakesItsTokensWithIt() throws Exception {
        Stranger anna = vouchedFor(claims(name, AN_HOUR));
        try (Stranger.Lines lines = anna.open("/v1/stream?from=earliest&topic=" + topic);
                Stranger.Talk talk = anna.talk("")) {
            lines.until("first");
            expect(204, admin.ask("DELETE", "/v1/accounts/" + name, ""));
            lines.rest();
            assertEquals(4504, talk.code());
        }
        assertEquals(401, anna.get("/t/" + topic).status());
    }

    /** Another of the same name: what it may is asked anew. */
    @Test
    void anAccountMadeAgainHasNothingOfTheOneBefore() throws Exception {
        Stranger anna = vouchedFor(claims(name, AN_HOUR));
        assertEquals(200, anna.get("/t/" + topic).status());
        expect(204, admin.ask("DELETE", "/v1/accounts/" + name, ""));
        admin.create(name, "p");
        assertEquals(403, anna.get("/t/" + topic).status());
    }

    @Test
    void nobodyLogsOutWhatAnIssuerGave() throws Exception {
        Answer answer = vouchedFor(claims(name, AN_HOUR)).ask("DELETE", "/v1/sessions/current", "");
        assertEquals(409, answer.status());
        assertEquals("not-a-session", answer.json().getString("code"));
    }

    // Keys.

    @Test
    void keysAreExchangedWhileTheNodeRuns() throws Exception {
        RSAKey second = key("second");
        assertEquals(401, vouchedFor(second).get("/t/" + topic).status());
        write(second);
        Awaitility.await("the new key counts")
                .atMost(Duration.ofSeconds(30))
                .until(() -> vouchedFor(second).get("/t/" + topic).status() == 200);
        assertEquals(401, vouchedFor(first).get("/t/" + topic).status());
        Files.writeString(keys, "no JWK Set");
        assertEquals(200, vouchedFor(second).get("/t/" + topic).status());
        write(first);
        Awaitility.await("as before")
                .atMost(Duration.ofSeconds(30))
                .until(() -> vouchedFor(first).get("/t/" + topic).status() == 200);
    }
}
