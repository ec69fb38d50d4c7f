package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccessFilter;
import io.skein.account.AccessRule;
import io.skein.account.AccountName;
import io.skein.account.Action;
import io.skein.account.Limit;
import io.skein.account.LimitName;
import io.skein.account.Quota;
import io.skein.account.Role;
import io.skein.account.Scopes;
import io.skein.account.TokenName;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What changes rights and limits holds for whoever has its answer, and takes nobody's answers from him. */
@Timeout(60)
class AnsweredTest {
    private static final String PEER = "127.0.0.1:4711";
    private static final AccountName ANNA = new AccountName("anna");
    private static final TokenName TOKEN = new TokenName("t");
    private static final LimitName LIMIT = new LimitName("few");
    /** What it lets through as a whole it counts for a minute. */
    private static final Limit LIMITED =
            new Limit(LIMIT, Optional.of(ANNA), Optional.empty(), false, new Quota(0, 1, 0));

    private static final GateConfig CONFIG = new GateConfig(true, true, 1_000, Optional.empty());

    private Hall hall;
    private LocalAccounts accounts;
    private Context loop;
    private Guest anna;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        hall = new Hall(directory, 1 << 20, 10_000);
        accounts = hall.broker.accounts(CONFIG);
        loop = hall.loopApart();
        await(() -> accounts.create(ANNA, "p", Role.MEMBER, Optional.empty(), true));
        await(() -> accounts.setRule(new AccessRule(Optional.of(ANNA), new AccessFilter("#"), Action.PUBLISH, true)));
        String token =
                await(() -> accounts.makeToken(ANNA, TOKEN, Scopes.WHOLE, 0)).token();
        LocalGate gate = new LocalGate(hall.vertx, hall.broker, hall.broker, CONFIG);
        anna = await(() -> gate.enter(Optional.of(token), PEER));
    }

    @AfterEach
    void close() throws Exception {
        hall.close();
    }

    private <T> T await(Supplier<Future<T>> action) throws Exception {
        return Hall.await(hall.onLoopOf(loop, action));
    }

    private Future<PublishAck> publish() {
        return anna.broker().publish(Publish.of("test", Hall.message("a", "x".repeat(100))));
    }

    /** What whoever asks hears next, when he acts on the answer at once and what comes after it has not happened yet. */
    private <T> T inTheAnswer(Supplier<Future<ChangeAck>> change, Supplier<T> then) throws Exception {
        CountDownLatch acted = new CountDownLatch(1);
        // Between two turns: the one before, whose answers were heard, may not have come to its end yet.
        Hall.await(hall.proposer.ask(() -> {
            hall.afterAnswers = () -> Hall.awaitLatch(acted);
            return null;
        }));
        Promise<T> next = Promise.promise();
        loop.runOnContext(v -> change.get().onComplete(done -> {
            next.handle(done.map(then.get()));
            acted.countDown();
        }));
        return Hall.await(next.future());
    }

    @Test
    void whoHearsThatATokenIsRevokedHearsItWhenItIsGoodForNothing() throws Exception {
        assertEquals(Optional.of(ANNA), anna.name());
        assertEquals(Optional.empty(), inTheAnswer(() -> accounts.revokeToken(ANNA, TOKEN), () -> anna.name()));
    }

    @Test
    void whoHearsThatALimitIsLiftedIsNotHeldByIt() throws Exception {
        await(() -> accounts.setLimit(LIMITED));
        await(this::publish);
        assertEquals(
                "rate-limited",
                assertThrows(Refusal.class, () -> await(this::publish)).code());
        Future<PublishAck> next = inTheAnswer(() -> accounts.dropLimit(LIMIT), this::publish);
        assertEquals(1, Hall.await(next).results().size());
    }

    @Test
    void whoLosesHisTokenHearsBeforeWhatWasStoredOfHimInTheSameTurn() throws Exception {
        List<String> heard = new ArrayList<>();
        Promise<Void> gone = Promise.promise();
        CountDownLatch letGo = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        Future<Void> replica = hall.proposer.ask(() -> {
            held.countDown();
            Hall.awaitLatch(letGo);
            return null;
        });
        Hall.awaitLatch(held);
        await(() -> {
            anna.whenGone(() -> {
                heard.add("gone");
                gone.complete();
            });
            publish().onComplete(done -> heard.add(done.succeeded() ? "stored" : "unknown"));
            accounts.revokeToken(ANNA, TOKEN).onComplete(done -> heard.add("revoked"));
            return Future.succeededFuture();
        });
        letGo.countDown();
        Hall.await(replica);
        Hall.await(gone.future());
        assertEquals(List.of("stored", "revoked", "gone"), heard);
    }

    /** The way of a node that does not lead: the answer is there before what was committed is. */
    private final class Behind extends OpenWay {
        private final Promise<Long> asked = Promise.promise();
        private final Promise<Void> there = Promise.promise();

        Behind() {
            super(hall.proposer);
        }

        @Override
        public Future<Void> applied(long index) {
            asked.complete(index);
            return there.future();
        }
    }

    private Future<ChangeAck> limiting(Behind way) {
        var there = new LocalAccounts(
                hall.vertx, hall.proposer, way, () -> null, hall.broker.mail(), CONFIG, WallClock.SYSTEM);
        return hall.onLoopOf(loop, () -> there.setLimit(LIMITED));
    }

    @Test
    void aNodeThatDoesNotLeadAnswersOnceItHasAppliedWhatItAnswers() throws Exception {
        Behind way = new Behind();
        Future<ChangeAck> answer = limiting(way);
        long asked = Hall.await(way.asked.future());
        assertFalse(answer.isComplete());
        way.there.complete();
        assertEquals(Hall.await(answer).index(), asked);
    }

    @Test
    void whatWasDoneIsNotDeniedByANodeThatDoesNotComeToApplyIt() throws Exception {
        Behind way = new Behind();
        Future<ChangeAck> answer = limiting(way);
        way.there.fail(Refusal.unavailable("behind", "this node has applied less"));
        assertTrue(Hall.await(answer).made());
    }
}
