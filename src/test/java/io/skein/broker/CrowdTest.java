package io.skein.broker;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.skein.store.StoredMessage;
import io.vertx.core.Context;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What subscribers are given while the sockets of all together have too much to send. */
class CrowdTest {
    private static final int BODY = 1024;

    @TempDir
    private Path directory;

    /** Remembers what it was given at a time. */
    private static final class Eater implements Subscriber {
        private final List<Integer> bytes = new ArrayList<>();
        private final List<Long> offsets = new ArrayList<>();

        @Override
        public synchronized boolean deliver(List<StoredMessage> messages, String lastCursor) {
            bytes.add(messages.stream().mapToInt(m -> m.json().length).sum());
            messages.forEach(message -> offsets.add(message.offset()));
            return true;
        }

        synchronized int messages() {
            return offsets.size();
        }

        synchronized int most() {
            return bytes.stream().mapToInt(i -> i).max().orElse(0);
        }

        @Override
        public void gap(String requested, String resumedAt, long lost) {}

        @Override
        public void ended(String reason, boolean retry) {}
    }

    private static Eater open(Hall hall, Context loop) throws Exception {
        Eater eater = new Eater();
        Hall.await(hall.onLoopOf(
                loop,
                () -> hall.broker.subscribe(
                        new Subscribe(Hall.filters("a"), From.LATEST, Subscribe.UNLIMITED, "test", ""), eater)));
        return eater;
    }

    @Test
    void aLargeLiveBatchIsReadInSmallPagesAndNothingIsMissedOrTwice() throws Exception {
        try (Hall hall = new Hall(directory, 8 << 20, 1000)) {
            Context loop = hall.vertx.getOrCreateContext();
            Eater eater = open(hall, loop);
            Allowance unsent = hall.allowances.unsent();
            Allowance.Share others = unsent.share(loop, () -> {});
            others.hold(unsent.bytes() - Allowance.UNCOUNTED); // a larger batch has no room
            assertTrue(unsent.isShort());

            int count = 100;
            Hall.await(hall.publishing("a", count, "x".repeat(BODY)));
            await().atMost(10, SECONDS).until(() -> eater.messages() == count);
            assertTrue(eater.most() <= Sessions.SMALL_PAGE_BYTES + 2 * BODY, eater.most() + " bytes at a time");

            others.hold(0);
            Hall.await(hall.publishing("a", count, "x".repeat(BODY)));
            await().atMost(10, SECONDS).until(() -> eater.messages() == 2 * count);
            assertTrue(eater.most() >= count * BODY, "whole again");
            synchronized (eater) {
                for (int i = 0; i < 2 * count; i++) {
                    assertEquals(i, eater.offsets.get(i));
                }
            }
        }
    }

    @Test
    void whileOthersStandStillWhoReadsIsStillGivenWholeBatches() throws Exception {
        try (Hall hall = new Hall(directory, 8 << 20, 1000)) {
            Context loop = hall.vertx.getOrCreateContext();
            Eater eater = open(hall, loop);
            Allowance unsent = hall.allowances.unsent();
            unsent.share(loop, () -> {}).hold(unsent.bytes() * 6 / 10);
            assertTrue(unsent.isShort());
            int count = 100;
            Hall.await(hall.publishing("a", count, "x".repeat(BODY)));
            await().atMost(10, SECONDS).until(() -> eater.messages() == count);
            assertTrue(eater.most() >= count * BODY, eater.most() + " bytes at a time");
        }
    }

    @Test
    void aReadIsSmallToo() throws Exception {
        try (Hall hall = new Hall(directory, 8 << 20, 1000)) {
            Hall.await(hall.publishing("a", 200, "x".repeat(BODY)));
            assertEquals(200, hall.read(From.EARLIEST, "a").messages().size());
            Allowance unsent = hall.allowances.unsent();
            unsent.share(hall.vertx.getOrCreateContext(), () -> {}).hold(unsent.bytes() / 2 + 2 * Allowance.UNCOUNTED);
            int fewer = hall.read(From.EARLIEST, "a").messages().size();
            assertTrue(fewer > 0 && fewer < 70, fewer + " messages");
        }
    }

    @Test
    void aReadOfManyLargeMessagesEndsWhenAPageIsFull() throws Exception {
        try (Hall hall = new Hall(directory, 64 << 20, 1000)) {
            int megabytes = 24;
            for (int i = 0; i < megabytes; i++) {
                Hall.await(hall.publishing("a", 1, "x".repeat(1 << 20)));
            }
            long most = Math.min(8, Runtime.getRuntime().maxMemory() / 64 >> 20) + 1;
            int messages = hall.read(From.EARLIEST, "a").messages().size();
            assertTrue(messages > 0 && messages <= most, messages + " MiB in one page");
        }
    }
}
