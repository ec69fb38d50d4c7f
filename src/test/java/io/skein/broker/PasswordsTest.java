package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.PasswordHash;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hashes of passwords. */
class PasswordsTest {
    private final Vertx vertx = Vertx.vertx();
    private final Passwords passwords = new Passwords(vertx, 1_000);

    @AfterEach
    void close() {
        vertx.close().await();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.await(20, TimeUnit.SECONDS);
    }

    @Test
    void aPasswordFitsItsHashAndNoOther() throws Exception {
        PasswordHash hash = await(passwords.hash("correct horse"));
        assertTrue(await(passwords.isRight("correct horse", Optional.of(hash))));
        assertFalse(await(passwords.isRight("correct horsf", Optional.of(hash))));
    }

    @Test
    void theSamePasswordTwiceHasTwoHashes() throws Exception {
        assertNotEquals(await(passwords.hash("p")), await(passwords.hash("p")));
    }

    @Test
    void aHashSaysHowItWasMadeAndHoldsWhenThatChanges() throws Exception {
        PasswordHash hash = await(passwords.hash("p"));
        assertTrue(hash.value().startsWith("$pbkdf2$it=1000$"), "without the hash itself");
        assertTrue(await(new Passwords(vertx, 2_000).isRight("p", Optional.of(hash))));
    }

    /** Holds the one thread still. */
    private CountDownLatch hold() throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch letGo = new CountDownLatch(1);
        vertx.createSharedWorkerExecutor("skein-passwords", 1, 60, TimeUnit.SECONDS)
                .executeBlocking(() -> {
                    held.countDown();
                    return letGo.await(20, TimeUnit.SECONDS);
                })
                .onFailure(failure -> letGo.countDown());
        assertTrue(held.await(20, TimeUnit.SECONDS));
        return letGo;
    }

    @Test
    void ofThoseWhoWaitThereIsALimit() throws Exception {
        CountDownLatch letGo = hold();
        List<Future<PasswordHash>> waiting = new ArrayList<>();
        for (int i = 0; i < Passwords.MAX_WAITING; i++) {
            waiting.add(passwords.hash("p"));
        }
        Future<PasswordHash> one = passwords.hash("p");
        assertTrue(one.failed());
        Refusal refusal = (Refusal) one.cause();
        assertEquals(Refusal.Kind.TOO_MANY, refusal.kind());
        letGo.countDown();
        for (Future<PasswordHash> each : waiting) {
            await(each);
        }
        await(passwords.hash("p"));
    }

    @Test
    void strangersWhoRegisterAndThoseWhoLogInKeepNobodyElseOut() throws Exception {
        CountDownLatch letGo = hold();
        List<Future<PasswordHash>> waiting = new ArrayList<>();
        for (int i = 0; i < Passwords.MAX_REGISTERING; i++) {
            waiting.add(passwords.register("p"));
        }
        assertTrue(passwords.register("p").failed());
        for (int i = 0; i < Passwords.MAX_WAITING; i++) {
            waiting.add(passwords.hash("p"));
        }
        assertTrue(passwords.hash("p").failed());
        letGo.countDown();
        for (Future<PasswordHash> each : waiting) {
            await(each);
        }
        await(passwords.register("p"));
    }

    @Test
    void whatIsAskedOfNobodyWaitsInTheSameLine() throws Exception {
        CountDownLatch letGo = hold();
        Future<Boolean> ofNobody = passwords.isRight("p", Optional.empty());
        assertFalse(ofNobody.isComplete());
        for (int i = 1; i < Passwords.MAX_WAITING; i++) {
            passwords.isRight("p", Optional.empty()).onFailure(full -> {});
        }
        assertTrue(passwords.hash("p").failed());
        letGo.countDown();
        assertFalse(await(ofNobody));
    }
}
