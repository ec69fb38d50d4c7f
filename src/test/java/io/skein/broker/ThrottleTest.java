package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccessFilter;
import io.skein.account.AccountCommand;
import io.skein.account.AccountMachine;
import io.skein.account.AccountName;
import io.skein.account.Limit;
import io.skein.account.LimitName;
import io.skein.account.PasswordHash;
import io.skein.account.Quota;
import io.skein.account.Role;
import io.skein.machine.Command;
import io.skein.machine.Cursor;
import io.skein.machine.Moment;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.topic.Format;
import io.skein.topic.Message;
import io.skein.topic.Publication;
import io.skein.topic.TopicName;
import io.skein.topic.TopicOutcome;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What limits come to at a node. */
class ThrottleTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long NOBODY = 0;
    private static final TopicOutcome.Result STORED = new TopicOutcome.Accepted(0, Cursor.ORIGIN, 0);
    private static final TopicOutcome.Result REFUSED =
            new TopicOutcome.Refused(new Rejected(Rejection.WRONG_OFFSET, "no", 0));

    private final AccountMachine machine = new AccountMachine();
    private long index;
    private long now = 77 * SECOND;
    private final Throttle throttle = new Throttle(() -> now);
    private long anna;
    private long bert;

    @BeforeEach
    void people() {
        anna = create("anna");
        bert = create("bert");
    }

    private void take(Command command) {
        index++;
        machine.decide(new Moment(index, 0, index), command).changes().forEach(machine::evolve);
        throttle.applied(machine);
    }

    private long create(String name) {
        take(new AccountCommand.Create(new AccountName(name), new PasswordHash("$"), Role.MEMBER));
        return machine.find(new AccountName(name)).orElseThrow().id();
    }

    private void limit(String name, String whom, String topic, boolean shared, Quota quota) {
        take(new AccountCommand.SetLimit(new Limit(
                new LimitName(name),
                Optional.of(whom).filter(one -> !one.isEmpty()).map(AccountName::new),
                Optional.of(topic).filter(one -> !one.isEmpty()).map(AccessFilter::new),
                shared,
                quota)));
    }

    private void drop(String name) {
        take(new AccountCommand.DropLimit(new LimitName(name)));
    }

    private static Quota messages(long perSecond) {
        return new Quota(perSecond, 0, 0);
    }

    private static Quota bytes(long perSecond) {
        return new Quota(0, perSecond, 0);
    }

    private static Quota connections(int most) {
        return new Quota(0, 0, most);
    }

    private static Publication message(String topic, int bytes) {
        return Publication.of(new TopicName(topic), new Message("", List.of(), Format.RAW, "", new byte[bytes]));
    }

    private static List<Publication> messages(String topic, int count) {
        return Collections.nCopies(count, message(topic, 1));
    }

    private Future<String> publish(long account, List<Publication> messages, Future<String> done) {
        return throttle.charged(account, messages, () -> done, text -> Collections.nCopies(messages.size(), STORED));
    }

    private Refusal refusal(long account, List<Publication> messages) {
        return (Refusal) publish(account, messages, Future.succeededFuture("")).cause();
    }

    private boolean passes(long account, String topic, int count) {
        return refusal(account, messages(topic, count)) == null;
    }

    @Test
    void withoutLimitsEverythingPasses() {
        assertTrue(passes(anna, "a", 1_000));
        assertEquals(0, throttle.remembered());
    }

    @Test
    void whoIsOverIsToldTheLimitTheFigureAndWhenToComeAgain() {
        limit("some", "anna", "", false, messages(10));
        assertTrue(passes(anna, "a", 8));
        Refusal no = refusal(anna, messages("a", 5));
        assertEquals(Refusal.Kind.TOO_MANY, no.kind());
        assertEquals("rate-limited", no.code());
        assertEquals("some", no.facts().get("limitName"));
        assertEquals("messagesPerSecond", no.facts().get("figure"));
        assertEquals(10L, no.facts().get("limit"));
        assertEquals(8L, no.facts().get("used"));
        assertEquals(300L, no.facts().get("retryAfterMs"));
        assertEquals(1, throttle.refused(Throttled.Figure.RATE));
        now += TimeUnit.MILLISECONDS.toNanos(300);
        assertNull(refusal(anna, messages("a", 5)));
    }

    @Test
    void bytesAreThoseOfBodies() {
        limit("some", "", "", false, bytes(1_000));
        assertNull(refusal(anna, List.of(message("a", 600), message("b", 400))));
        Refusal no = refusal(anna, List.of(message("a", 1)));
        assertEquals("bytesPerSecond", no.facts().get("figure"));
        assertEquals(1, throttle.refused(Throttled.Figure.BYTES));
    }

    @Test
    void aMessageLargerThanASecondsBytesPassesWhenNothingIsUsed() {
        limit("some", "", "", false, bytes(1_000));
        assertNull(refusal(anna, List.of(message("a", 5_000))));
        now += 4 * SECOND;
        assertEquals(1L, refusal(anna, List.of(message("a", 1))).facts().get("retryAfterMs"));
        now += SECOND;
        assertNull(refusal(anna, List.of(message("a", 5_000))));
    }

    @Test
    void eachAccountHasAsMuchAndThoseWhoDoNotSayAreOne() {
        limit("some", "", "", false, messages(3));
        for (long who : new long[] {anna, bert, NOBODY}) {
            assertTrue(passes(who, "a", 3));
            assertFalse(passes(who, "a", 1));
        }
    }

    @Test
    void whatAllShareIsUsedByAll() {
        limit("some", "", "", true, messages(3));
        assertTrue(passes(anna, "a", 2));
        assertFalse(passes(bert, "a", 2));
        assertTrue(passes(NOBODY, "a", 1));
    }

    @Test
    void aLimitOfOneIsNotAnothers() {
        limit("hers", "anna", "", false, messages(1));
        assertTrue(passes(anna, "a", 1));
        assertFalse(passes(anna, "a", 1));
        assertTrue(passes(bert, "a", 100));
    }

    @Test
    void anAccountsOwnTakesThePlaceOfEverybodysFigureByFigure() {
        limit("each", "", "", false, new Quota(2, 10, 0));
        limit("hers", "anna", "", false, messages(100));
        assertTrue(passes(anna, "a", 10));
        assertEquals("bytesPerSecond", refusal(anna, messages("a", 1)).facts().get("figure"));
        assertTrue(passes(bert, "a", 2));
        assertFalse(passes(bert, "a", 1));
    }

    @Test
    void anAccountsOwnForOtherTopicsTakesNobodysPlace() {
        limit("each", "", "", false, messages(2));
        limit("hers", "anna", "a/#", false, messages(100));
        assertTrue(passes(anna, "a/b", 2));
        assertFalse(passes(anna, "a/b", 1));
    }

    @Test
    void whatAllShareHoldsBesidesAnAccountsOwn() {
        limit("all", "", "", true, messages(2));
        limit("hers", "anna", "", false, messages(100));
        assertTrue(passes(anna, "a", 2));
        assertFalse(passes(anna, "a", 1));
    }

    @Test
    void aTopicsLimitCountsAllItsTopicsTogetherAndNoOther() {
        limit("orders", "", "orders/#", false, messages(3));
        assertTrue(passes(anna, "orders", 1));
        assertTrue(passes(anna, "orders/a", 1));
        assertTrue(passes(anna, "orders/a/b", 1));
        assertFalse(passes(anna, "orders/c", 1));
        assertTrue(passes(anna, "bills/c", 100));
    }

    @Test
    void filtersMatchAsThoseOfAccessDo() {
        limit("some", "", "+/b/#", true, messages(1));
        assertTrue(passes(anna, "$s/b/c", 100));
        assertTrue(passes(anna, "a/c/b", 100));
        assertTrue(passes(anna, "a/b/c", 1));
        assertFalse(passes(anna, "x/b", 1));
    }

    @Test
    void aListIsChargedAsAWholeOrNotAtAll() {
        limit("a", "", "a", true, messages(5));
        limit("b", "", "b", true, messages(2));
        List<Publication> list = new ArrayList<>(messages("a", 3));
        list.add(message("b", 1));
        list.addAll(messages("a", 2));
        assertNull(refusal(anna, list));
        assertEquals("a", refusal(anna, list).facts().get("limitName"));
        assertTrue(passes(anna, "b", 1));
        assertFalse(passes(anna, "b", 1));
    }

    @Test
    void theLimitThatLastsLongestIsTheOneThatIsSaid() {
        limit("quick", "", "", true, messages(1_000));
        limit("slow", "", "", true, bytes(10));
        assertNull(refusal(anna, List.of(message("a", 10_000))));
        assertEquals("slow", refusal(anna, messages("a", 1)).facts().get("limitName"));
    }

    @Test
    void whatWasNotDoneIsGivenBack() {
        limit("some", "", "", false, messages(5));
        Promise<String> asked = Promise.promise();
        publish(anna, messages("a", 5), asked.future()).onFailure(no -> {});
        assertFalse(passes(anna, "a", 1));
        asked.fail(Refusal.unavailable("no-leader", "nobody leads"));
        assertTrue(passes(anna, "a", 5));
    }

    @Test
    void whatMayHaveBeenDoneIsNotGivenBack() {
        limit("some", "", "", false, messages(5));
        Future<String> unknown =
                Future.failedFuture(Refusal.of(Refusal.Kind.INDETERMINATE, "indeterminate", "nobody knows"));
        assertTrue(publish(anna, messages("a", 5), unknown).failed());
        assertFalse(passes(anna, "a", 1));
    }

    @Test
    void whatWasRefusedOfAListIsGivenBack() {
        limit("some", "", "", false, new Quota(5, 100, 0));
        List<Publication> list = List.of(message("a", 60), message("a", 40));
        throttle.charged(anna, list, () -> Future.succeededFuture(""), done -> List.of(STORED, REFUSED))
                .onFailure(no -> {});
        assertNull(refusal(anna, List.of(message("a", 40))));
        assertEquals("bytesPerSecond", refusal(anna, messages("a", 1)).facts().get("figure"));
    }

    @Test
    void aTransactionThatDidNothingCostsNothing() {
        limit("some", "", "", false, messages(5));
        throttle.charged(anna, messages("a", 5), () -> Future.succeededFuture(""), done -> List.of())
                .onFailure(no -> {});
        assertTrue(passes(anna, "a", 5));
    }

    @Test
    void whatCannotEvenBeginIsGivenBack() {
        limit("some", "", "", false, messages(5));
        assertThrows(
                IllegalStateException.class,
                () -> throttle.<String>charged(
                        anna,
                        messages("a", 5),
                        () -> {
                            throw new IllegalStateException("as a test wants it");
                        },
                        done -> List.of()));
        assertTrue(passes(anna, "a", 5));
    }

    @Test
    void ofAListThatCostTheMostWhatWasRefusedGivesBackNoMoreThanThat() {
        limit("some", "", "", true, messages(1));
        List<TopicOutcome.Result> results = new ArrayList<>(Collections.nCopies(499, REFUSED));
        results.add(STORED);
        throttle.charged(anna, messages("a", 500), () -> Future.succeededFuture(""), done -> results)
                .onFailure(no -> {});
        assertTrue(passes(anna, "a", 1));
        assertFalse(passes(anna, "a", 1));
    }

    @Test
    void oneLargeMessageKeepsNobodyOutForMoreThanAMinute() {
        limit("some", "", "", true, bytes(1));
        assertNull(refusal(anna, List.of(message("a", 1 << 20))));
        assertEquals(60_000L, refusal(bert, messages("a", 1)).facts().get("retryAfterMs"));
        now += 60 * SECOND;
        assertTrue(passes(bert, "a", 1));
    }

    @Test
    void aChangeOfTheLimitClearsWhatWasUsed() {
        limit("some", "", "", true, messages(1));
        assertTrue(passes(anna, "a", 500));
        assertFalse(passes(anna, "a", 1));
        limit("some", "", "", true, messages(2));
        assertTrue(passes(anna, "a", 2));
    }

    @Test
    void whoeverIsForgottenMeanwhileSeveralThreadsTogetherPassNoMoreThanOneAlone() {
        limit("some", "", "", false, messages(5));
        assertTrue(passes(anna, "a", 1));
        AtomicLong others = new AtomicLong(1_000);
        AtomicInteger hers = new AtomicInteger();
        BucketTest.together(() -> {
            for (int i = 0; i < 5_000; i++) {
                comesAndHasItGivenBack(others.getAndIncrement());
                if (i % 100 == 0 && passes(anna, "a", 1)) {
                    hers.incrementAndGet();
                }
            }
        });
        assertEquals(4, hers.get());
        // Who sweeps may be held up while the others go on; they go with the next sweep.
        for (int i = 0; i < 50_000; i++) {
            comesAndHasItGivenBack(others.getAndIncrement());
        }
        assertTrue(throttle.remembered() < 5_000, throttle.remembered() + " are remembered");
    }

    /** Nothing to remember: swept away. */
    private void comesAndHasItGivenBack(long account) {
        publish(account, messages("a", 1), Future.failedFuture(Refusal.unavailable("no-leader", "nobody leads")))
                .onFailure(no -> {});
    }

    @Test
    void aLimitHoldsFromTheTurnThatSetsIt() {
        assertTrue(passes(anna, "a", 100));
        limit("some", "", "", false, messages(1));
        assertTrue(passes(anna, "a", 1));
        assertFalse(passes(anna, "a", 1));
        limit("some", "", "", false, messages(10));
        assertTrue(passes(anna, "a", 10));
        drop("some");
        assertTrue(passes(anna, "a", 100));
    }

    @Test
    void whatIsUsedOfALimitStaysUsedWhenAnotherChanges() {
        limit("some", "", "", false, messages(1));
        assertTrue(passes(anna, "a", 1));
        limit("other", "", "b", false, messages(1));
        assertFalse(passes(anna, "a", 1));
    }

    @Test
    void aLimitGoesWithItsAccount() {
        limit("hers", "anna", "", false, messages(1));
        take(new AccountCommand.Delete(new AccountName("anna"), AccountCommand.UNCHECKED));
        assertTrue(passes(anna, "a", 100));
    }

    @Test
    void anotherStatesLimitsTakeThePlaceOfAll() {
        limit("some", "", "", false, messages(1));
        throttle.renewed(new AccountMachine());
        assertTrue(passes(anna, "a", 100));
        throttle.renewed(machine);
        assertTrue(passes(anna, "a", 1));
        assertFalse(passes(anna, "a", 1));
    }

    @Test
    void whoUsedNothingLatelyIsForgotten() {
        limit("some", "", "", false, messages(1));
        for (long account = 1_000; account < 1_000 + Throttle.MAX_REMEMBERED; account++) {
            now += SECOND / 4_096;
            assertTrue(passes(account, "a", 1));
        }
        assertTrue(throttle.remembered() < 4 * 4_096, throttle.remembered() + " are remembered");
        assertFalse(passes(999 + Throttle.MAX_REMEMBERED, "a", 1), "the last is forgotten");
    }

    @Test
    void noMoreThanSoManyAreRememberedWhateverTheyUsed() {
        limit("some", "", "", false, messages(1));
        for (long account = 1_000; account < 1_000 + 3L * Throttle.MAX_REMEMBERED; account++) {
            passes(account, "a", 10);
            assertTrue(throttle.remembered() <= Throttle.MAX_REMEMBERED);
        }
    }

    // Connections.

    @Test
    void aConnectionTooManyIsRefusedUntilOneEnds() {
        limit("some", "", "", false, connections(2));
        Stay first = throttle.stay(anna);
        throttle.stay(anna);
        Refusal no = assertThrows(Refusal.class, () -> throttle.stay(anna));
        assertEquals(Refusal.Kind.TOO_MANY, no.kind());
        assertEquals("too-many-connections", no.code());
        assertEquals("some", no.facts().get("limitName"));
        assertEquals(2, no.facts().get("used"));
        assertEquals(1, throttle.refused(Throttled.Figure.CONNECTIONS));
        throttle.stay(bert);
        first.end();
        first.end();
        throttle.stay(anna);
        assertThrows(Refusal.class, () -> throttle.stay(anna));
        assertEquals(2, throttle.staying(anna));
    }

    @Test
    void whatWasOpenBeforeTheLimitCountsAndStays() {
        Stay before = throttle.stay(anna);
        limit("some", "", "", false, connections(1));
        assertThrows(Refusal.class, () -> throttle.stay(anna));
        before.end();
        throttle.stay(anna).end();
        assertEquals(0, throttle.staying(anna));
    }

    @Test
    void anAccountsOwnConnectionsTakeThePlaceOfEverybodys() {
        limit("each", "", "", false, connections(1));
        limit("hers", "anna", "", false, connections(2));
        throttle.stay(anna);
        throttle.stay(anna);
        assertThrows(Refusal.class, () -> throttle.stay(anna));
        throttle.stay(bert);
        assertThrows(Refusal.class, () -> throttle.stay(bert));
    }

    @Test
    void connectionsThatAllShareAreCountedTogether() {
        limit("all", "", "", true, connections(2));
        throttle.stay(anna);
        throttle.stay(NOBODY);
        assertThrows(Refusal.class, () -> throttle.stay(bert));
        assertEquals(0, throttle.staying(bert));
    }

    @Test
    void whoCannotEvenBeginDoesNotStay() {
        Stay stay = throttle.stay(anna);
        assertThrows(
                IllegalStateException.class,
                () -> stay.beginning(() -> {
                    throw new IllegalStateException("as a test wants it");
                }));
        assertEquals(0, throttle.staying(anna));
        Stay other = throttle.stay(anna);
        assertEquals("begun", other.beginning(() -> "begun"));
        assertEquals(1, throttle.staying(anna));
    }

    @Test
    void aLimitOfConnectionsCountsNoPublishes() {
        limit("some", "", "", false, connections(1));
        Future<String> done = Future.succeededFuture("");
        assertSame(done, publish(anna, messages("a", 10), done));
    }
}
