package io.skein.account;

import static io.skein.account.AccountLog.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.skein.machine.Rejection;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which limits there are. */
class LimitingTest {
    private static final Quota SOME = new Quota(1_000, 0, 0);

    private final AccountLog log = new AccountLog();

    private List<String> names() {
        return log.machine.limits(Optional.empty(), 100).limits().stream()
                .map(limit -> limit.name().value())
                .toList();
    }

    @Test
    void aLimitIsThereUntilItIsDropped() {
        assertEquals(new AccountOutcome.Done(true), log.limit("some", "", "a/#", true, SOME));
        assertEquals(
                Optional.of(AccountLog.limitOf("some", "", "a/#", true, SOME)),
                log.machine.limit(new LimitName("some")));
        assertEquals(new AccountOutcome.Gone(1), log.take(new AccountCommand.DropLimit(new LimitName("some"))));
        assertEquals(Optional.empty(), log.machine.limit(new LimitName("some")));
        assertEquals(new AccountOutcome.Gone(0), log.take(new AccountCommand.DropLimit(new LimitName("some"))));
    }

    @Test
    void aLimitOfTheSameNameTakesItsPlace() {
        log.limit("some", "", "", false, SOME);
        assertEquals(new AccountOutcome.Done(false), log.limit("some", "", "", false, new Quota(5, 6, 7)));
        assertEquals(
                new Quota(5, 6, 7),
                log.machine.limit(new LimitName("some")).orElseThrow().quota());
    }

    @Test
    void aLimitSetAgainAsItIsChangesNothing() {
        log.limit("some", "", "", false, SOME);
        long revision = log.machine.limitsRevision();
        log.limit("some", "", "", false, SOME);
        assertEquals(revision, log.machine.limitsRevision());
    }

    @Test
    void theCaseOfALimitsNameCounts() {
        log.limit("some", "", "", false, SOME);
        log.limit("Some", "", "", false, SOME);
        assertEquals(List.of("Some", "some"), names());
    }

    @Test
    void aLimitOfNobodyIsRefused() {
        assertEquals(
                Rejection.UNKNOWN_ACCOUNT,
                log.why(new AccountCommand.SetLimit(AccountLog.limitOf("some", "anna", "", false, SOME))));
    }

    @Test
    void aLimitGoesWithItsAccount() {
        log.create("anna");
        log.limit("hers", "anna", "", false, SOME);
        log.limit("everybodys", "", "", false, SOME);
        long revision = log.machine.limitsRevision();
        log.take(new AccountCommand.Delete(name("anna"), AccountCommand.UNCHECKED));
        assertEquals(List.of("everybodys"), names());
        assertNotEquals(revision, log.machine.limitsRevision());
        log.holdsAfterARestart();
    }

    @Test
    void aLimitTooManyIsRefusedAndOneThatIsThereMayChange() {
        AccountLog small = new AccountLog(new AccountLimits(10, 10, 10, 10, 10, 10, 10, 2, 10, 10));
        small.limit("a", "", "", false, SOME);
        small.limit("b", "", "", false, SOME);
        assertEquals(
                Rejection.TOO_MANY_LIMITS,
                small.why(new AccountCommand.SetLimit(AccountLog.limitOf("c", "", "", false, SOME))));
        assertEquals(new AccountOutcome.Done(false), small.limit("b", "", "", true, SOME));
    }

    @Test
    void limitsComeInPagesByName() {
        for (String name : List.of("c", "a", "b")) {
            log.limit(name, "", "", false, SOME);
        }
        LimitPage first = log.machine.limits(Optional.empty(), 2);
        assertEquals(Optional.of(new LimitName("b")), first.next());
        LimitPage rest = log.machine.limits(first.next(), 2);
        assertEquals(
                List.of(new LimitName("c")),
                rest.limits().stream().map(Limit::name).toList());
        assertEquals(Optional.empty(), rest.next());
    }

    @Test
    void whatCanBeNoLimitIsNone() {
        assertThrows(IllegalArgumentException.class, () -> new Quota(0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Quota(-1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Quota(0, Quota.MAX_BYTES + 1, 0));
        assertThrows(
                IllegalArgumentException.class, () -> AccountLog.limitOf("a", "", "a/#", false, new Quota(1, 0, 1)));
        assertThrows(IllegalArgumentException.class, () -> AccountLog.limitOf("a", "anna", "", true, SOME));
        assertThrows(IllegalArgumentException.class, () -> new LimitName("no spaces"));
    }
}
