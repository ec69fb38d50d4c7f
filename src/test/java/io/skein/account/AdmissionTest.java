package io.skein.account;

import static io.skein.account.AccountLog.name;
import static io.skein.account.AccountLog.password;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccountCommand.ChangePassword;
import io.skein.account.AccountCommand.Delete;
import io.skein.account.AccountCommand.LogIn;
import io.skein.account.AccountCommand.LogOut;
import io.skein.account.AccountCommand.LogOutAll;
import io.skein.account.AccountCommand.MakeToken;
import io.skein.account.AccountCommand.RevokeToken;
import io.skein.account.AccountOutcome.Done;
import io.skein.account.AccountOutcome.Gone;
import io.skein.account.AccountOutcome.LoggedIn;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Sessions and tokens begin and end. */
class AdmissionTest {
    private static final AccountLimits SMALL = new AccountLimits(10, 2, 3, 2, 3, 10, 10, 10, 10, 2);
    private static final TokenName T = new TokenName("ci");

    private final AccountLog log = new AccountLog();

    @Test
    void whoLogsInIsKnownByTheToken() {
        log.create("Anna");
        BearerHash bearer = log.draw();
        log.take(new LogIn(name("anna"), log.version("anna"), bearer, 1_000));
        assertEquals(Optional.of(new Principal(bearer, 1, name("Anna"))), log.machine.principal(bearer, log.time));
    }

    @Test
    void aSessionEndsByTheStamp() {
        log.create("anna");
        BearerHash bearer = log.draw();
        var in = (LoggedIn) log.take(new LogIn(name("anna"), log.version("anna"), bearer, 1_000));
        assertEquals(log.time + 1_000, in.expires());
        assertTrue(log.machine.principal(bearer, in.expires() - 1).isPresent());
        assertEquals(Optional.empty(), log.machine.principal(bearer, in.expires()));
    }

    @Test
    void aSessionThatIsOverIsRemovedWhenItIsDue() {
        log.create("anna");
        BearerHash bearer = log.draw();
        var in = (LoggedIn) log.take(new LogIn(name("anna"), log.version("anna"), bearer, 1_000));
        Principal anna = log.machine.principal(bearer, log.time).orElseThrow();
        assertEquals(in.expires(), log.machine.nextDue());
        assertEquals(List.of(), log.machine.due(in.expires() - 1, 10));
        log.time = in.expires();
        log.settle();
        assertFalse(log.machine.holds(anna));
        assertEquals(Long.MAX_VALUE, log.machine.nextDue());
    }

    @Test
    void muchThatIsOverIsRemovedInPortions() {
        AccountLog small = new AccountLog(SMALL);
        small.create("anna");
        small.create("bert");
        for (String name : List.of("anna", "anna", "bert")) {
            small.take(new LogIn(name(name), small.version(name), small.draw(), 10));
        }
        small.time += 100;
        small.settle();
        assertEquals(1, small.machine.totals().sessions());
        small.settle();
        assertEquals(0, small.machine.totals().sessions());
    }

    @Test
    void aPasswordCheckedBeforeItWasChangedLetsNobodyIn() {
        log.create("anna");
        long checked = log.version("anna");
        log.take(new ChangePassword(name("anna"), password("second"), AccountCommand.UNCHECKED));
        assertEquals(Rejection.SECRET_CHANGED, log.why(new LogIn(name("anna"), checked, log.draw(), 1_000)));
    }

    @Test
    void nobodyLogsInUnchecked() {
        log.create("anna");
        assertEquals(
                Rejection.SECRET_CHANGED,
                log.why(new LogIn(name("anna"), AccountCommand.UNCHECKED, log.draw(), 1_000)));
    }

    @Test
    void aLogInProposedTwiceIsOneSession() {
        log.create("anna");
        LogIn in = new LogIn(name("anna"), log.version("anna"), log.draw(), 1_000);
        assertEquals(log.take(in), log.take(in));
        assertEquals(1, log.machine.totals().sessions());
    }

    @Test
    void nobodyLogsInWithAnothersToken() {
        log.create("anna");
        log.create("bert");
        BearerHash bearer = log.draw();
        log.take(new LogIn(name("anna"), log.version("anna"), bearer, 1_000));
        assertEquals(Rejection.TOKEN_EXISTS, log.why(new LogIn(name("bert"), log.version("bert"), bearer, 1_000)));
    }

    @Test
    void aLifetimeHasItsBounds() {
        log.create("anna");
        for (long lifetime : new long[] {0, -1, AccountCommand.MAX_LIFETIME_MS + 1}) {
            assertEquals(
                    Rejection.MALFORMED, log.why(new LogIn(name("anna"), log.version("anna"), log.draw(), lifetime)));
        }
    }

    @Test
    void aSessionTooManyEndsTheOldestOfTheAccount() {
        AccountLog small = new AccountLog(SMALL);
        small.create("anna");
        Principal first = small.logIn("anna");
        Principal second = small.logIn("anna");
        Principal third = small.logIn("anna");
        assertFalse(small.machine.holds(first));
        assertTrue(small.machine.holds(second));
        assertTrue(small.machine.holds(third));
    }

    @Test
    void aSessionTooManyOfAllIsRefusedWithTheLimit() {
        AccountLog small = new AccountLog(SMALL);
        small.create("anna");
        small.create("bert");
        small.logIn("anna");
        small.logIn("anna");
        small.logIn("bert");
        Rejected rejected = (Rejected) small.take(new LogIn(name("bert"), small.version("bert"), small.draw(), 1_000));
        assertEquals(Rejection.TOO_MANY_SESSIONS, rejected.reason());
        assertEquals(3, rejected.actual());
        small.logIn("anna");
    }

    @Test
    void whoLogsOutIsNotKnownAnyMore() {
        log.create("anna");
        Principal one = log.logIn("anna");
        Principal other = log.logIn("anna");
        assertEquals(new Gone(1), log.take(new LogOut(one.bearer())));
        assertFalse(log.machine.holds(one));
        assertTrue(log.machine.holds(other));
        assertEquals(new Gone(0), log.take(new LogOut(one.bearer())));
    }

    @Test
    void allSessionsOfAnAccountEndAtOnce() {
        log.create("anna");
        log.create("bert");
        log.logIn("anna");
        log.logIn("anna");
        Principal bert = log.logIn("bert");
        assertEquals(new Gone(2), log.take(new LogOutAll(name("anna"))));
        assertTrue(log.machine.holds(bert));
    }

    @Test
    void aNewPasswordEndsSessionsAndLeavesTokens() {
        log.create("anna");
        Principal session = log.logIn("anna");
        Principal token = log.token("anna", "ci", Scopes.WHOLE);
        log.take(new ChangePassword(name("anna"), password("second"), log.version("anna")));
        assertFalse(log.machine.holds(session));
        assertTrue(log.machine.holds(token));
    }

    @Test
    void aDeletedAccountLeavesNothingBehind() {
        log.create("anna");
        Principal session = log.logIn("anna");
        Principal token = log.token("anna", "ci", Scopes.WHOLE);
        log.rule("anna", "a", Action.PUBLISH, true);
        log.take(new Delete(name("anna"), AccountCommand.UNCHECKED));
        assertFalse(log.machine.holds(session));
        assertFalse(log.machine.holds(token));
        assertEquals(new AccountTotals(0, 0, 0, 0, 0), log.machine.totals());
        log.holdsAfterARestart();
    }

    @Test
    void aTokenHasItsNameOnce() {
        log.create("anna");
        log.token("anna", "ci", Scopes.WHOLE);
        assertEquals(Rejection.TOKEN_EXISTS, log.why(new MakeToken(name("anna"), T, log.draw(), Scopes.WHOLE, 0)));
    }

    @Test
    void aTokenThatIsOverGivesItsNameFree() {
        log.create("anna");
        log.take(new MakeToken(name("anna"), T, log.draw(), Scopes.WHOLE, 10));
        log.time += 100;
        assertEquals(new Done(true), log.take(new MakeToken(name("anna"), T, log.draw(), Scopes.WHOLE, 10)));
        assertEquals(1, log.machine.tokens(name("anna")).size());
    }

    @Test
    void aTokenEndsByTheStamp() {
        log.create("anna");
        BearerHash bearer = log.draw();
        log.take(new MakeToken(name("anna"), T, bearer, Scopes.WHOLE, 10));
        assertEquals(Optional.empty(), log.machine.principal(bearer, log.time + 10));
    }

    @Test
    void aRevokedTokenIsNone() {
        log.create("anna");
        Principal token = log.token("anna", "ci", Scopes.WHOLE);
        assertEquals(new Gone(1), log.take(new RevokeToken(name("anna"), T)));
        assertFalse(log.machine.holds(token));
        assertEquals(Rejection.UNKNOWN_TOKEN, log.why(new RevokeToken(name("anna"), T)));
    }

    @Test
    void aTokenIsNoSessionToLogOutOf() {
        log.create("anna");
        Principal token = log.token("anna", "ci", Scopes.WHOLE);
        assertEquals(new Gone(0), log.take(new LogOut(token.bearer())));
    }

    @Test
    void moreTokensThanTheLimitsAreRefused() {
        AccountLog small = new AccountLog(SMALL);
        small.create("anna");
        small.create("bert");
        small.token("anna", "t1", Scopes.WHOLE);
        small.token("anna", "t2", Scopes.WHOLE);
        var third = new MakeToken(name("anna"), new TokenName("t3"), small.draw(), Scopes.WHOLE, 0);
        assertEquals(2, ((Rejected) small.take(third)).actual());
        small.token("bert", "t1", Scopes.WHOLE);
        var fourth = new MakeToken(name("bert"), new TokenName("t2"), small.draw(), Scopes.WHOLE, 0);
        assertEquals(3, ((Rejected) small.take(fourth)).actual());
    }

    @Test
    void theRevisionRisesWhenSomebodyIsLetInNoMore() {
        log.create("anna");
        Principal anna = log.logIn("anna");
        long before = log.machine.revision();
        log.take(new LogOut(anna.bearer()));
        assertTrue(log.machine.revision() > before);
    }
}
