package io.skein.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Delivery;
import io.skein.machine.Moment;
import io.skein.machine.StateHash;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What holds of every machine. That deciding twice gives the same, {@link AccountLog} holds with every command. */
class AccountMachineLawsTest {
    private static final AccountName A = new AccountName("a");
    private static final AccessFilter F = new AccessFilter("f");
    private static final LimitName L = new LimitName("l");
    private static final BearerHash B = BearerHash.of("b");

    /** In an order in which they can happen. */
    private static final List<Change> CHANGES = List.of(
            new AccountChange.LastNumber(4),
            new AccountChange.AccountSet(5, A, Role.MEMBER, new PasswordHash("p"), 6, 100),
            new AccountChange.SessionSet(7, 5, B, 100, 200),
            new AccountChange.SessionGone(7),
            new AccountChange.TokenSet(8, 5, new TokenName("t"), B, Scopes.WHOLE, 100, 0),
            new AccountChange.TokenGone(8),
            new AccountChange.RuleSet(5, F, Action.PUBLISH, true),
            new AccountChange.RuleGone(5, F, Action.PUBLISH),
            new AccountChange.LimitSet(L, 5, Optional.of(F), false, new Quota(1, 2, 0)),
            new AccountChange.LimitGone(L),
            new AccountChange.AccountGone(5));

    @Test
    void everyCommandIsDecided() {
        assertEquals(Set.of(AccountCommand.class.getPermittedSubclasses()), kinds(CommandCodecTest.GOLDEN.keySet()));
        AccountMachine machine = new AccountMachine();
        for (Command command : CommandCodecTest.GOLDEN.keySet()) {
            assertTrue(machine.owns(command));
            assertTrue(command.size() > 0);
            machine.decide(new Moment(9, 0, 5_000), command);
        }
        Command stranger = new Command() {};
        assertTrue(!machine.owns(stranger));
        assertThrows(AssertionError.class, () -> machine.decide(new Moment(9, 0, 5_000), stranger));
    }

    @Test
    void everyOutcomeHasItsBytes() {
        Set<Class<?>> kinds = kinds(CommandCodecTest.OUTCOMES);
        assertTrue(kinds.containsAll(Set.of(AccountOutcome.class.getPermittedSubclasses())));
    }

    @Test
    void everyChangeIsEvolvedAndNoTwoHashAlike() {
        assertEquals(Set.of(AccountChange.class.getPermittedSubclasses()), kinds(CHANGES));
        AccountMachine machine = new AccountMachine();
        Set<Long> hashes = new HashSet<>();
        for (Change change : CHANGES) {
            assertTrue(machine.owns(change));
            assertTrue(change.weight() > 0);
            machine.evolve(change);
            assertTrue(hashes.add(hash(change)), change.toString());
        }
        assertEquals(new AccountTotals(0, 0, 0, 0, 0), machine.totals());
    }

    @Test
    void everythingOfAnAccountIsInItsHash() {
        PasswordHash p = new PasswordHash("p");
        assertNoTwoHashAlike(
                new AccountChange.AccountSet(5, A, Role.MEMBER, p, 6, 100),
                new AccountChange.AccountSet(4, A, Role.MEMBER, p, 6, 100),
                new AccountChange.AccountSet(5, new AccountName("A"), Role.MEMBER, p, 6, 100),
                new AccountChange.AccountSet(5, A, Role.ADMIN, p, 6, 100),
                new AccountChange.AccountSet(5, A, Role.MEMBER, new PasswordHash("q"), 6, 100),
                new AccountChange.AccountSet(5, A, Role.MEMBER, p, 7, 100),
                new AccountChange.AccountSet(5, A, Role.MEMBER, p, 6, 101));
    }

    @Test
    void everythingOfATokenIsInItsHash() {
        TokenName t = new TokenName("t");
        Scopes some = Scopes.of(new Grant(Action.PUBLISH, F));
        assertNoTwoHashAlike(
                new AccountChange.TokenSet(8, 5, t, B, some, 100, 0),
                new AccountChange.TokenSet(9, 5, t, B, some, 100, 0),
                new AccountChange.TokenSet(8, 6, t, B, some, 100, 0),
                new AccountChange.TokenSet(8, 5, new TokenName("T"), B, some, 100, 0),
                new AccountChange.TokenSet(8, 5, t, BearerHash.of("c"), some, 100, 0),
                new AccountChange.TokenSet(8, 5, t, B, Scopes.WHOLE, 100, 0),
                new AccountChange.TokenSet(8, 5, t, B, Scopes.of(new Grant(Action.MANAGE, F)), 100, 0),
                new AccountChange.TokenSet(8, 5, t, B, some, 101, 0),
                new AccountChange.TokenSet(8, 5, t, B, some, 100, 1));
    }

    @Test
    void everythingOfALimitIsInItsHash() {
        Quota q = new Quota(1, 2, 0);
        assertNoTwoHashAlike(
                new AccountChange.LimitSet(L, 0, Optional.empty(), false, q),
                new AccountChange.LimitSet(new LimitName("L"), 0, Optional.empty(), false, q),
                new AccountChange.LimitSet(L, 5, Optional.empty(), false, q),
                new AccountChange.LimitSet(L, 0, Optional.of(F), false, q),
                new AccountChange.LimitSet(L, 0, Optional.empty(), true, q),
                new AccountChange.LimitSet(L, 0, Optional.empty(), false, new Quota(2, 2, 0)),
                new AccountChange.LimitSet(L, 0, Optional.empty(), false, new Quota(1, 3, 0)),
                new AccountChange.LimitSet(L, 0, Optional.empty(), false, new Quota(1, 2, 4)));
    }

    @Test
    void nothingOfItIsDelivered() {
        assertTrue(CHANGES.stream().noneMatch(Delivery.class::isInstance));
    }

    @Test
    void aNewMachineHasNothingToSay() {
        AccountMachine machine = new AccountMachine();
        List<Change> changes = new ArrayList<>();
        machine.snapshot(changes::add);
        assertEquals(List.of(), changes);
        assertEquals(Long.MAX_VALUE, machine.nextDue());
        assertEquals(List.of(), machine.due(Long.MAX_VALUE, 10));
        assertEquals(Optional.empty(), machine.find(A));
    }

    private static void assertNoTwoHashAlike(Change... changes) {
        Set<Long> hashes = new HashSet<>();
        for (Change change : changes) {
            assertTrue(hashes.add(hash(change)), change.toString());
        }
    }

    private static long hash(Change change) {
        StateHash hash = new StateHash(0);
        change.hashInto(hash);
        return hash.value();
    }

    private static Set<Class<?>> kinds(Iterable<?> all) {
        Set<Class<?>> kinds = new HashSet<>();
        all.forEach(one -> kinds.add(one.getClass()));
        return kinds;
    }
}
