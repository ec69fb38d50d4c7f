package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.skein.account.Action;
import io.skein.account.Grant;
import io.skein.account.Scopes;
import io.skein.broker.Issuer.Vouched;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose tokens are believed, and what of them. */
class IssuerTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final Date SOON = Date.from(Instant.now().plusSeconds(3600));

    private final Vertx vertx = Vertx.vertx();

    @TempDir
    private Path directory;

    @AfterEach
    void close() throws Exception {
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    private static IssuerConfig bySecret() {
        return new IssuerConfig(Optional.of(SECRET), Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static JWTClaimsSet claims(UnaryOperator<JWTClaimsSet.Builder> with) {
        return with.apply(new JWTClaimsSet.Builder().subject("anna").expirationTime(SOON))
                .build();
    }

    private static String signed(JWSAlgorithm algorithm, String key, JWSSigner signer, JWTClaimsSet claims)
            throws Exception {
        SignedJWT token =
                new SignedJWT(new JWSHeader.Builder(algorithm).keyID(key).build(), claims);
        token.sign(signer);
        return token.serialize();
    }

    private static String byHmac(JWTClaimsSet claims) throws Exception {
        return signed(JWSAlgorithm.HS256, null, new MACSigner(SECRET), claims);
    }

    private Vouched vouched(IssuerConfig config, String token) throws Exception {
        return new Issuer(vertx, config, WallClock.SYSTEM).vouched(token).await(10, TimeUnit.SECONDS);
    }

    private void assertNotGood(IssuerConfig config, String token) {
        Refusal refusal = assertThrows(Refusal.class, () -> vouched(config, token));
        assertEquals(Refusal.Kind.UNAUTHENTICATED, refusal.kind());
    }

    private Path keys(RSAKey... keys) throws Exception {
        Path file = directory.resolve("keys.json");
        List<com.nimbusds.jose.jwk.JWK> all = List.of(keys);
        Files.writeString(file, new JWKSet(all).toPublicJWKSet().toString());
        return file;
    }

    private static IssuerConfig byKeys(Path file) {
        return new IssuerConfig(Optional.empty(), Optional.of(file), Optional.empty(), Optional.empty());
    }

    @Test
    void aTokenSignedWithTheSecretNamesItsAccount() throws Exception {
        Vouched vouched = vouched(bySecret(), byHmac(claims(all -> all)));
        assertEquals("anna", vouched.name().value());
        assertEquals(Scopes.WHOLE, vouched.scopes());
        assertEquals(SOON.getTime() / 1000, vouched.expires() / 1000);
    }

    @Test
    void anotherSecretIsNotBelieved() throws Exception {
        String token = signed(JWSAlgorithm.HS256, null, new MACSigner(SECRET.replace('0', 'x')), claims(all -> all));
        assertNotGood(bySecret(), token);
    }

    @Test
    void aTokenWithoutSignatureIsNotBelieved() {
        assertNotGood(bySecret(), new PlainJWT(claims(all -> all)).serialize());
    }

    @Test
    void aTokenThatIsOverIsNotBelieved() throws Exception {
        Date past = Date.from(Instant.now().minusSeconds(3600));
        assertNotGood(bySecret(), byHmac(claims(all -> all.expirationTime(past))));
    }

    @Test
    void aTokenWithoutAnEndIsNotBelieved() throws Exception {
        assertNotGood(bySecret(), byHmac(claims(all -> all.expirationTime(null))));
    }

    @Test
    void aTokenThatIsNotYetGoodIsNotBelieved() throws Exception {
        assertNotGood(bySecret(), byHmac(claims(all -> all.notBeforeTime(SOON))));
    }

    @Test
    void aTokenOfNobodyIsNotBelieved() throws Exception {
        assertNotGood(bySecret(), byHmac(claims(all -> all.subject(null))));
        assertNotGood(bySecret(), byHmac(claims(all -> all.subject("../admin"))));
    }

    @Test
    void anotherIssuerIsNotBelieved() throws Exception {
        IssuerConfig config =
                new IssuerConfig(Optional.of(SECRET), Optional.empty(), Optional.of("https://id"), Optional.empty());
        assertNotGood(config, byHmac(claims(all -> all.issuer("https://other"))));
        assertEquals(
                "anna",
                vouched(config, byHmac(claims(all -> all.issuer("https://id"))))
                        .name()
                        .value());
    }

    @Test
    void aTokenForAnotherAudienceIsNotBelieved() throws Exception {
        IssuerConfig config =
                new IssuerConfig(Optional.of(SECRET), Optional.empty(), Optional.empty(), Optional.of("skein"));
        assertNotGood(config, byHmac(claims(all -> all)));
        assertNotGood(config, byHmac(claims(all -> all.audience("other"))));
        assertEquals(
                "anna",
                vouched(config, byHmac(claims(all -> all.audience(List.of("other", "skein")))))
                        .name()
                        .value());
    }

    @Test
    void aTokenMayBeForLessThanItsAccountMay() throws Exception {
        Vouched vouched = vouched(bySecret(), byHmac(claims(all -> all.claim("skein", List.of("publish:orders/#")))));
        Grant grant = vouched.scopes().grants().get(0);
        assertEquals(Action.PUBLISH, grant.action());
        assertEquals("orders/#", grant.filter().value());
    }

    @Test
    void scopesThatMakeNoSenseAreNotTakenForAll() throws Exception {
        assertNotGood(bySecret(), byHmac(claims(all -> all.claim("skein", List.of("everything")))));
        assertNotGood(bySecret(), byHmac(claims(all -> all.claim("skein", List.of()))));
        assertNotGood(bySecret(), byHmac(claims(all -> all.claim("skein", 7))));
    }

    @Test
    void claimsThatNobodyMakesAreNotGood() throws Exception {
        for (String claims : List.of(
                "{\"sub\":\"anna\",\"exp\":null}",
                "{\"sub\":\"anna\",\"exp\":9999999999,\"aud\":[\"a\",null],\"skein\":\"a\"}",
                "{\"sub\":null,\"exp\":9999999999}",
                "{\"sub\":\"anna\",\"exp\":9999999999,\"skein\":null}",
                "{\"sub\":\"anna\",\"exp\":9999999999,\"skein\":[null]}",
                "{\"sub\":\"anna\",\"exp\":9999999999,\"skein\":{}}",
                "{\"sub\":\"anna\",\"exp\":\"9999999999\",\"nbf\":[]}",
                "[]")) {
            JWSObject token = new JWSObject(new JWSHeader(JWSAlgorithm.HS256), new Payload(claims));
            token.sign(new MACSigner(SECRET));
            assertNotGood(bySecret(), token.serialize());
        }
    }

    @Test
    void aTokenSignedWithAKeyOfTheSetIsBelieved() throws Exception {
        RSAKey key = new RSAKeyGenerator(2048).keyID("one").generate();
        String token = signed(JWSAlgorithm.RS256, "one", new RSASSASigner(key), claims(all -> all));
        assertEquals("anna", vouched(byKeys(keys(key)), token).name().value());
    }

    @Test
    void whoeverComesWhileKeysAreReadAgainWaitsForThem() throws Exception {
        RSAKey first = new RSAKeyGenerator(2048).keyID("one").generate();
        RSAKey second = new RSAKeyGenerator(2048).keyID("two").generate();
        AtomicLong nanos = new AtomicLong();
        Issuer issuer = new Issuer(vertx, byKeys(keys(first)), WallClock.SYSTEM, nanos::get);
        keys(second);
        String token = signed(JWSAlgorithm.RS256, "two", new RSASSASigner(second), claims(all -> all));
        Refusal tooSoon =
                assertThrows(Refusal.class, () -> issuer.vouched(token).await(10, TimeUnit.SECONDS));
        assertEquals(Refusal.Kind.UNAUTHENTICATED, tooSoon.kind());
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(10));
        // What blocks is done one after the other for a context: the keys are read when this is let go.
        CountDownLatch letGo = new CountDownLatch(1);
        List<Future<Vouched>> all = new ArrayList<>();
        Promise<Void> asked = Promise.promise();
        vertx.getOrCreateContext().runOnContext(v -> {
            vertx.executeBlocking(() -> letGo.await(10, TimeUnit.SECONDS));
            for (int i = 0; i < 3; i++) {
                all.add(issuer.vouched(token));
            }
            asked.complete();
        });
        asked.future().await(10, TimeUnit.SECONDS);
        assertTrue(all.stream().noneMatch(Future::isComplete), "not waited for");
        letGo.countDown();
        for (Future<Vouched> each : all) {
            assertEquals("anna", each.await(10, TimeUnit.SECONDS).name().value());
        }
    }

    private static String ofType(String type) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .type(new JOSEObjectType(type))
                        .build(),
                claims(all -> all));
        token.sign(new MACSigner(SECRET));
        return token.serialize();
    }

    @Test
    void aTokenMayBeOfTheTypeOfThoseForAccess() throws Exception {
        assertEquals("anna", vouched(bySecret(), ofType("JWT")).name().value());
        assertEquals("anna", vouched(bySecret(), ofType("at+jwt")).name().value());
        assertNotGood(bySecret(), ofType("logout+jwt"));
    }

    @Test
    void anEndIsNotIndulgedAsAClockThatIsAheadIs() throws Exception {
        Instant now = Instant.now();
        assertNotGood(bySecret(), byHmac(claims(all -> all.expirationTime(Date.from(now.minusSeconds(2))))));
        vouched(bySecret(), byHmac(claims(all -> all.notBeforeTime(Date.from(now.plusSeconds(20))))));
    }

    @Test
    void aPublicKeyIsNoSecret() throws Exception {
        // RFC 8725 §2.1: a token signed by HMAC with the text of the public key.
        RSAKey key = new RSAKeyGenerator(2048).keyID("one").generate();
        byte[] text = key.toPublicJWK().toString().getBytes(StandardCharsets.UTF_8);
        String token = signed(JWSAlgorithm.HS256, "one", new MACSigner(text), claims(all -> all));
        assertNotGood(byKeys(keys(key)), token);
    }

    @Test
    void keysThatCannotBeReadStopTheStart() {
        IllegalArgumentException why = assertThrows(
                IllegalArgumentException.class,
                () -> new Issuer(vertx, byKeys(directory.resolve("none.json")), WallClock.SYSTEM));
        assertTrue(why.getMessage().startsWith("--jwt-keys "), why.getMessage());
    }

    @Test
    void onlyWhatLooksLikeOneIsTakenForOne() {
        assertTrue(Issuer.looksLikeOne("a.b.c"));
        for (String other : List.of("skt_abc", "a.b", "..", "")) {
            assertEquals(false, Issuer.looksLikeOne(other), other);
        }
    }
}
