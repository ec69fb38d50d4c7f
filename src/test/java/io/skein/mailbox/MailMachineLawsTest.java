package io.skein.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.skein.account.AccountCommand;
import io.skein.account.AccountMachine;
import io.skein.account.AccountName;
import io.skein.machine.Change;
import io.skein.machine.Command;
import io.skein.machine.Moment;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.machine.Rejection;
import io.skein.machine.StateHash;
import io.skein.mailbox.MailOutcome.AccountGone;
import io.skein.mailbox.MailOutcome.Done;
import io.skein.mailbox.MailOutcome.Sent;
import io.skein.wire.CommandProto;
import io.skein.wire.MailCommandProto;
import io.skein.wire.SendMailProto;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What holds of every machine, and that commands and outcomes come back from their bytes. What stands in a log must be read
 * for ever: the hexadecimal texts never change.
 */
class MailMachineLawsTest {
    private static final AccountName A = new AccountName("a");
    private static final Map<Command, String> GOLDEN = new LinkedHashMap<>();

    static {
        GOLDEN.put(new MailCommand.Send(300, A, new MailContent("hi")), "520c0a0a08ac02120161" + "1a026869");
        GOLDEN.put(new MailCommand.MarkRead(5, List.of(1L, 300L)), "520912070805120301ac02");
        GOLDEN.put(new MailCommand.Delete(5, List.of(1L)), "52071a050805120101");
        GOLDEN.put(new MailCommand.DeleteAccount(A, AccountCommand.UNCHECKED), "520522030a0161");
    }

    private static final List<Outcome> OUTCOMES = List.of(
            new Sent(7, 99),
            new Done(3, List.of()),
            new Done(0, List.of(4L, 5L)),
            new AccountGone(12),
            new Rejected(Rejection.MAILBOX_FULL, "there are 5 mails already", 5));

    /** In an order in which they can happen. */
    private static final List<Change> CHANGES = List.of(
            new MailChange.LastMail(4),
            new MailChange.Kept(new long[] {2}, new long[] {1}, new long[] {2}, new BitSet()),
            new MailChange.Sent(5, 1, 2, 100, new MailContent("x")),
            new MailChange.Read(2, List.of(new MailRef(5, 1, 2))),
            new MailChange.Deleted(1, List.of(new MailRef(5, 1, 2))),
            new MailChange.AccountMailGone(1, A, 1));

    private final MailMachine machine = new MailMachine(new AccountMachine());

    @TestFactory
    Stream<DynamicTest> aCommandIsTheseBytesAndComesBack() {
        return GOLDEN.entrySet().stream()
                .map(golden -> dynamicTest(golden.getKey().toString(), () -> {
                    byte[] bytes = machine.toProto(golden.getKey()).toByteArray();
                    assertEquals(golden.getValue(), HexFormat.of().formatHex(bytes));
                    assertEquals(Optional.of(golden.getKey()), machine.fromProto(CommandProto.parseFrom(bytes)));
                }));
    }

    @TestFactory
    Stream<DynamicTest> anOutcomeComesBack() {
        return OUTCOMES.stream()
                .map(outcome -> dynamicTest(outcome.toString(), () -> {
                    assertEquals(outcome, machine.decode(machine.encode(outcome)));
                    assertEquals(!(outcome instanceof Rejected), MailMachine.isOutcome(machine.encode(outcome)));
                }));
    }

    @Test
    void whatIsRefusedIsNotBriefAllElseIs() {
        Moment at = new Moment(1, 0, 99);
        for (Outcome outcome : OUTCOMES) {
            machine.brief(at, outcome).ifPresent(brief -> assertEquals(outcome, machine.fromBrief(at, brief)));
        }
        assertEquals(Optional.empty(), machine.brief(at, new Done(1, List.of(4L))));
        assertTrue(machine.brief(at, new Sent(7, 99)).isPresent());
        assertTrue(machine.brief(at, new AccountGone(7)).isPresent());
    }

    @Test
    void everyCommandIsDecided() {
        assertEquals(Set.of(MailCommand.class.getPermittedSubclasses()), kinds(GOLDEN.keySet()));
        for (Command command : GOLDEN.keySet()) {
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
        assertTrue(kinds(OUTCOMES).containsAll(Set.of(MailOutcome.class.getPermittedSubclasses())));
    }

    @Test
    void everyChangeIsEvolvedAndNoTwoHashAlike() {
        assertEquals(Set.of(MailChange.class.getPermittedSubclasses()), kinds(CHANGES));
        Set<Long> hashes = new HashSet<>();
        for (Change change : CHANGES) {
            assertTrue(machine.owns(change));
            assertTrue(change.weight() > 0);
            machine.evolve(change);
            assertTrue(hashes.add(hash(change)), change.toString());
        }
        assertEquals(new MailTotals(0, 0, 0), machine.totals());
    }

    @Test
    void everythingOfAMailIsInItsHash() {
        MailContent x = new MailContent("x");
        assertNoTwoHashAlike(
                new MailChange.Sent(5, 1, 2, 100, x),
                new MailChange.Sent(6, 1, 2, 100, x),
                new MailChange.Sent(5, 2, 1, 100, x),
                new MailChange.Sent(5, 1, 3, 100, x),
                new MailChange.Sent(5, 1, 2, 101, x),
                new MailChange.Sent(5, 1, 2, 100, new MailContent("y")));
        assertNoTwoHashAlike(
                new MailChange.Read(1, List.of(new MailRef(1, 2, 3))),
                new MailChange.Read(2, List.of(new MailRef(1, 2, 3))),
                new MailChange.Read(1, List.of(new MailRef(2, 2, 3))),
                new MailChange.Read(1, List.of(new MailRef(1, 3, 3))),
                new MailChange.Deleted(1, List.of(new MailRef(1, 2, 3))));
    }

    @Test
    void aNewMachineHasNothingToSay() {
        List<Change> changes = new ArrayList<>();
        machine.snapshot(changes::add);
        assertEquals(List.of(), changes);
        assertEquals(Long.MAX_VALUE, machine.nextDue());
        assertEquals(List.of(), machine.due(Long.MAX_VALUE, 10));
    }

    @Test
    void anothersCommandIsNotReadNorIsANewerOne() {
        assertEquals(Optional.empty(), machine.fromProto(CommandProto.getDefaultInstance()));
        assertEquals(
                Optional.empty(),
                machine.fromProto(CommandProto.newBuilder()
                        .setMail(MailCommandProto.getDefaultInstance())
                        .build()));
    }

    @Test
    void aCommandThatHoldsWhatNoneCanIsDamage() {
        CommandProto damaged = CommandProto.newBuilder()
                .setMail(MailCommandProto.newBuilder()
                        .setSend(SendMailProto.newBuilder().setTo("a")))
                .build();
        assertThrows(IllegalArgumentException.class, () -> machine.fromProto(damaged));
        assertThrows(IllegalArgumentException.class, () -> machine.decode(new byte[] {1, 2, 3}));
        assertThrows(IllegalArgumentException.class, () -> machine.decode(new byte[0]));
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
