package io.skein.mailbox;

import static io.skein.mailbox.MailLog.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccountCommand;
import io.skein.account.PasswordHash;
import io.skein.account.Role;
import io.skein.machine.Delivery;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.mailbox.MailOutcome.AccountGone;
import io.skein.mailbox.MailOutcome.Done;
import io.skein.mailbox.MailOutcome.Sent;
import io.skein.mailbox.Unread.Sender;
import java.util.List;
import org.junit.jupiter.api.Test;

class MailTest {
    private final MailLog log = new MailLog();

    private void people() {
        log.create("anna");
        log.create("bert");
        log.create("carl");
    }

    @Test
    void idsAreOneDenseOrderForAllWithTheStampOfTheLog() {
        people();
        assertEquals(new Sent(1, log.time + 1), log.send("anna", "bert", "hi"));
        assertEquals(2, log.send("bert", "carl", "hi").id());
        assertEquals(3, log.send("carl", "anna", "hi").id());
        log.holdsAfterARestart();
    }

    @Test
    void noIdIsGivenTwice() {
        people();
        log.send("anna", "bert", "hi");
        assertEquals(new Done(1, List.of()), log.delete("bert", 1L));
        log.restartShadow();
        assertEquals(2, log.send("anna", "bert", "again").id());
    }

    @Test
    void nobodyWritesToAnAccountThatIsNotThere() {
        people();
        assertEquals(
                Rejection.UNKNOWN_ACCOUNT,
                log.why(new MailCommand.Send(log.number("anna"), name("nobody"), new MailContent("hi"))));
    }

    @Test
    void anAccountThatIsGoneSendsNothingNorReadsNorDeletes() {
        people();
        long anna = log.number("anna");
        log.take(new MailCommand.DeleteAccount(name("anna"), AccountCommand.UNCHECKED));
        log.create("anna");
        assertEquals(
                Rejection.UNKNOWN_ACCOUNT, log.why(new MailCommand.Send(anna, name("bert"), new MailContent("hi"))));
        assertEquals(Rejection.UNKNOWN_ACCOUNT, log.why(new MailCommand.MarkRead(anna, List.of(1L))));
        assertEquals(Rejection.UNKNOWN_ACCOUNT, log.why(new MailCommand.Delete(anna, List.of(1L))));
    }

    @Test
    void oneMayWriteToOneself() {
        people();
        long id = log.send("anna", "anna", "remember").id();
        assertEquals(new Unread(1, List.of(new Sender(name("anna"), 1)), false), log.unread("anna"));
        assertEquals(new Done(1, List.of()), log.markRead("anna", id));
        assertEquals(new Done(1, List.of()), log.delete("anna", id));
        assertEquals(new MailTotals(0, 0, 0), log.mails.totals());
        log.holdsAfterARestart();
    }

    @Test
    void unreadIsCountedInAllAndBySender() {
        people();
        log.send("carl", "anna", "1");
        log.send("bert", "anna", "2");
        log.send("bert", "anna", "3");
        log.send("anna", "bert", "4");
        assertEquals(
                new Unread(3, List.of(new Sender(name("bert"), 2), new Sender(name("carl"), 1)), false),
                log.unread("anna"));
        log.markRead("anna", 3L);
        log.delete("carl", 1L);
        assertEquals(new Unread(1, List.of(new Sender(name("bert"), 1)), false), log.unread("anna"));
        assertEquals(1, log.mails.unreadCount(log.number("anna")));
    }

    @Test
    void ofManySendersTheFirstByNameAreSaid() {
        people();
        log.send("carl", "anna", "1");
        log.send("bert", "anna", "2");
        log.send("anna", "anna", "3");
        assertEquals(
                new Unread(3, List.of(new Sender(name("anna"), 1), new Sender(name("bert"), 1)), true),
                log.mails.unread(log.number("anna"), 2));
        assertEquals(new Unread(3, List.of(), true), log.mails.unread(log.number("anna"), 0));
    }

    @Test
    void onlyWhoReceivedMarks() {
        people();
        log.send("anna", "bert", "hi");
        assertEquals(new Done(0, List.of(1L)), log.markRead("anna", 1L));
        assertEquals(new Done(0, List.of(1L)), log.markRead("carl", 1L));
        assertEquals(new Done(1, List.of(9L)), log.markRead("bert", 1L, 9L));
    }

    @Test
    void whatIsReadAlreadyIsDoneAndChangesNothing() {
        people();
        log.send("anna", "bert", "hi");
        log.markRead("bert", 1L);
        assertEquals(new Done(1, List.of()), log.markRead("bert", 1L, 1L));
        assertEquals(List.of(), log.changes);
    }

    @Test
    void whoSentAndWhoReceivedDeleteForBoth() {
        people();
        log.send("anna", "bert", "1");
        log.send("anna", "bert", "2");
        assertEquals(new Done(1, List.of()), log.delete("anna", 1L));
        assertEquals(new Done(1, List.of(1L)), log.delete("bert", 1L, 2L));
        assertEquals(Unread.NONE, log.unread("bert"));
    }

    @Test
    void aStrangerIsNotToldWhetherAMailIsThere() {
        people();
        log.send("anna", "bert", "1");
        assertEquals(log.delete("carl", 1L).done(), log.delete("carl", 7L).done());
        assertEquals(new Done(0, List.of(1L)), log.delete("carl", 1L));
    }

    @Test
    void whereNothingWasDoneAKeyIsNotRemembered() {
        people();
        log.send("anna", "bert", "1");
        assertTrue(!log.delete("carl", 1L).tookEffect());
        assertTrue(log.delete("anna", 1L).tookEffect());
    }

    @Test
    void anAccountGoesWithItsMailOnBothSidesInOneStep() {
        people();
        log.send("anna", "bert", "1");
        log.send("bert", "anna", "2");
        log.send("bert", "bert", "3");
        log.send("carl", "anna", "4");
        assertEquals(
                new AccountGone(3), log.take(new MailCommand.DeleteAccount(name("bert"), AccountCommand.UNCHECKED)));
        assertEquals(2, log.changes.size());
        assertEquals(new MailTotals(1, 1, 2), log.mails.totals());
        assertEquals(new Unread(1, List.of(new Sender(name("carl"), 1)), false), log.unread("anna"));
        log.holdsAfterARestart();
    }

    @Test
    void anAccountMadeAgainHasNoMail() {
        people();
        log.send("anna", "bert", "1");
        log.take(new MailCommand.DeleteAccount(name("bert"), AccountCommand.UNCHECKED));
        log.create("bert");
        assertEquals(Unread.NONE, log.unread("bert"));
        assertEquals(new Done(0, List.of(1L)), log.delete("bert", 1L));
    }

    @Test
    void mailGoesWithItsAccountHoweverThatGoes() {
        people();
        log.send("anna", "bert", "1");
        log.take(new AccountCommand.Delete(name("bert"), AccountCommand.UNCHECKED));
        assertEquals(new MailTotals(0, 0, 0), log.mails.totals());
        log.holdsAfterARestart();
    }

    @Test
    void anAccountIsNotDeletedOnTheWordOfAnOldPassword() {
        people();
        log.send("anna", "bert", "1");
        long checked = log.accounts.credential(name("bert")).orElseThrow().version();
        log.take(new AccountCommand.ChangePassword(name("bert"), new PasswordHash("$new"), checked));
        assertEquals(Rejection.SECRET_CHANGED, log.why(new MailCommand.DeleteAccount(name("bert"), checked)));
        assertEquals(
                Rejection.UNKNOWN_ACCOUNT,
                log.why(new MailCommand.DeleteAccount(name("nobody"), AccountCommand.UNCHECKED)));
        assertEquals(1, log.mails.totals().mails());
    }

    @Test
    void theLastAdminStays() {
        log.take(new AccountCommand.Create(name("root"), new PasswordHash("$"), Role.ADMIN));
        assertEquals(
                Rejection.LAST_ADMIN, log.why(new MailCommand.DeleteAccount(name("root"), AccountCommand.UNCHECKED)));
    }

    @Test
    void contentHasALimitInBytes() {
        people();
        String most = "ü".repeat(MailLimits.DEFAULT.contentBytes() / 2);
        log.send("anna", "bert", most);
        Rejected rejected = (Rejected)
                log.take(new MailCommand.Send(log.number("anna"), name("bert"), new MailContent(most + "x")));
        assertEquals(Rejection.TOO_LARGE, rejected.reason());
        assertEquals(65536, rejected.actual());
    }

    @Test
    void contentIsText() {
        assertEquals(1 + 2 + 4 + 3, new MailContent("aü\ud83d\ude00\u20ac").bytes());
        assertThrows(IllegalArgumentException.class, () -> new MailContent(""));
        assertThrows(IllegalArgumentException.class, () -> new MailContent("a\0b"));
        assertThrows(IllegalArgumentException.class, () -> new MailContent("\ud83d"));
        assertThrows(IllegalArgumentException.class, () -> new MailContent("\ude00\ud83d"));
    }

    @Test
    void aMailDoesNotSayItsContentToWhoLogsIt() {
        assertTrue(!new MailCommand.Send(1, name("a"), new MailContent("secret"))
                .toString()
                .contains("secret"));
    }

    @Test
    void allMailTogetherHasALimit() {
        MailLog full = new MailLog(new MailLimits(2, 5, 5, 100));
        full.create("anna");
        full.send("anna", "anna", "1");
        full.send("anna", "anna", "2");
        assertEquals(
                Rejection.MAILBOX_FULL,
                full.why(new MailCommand.Send(full.number("anna"), name("anna"), new MailContent("3"))));
        full.delete("anna", 1L);
        assertEquals(3, full.send("anna", "anna", "3").id());
    }

    @Test
    void whatOneAccountReceivesHasALimit() {
        MailLog full = new MailLog(new MailLimits(9, 1, 5, 100));
        full.create("anna");
        full.create("bert");
        full.send("anna", "bert", "1");
        assertEquals(
                Rejection.MAILBOX_FULL,
                full.why(new MailCommand.Send(full.number("anna"), name("bert"), new MailContent("2"))));
        full.send("bert", "anna", "2");
    }

    @Test
    void whatOneAccountSendsHasALimit() {
        MailLog full = new MailLog(new MailLimits(9, 1, 5, 100));
        full.create("anna");
        full.create("bert");
        full.create("carl");
        full.send("anna", "bert", "1");
        assertEquals(
                Rejection.MAILBOX_FULL,
                full.why(new MailCommand.Send(full.number("anna"), name("carl"), new MailContent("2"))));
        full.delete("bert", 1L);
        full.send("anna", "carl", "2");
    }

    @Test
    void oneCommandNamesSoManyMails() {
        MailLog few = new MailLog(new MailLimits(9, 9, 2, 100));
        few.create("anna");
        assertEquals(Rejection.MALFORMED, few.why(new MailCommand.MarkRead(few.number("anna"), List.of(1L, 2L, 3L))));
    }

    @Test
    void listenersSeeWhatCameWasReadAndWent() {
        people();
        log.send("anna", "bert", "1");
        assertTrue(log.changes.get(0) instanceof Delivery);
        log.markRead("bert", 1L);
        assertTrue(log.changes.get(0) instanceof Delivery);
        log.delete("anna", 1L);
        assertTrue(log.changes.get(0) instanceof Delivery);
        log.take(new MailCommand.DeleteAccount(name("bert"), AccountCommand.UNCHECKED));
        assertTrue(log.changes.get(0) instanceof Delivery);
    }
}
