package io.skein.account;

import static io.skein.account.AccountLog.name;
import static io.skein.account.Action.MANAGE;
import static io.skein.account.Action.PUBLISH;
import static io.skein.account.Action.SUBSCRIBE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccountCommand.LogOut;
import io.skein.account.AccountCommand.RemoveRule;
import io.skein.account.AccountCommand.SetRole;
import io.skein.account.AccountCommand.SetRule;
import io.skein.account.AccountOutcome.Done;
import io.skein.account.AccountOutcome.Gone;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may what. */
class PermissionsTest {
    private final AccountLog log = new AccountLog();
    private Principal anna;
    private Principal root;

    @BeforeEach
    void twoPeople() {
        log.admin("root");
        log.create("anna");
        root = log.logIn("root");
        anna = log.logIn("anna");
    }

    @Test
    void aMemberMayNothingByDefault() {
        for (Action action : Action.values()) {
            assertFalse(log.may(anna, action, "a"));
        }
        assertFalse(log.machine.mayAdminister(anna));
    }

    @Test
    void anAdminMayEverything() {
        for (Action action : Action.values()) {
            assertTrue(log.may(root, action, "a"));
            assertTrue(log.may(root, action, "#"));
            assertTrue(log.may(root, action, "$dead/s"));
        }
        assertTrue(log.machine.mayAdminister(root));
    }

    @Test
    void aMemberMayWhatARuleOfItsOwnAllows() {
        log.rule("anna", "a/+", PUBLISH, true);
        assertTrue(log.may(anna, PUBLISH, "a/b"));
        assertFalse(log.may(anna, PUBLISH, "a/b/c"));
        assertFalse(log.may(anna, SUBSCRIBE, "a/b"));
    }

    @Test
    void aMemberMayWhatARuleForEveryMemberAllows() {
        log.rule("", "a/#", SUBSCRIBE, true);
        assertTrue(log.may(anna, SUBSCRIBE, "a"));
        assertTrue(log.may(anna, SUBSCRIBE, "a/b/c"));
    }

    @Test
    void anothersRuleIsNotMine() {
        log.create("bert");
        log.rule("bert", "#", PUBLISH, true);
        assertFalse(log.may(anna, PUBLISH, "a"));
    }

    @Test
    void whatIsForbiddenIsNotAllowedByAnything() {
        log.rule("anna", "#", PUBLISH, true);
        log.rule("", "a/secret", PUBLISH, false);
        assertFalse(log.may(anna, PUBLISH, "a/secret"));
        assertTrue(log.may(anna, PUBLISH, "a/other"));
    }

    @Test
    void aFilterMustLieWhollyWithinWhatIsAllowed() {
        log.rule("anna", "a/b/#", SUBSCRIBE, true);
        assertTrue(log.may(anna, SUBSCRIBE, "a/b/#"));
        assertTrue(log.may(anna, SUBSCRIBE, "a/b/+/c"));
        assertFalse(log.may(anna, SUBSCRIBE, "a/#"));
        assertFalse(log.may(anna, SUBSCRIBE, "a/+"));
        assertFalse(log.may(anna, SUBSCRIBE, "#"));
    }

    @Test
    void aFilterThatMeetsWhatIsForbiddenIsRefused() {
        log.rule("anna", "a/#", SUBSCRIBE, true);
        log.rule("anna", "a/+/secret", SUBSCRIBE, false);
        assertFalse(log.may(anna, SUBSCRIBE, "a/#"));
        assertFalse(log.may(anna, SUBSCRIBE, "a/b/+"));
        assertTrue(log.may(anna, SUBSCRIBE, "a/b/open"));
        assertTrue(log.may(anna, SUBSCRIBE, "a/+"));
    }

    @Test
    void theSystemsTopicsAreGivenByNameOnly() {
        log.rule("anna", "#", SUBSCRIBE, true);
        assertFalse(log.may(anna, SUBSCRIBE, "$dead/s"));
        log.rule("anna", "$dead/s", SUBSCRIBE, true);
        assertTrue(log.may(anna, SUBSCRIBE, "$dead/s"));
    }

    @Test
    void aRemovedRuleNoLongerHolds() {
        log.rule("anna", "a", PUBLISH, true);
        assertEquals(new Gone(1), log.take(new RemoveRule(Optional.of(name("anna")), new AccessFilter("a"), PUBLISH)));
        assertFalse(log.may(anna, PUBLISH, "a"));
        assertEquals(new Gone(0), log.take(new RemoveRule(Optional.of(name("anna")), new AccessFilter("a"), PUBLISH)));
    }

    @Test
    void aRuleTakesThePlaceOfTheOneBefore() {
        log.rule("anna", "a", PUBLISH, true);
        log.rule("anna", "a", PUBLISH, false);
        assertFalse(log.may(anna, PUBLISH, "a"));
        assertEquals(1, log.machine.rules(Optional.of(name("anna"))).size());
    }

    @Test
    void theSameRuleTwiceIsDone() {
        var set = new SetRule(new AccessRule(Optional.empty(), new AccessFilter("a"), MANAGE, true));
        assertEquals(new Done(true), log.take(set));
        assertEquals(new Done(false), log.take(set));
    }

    @Test
    void aRuleForNobodyIsRefused() {
        assertEquals(
                Rejection.UNKNOWN_ACCOUNT,
                log.why(new SetRule(new AccessRule(Optional.of(name("nobody")), new AccessFilter("a"), MANAGE, true))));
    }

    @Test
    void moreRulesThanTheLimitsAreRefused() {
        AccountLog small = new AccountLog(new AccountLimits(10, 10, 10, 10, 10, 2, 3, 10, 10, 10));
        small.create("anna");
        small.rule("anna", "a", PUBLISH, true);
        small.rule("anna", "b", PUBLISH, true);
        var mine = new AccessRule(Optional.of(name("anna")), new AccessFilter("c"), PUBLISH, true);
        assertEquals(2, ((Rejected) small.take(new SetRule(mine))).actual());
        small.rule("", "a", PUBLISH, true);
        var everybodys = new AccessRule(Optional.empty(), new AccessFilter("c"), PUBLISH, true);
        assertEquals(3, ((Rejected) small.take(new SetRule(everybodys))).actual());
        small.rule("anna", "b", PUBLISH, false);
    }

    @Test
    void aTokenMayNoMoreThanItsScopes() {
        Principal token = log.token("root", "ci", Scopes.of(new Grant(PUBLISH, new AccessFilter("ci/#"))));
        assertTrue(log.may(token, PUBLISH, "ci/1"));
        assertFalse(log.may(token, PUBLISH, "a"));
        assertFalse(log.may(token, SUBSCRIBE, "ci/1"));
        assertFalse(log.machine.mayAdminister(token));
    }

    @Test
    void aTokenMayNoMoreThanItsOwner() {
        log.rule("anna", "a", PUBLISH, true);
        Principal token = log.token("anna", "ci", Scopes.of(new Grant(PUBLISH, new AccessFilter("#"))));
        assertTrue(log.may(token, PUBLISH, "a"));
        assertFalse(log.may(token, PUBLISH, "b"));
    }

    @Test
    void whatAnOwnerLosesItsTokenLoses() {
        log.admin("carl");
        Principal token = log.token("carl", "ci", Scopes.WHOLE);
        assertTrue(log.machine.mayAdminister(token));
        log.take(new SetRole(name("carl"), Role.MEMBER));
        assertFalse(log.machine.mayAdminister(token));
        assertFalse(log.may(token, PUBLISH, "a"));
    }

    @Test
    void whoLoggedOutMayNothing() {
        log.take(new LogOut(root.bearer()));
        assertFalse(log.may(root, PUBLISH, "a"));
        assertFalse(log.machine.mayAdminister(root));
    }

    @Test
    void theRevisionRisesWithEveryRule() {
        long before = log.machine.revision();
        log.rule("anna", "a", PUBLISH, true);
        assertTrue(log.machine.revision() > before);
    }
}
