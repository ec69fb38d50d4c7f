package io.skein.broker;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.ImmutableSecret;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.skein.account.AccountName;
import io.skein.account.Grant;
import io.skein.account.Scopes;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Believes the JSON Web Tokens of one issuer (RFC 7519, RFC 8725): the kind of a key decides by which algorithm a token may
 * be signed, {@code exp} and {@code sub} must be there. {@code sub} names an account, which must exist: what it may is said
 * here. A claim {@code skein}, a list like that of a token's scopes, makes it less. It ends at {@code exp}, to the moment;
 * only with {@code nbf} a clock that is ahead is indulged, by a minute.
 */
final class Issuer {
    private static final Logger LOG = LoggerFactory.getLogger(Issuer.class);
    private static final String SCOPES = "skein";
    private static final long READ_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(10);

    /**
     * What an issuer says of somebody.
     *
     * @param expires epoch milliseconds
     */
    record Vouched(AccountName name, Scopes scopes, long expires) {}

    private final Vertx vertx;
    private final IssuerConfig config;
    private final WallClock clock;
    private final LongSupplier nanos;
    private final List<DefaultJWTProcessor<SecurityContext>> bySecret = new ArrayList<>();
    private volatile List<DefaultJWTProcessor<SecurityContext>> byKeys = List.of();
    /** When the last read of keys ended. Guarded by this, as is what follows. */
    private long readNanos;
    /** Under way; null: none is. */
    private Future<Void> reading;

    /** @throws IllegalArgumentException with a sentence for the operator when there is no key */
    Issuer(Vertx vertx, IssuerConfig config, WallClock clock) {
        this(vertx, config, clock, System::nanoTime);
    }

    /** @param nanos by which keys are read again: files know the machine's time only */
    Issuer(Vertx vertx, IssuerConfig config, WallClock clock, LongSupplier nanos) {
        this.clock = clock;
        this.vertx = vertx;
        this.config = config;
        this.nanos = nanos;
        config.secret()
                .map(secret -> secret.getBytes(StandardCharsets.UTF_8))
                .ifPresent(secret -> bySecret.add(
                        processor(Set.of(JWSAlgorithm.HS256), new ImmutableSecret<SecurityContext>(secret))));
        config.keys().ifPresent(this::read);
        this.readNanos = nanos.getAsLong();
    }

    /** Three parts, dots between: what this node draws itself has none. */
    static boolean looksLikeOne(String token) {
        int first = token.indexOf('.');
        return first > 0 && token.indexOf('.', first + 1) > first;
    }

    /**
     * On the caller's context; fails with {@link Refusal}. Keys are exchanged from time to time, and one that was taken out of
     * the file is believed no longer: the file is read again before a token is looked at, at most once in ten seconds.
     */
    Future<Vouched> vouched(String token) {
        return readAgain().compose(v -> said(token));
    }

    private Future<Vouched> said(String token) {
        return verified(token).map(Future::succeededFuture).orElseGet(() -> Future.failedFuture(LocalGuest.notGood()));
    }

    /** Whoever comes while they are read waits for that, on his own context; what was read a moment ago is not read again. */
    private Future<Void> readAgain() {
        Future<Void> running;
        Promise<Void> begun = null;
        synchronized (this) {
            if (config.keys().isEmpty() || reading == null && nanos.getAsLong() - readNanos < READ_AGAIN_NANOS) {
                return Future.succeededFuture();
            }
            if (reading == null) {
                begun = Promise.promise();
                reading = begun.future();
            }
            running = reading;
        }
        if (begun != null) {
            // Outside: it may be done before anybody waits for it, and then its end is said here and now.
            read(begun);
        }
        Context home = vertx.getOrCreateContext();
        Promise<Void> here = Promise.promise();
        running.onComplete(read -> home.runOnContext(v -> here.complete()));
        return here.future();
    }

    private void read(Promise<Void> done) {
        vertx.<Void>executeBlocking(() -> {
                    read(config.keys().get());
                    return null;
                })
                .onComplete(read -> {
                    synchronized (this) {
                        readNanos = nanos.getAsLong();
                        reading = null;
                    }
                    done.complete();
                });
    }

    private Optional<Vouched> verified(String token) {
        List<DefaultJWTProcessor<SecurityContext>> all = new ArrayList<>(bySecret);
        all.addAll(byKeys);
        for (DefaultJWTProcessor<SecurityContext> processor : all) {
            try {
                return Optional.of(vouched(processor.process(token, null)));
            } catch (BadJOSEException | JOSEException | ParseException notGood) {
                LOG.debug("a token is not good: {}", notGood.getMessage());
            } catch (RuntimeException nonsense) {
                // Also what a library does not foresee: whatever a stranger shows is no defect of the node.
                LOG.debug("a token makes no sense: {}", nonsense.toString());
            }
        }
        return Optional.empty();
    }

    /** What is over is over: only the time from which a token is good may be a little later by another clock. */
    private Vouched vouched(JWTClaimsSet claims) throws ParseException {
        if (claims.getSubject() == null || claims.getExpirationTime() == null) {
            throw new IllegalArgumentException("sub or exp is null");
        }
        if (claims.getClaims().containsKey(SCOPES) && claims.getClaim(SCOPES) == null) {
            throw new IllegalArgumentException("scopes that are null are not all");
        }
        if (claims.getExpirationTime().getTime() <= clock.millis()) {
            throw new IllegalArgumentException("it is over");
        }
        return new Vouched(
                new AccountName(claims.getSubject()),
                scopes(claims.getStringListClaim(SCOPES)),
                claims.getExpirationTime().getTime());
    }

    private static Scopes scopes(List<String> texts) {
        if (texts == null) {
            return Scopes.WHOLE;
        }
        return new Scopes(false, texts.stream().map(Grant::parse).toList());
    }

    private void read(Path file) {
        try {
            JWKSet keys = JWKSet.load(file.toFile());
            byKeys = List.of(processor(
                    Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256), new ImmutableJWKSet<SecurityContext>(keys)));
        } catch (IOException | ParseException unreadable) {
            if (byKeys.isEmpty()) {
                throw new IllegalArgumentException(
                        "--jwt-keys " + file + " is no JWK Set that can be read: " + unreadable.getMessage(),
                        unreadable);
            }
            LOG.warn("{} cannot be read; the keys read before go on: {}", file, unreadable.getMessage());
        }
    }

    private DefaultJWTProcessor<SecurityContext> processor(
            Set<JWSAlgorithm> algorithms, JWKSource<SecurityContext> keys) {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        // RFC 9068 §2.1 calls those for access by a name of their own.
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithms, keys));
        JWTClaimsSet.Builder exact = new JWTClaimsSet.Builder();
        config.issuer().ifPresent(exact::issuer);
        processor.setJWTClaimsSetVerifier(
                new DefaultJWTClaimsVerifier<>(config.audience().orElse(null), exact.build(), Set.of("sub", "exp")) {
                    @Override
                    protected Date currentTime() {
                        return new Date(clock.millis());
                    }
                });
        return processor;
    }
}
