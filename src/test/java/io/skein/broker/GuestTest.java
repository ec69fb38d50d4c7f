package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.skein.account.AccountCommand;
import io.skein.account.AccountName;
import io.skein.account.BearerHash;
import io.skein.account.PasswordHash;
import io.skein.account.Permit;
import io.skein.account.Principal;
import io.skein.account.Role;
import io.skein.account.Scopes;
import io.skein.account.TokenName;
import io.skein.machine.Command;
import io.skein.mailbox.Unread;
import io.skein.store.StoredMessage;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who came in, and what ends when his token does. */
@Timeout(60)
class GuestTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final String PEER = "127.0.0.1:4711";
    private static final AccountName ANNA = new AccountName("anna");
    private static final TokenName TOKEN = new TokenName("t");

    private Hall hall;
    private LocalGate gate;
    private Context loop;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        hall = new Hall(directory, 1 << 20, 10_000);
        IssuerConfig issuer =
                new IssuerConfig(Optional.of(SECRET), Optional.empty(), Optional.empty(), Optional.empty());
        gate = new LocalGate(
                hall.vertx, hall.broker, hall.broker, new GateConfig(true, true, 1_000, Optional.of(issuer)));
        loop = hall.loopApart();
        propose(new AccountCommand.Create(ANNA, new PasswordHash("$"), Role.ADMIN));
    }

    @AfterEach
    void close() throws Exception {
        hall.close();
    }

    private void propose(Command command) throws Exception {
        Hall.await(hall.proposer.propose(command, Optional.empty()));
    }

    private Guest enter(String token) throws Exception {
        return Hall.await(hall.onLoopOf(loop, () -> gate.enter(Optional.of(token), PEER)));
    }

    private static String vouchedUntil(long expires) throws Exception {
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .subject("anna")
                .expirationTime(new Date(expires))
                .build();
        SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
        token.sign(new MACSigner(SECRET));
        return token.serialize();
    }

    @Test
    void whatFollowsByTheWordOfAnIssuerEndsWithThat() throws Exception {
        // Whole seconds, as they are said.
        long expires = (System.currentTimeMillis() / 1000 + 2) * 1000;
        Guest guest = enter(vouchedUntil(expires));
        Promise<String> ended = Promise.promise();
        Hall.await(hall.onLoopOf(
                loop,
                () -> guest.broker()
                        .subscribe(new Subscribe(Hall.filters("a"), From.LATEST, 10, "test", PEER), new Subscriber() {
                            @Override
                            public boolean deliver(List<StoredMessage> messages, String lastCursor) {
                                return true;
                            }

                            @Override
                            public void gap(String requested, String resumedAt, long lost) {}

                            @Override
                            public void ended(String reason, boolean retry) {
                                ended.complete(reason + " " + retry);
                            }
                        })));
        assertEquals("unauthenticated false", Hall.await(ended.future()));
        assertTrue(System.currentTimeMillis() >= expires, "too early");
        assertEquals(
                Refusal.Kind.UNAUTHENTICATED,
                assertThrows(Refusal.class, () -> enter(vouchedUntil(expires))).kind());
    }

    @Test
    void nobodyIsHeldByTheEndOfHisToken() throws Exception {
        WeakReference<Guest> guest =
                new WeakReference<>(enter(vouchedUntil(System.currentTimeMillis() + TimeUnit.HOURS.toMillis(1))));
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> {
            System.gc();
            return guest.get() == null;
        });
    }

    @Test
    void whatAStrangerCallsSomethingIsNoAccounts() throws Exception {
        LocalGuest stranger = (LocalGuest) gate.stranger();
        LocalGuest anna = (LocalGuest) enter(vouchedUntil(System.currentTimeMillis() + 60_000));
        String number = Long.toString(anna.account());
        Set<String> all = new HashSet<>();
        List<String> names = List.of("k", "/k", number + "/k", "/" + number + "/k", "/", "//k", "");
        for (String name : names) {
            all.add(stranger.own(name));
            all.add(anna.own(name));
        }
        assertEquals(2 * names.size(), all.size(), all.toString());
        assertEquals("k", stranger.own("k"));
    }

    /** Mail that takes its time to begin a watch. */
    private static final class LateMail implements Mail {
        final Promise<MailWatch> begun = Promise.promise();
        MailWatcher watcher;

        @Override
        public Future<MailWatch> watch(Principal owner, MailWatcher told) {
            watcher = told;
            return begun.future();
        }

        @Override
        public Future<MailAck> send(Principal from, AccountName to, String content, Optional<String> key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<MailPage> list(Principal owner, Which which, Freshness freshness) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<Unread> unread(Principal owner, int senders, Freshness freshness) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<MailsAck> markRead(Principal owner, List<Long> ids, Optional<String> key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<MailsAck> delete(Principal owner, List<Long> ids, Optional<String> key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<ChangeAck> deleteAccount(AccountName name, long checked) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Future<List<AccountName>> present(List<AccountName> names) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class Watch implements MailWatch {
        boolean closed;

        @Override
        public void resume() {}

        @Override
        public void close() {
            closed = true;
        }
    }

    private final LateMail mail = new LateMail();
    private final Watch watch = new Watch();
    private final List<MailEvent> heard = new ArrayList<>();

    /** Anna asks for her mail, and before that begins her token is revoked. */
    private Future<MailWatch> watchingWithoutToken() throws Exception {
        BearerHash bearer = BearerHash.of("skt_x");
        propose(new AccountCommand.MakeToken(ANNA, TOKEN, bearer, Scopes.WHOLE, 0));
        Optional<Permit> permit = hall.ask(() -> hall.accounts.permit(bearer, 0));
        LocalGuest guest = new LocalGuest(
                hall.broker.access(),
                hall.broker.throttle(),
                WallClock.SYSTEM,
                loop,
                true,
                permit,
                hall.broker,
                null,
                mail);
        hall.broker.access().watch(guest);
        Promise<MailWatch> opened = Promise.promise();
        onLoop(() -> guest.mail()
                .watch(event -> {
                    heard.add(event);
                    return true;
                })
                .onComplete(opened));
        propose(new AccountCommand.RevokeToken(ANNA, TOKEN));
        // Guests are told at the end of the turn that answers; this is after it.
        hall.ask(() -> null);
        return opened.future();
    }

    private void onLoop(Runnable action) throws Exception {
        Hall.await(hall.onLoopOf(loop, () -> {
            action.run();
            return Future.succeededFuture();
        }));
    }

    @Test
    void mailOfWhomeverLostItBeforeItBeganIsNotWatched() throws Exception {
        Future<MailWatch> opened = watchingWithoutToken();
        onLoop(() -> mail.begun.complete(watch));
        assertEquals(
                Refusal.Kind.UNAUTHENTICATED,
                assertThrows(Refusal.class, () -> Hall.await(opened)).kind());
        assertTrue(watch.closed);
        assertEquals(List.of(), heard);
    }

    @Test
    void mailThatIsToldBeforeItBeganEndsTheWatchOfWhomeverLostIt() throws Exception {
        Future<MailWatch> opened = watchingWithoutToken();
        onLoop(() -> mail.watcher.on(new MailEvent.Gap()));
        assertEquals(List.of(new MailEvent.Ended("unauthenticated")), heard);
        onLoop(() -> mail.begun.complete(watch));
        MailWatch begun = Hall.await(opened);
        onLoop(begun::close);
        assertTrue(watch.closed);
    }
}
