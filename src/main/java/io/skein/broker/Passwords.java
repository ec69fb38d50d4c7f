package io.skein.broker;

import io.skein.account.PasswordHash;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.ext.auth.hashing.HashingStrategy;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Slow salted hashes: PBKDF2 with HMAC-SHA-512 (RFC 8018 §5.2), a salt of 16 bytes, the parameters in the text beside the
 * hash. One thread makes them all, so that however many log in at once the rest of the node has its processors; of those
 * who wait there is a limit, and another for strangers who register, so that neither keeps the others out.
 */
final class Passwords {
    /** A tenth of a second each: who waits behind so many waits some seconds. */
    static final int MAX_WAITING = 64;

    /** Of those for strangers who register, beside the others. */
    static final int MAX_REGISTERING = MAX_WAITING / 2;

    private static final int SALT_BYTES = 16;
    private static final long MAX_SECONDS = 60;

    private final WorkerExecutor thread;
    /** Of that thread alone, from its first password on: most nodes see none, and it brings half the JDK's security with it. */
    private HashingStrategy strategy;

    private final SecureRandom random = new SecureRandom();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger registering = new AtomicInteger();
    private final Map<String, String> parameters;
    /** What the password of an account is checked against that is not there: so long takes the answer, too. */
    private final String nobody;

    Passwords(Vertx vertx, int iterations) {
        this.thread = vertx.createSharedWorkerExecutor("skein-passwords", 1, MAX_SECONDS, TimeUnit.SECONDS);
        this.parameters = Map.of("it", Integer.toString(iterations));
        this.nobody = "$pbkdf2$it=" + iterations + "$" + salt() + "$" + "A".repeat(86);
    }

    /** Completes on the caller's context; fails with {@link Refusal} when too many wait. */
    Future<PasswordHash> hash(String password) {
        return run(waiting, MAX_WAITING, () -> made(password));
    }

    /** The same for a stranger who registers. */
    Future<PasswordHash> register(String password) {
        return run(registering, MAX_REGISTERING, () -> made(password));
    }

    private PasswordHash made(String password) {
        return new PasswordHash(strategy().hash("pbkdf2", parameters, salt(), password));
    }

    /** @param hash empty: there is nothing that would fit; takes as long all the same */
    Future<Boolean> isRight(String password, Optional<PasswordHash> hash) {
        return run(
                waiting,
                MAX_WAITING,
                () -> strategy().verify(hash.map(PasswordHash::value).orElse(nobody), password) && hash.isPresent());
    }

    private HashingStrategy strategy() {
        if (strategy == null) {
            strategy = HashingStrategy.load();
        }
        return strategy;
    }

    private String salt() {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return Base64.getEncoder().withoutPadding().encodeToString(salt);
    }

    private <T> Future<T> run(AtomicInteger line, int most, Callable<T> work) {
        if (line.incrementAndGet() > most) {
            line.decrementAndGet();
            return Future.failedFuture(Refusal.of(
                    Refusal.Kind.TOO_MANY, "too-many-logins", most + " passwords wait to be worked on already"));
        }
        return thread.executeBlocking(work, true).onComplete(done -> line.decrementAndGet());
    }
}
