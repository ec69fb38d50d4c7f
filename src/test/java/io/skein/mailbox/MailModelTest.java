package io.skein.mailbox;

import static io.skein.mailbox.MailLog.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccountCommand;
import io.skein.machine.Outcome;
import io.skein.machine.Rejected;
import io.skein.mailbox.MailOutcome.Done;
import io.skein.mailbox.MailOutcome.Sent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random commands against the machine and against a model that knows nothing but a list. After each one what the machine
 * says of mail and of what is unread is true of the model; and machines made from the rows or the snapshot are the same.
 */
class MailModelTest {
    private static final int STEPS = 1_500;
    private static final MailLimits LIMITS = new MailLimits(60, 20, 5, 10);
    private static final List<String> NAMES = List.of("anna", "Bert", "carl", "dora", "emil");

    private static final class Mail {
        final long id;
        final String from;
        final String to;
        boolean read;

        Mail(long id, String from, String to) {
            this.id = id;
            this.from = from;
            this.to = to;
        }

        boolean isOf(String who) {
            return from.equals(who) || to.equals(who);
        }
    }

    private final MailLog log = new MailLog(LIMITS);
    private final List<String> there = new ArrayList<>();
    private final TreeMap<Long, Mail> mails = new TreeMap<>();
    private Random random;
    private long lastId;
    private int deleted;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theMachineAgreesWithAModel(long seed) {
        random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            step();
            agrees();
            if (random.nextInt(20) == 0) {
                log.holdsAfterARestart();
            }
        }
        assertTrue(lastId > 300, "seed " + seed + " sent only " + lastId);
        assertTrue(deleted > 20, "seed " + seed + " deleted only " + deleted);
    }

    private void step() {
        String who = NAMES.get(random.nextInt(NAMES.size()));
        int kind = random.nextInt(100);
        if (!there.contains(who)) {
            log.create(who);
            there.add(who);
        } else if (kind < 50) {
            send(who);
        } else if (kind < 70) {
            markRead(who);
        } else if (kind < 90) {
            delete(who);
        } else if (kind < 93) {
            deleteAccount(who);
        }
    }

    private void send(String from) {
        String to = NAMES.get(random.nextInt(NAMES.size()));
        String content = "x".repeat(1 + random.nextInt(11));
        Outcome outcome = log.take(new MailCommand.Send(log.number(from), name(to), new MailContent(content)));
        boolean fits = there.contains(to)
                && content.length() <= LIMITS.contentBytes()
                && mails.size() < LIMITS.mails()
                && mails.values().stream().filter(mail -> mail.to.equals(to)).count() < LIMITS.each()
                && mails.values().stream()
                                .filter(mail -> mail.from.equals(from))
                                .count()
                        < LIMITS.each();
        assertEquals(fits, outcome instanceof Sent, outcome.toString());
        if (fits) {
            lastId++;
            assertEquals(new Sent(lastId, log.time), outcome);
            mails.put(lastId, new Mail(lastId, from, to));
        }
    }

    private List<Long> ids() {
        List<Long> ids = new ArrayList<>();
        for (int i = random.nextInt(LIMITS.ids() + 1); i >= 0; i--) {
            ids.add(random.nextLong(Math.max(0, lastId - 80), lastId + 2));
        }
        return ids;
    }

    private void markRead(String who) {
        List<Long> ids = ids();
        Outcome outcome = log.take(new MailCommand.MarkRead(log.number(who), ids));
        if (ids.size() > LIMITS.ids()) {
            assertTrue(outcome instanceof Rejected);
            return;
        }
        List<Long> refused = new ArrayList<>();
        int done = 0;
        for (Long id : new LinkedHashSet<>(ids)) {
            Mail mail = mails.get(id);
            if (mail != null && mail.to.equals(who)) {
                mail.read = true;
                done++;
            } else {
                refused.add(id);
            }
        }
        assertEquals(new Done(done, refused), outcome);
    }

    private void delete(String who) {
        List<Long> ids = ids();
        Outcome outcome = log.take(new MailCommand.Delete(log.number(who), ids));
        if (ids.size() > LIMITS.ids()) {
            assertTrue(outcome instanceof Rejected);
            return;
        }
        List<Long> refused = new ArrayList<>();
        int done = 0;
        for (Long id : new LinkedHashSet<>(ids)) {
            Mail mail = mails.get(id);
            if (mail != null && mail.isOf(who)) {
                mails.remove(id);
                done++;
            } else {
                refused.add(id);
            }
        }
        assertEquals(new Done(done, refused), outcome);
        deleted += done;
    }

    private void deleteAccount(String who) {
        int before = mails.size();
        mails.values().removeIf(mail -> mail.isOf(who));
        there.remove(who);
        if (random.nextInt(4) == 0) {
            log.take(new AccountCommand.Delete(name(who), AccountCommand.UNCHECKED));
        } else {
            assertEquals(
                    new MailOutcome.AccountGone(before - mails.size()),
                    log.take(new MailCommand.DeleteAccount(name(who), AccountCommand.UNCHECKED)));
        }
    }

    private void agrees() {
        long unread = mails.values().stream().filter(mail -> !mail.read).count();
        long accounts = there.stream()
                .filter(who -> mails.values().stream().anyMatch(mail -> mail.isOf(who)))
                .count();
        assertEquals(new MailTotals(mails.size(), unread, (int) accounts), log.mails.totals());
        for (String who : there) {
            Map<String, Integer> senders = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            mails.values().stream()
                    .filter(mail -> mail.to.equals(who) && !mail.read)
                    .forEach(mail -> senders.merge(mail.from, 1, Integer::sum));
            Unread said = log.unread(who);
            assertEquals(senders.values().stream().mapToInt(n -> n).sum(), said.total());
            List<Unread.Sender> expected = new ArrayList<>();
            senders.forEach((from, count) -> expected.add(new Unread.Sender(name(from), count)));
            assertEquals(expected, said.senders());
        }
    }
}
