package io.skein.account;

import static io.skein.account.AccountLog.name;
import static io.skein.account.AccountLog.password;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccountCommand.Bootstrap;
import io.skein.account.AccountCommand.ChangePassword;
import io.skein.account.AccountCommand.Create;
import io.skein.account.AccountCommand.Delete;
import io.skein.account.AccountCommand.SetRole;
import io.skein.account.AccountOutcome.Done;
import io.skein.account.AccountOutcome.Gone;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Accounts come, change and go. */
class EnrolmentTest {
    private static final AccountLimits TWO = new AccountLimits(2, 32, 100, 32, 100, 10, 10, 10, 3, 10);

    private final AccountLog log = new AccountLog();

    @Test
    void anAccountIsThereOnceMade() {
        log.create("anna");
        assertTrue(log.machine.exists(name("anna")));
        assertEquals(
                new AccountView(1, name("anna"), Role.MEMBER, true, log.time, 0, 0),
                log.machine.find(name("anna")).orElseThrow());
    }

    @Test
    void aNameIsTakenInWhateverCase() {
        log.create("Anna");
        assertEquals(Rejection.ACCOUNT_EXISTS, log.why(new Create(name("aNNA"), password("p"), Role.MEMBER)));
    }

    @Test
    void theCaseOfANameIsKept() {
        log.create("Anna");
        assertEquals("Anna", log.machine.find(name("anna")).orElseThrow().name().value());
    }

    @Test
    void aDeletedAccountIsGone() {
        log.create("anna");
        assertEquals(new Gone(1), log.take(new Delete(name("anna"), AccountCommand.UNCHECKED)));
        assertFalse(log.machine.exists(name("anna")));
        assertEquals(Rejection.UNKNOWN_ACCOUNT, log.why(new Delete(name("anna"), AccountCommand.UNCHECKED)));
    }

    @Test
    void whoCheckedThePasswordInForceDeletes() {
        log.create("anna");
        assertEquals(new Gone(1), log.take(new Delete(name("anna"), log.version("anna"))));
    }

    @Test
    void whoCheckedAnOlderPasswordDoesNotDelete() {
        log.create("anna");
        long checked = log.version("anna");
        log.take(new ChangePassword(name("anna"), password("second"), checked));
        assertEquals(Rejection.SECRET_CHANGED, log.why(new Delete(name("anna"), checked)));
        assertTrue(log.machine.exists(name("anna")));
    }

    @Test
    void whoCheckedAnOlderPasswordDoesNotChangeIt() {
        log.create("anna");
        long checked = log.version("anna");
        log.take(new ChangePassword(name("anna"), password("second"), checked));
        assertEquals(Rejection.SECRET_CHANGED, log.why(new ChangePassword(name("anna"), password("third"), checked)));
        assertEquals(
                password("second"),
                log.machine.credential(name("anna")).orElseThrow().password());
    }

    @Test
    void aPasswordCheckedBeforeAnAccountWasMadeAgainIsNone() {
        log.create("anna");
        long checked = log.version("anna");
        log.take(new Delete(name("anna"), AccountCommand.UNCHECKED));
        log.shadow = log.restarted();
        log.create("anna");
        assertEquals(Rejection.SECRET_CHANGED, log.why(new Delete(name("anna"), checked)));
    }

    @Test
    void theLastAdminIsNotDeleted() {
        log.admin("anna");
        log.create("bert");
        assertEquals(Rejection.LAST_ADMIN, log.why(new Delete(name("anna"), AccountCommand.UNCHECKED)));
        log.admin("carl");
        assertEquals(new Gone(1), log.take(new Delete(name("anna"), AccountCommand.UNCHECKED)));
    }

    @Test
    void theLastAdminStaysOne() {
        log.admin("anna");
        assertEquals(Rejection.LAST_ADMIN, log.why(new SetRole(name("anna"), Role.MEMBER)));
        log.create("bert");
        assertEquals(new Done(false), log.take(new SetRole(name("bert"), Role.ADMIN)));
        assertEquals(new Done(false), log.take(new SetRole(name("anna"), Role.MEMBER)));
        assertEquals(1, log.machine.totals().admins());
    }

    @Test
    void aRoleLeavesThePasswordAsItIs() {
        log.admin("anna");
        log.create("bert");
        Credential before = log.machine.credential(name("bert")).orElseThrow();
        log.take(new SetRole(name("bert"), Role.ADMIN));
        assertEquals(before, log.machine.credential(name("bert")).orElseThrow());
    }

    @Test
    void theFirstAdminHasATokenForEverything() {
        BearerHash token = log.draw();
        assertEquals(new Done(true), log.take(new Bootstrap(name("admin"), token, false)));
        Principal admin = log.machine.principal(token, log.time).orElseThrow();
        assertTrue(log.machine.mayAdminister(admin));
        assertEquals(Optional.empty(), log.machine.credential(name("admin")));
    }

    @Test
    void theSameFirstAdminTwiceIsDone() {
        BearerHash token = log.draw();
        log.take(new Bootstrap(name("admin"), token, false));
        assertEquals(new Done(false), log.take(new Bootstrap(name("admin"), token, false)));
    }

    @Test
    void whereThereIsAnAdminNoOtherIsTheFirst() {
        log.take(new Bootstrap(name("admin"), log.draw(), false));
        assertEquals(Rejection.ADMIN_EXISTS, log.why(new Bootstrap(name("admin"), log.draw(), false)));
    }

    @Test
    void whoTookTheNameBeforeIsNotMadeAdmin() {
        log.create("admin");
        assertEquals(Rejection.ACCOUNT_EXISTS, log.why(new Bootstrap(name("admin"), log.draw(), false)));
        assertEquals(0, log.machine.totals().admins());
    }

    @Test
    void anOperatorsTokenTakesTheOneOfTheFirstAdminAway() {
        BearerHash first = log.draw();
        BearerHash second = log.draw();
        log.take(new Bootstrap(name("admin"), first, false));
        assertEquals(new Done(false), log.take(new Bootstrap(name("admin"), second, true)));
        assertEquals(Optional.empty(), log.machine.permit(first, log.time));
        assertTrue(log.machine.permit(second, log.time).orElseThrow().mayAdminister());
        log.holdsAfterARestart();
    }

    @Test
    void anOperatorsTokenLeavesTheAdminsOthers() {
        log.take(new Bootstrap(name("admin"), log.draw(), false));
        Principal other = log.token("admin", "backup", Scopes.WHOLE);
        log.take(new Bootstrap(name("admin"), log.draw(), true));
        assertTrue(log.machine.mayAdminister(other));
    }

    @Test
    void theSameOperatorsTokenTwiceIsDone() {
        BearerHash token = log.draw();
        log.take(new Bootstrap(name("admin"), token, true));
        assertEquals(new Done(false), log.take(new Bootstrap(name("admin"), token, true)));
        assertEquals(1, log.machine.totals().tokens());
    }

    @Test
    void anOperatorsTokenMakesAnAdminBesideTheOthers() {
        log.admin("root");
        BearerHash token = log.draw();
        assertEquals(new Done(true), log.take(new Bootstrap(name("admin"), token, true)));
        assertTrue(log.machine.permit(token, log.time).orElseThrow().mayAdminister());
        assertEquals(2, log.machine.totals().admins());
    }

    @Test
    void whoHadTakenTheNameLosesItToTheOperator() {
        log.create("Admin");
        Principal session = log.logIn("admin");
        Principal program = log.token("admin", "program", Scopes.WHOLE);
        BearerHash token = log.draw();
        assertEquals(new Done(true), log.take(new Bootstrap(name("admin"), token, true)));
        assertFalse(log.machine.holds(session));
        assertFalse(log.machine.holds(program));
        assertEquals(Optional.empty(), log.machine.credential(name("admin")));
        assertTrue(log.machine.permit(token, log.time).orElseThrow().mayAdminister());
        log.holdsAfterARestart();
    }

    @Test
    void anOperatorsTokenThatIsSomebodyElsesIsRefused() {
        log.create("anna");
        BearerHash taken = log.logIn("anna").bearer();
        Rejected rejected = (Rejected) log.take(new Bootstrap(name("admin"), taken, true));
        assertEquals(Rejection.TOKEN_EXISTS, rejected.reason());
    }

    @Test
    void moreAccountsThanTheLimitAreRefusedWithTheLimit() {
        AccountLog small = new AccountLog(TWO);
        small.create("anna");
        small.create("bert");
        Rejected rejected = (Rejected) small.take(new Create(name("carl"), password("p"), Role.MEMBER));
        assertEquals(Rejection.TOO_MANY_ACCOUNTS, rejected.reason());
        assertEquals(2, rejected.actual());
    }

    @Test
    void aListIsSortedAndPaged() {
        for (String name : List.of("dora", "Anna", "bert", "carl", "alf")) {
            log.create(name);
        }
        AccountPage first = log.machine.list(NameGlob.ALL, Optional.empty(), 3);
        assertEquals("[alf, Anna, bert]", names(first));
        AccountPage second = log.machine.list(NameGlob.ALL, first.next(), 3);
        assertEquals("[carl, dora]", names(second));
        assertEquals(Optional.empty(), second.next());
    }

    @Test
    void aListHoldsWhatMatches() {
        for (String name : List.of("dora", "Anna", "bert", "alf", "albert")) {
            log.create(name);
        }
        assertEquals("[albert, alf, Anna]", names(log.machine.list(new NameGlob("a*"), Optional.empty(), 10)));
        assertEquals("[albert, bert]", names(log.machine.list(new NameGlob("*bert"), Optional.empty(), 10)));
        assertEquals("[alf, Anna]", names(log.machine.list(new NameGlob("A*"), Optional.of(name("albert")), 10)));
        assertEquals("[]", names(log.machine.list(new NameGlob("a*"), Optional.of(name("bert")), 10)));
    }

    @Test
    void aPageThatLookedAtMuchGoesOnAtTheNext() {
        AccountLog small = new AccountLog(new AccountLimits(100, 32, 100, 32, 100, 10, 10, 10, 3, 10));
        for (String name : List.of("a1", "a2", "a3", "a4", "b5")) {
            small.create(name);
        }
        AccountPage first = small.machine.list(new NameGlob("*5"), Optional.empty(), 10);
        assertEquals("[]", names(first));
        assertEquals("[b5]", names(small.machine.list(new NameGlob("*5"), first.next(), 10)));
    }

    private static String names(AccountPage page) {
        return page.accounts().stream().map(AccountView::name).toList().toString();
    }
}
