package io.skein.mailbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccountChange;
import io.skein.account.AccountMachine;
import io.skein.account.AccountName;
import io.skein.account.PasswordHash;
import io.skein.account.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What mail takes in memory, and that nothing is mixed up in it. */
class SegmentTest {
    @Test
    void aMailTakesAboutTenBytes() {
        MailMachine machine = withAccounts(100);
        fill(machine, 100_000, 100);
        assertTrue(machine.memory() < 12 * 100_000, machine.memory() + " bytes");
    }

    @Test
    void whatIsDeletedGivesItsMemoryBack() {
        MailMachine machine = withAccounts(100);
        fill(machine, 100_000, 100);
        long full = machine.memory();
        for (long id = 1; id <= 100_000; id++) {
            if (id % 20 != 0) {
                machine.evolve(
                        new MailChange.Deleted(1, List.of(machine.find(id).orElseThrow())));
            }
        }
        assertEquals(5_000, machine.totals().mails());
        assertTrue(machine.memory() < full / 6, machine.memory() + " of " + full + " bytes");
        for (long id = 1; id <= 100_000; id++) {
            assertEquals(id % 20 == 0, machine.find(id).isPresent());
        }
    }

    @Test
    void whereAllIsGoneNothingIsLeft() {
        MailMachine machine = withAccounts(10);
        fill(machine, 10_000, 10);
        for (long id = 10_000; id > 0; id--) {
            machine.evolve(new MailChange.Deleted(1, List.of(machine.find(id).orElseThrow())));
        }
        assertEquals(0, machine.memory());
        assertEquals(new MailTotals(0, 0, 0), machine.totals());
    }

    @Test
    void aTallyCountsWhateverComesAndGoes() {
        Tally tally = new Tally();
        int[] truth = new int[300];
        Random random = new Random(3);
        for (int step = 0; step < 50_000; step++) {
            int key = random.nextInt(step % 10_000 < 5_000 ? 300 : 20);
            int more = truth[key] > 0 && random.nextInt(5) > 1 ? -1 : 1;
            truth[key] += more;
            tally.add(key, more);
            assertEquals(truth[key], tally.of(key));
        }
        List<Integer> seen = new ArrayList<>();
        tally.each((key, count) -> {
            assertEquals(truth[key], count);
            seen.add(key);
        });
        assertEquals(tally.size(), seen.size());
        assertEquals(
                java.util.stream.IntStream.of(truth).filter(count -> count > 0).count(), tally.size());
    }

    private static MailMachine withAccounts(int count) {
        AccountMachine accounts = new AccountMachine();
        for (int i = 1; i <= count; i++) {
            accounts.evolve(new AccountChange.AccountSet(
                    i, new AccountName("user" + i), Role.MEMBER, new PasswordHash("$"), 1_000 + i, 1));
        }
        return new MailMachine(accounts);
    }

    private static void fill(MailMachine machine, int mails, int accounts) {
        MailContent content = new MailContent("hello");
        for (int i = 1; i <= mails; i++) {
            machine.evolve(new MailChange.Sent(i, 1 + i % accounts, 1 + i * 7 % accounts, i, content));
        }
    }
}
