package io.skein.store;

import io.skein.account.AccountCommand;
import io.skein.account.AccountName;
import io.skein.account.AccountView;
import io.skein.account.PasswordHash;
import io.skein.account.Role;
import io.skein.mailbox.MailCommand;
import io.skein.mailbox.MailContent;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/**
 * What pages of mail cost among much mail, and what much mail costs. Not a test:
 *
 * <pre>java -cp target/test-classes:target/classes:... io.skein.store.MailBench DIRECTORY [key=value...]</pre>
 *
 * Keys: accounts, mails, bytes (of each content), pages (of each kind). One mail in six is of one account that is busier
 * than all others; everybody writes to few more than to many.
 */
final class MailBench {
    private static final int LIMIT = 50;
    private static final int A_BATCH = 1_000;

    private final OpenStore open;
    private final long[] accounts;
    private final int pages;
    private final SplittableRandom random = new SplittableRandom(1);

    private MailBench(OpenStore open, int accounts, int pages) {
        this.open = open;
        this.accounts = new long[accounts];
        this.pages = pages;
    }

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        int mails = (int) WriteBench.option(args, "mails", 1_000_000);
        int bytes = (int) WriteBench.option(args, "bytes", 100);
        WriteBench.delete(directory);
        Files.createDirectories(directory);
        Vertx vertx = Vertx.vertx();
        StoreConfig config = StoreConfig.at(directory).with(StoreConfig.Durability.RELAXED);
        try (OpenStore open = OpenStore.at(vertx, config, StoreListener.NONE, Faults.NONE)) {
            MailBench bench = new MailBench(open, (int) WriteBench.option(args, "accounts", 10_000), (int)
                    WriteBench.option(args, "pages", 10_000));
            bench.people();
            bench.fill(mails, new MailContent("x".repeat(bytes)));
            bench.read();
            bench.count();
            bench.snapshot(directory.resolve("copy.db"));
        }
        long begin = System.nanoTime();
        try (OpenStore open = OpenStore.at(vertx, config, StoreListener.NONE, Faults.NONE)) {
            System.out.printf(
                    "a start with %,d mails takes %.1f s%n",
                    open.author.mails.totals().mails(), (System.nanoTime() - begin) / 1e9);
            MailBench bench = new MailBench(open, 1, 1);
            bench.deleteTheBusiest();
        }
        vertx.close().await();
        WriteBench.delete(directory);
    }

    private static AccountName name(int i) {
        return new AccountName("user" + i);
    }

    private void people() throws Exception {
        for (int i = 0; i < accounts.length; i++) {
            open.author.take(new AccountCommand.Create(name(i), new PasswordHash("$"), Role.MEMBER));
            accounts[i] =
                    open.author.accounts.find(name(i)).map(AccountView::id).orElseThrow();
        }
        open.settle();
    }

    private int partnerOf(int i) {
        int distance = 1 + (int) (20 * Math.pow(random.nextDouble(), 3));
        return (i + (random.nextBoolean() ? distance : accounts.length - distance)) % accounts.length;
    }

    private void fill(int mails, MailContent content) throws Exception {
        long begin = System.nanoTime();
        for (int i = 1; i <= mails; i++) {
            int from = random.nextInt(6) == 0 ? 0 : random.nextInt(accounts.length);
            int to = from == 0 ? random.nextInt(accounts.length) : partnerOf(from);
            open.author.take(new MailCommand.Send(accounts[from], name(to), content));
            if (random.nextInt(10) > 0) {
                open.author.take(new MailCommand.MarkRead(accounts[to], List.of(open.author.mails.lastId())));
            }
            if (i % A_BATCH == 0) {
                open.write(open.author.batch(true, open.author.index()));
            }
        }
        open.settle();
        System.out.printf(
                "%,d mails sent, most of them read, in %.0f s; the file has %d MiB%n",
                mails, (System.nanoTime() - begin) / 1e9, Files.size(open.file()) >> 20);
    }

    private interface Page {
        void read(int owner) throws Exception;
    }

    private void read() throws Exception {
        long last = open.author.mails.lastId();
        measure("all of one's own", owner -> page(owner, OptionalLong.empty(), false, Long.MAX_VALUE));
        measure("further back", owner -> page(owner, OptionalLong.empty(), false, 1 + random.nextLong(last)));
        measure("with a partner", owner -> page(owner, OptionalLong.of(accounts[partnerOf(owner)]), false, last + 1));
        measure("unread", owner -> page(owner, OptionalLong.empty(), true, Long.MAX_VALUE));
        measure("unread of a partner", owner -> page(owner, OptionalLong.of(accounts[partnerOf(owner)]), true, last));
        measure("all of the busiest", owner -> page(0, OptionalLong.empty(), false, 1 + random.nextLong(last)));
        measure("of the busiest with one", owner -> page(0, OptionalLong.of(accounts[owner]), false, last + 1));
        measure("how much is unread", owner -> open.author.mails.unread(accounts[owner], 100));
    }

    private void page(int owner, OptionalLong with, boolean unread, long before) throws Exception {
        open.onLoop(() -> open.store.reader().mail().page(accounts[owner], with, unread, before, LIMIT, 1 << 20));
    }

    private void measure(String what, Page page) throws Exception {
        long[] nanos = new long[pages];
        for (int i = 0; i < pages; i++) {
            int owner = random.nextInt(accounts.length);
            long begin = System.nanoTime();
            page.read(owner);
            nanos[i] = System.nanoTime() - begin;
        }
        Arrays.sort(nanos);
        System.out.printf(
                "%-26s p50 %.3f ms, p99 %.3f ms, longest %.3f ms%n",
                what, nanos[pages / 2] / 1e6, nanos[(int) (pages * 0.99)] / 1e6, nanos[pages - 1] / 1e6);
    }

    private void snapshot(Path target) throws Exception {
        long begin = System.nanoTime();
        SnapshotFile file = open.snapshot(target);
        System.out.printf(
                "a snapshot takes %.1f s and has %d MiB%n", (System.nanoTime() - begin) / 1e9, file.bytes() >> 20);
        begin = System.nanoTime();
        try (var connection = Database.openCopy(target.resolveSibling("mail.db"), open.file())) {
            Database.execute(connection, "BEGIN");
            Database.execute(connection, "INSERT INTO main.mail SELECT * FROM live.mail");
            Database.execute(connection, "COMMIT");
        }
        System.out.printf("of that the mail in one transaction takes %.1f s%n", (System.nanoTime() - begin) / 1e9);
    }

    private void count() {
        System.out.println(open.author.mails.totals());
    }

    private void deleteTheBusiest() throws Exception {
        long begin = System.nanoTime();
        open.author.take(new MailCommand.DeleteAccount(name(0), AccountCommand.UNCHECKED));
        long decided = System.nanoTime();
        open.settle();
        System.out.printf(
                "deleting the busiest account takes %.1f ms in memory, %.1f ms to be written%n",
                (decided - begin) / 1e6, (System.nanoTime() - decided) / 1e6);
    }
}
