package io.skein.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccountCommand;
import io.skein.account.AccountName;
import io.skein.account.AccountView;
import io.skein.account.BearerHash;
import io.skein.account.PasswordHash;
import io.skein.account.Principal;
import io.skein.account.Role;
import io.skein.mailbox.MailLimits;
import io.skein.mailbox.Unread;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mail over a real replica and a real store. */
class LocalMailTest {
    private static final Optional<String> NO_KEY = Optional.empty();

    @TempDir
    Path directory;

    private Hall hall;
    private Principal anna;
    private Principal bert;

    @BeforeEach
    void open() throws Exception {
        hall = new Hall(directory, 1 << 20, 10_000, 3);
        anna = account("anna");
        bert = account("bert");
    }

    @AfterEach
    void close() throws Exception {
        hall.close();
    }

    private Principal account(String name) throws Exception {
        AccountName account = new AccountName(name);
        Hall.await(hall.proposer.propose(
                new AccountCommand.Create(account, new PasswordHash("$"), Role.MEMBER), Optional.empty()));
        long number =
                hall.ask(() -> hall.accounts.find(account).map(AccountView::id).orElseThrow());
        return new Principal(BearerHash.of(name), number, account);
    }

    private MailAck send(Principal from, Principal to, String content) throws Exception {
        return Hall.await(hall.broker.mail().send(from, to.name(), content, NO_KEY));
    }

    private MailPage list(Principal owner, Mail.Which which) throws Exception {
        return Hall.await(hall.broker.mail().list(owner, which, Freshness.LINEARIZABLE));
    }

    private static Mail.Which all() {
        return new Mail.Which(Optional.empty(), false, 100, OptionalLong.empty());
    }

    private Unread unread(Principal owner) throws Exception {
        return Hall.await(hall.broker.mail().unread(owner, 10, Freshness.LINEARIZABLE));
    }

    private static Refusal refusal(Future<?> future) {
        return assertThrows(Refusal.class, () -> Hall.await(future));
    }

    /** A watcher that writes down what it hears. */
    private static final class Ear implements MailWatcher {
        final BlockingQueue<MailEvent> heard = new LinkedBlockingQueue<>();
        volatile boolean takesMore = true;
        volatile Thread thread;
        MailWatch watch;
        Context loop;

        Ear of(Hall hall, Context own, Principal owner) throws TimeoutException {
            loop = own;
            watch = Hall.await(hall.onLoopOf(loop, () -> hall.broker.mail().watch(owner, this)));
            return this;
        }

        @Override
        public boolean on(MailEvent event) {
            thread = Thread.currentThread();
            heard.add(event);
            return takesMore;
        }

        /** What it has heard of all that is on its way by now. */
        List<MailEvent> all() throws InterruptedException {
            Hall.hold(loop, () -> {}).countDown();
            return List.copyOf(heard);
        }

        MailEvent next() throws InterruptedException {
            MailEvent event = heard.poll(30, TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError("nothing was told");
            }
            return event;
        }
    }

    private Ear watch(Principal owner) throws Exception {
        return new Ear().of(hall, hall.loopApart(), owner);
    }

    @Test
    void whatWasSentIsListedAtOnceNewestFirst() throws Exception {
        MailAck first = send(anna, bert, "hi");
        send(bert, anna, "hello");
        List<MailMessage> page = list(anna, all()).messages();
        assertEquals(
                List.of("hello", "hi"), page.stream().map(MailMessage::content).toList());
        assertEquals(new MailMessage(1, anna.name(), bert.name(), "hi", first.time(), false), page.get(1));
    }

    @Test
    void listingMarksNothing() throws Exception {
        send(anna, bert, "hi");
        list(bert, all());
        assertEquals(1, unread(bert).total());
        assertEquals(
                new MailsAck(1, List.of(7L), hall.broker.status().appliedIndex() + 1, false),
                Hall.await(hall.broker.mail().markRead(bert, List.of(1L, 7L), NO_KEY)));
        assertEquals(Unread.NONE, unread(bert));
        assertTrue(list(anna, all()).messages().get(0).read());
    }

    @Test
    void pagesAreOfOnePartnerOrOfWhatIsUnread() throws Exception {
        Principal carl = account("carl");
        send(anna, bert, "1");
        send(carl, bert, "2");
        send(anna, bert, "3");
        Optional<AccountName> with = Optional.of(anna.name());
        MailPage page = list(bert, new Mail.Which(with, false, 1, OptionalLong.empty()));
        assertEquals(OptionalLong.of(3), page.next());
        assertEquals(
                "1",
                list(bert, new Mail.Which(with, false, 1, page.next()))
                        .messages()
                        .get(0)
                        .content());
        Hall.await(hall.broker.mail().markRead(bert, List.of(3L), NO_KEY));
        assertEquals(
                2,
                list(bert, new Mail.Which(Optional.empty(), true, 9, OptionalLong.empty()))
                        .messages()
                        .size());
        assertEquals(
                1,
                list(bert, new Mail.Which(with, true, 9, OptionalLong.empty()))
                        .messages()
                        .size());
    }

    @Test
    void whatMakesNoSenseIsRefused() throws Exception {
        Mail mail = hall.broker.mail();
        AccountName nobody = new AccountName("nobody");
        assertEquals(
                "unknown-account",
                refusal(mail.send(anna, nobody, "hi", NO_KEY)).code());
        assertEquals(
                "malformed", refusal(mail.send(anna, bert.name(), "", NO_KEY)).code());
        String large = "x".repeat(MailLimits.DEFAULT.contentBytes() + 1);
        assertEquals(
                "too-large",
                refusal(mail.send(anna, bert.name(), large, NO_KEY)).code());
        assertEquals("malformed", refusal(mail.delete(anna, List.of(), NO_KEY)).code());
        Mail.Which with = new Mail.Which(Optional.of(nobody), false, 9, OptionalLong.empty());
        assertEquals(
                "unknown-account",
                refusal(mail.list(anna, with, Freshness.LINEARIZABLE)).code());
        Mail.Which none = new Mail.Which(Optional.empty(), false, 0, OptionalLong.empty());
        assertEquals(
                "malformed",
                refusal(mail.list(anna, none, Freshness.LINEARIZABLE)).code());
    }

    @Test
    void aRepeatUnderAKeyGetsTheFirstAnswer() throws Exception {
        Mail mail = hall.broker.mail();
        MailAck first = Hall.await(mail.send(anna, bert.name(), "hi", Optional.of("k")));
        MailAck again = Hall.await(mail.send(anna, bert.name(), "hi", Optional.of("k")));
        assertEquals(new MailAck(first.id(), first.time(), first.index(), true), again);
        assertEquals(
                "idempotency-key-reused",
                refusal(mail.send(anna, bert.name(), "other", Optional.of("k"))).code());
        // Another's key of the same text is another key.
        assertEquals(
                2,
                Hall.await(mail.send(bert, anna.name(), "hi", Optional.of("k"))).id());
    }

    @Test
    void oneKeyIsAnotherAtEachRoute() throws Exception {
        Mail mail = hall.broker.mail();
        send(anna, bert, "hi");
        Optional<String> key = Optional.of("k");
        assertEquals(2, Hall.await(mail.send(bert, anna.name(), "hi", key)).id());
        assertEquals(1, Hall.await(mail.markRead(bert, List.of(1L), key)).done());
        assertEquals(1, Hall.await(mail.delete(bert, List.of(1L), key)).done());
    }

    @Test
    void aRepeatThatWasPartlyRefusedIsAnsweredFromItsRow() throws Exception {
        send(anna, bert, "hi");
        Mail mail = hall.broker.mail();
        MailsAck first = Hall.await(mail.delete(bert, List.of(1L, 5L), Optional.of("k")));
        MailsAck again = Hall.await(mail.delete(bert, List.of(1L, 5L), Optional.of("k")));
        assertEquals(new MailsAck(1, List.of(5L), first.index(), true), again);
    }

    @Test
    void bothSidesAreToldOnTheirOwnContext() throws Exception {
        Ear sender = watch(anna);
        Ear receiver = watch(bert);
        MailAck ack = send(anna, bert, "hi");
        MailEvent arrived =
                new MailEvent.Arrived(new MailMessage(1, anna.name(), bert.name(), "hi", ack.time(), false));
        assertEquals(arrived, sender.next());
        assertEquals(arrived, receiver.next());
        assertTrue(receiver.thread != hall.replicaThread());
        Hall.await(hall.broker.mail().markRead(bert, List.of(1L), NO_KEY));
        assertEquals(new MailEvent.Read(bert.name(), List.of(1L)), sender.next());
        assertEquals(new MailEvent.Read(bert.name(), List.of(1L)), receiver.next());
        Hall.await(hall.broker.mail().delete(anna, List.of(1L), NO_KEY));
        assertEquals(new MailEvent.Deleted(anna.name(), List.of(1L)), sender.next());
        assertEquals(new MailEvent.Deleted(anna.name(), List.of(1L)), receiver.next());
    }

    @Test
    void aStrangerHearsNothing() throws Exception {
        Ear stranger = watch(account("carl"));
        Ear own = watch(anna);
        send(anna, bert, "hi");
        send(anna, anna, "note");
        own.next();
        own.next();
        assertEquals(List.of(), stranger.all());
        assertEquals(List.of(), own.all());
    }

    @Test
    void anAccountGoesWithItsMailAndItsWatchers() throws Exception {
        send(anna, bert, "hi");
        Ear left = watch(anna);
        Ear gone = watch(bert);
        Hall.await(hall.broker.mail().deleteAccount(bert.name(), AccountCommand.UNCHECKED));
        assertEquals(new MailEvent.AccountGone(bert.name()), left.next());
        assertEquals(new MailEvent.Ended("account-gone"), gone.next());
        assertEquals(List.of(), list(anna, all()).messages());
        assertEquals(
                "unknown-account",
                refusal(hall.broker.mail().unread(bert, 9, Freshness.LINEARIZABLE))
                        .code());
        assertEquals(
                "unknown-account",
                refusal(hall.broker.mail().watch(bert, event -> true)).code());
    }

    @Test
    void aWatcherThatDoesNotKeepUpGetsAGapAndThenGoesOn() throws Exception {
        Context loop = hall.loopApart();
        Ear slow = new Ear().of(hall, loop, bert);
        slow.takesMore = false;
        send(anna, bert, "first");
        assertTrue(slow.next() instanceof MailEvent.Arrived);
        for (int i = 0; i <= MailWatches.MOST_WAITING; i++) {
            send(anna, bert, "more");
        }
        slow.takesMore = true;
        CountDownLatch resumed = Hall.hold(loop, slow.watch::resume);
        resumed.countDown();
        assertEquals(new MailEvent.Gap(), slow.next());
        send(anna, bert, "last");
        assertEquals("last", ((MailEvent.Arrived) slow.next()).mail().content());
    }

    @Test
    void whoClosesHearsNoMoreAndMakesRoom() throws Exception {
        Context loop = hall.loopApart();
        Ear closed = new Ear().of(hall, loop, bert);
        watch(bert);
        watch(bert);
        assertEquals(
                "too-many-subscriptions",
                refusal(hall.broker.mail().watch(anna, event -> true)).code());
        Hall.hold(loop, () -> {
                    closed.watch.close();
                    closed.watch.close();
                })
                .countDown();
        Ear next = watch(bert);
        send(anna, bert, "hi");
        next.next();
        assertEquals(List.of(), closed.all());
    }

    @Test
    void whoWatchesANodeThatStopsIsTold() throws Exception {
        Ear ear = watch(bert);
        hall.broker.drain();
        assertEquals(new MailEvent.Ended("draining"), ear.next());
    }
}
