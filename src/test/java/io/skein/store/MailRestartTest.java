package io.skein.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.account.AccountCommand;
import io.skein.account.AccountName;
import io.skein.account.AccountView;
import io.skein.account.PasswordHash;
import io.skein.account.Role;
import io.skein.machine.Command;
import io.skein.mailbox.MailCommand;
import io.skein.mailbox.MailContent;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mail in rows: what a restart gives back, what pages hold. */
class MailRestartTest {
    private static final AccountName ANNA = new AccountName("Anna");
    private static final AccountName BERT = new AccountName("bert");
    private static final AccountName CARL = new AccountName("carl");

    @TempDir
    Path directory;

    private Vertx vertx;

    @BeforeEach
    void start() {
        vertx = Vertx.vertx();
    }

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    private static AccountCommand create(AccountName name) {
        return new AccountCommand.Create(name, new PasswordHash("$slow$" + name), Role.MEMBER);
    }

    private static void people(OpenStore open) {
        for (AccountName name : List.of(ANNA, BERT, CARL)) {
            open.author.take(create(name));
        }
    }

    private static long number(OpenStore open, AccountName name) {
        return open.author.accounts.find(name).map(AccountView::id).orElseThrow();
    }

    private static void send(OpenStore open, AccountName from, AccountName to, String content) {
        open.author.take(new MailCommand.Send(number(open, from), to, new MailContent(content)));
    }

    private static MailReader.Page page(
            OpenStore open, AccountName owner, OptionalLong with, boolean unread, long before, int limit, long bytes)
            throws Exception {
        return open.onLoop(
                () -> open.store.reader().mail().page(number(open, owner), with, unread, before, limit, bytes));
    }

    private static MailReader.Page all(OpenStore open, AccountName owner) throws Exception {
        return page(open, owner, OptionalLong.empty(), false, Long.MAX_VALUE, 100, 1 << 20);
    }

    private static List<String> contents(MailReader.Page page) {
        return page.mails().stream().map(StoredMail::content).toList();
    }

    @Test
    void mailStandsInPlainColumns() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            people(open);
            send(open, ANNA, BERT, "grüße");
            open.author.take(new MailCommand.MarkRead(number(open, BERT), List.of(1L)));
            open.settle();
            assertEquals(
                    List.of("1 Anna bert " + (open.author.time() - 1) + " grüße 1"),
                    open.sql("SELECT concat_ws(' ', id, \"from\", \"to\", time, content, read) FROM mailbox"));
        }
    }

    @Test
    void noIdIsGivenAgainAfterARestart() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            people(open);
            send(open, ANNA, BERT, "1");
            open.author.take(new MailCommand.Delete(number(open, BERT), List.of(1L)));
            open.settle();
        }
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            send(open, ANNA, BERT, "2");
            assertEquals(2, open.author.mails.lastId());
        }
    }

    @Test
    void aPageIsNewestFirstAndTheNextGoesOnBelowIt() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            people(open);
            send(open, ANNA, BERT, "1");
            send(open, BERT, ANNA, "2");
            send(open, ANNA, ANNA, "3");
            send(open, BERT, CARL, "4");
            send(open, CARL, ANNA, "5");
            open.settle();
            MailReader.Page first = page(open, ANNA, OptionalLong.empty(), false, Long.MAX_VALUE, 2, 1 << 20);
            assertEquals(List.of("5", "3"), contents(first));
            MailReader.Page second =
                    page(open, ANNA, OptionalLong.empty(), false, first.next().orElseThrow(), 2, 1 << 20);
            assertEquals(List.of("2", "1"), contents(second));
            assertEquals(OptionalLong.empty(), second.next());
        }
    }

    @Test
    void aConversationIsWhatTwoWroteToEachOther() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            people(open);
            send(open, ANNA, BERT, "1");
            send(open, CARL, ANNA, "2");
            send(open, BERT, ANNA, "3");
            send(open, ANNA, ANNA, "4");
            open.settle();
            OptionalLong bert = OptionalLong.of(number(open, BERT));
            OptionalLong anna = OptionalLong.of(number(open, ANNA));
            assertEquals(List.of("3", "1"), contents(page(open, ANNA, bert, false, Long.MAX_VALUE, 9, 1 << 20)));
            assertEquals(List.of("4"), contents(page(open, ANNA, anna, false, Long.MAX_VALUE, 9, 1 << 20)));
        }
    }

    @Test
    void whatIsUnreadIsWhatWasReceivedAndNotMarked() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            people(open);
            send(open, ANNA, BERT, "1");
            send(open, BERT, ANNA, "2");
            send(open, CARL, ANNA, "3");
            send(open, BERT, ANNA, "4");
            open.author.take(new MailCommand.MarkRead(number(open, ANNA), List.of(4L)));
            open.settle();
            OptionalLong bert = OptionalLong.of(number(open, BERT));
            assertEquals(
                    List.of("3", "2"),
                    contents(page(open, ANNA, OptionalLong.empty(), true, Long.MAX_VALUE, 9, 1 << 20)));
            assertEquals(List.of("2"), contents(page(open, ANNA, bert, true, Long.MAX_VALUE, 9, 1 << 20)));
        }
    }

    @Test
    void aPageHasALimitInBytesAndHoldsOneMailAtLeast() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            people(open);
            send(open, ANNA, BERT, "a".repeat(10));
            send(open, ANNA, BERT, "b".repeat(10));
            send(open, ANNA, BERT, "c".repeat(30));
            open.settle();
            MailReader.Page first = page(open, ANNA, OptionalLong.empty(), false, Long.MAX_VALUE, 9, 20);
            assertEquals(List.of("c".repeat(30)), contents(first));
            assertEquals(OptionalLong.of(3), first.next());
            assertEquals(
                    List.of("b".repeat(10), "a".repeat(10)),
                    contents(page(open, ANNA, OptionalLong.empty(), false, 3, 9, 20)));
        }
    }

    @Test
    void mailOfADeletedAccountIsSeenByNobodyAndRemovedLittleByLittle() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            people(open);
            for (int i = 0; i < 500; i++) {
                send(open, ANNA, BERT, "to " + i);
                send(open, BERT, ANNA, "from " + i);
            }
            send(open, CARL, ANNA, "stays");
            open.settle();
            open.author.take(new MailCommand.DeleteAccount(BERT, AccountCommand.UNCHECKED));
            open.settle();
            assertEquals(List.of("1"), open.sql("SELECT count(*) FROM mailbox"));
            assertEquals(List.of("stays"), open.sql("SELECT content FROM mailbox"));
        }
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            assertEquals(1, open.author.mails.totals().mails());
            for (int i = 0; i < 20; i++) {
                open.author.later(1);
                send(open, CARL, CARL, "more");
                open.settle();
            }
            assertEquals(List.of("21"), open.sql("SELECT count(*) FROM mail"));
            assertEquals(List.of("0"), open.sql("SELECT count(*) FROM mail_sweep"));
        }
    }

    @Test
    void aMailThatIsNotAsItWasWrittenIsNotShown() throws Exception {
        try (OpenStore open = OpenStore.at(vertx, directory)) {
            people(open);
            send(open, ANNA, BERT, "true");
            open.settle();
            try (Connection forger = DriverManager.getConnection("jdbc:sqlite:" + open.file())) {
                forger.createStatement().execute("UPDATE mail SET content = 'false'");
            }
            assertThrows(Damaged.class, () -> all(open, ANNA));
            assertTrue(open.damage.take().contains("mail 1"));
        }
    }

    @Test
    void mailTravelsInASnapshot() throws Exception {
        List<String> sent;
        SnapshotFile snapshot;
        try (OpenStore open = OpenStore.at(vertx, directory.resolve("sender"))) {
            Random random = new Random(9);
            for (int step = 0; step < 300; step++) {
                open.author.take(command(open.author, random));
            }
            open.settle();
            sent = open.author.state();
            snapshot = open.snapshot(directory.resolve("received"));
        }
        Path home = directory.resolve("home");
        OpenStore.at(vertx, home).close();
        try (DataDirectory held = DataDirectory.lock(home)) {
            Store.install(vertx, held, StoreConfig.at(home), Author.NODE, snapshot, Faults.NONE)
                    .await();
        }
        try (OpenStore open = OpenStore.at(vertx, home)) {
            assertEquals(String.join("\n", sent), String.join("\n", open.author.state()));
            assertTrue(sent.stream().anyMatch(line -> line.startsWith("Kept")), sent.toString());
        }
    }

    /** Random commands, settled now and then, restarted now and then, with entries left that are only in the log. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void mailIsTheSameAfterAnyRestart(long seed) throws Exception {
        Random random = new Random(seed);
        for (int life = 0; life < 5; life++) {
            List<String> state;
            try (OpenStore open = OpenStore.at(vertx, directory)) {
                for (int step = 0; step < 80; step++) {
                    open.author.take(command(open.author, random));
                    if (random.nextInt(8) == 0) {
                        open.settle();
                    }
                }
                open.write(random.nextBoolean() ? open.author.logOnly() : open.author.settling());
                state = open.author.state();
            }
            try (OpenStore open = OpenStore.at(vertx, directory)) {
                assertEquals(String.join("\n", state), String.join("\n", open.author.state()), "seed " + seed);
                open.settle();
                assertEquals(
                        List.of(Integer.toString(open.author.mails.totals().mails())),
                        open.sql("SELECT count(*) FROM mailbox"));
            }
            try (OpenStore open = OpenStore.at(vertx, directory)) {
                assertEquals(String.join("\n", state), String.join("\n", open.author.state()), "seed " + seed);
            }
        }
    }

    private static Command command(Author author, Random random) {
        AccountName name = new AccountName("user" + random.nextInt(4));
        AccountName to = new AccountName("user" + random.nextInt(4));
        long number = author.accounts.find(name).map(AccountView::id).orElse(77L);
        List<Long> ids = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            ids.add(Math.max(1, author.mails.lastId() - random.nextInt(30)));
        }
        return switch (random.nextInt(20)) {
            case 0, 1, 2 -> create(name);
            case 3 -> new MailCommand.DeleteAccount(name, AccountCommand.UNCHECKED);
            case 4 -> random.nextInt(4) == 0 ? new AccountCommand.Delete(name, AccountCommand.UNCHECKED) : create(to);
            case 5, 6, 7 -> new MailCommand.MarkRead(number, ids);
            case 8, 9, 10 -> new MailCommand.Delete(number, ids);
            default -> new MailCommand.Send(number, to, new MailContent("hi " + random.nextInt()));
        };
    }
}
