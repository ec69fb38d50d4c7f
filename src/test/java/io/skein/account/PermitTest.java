package io.skein.account;

import static io.skein.account.AccountLog.name;
import static io.skein.account.AccountLog.password;
import static io.skein.account.Action.MANAGE;
import static io.skein.account.Action.PUBLISH;
import static io.skein.account.Action.SUBSCRIBE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccountCommand.ChangePassword;
import io.skein.account.AccountCommand.Delete;
import io.skein.account.AccountCommand.LogOut;
import io.skein.account.AccountCommand.LogOutAll;
import io.skein.account.AccountCommand.RemoveRule;
import io.skein.account.AccountCommand.RevokeToken;
import io.skein.account.AccountCommand.SetRole;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A permit says what holds until something is taken away or given, and what then. */
class PermitTest {
    private final AccountLog log = new AccountLog();
    private Permit root;
    private Permit anna;
    private Permit program;
    private Permit bert;

    @BeforeEach
    void somePeople() {
        log.admin("root");
        log.create("anna");
        log.create("bert");
        log.rule("anna", "a/#", PUBLISH, true);
        root = permit(log.logIn("root"));
        anna = permit(log.logIn("anna"));
        program = permit(log.token("anna", "program", Scopes.of(new Grant(PUBLISH, new AccessFilter("a/b")))));
        bert = permit(log.logIn("bert"));
    }

    private Permit permit(Principal principal) {
        return log.machine.permit(principal.bearer(), log.time).orElseThrow();
    }

    private Optional<Permit> renewed(Permit permit) {
        return log.machine.renewed(permit, log.time);
    }

    /** What was taken away is gone for these, and only these have to look. */
    private void onlyTouches(long seen, Permit... touched) {
        Set<Permit> all = Set.of(root, anna, program, bert);
        for (Permit one : all) {
            boolean isTouched = Set.of(touched).contains(one);
            assertEquals(!isTouched, log.machine.isCurrent(one), one.principal().toString());
            if (isTouched) {
                assertTrue(log.machine
                        .touchedSince(seen)
                        .map(accounts -> accounts.contains(one.principal().account()))
                        .orElse(true));
            }
        }
    }

    @Test
    void aPermitIsCurrentUntilSomethingChanges() {
        onlyTouches(log.machine.revision());
        assertTrue(
                log.machine.touchedSince(log.machine.revision()).orElseThrow().isEmpty());
    }

    @Test
    void whatOthersDoLeavesItCurrent() {
        log.create("carl");
        log.take(new LogOut(log.logIn("carl").bearer()));
        log.rule("carl", "#", PUBLISH, true);
        log.take(new Delete(name("carl"), AccountCommand.UNCHECKED));
        onlyTouches(log.machine.revision());
    }

    @Test
    void whoLogsInSaysNothingOfOthers() {
        long seen = log.machine.revision();
        log.logIn("anna");
        onlyTouches(seen);
    }

    @Test
    void whoLoggedOutMayNothing() {
        long seen = log.machine.revision();
        log.take(new LogOut(anna.principal().bearer()));
        onlyTouches(seen, anna);
        assertEquals(Optional.empty(), renewed(anna));
        assertTrue(renewed(program).isPresent());
    }

    @Test
    void whoWasLoggedOutEverywhereMayNothing() {
        log.take(new LogOutAll(name("anna")));
        assertEquals(Optional.empty(), renewed(anna));
        assertTrue(renewed(program).isPresent());
    }

    @Test
    void aTokenThatWasRevokedMayNothing() {
        long seen = log.machine.revision();
        log.take(new RevokeToken(name("anna"), new TokenName("program")));
        onlyTouches(seen, program);
        assertEquals(Optional.empty(), renewed(program));
    }

    @Test
    void aNewPasswordEndsSessionsAndLeavesTokens() {
        long seen = log.machine.revision();
        log.take(new ChangePassword(name("anna"), password("second"), log.version("anna")));
        onlyTouches(seen, anna, program);
        assertEquals(Optional.empty(), renewed(anna));
        assertTrue(renewed(program).isPresent());
    }

    @Test
    void anAccountThatIsGoneTakesItsPermitsWithIt() {
        long seen = log.machine.revision();
        log.take(new Delete(name("anna"), AccountCommand.UNCHECKED));
        onlyTouches(seen, anna, program);
        assertEquals(Optional.empty(), renewed(anna));
        assertEquals(Optional.empty(), renewed(program));
    }

    @Test
    void anAccountMadeAnewUnderTheNameDoesNotBringThemBack() {
        log.take(new Delete(name("anna"), AccountCommand.UNCHECKED));
        log.create("anna");
        assertFalse(log.machine.isCurrent(anna));
        assertEquals(Optional.empty(), renewed(anna));
    }

    @Test
    void aRuleMoreIsSeenByThePermitsOfItsAccount() {
        long seen = log.machine.revision();
        assertFalse(anna.may(SUBSCRIBE, "a/b"));
        log.rule("anna", "a/#", SUBSCRIBE, true);
        onlyTouches(seen, anna, program);
        assertFalse(anna.may(SUBSCRIBE, "a/b"));
        assertTrue(renewed(anna).orElseThrow().may(SUBSCRIBE, "a/b"));
        assertFalse(renewed(program).orElseThrow().may(SUBSCRIBE, "a/b"));
    }

    @Test
    void aRuleLessIsSeenByThePermitsOfItsAccount() {
        log.take(new RemoveRule(Optional.of(name("anna")), new AccessFilter("a/#"), PUBLISH));
        assertTrue(anna.may(PUBLISH, "a/b"));
        assertFalse(renewed(anna).orElseThrow().may(PUBLISH, "a/b"));
        assertFalse(renewed(program).orElseThrow().may(PUBLISH, "a/b"));
    }

    @Test
    void aRuleForEveryMemberIsSeenByAll() {
        long seen = log.machine.revision();
        log.rule("", "a/secret", PUBLISH, false);
        onlyTouches(seen, root, anna, program, bert);
        assertEquals(Optional.empty(), log.machine.touchedSince(seen));
        assertFalse(renewed(anna).orElseThrow().may(PUBLISH, "a/secret"));
        assertTrue(renewed(root).orElseThrow().may(PUBLISH, "a/secret"));
    }

    @Test
    void aRoleIsSeenByThePermitsOfItsAccount() {
        long seen = log.machine.revision();
        log.take(new SetRole(name("anna"), Role.ADMIN));
        onlyTouches(seen, anna, program);
        assertTrue(renewed(anna).orElseThrow().mayAdminister());
        assertTrue(renewed(anna).orElseThrow().may(MANAGE, "$dead/s"));
        assertFalse(renewed(program).orElseThrow().mayAdminister());
        log.take(new SetRole(name("anna"), Role.MEMBER));
        assertFalse(renewed(anna).orElseThrow().mayAdminister());
    }

    @Test
    void whatEndsByItselfIsNoPermitFromThenOn() {
        long end = anna.expires();
        assertTrue(log.machine.permit(anna.principal().bearer(), end - 1).isPresent());
        assertEquals(Optional.empty(), log.machine.permit(anna.principal().bearer(), end));
        log.time = end;
        log.settle();
        assertFalse(log.machine.isCurrent(anna));
    }

    @Test
    void ofMuchThatHappenedItIsOnlyKnownThatAnybodyMayHaveToLook() {
        long seen = log.machine.revision();
        for (int i = 0; i < AccountRegister.MAX_TOUCHED; i++) {
            log.rule("bert", "b", PUBLISH, i % 2 == 0);
        }
        assertEquals(Optional.of(Set.of(bert.principal().account())), log.machine.touchedSince(seen));
        log.rule("bert", "c", PUBLISH, true);
        assertEquals(Optional.empty(), log.machine.touchedSince(seen));
        assertEquals(Optional.empty(), log.machine.touchedSince(-1));
    }

    @Test
    void aPermitOfAnotherMachineIsRenewedByTheToken() {
        AccountMachine restarted = log.restarted();
        assertFalse(restarted.isCurrent(anna));
        Permit again = restarted.renewed(anna, log.time).orElseThrow();
        assertTrue(restarted.isCurrent(again));
        assertTrue(again.may(PUBLISH, "a/b"));
    }

    @Test
    void whoAnIssuerVouchesForMayWhatTheAccountMay() {
        BearerHash shown = log.draw();
        Permit vouched = log.machine
                .permit(name("anna"), shown, Scopes.WHOLE, log.time + 1_000)
                .orElseThrow();
        assertTrue(vouched.may(PUBLISH, "a/b"));
        assertFalse(vouched.may(PUBLISH, "b"));
        assertTrue(log.machine.isCurrent(vouched));
        log.take(new RemoveRule(Optional.of(name("anna")), new AccessFilter("a/#"), PUBLISH));
        assertFalse(log.machine.isCurrent(vouched));
        assertFalse(renewed(vouched).orElseThrow().may(PUBLISH, "a/b"));
        assertEquals(Optional.empty(), log.machine.renewed(vouched, vouched.expires()));
    }

    @Test
    void nobodyIsVouchedForWhoseAccountIsGone() {
        Permit vouched = log.machine
                .permit(name("anna"), log.draw(), Scopes.WHOLE, Long.MAX_VALUE)
                .orElseThrow();
        log.take(new Delete(name("anna"), AccountCommand.UNCHECKED));
        assertFalse(log.machine.isCurrent(vouched));
        assertEquals(Optional.empty(), renewed(vouched));
        assertEquals(Optional.empty(), log.machine.permit(name("anna"), log.draw(), Scopes.WHOLE, Long.MAX_VALUE));
    }
}
