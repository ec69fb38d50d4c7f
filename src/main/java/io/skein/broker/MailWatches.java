package io.skein.broker;

import io.skein.account.AccountName;
import io.skein.mailbox.MailChange;
import io.skein.mailbox.MailRef;
import io.vertx.core.Context;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who watches whose mail on this node. What happens goes over to the watcher's context in one hop for all that has
 * gathered; what waits there has a limit for each watch and one for all, and beyond it the watch gets a gap in its place.
 */
final class MailWatches {
    private static final Logger LOG = LoggerFactory.getLogger(MailWatches.class);
    /** Events that wait for one watcher. */
    static final int MOST_WAITING = 256;
    /** Bytes that wait for one watcher, beside one event of whatever size. */
    static final int MOST_BYTES = 256 << 10;
    /** Bytes that wait for all watchers of the node; above it nothing waits behind something else. */
    static final long MOST_BYTES_OF_ALL =
            Math.min(32L << 20, Runtime.getRuntime().maxMemory() / 16);

    private static final MailEvent GAP = new MailEvent.Gap();

    private final int limit;
    private final Supplier<Optional<Refusal>> closed;
    /** Guarded by this. A watch is locked within, never the other way round. */
    private final Map<Long, Set<Watch>> byAccount = new HashMap<>();

    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong waitingBytes = new AtomicLong();

    /**
     * @param limit of watches
     * @param closed why this node takes nothing, from before {@link #endAll} on; empty when it does
     */
    MailWatches(int limit, Supplier<Optional<Refusal>> closed) {
        this.limit = limit;
        this.closed = closed;
    }

    /** From any thread. */
    int count() {
        return count.get();
    }

    /** From any thread. */
    long waitingBytes() {
        return waitingBytes.get();
    }

    /**
     * From any thread.
     *
     * @param home where the watcher is called
     * @throws Refusal when there are as many as may be, or the node takes nothing
     */
    synchronized Watch open(long account, Context home, MailWatcher watcher) {
        // Here, under the lock: who is told of the end is who was let in before it.
        Optional<Refusal> no = closed.get();
        if (no.isPresent()) {
            throw no.get();
        }
        if (count.get() >= limit) {
            throw Refusal.of(
                    Refusal.Kind.TOO_MANY,
                    "too-many-subscriptions",
                    "this node serves " + limit + " watchers of mail, its limit",
                    Map.of("limit", limit));
        }
        count.incrementAndGet();
        Watch watch = new Watch(account, home, watcher);
        byAccount.computeIfAbsent(account, a -> new HashSet<>()).add(watch);
        return watch;
    }

    /** From any thread. */
    synchronized boolean isWatched(long account) {
        return byAccount.containsKey(account);
    }

    private synchronized void forget(Watch watch) {
        Set<Watch> watches = byAccount.get(watch.account);
        if (watches != null && watches.remove(watch)) {
            count.decrementAndGet();
            if (watches.isEmpty()) {
                byAccount.remove(watch.account);
            }
        }
    }

    /**
     * In log order.
     *
     * @param names of accounts as of now; one that is gone has no mail any more
     */
    synchronized void happened(MailChange change, LongFunction<Optional<AccountName>> names) {
        if (byAccount.isEmpty()) {
            return;
        }
        if (change instanceof MailChange.Sent sent) {
            arrived(sent, names);
        } else if (change instanceof MailChange.Read read) {
            touched(read.account(), read.mails(), names, MailEvent.Read::new);
        } else if (change instanceof MailChange.Deleted deleted) {
            touched(deleted.account(), deleted.mails(), names, MailEvent.Deleted::new);
        } else if (change instanceof MailChange.AccountMailGone gone) {
            Set<Watch> own = byAccount.remove(gone.account());
            if (own != null) {
                own.forEach(watch -> end(watch, "account-gone"));
            }
            if (gone.mails() > 0) {
                MailEvent event = new MailEvent.AccountGone(gone.name());
                byAccount.values().forEach(watches -> tell(watches, event, 64));
            }
        }
    }

    private void arrived(MailChange.Sent sent, LongFunction<Optional<AccountName>> names) {
        Set<Watch> receivers = byAccount.getOrDefault(sent.to(), Set.of());
        Set<Watch> senders = sent.to() == sent.from() ? Set.of() : byAccount.getOrDefault(sent.from(), Set.of());
        if (receivers.isEmpty() && senders.isEmpty()) {
            return;
        }
        Optional<AccountName> from = names.apply(sent.from());
        Optional<AccountName> to = names.apply(sent.to());
        if (from.isPresent() && to.isPresent()) {
            MailEvent event = new MailEvent.Arrived(new MailMessage(
                    sent.id(), from.get(), to.get(), sent.content().value(), sent.time(), false));
            tell(receivers, event, sent.weight());
            tell(senders, event, sent.weight());
        }
    }

    private interface Touch {
        MailEvent of(AccountName by, List<Long> ids);
    }

    /** Both sides of each mail hear of it; when nobody can say any more who did it, they hear that something happened. */
    private void touched(long account, List<MailRef> mails, LongFunction<Optional<AccountName>> names, Touch touch) {
        Map<Long, List<Long>> idsOf = new HashMap<>();
        for (MailRef mail : mails) {
            touched(mail.from(), mail.id(), idsOf);
            if (mail.to() != mail.from()) {
                touched(mail.to(), mail.id(), idsOf);
            }
        }
        Optional<AccountName> by = names.apply(account);
        if (by.isEmpty()) {
            idsOf.keySet().forEach(of -> byAccount.get(of).forEach(Watch::gap));
            return;
        }
        idsOf.forEach((of, ids) -> tell(byAccount.get(of), touch.of(by.get(), List.copyOf(ids)), 64 + 24 * ids.size()));
    }

    private void touched(long account, long id, Map<Long, List<Long>> idsOf) {
        if (byAccount.containsKey(account)) {
            idsOf.computeIfAbsent(account, a -> new ArrayList<>()).add(id);
        }
    }

    private static void tell(Set<Watch> watches, MailEvent event, int bytes) {
        watches.forEach(watch -> watch.push(event, bytes));
    }

    /** Something else takes the place of all there was: nobody knows what came between. */
    synchronized void gapForAll() {
        byAccount.values().forEach(watches -> watches.forEach(Watch::gap));
    }

    synchronized void endAll(String why) {
        List<Watch> all = new ArrayList<>();
        byAccount.values().forEach(all::addAll);
        byAccount.clear();
        all.forEach(watch -> end(watch, why));
    }

    private void end(Watch watch, String why) {
        count.decrementAndGet();
        watch.end(why);
    }

    private record Waiting(MailEvent event, int bytes) {}

    /** One watcher and what waits for it. Pushed to on the replica's context, emptied on its own. */
    final class Watch implements MailWatch {
        private final long account;
        private final Context home;
        private final MailWatcher watcher;

        // Guarded by this.
        private final Queue<Waiting> waiting = new ArrayDeque<>();
        private long bytes;
        private boolean isOnItsWay;
        /** What waits ends with a gap: whatever comes before that is told belongs to it. */
        private boolean hasGap;

        private boolean isEnded;

        // On its own context.
        private boolean isPaused;
        private boolean isClosed;

        private Watch(long account, Context home, MailWatcher watcher) {
            this.account = account;
            this.home = home;
            this.watcher = watcher;
        }

        private synchronized void push(MailEvent event, int weight) {
            if (hasGap || isEnded) {
                return;
            }
            boolean isFull = waiting.size() >= MOST_WAITING || bytes + weight > MOST_BYTES;
            if (!waiting.isEmpty() && (isFull || waitingBytes.get() + weight > MOST_BYTES_OF_ALL)) {
                gap();
                return;
            }
            add(event, weight);
        }

        /** In place of all that waits. */
        private synchronized void gap() {
            if (!hasGap && !isEnded) {
                drop();
                hasGap = true;
                add(GAP, 0);
            }
        }

        private synchronized void end(String why) {
            if (!isEnded) {
                add(new MailEvent.Ended(why), 0);
                isEnded = true;
            }
        }

        private void add(MailEvent event, int weight) {
            waiting.add(new Waiting(event, weight));
            bytes += weight;
            waitingBytes.addAndGet(weight);
            if (!isOnItsWay) {
                isOnItsWay = true;
                home.runOnContext(v -> give());
            }
        }

        private void drop() {
            waiting.clear();
            waitingBytes.addAndGet(-bytes);
            bytes = 0;
        }

        private synchronized MailEvent next() {
            Waiting next = isPaused ? null : waiting.poll();
            if (next == null) {
                // Paused: resume sets out again.
                isOnItsWay = isPaused;
                return null;
            }
            bytes -= next.bytes();
            waitingBytes.addAndGet(-next.bytes());
            hasGap &= next.event() != GAP;
            return next.event();
        }

        private void give() {
            MailEvent event = isClosed ? null : next();
            while (event != null) {
                try {
                    isPaused = !watcher.on(event) && !isClosed;
                } catch (RuntimeException | AssertionError defect) {
                    // One door's defect is not the others' gap.
                    LOG.error("a watcher of mail failed", defect);
                    close();
                }
                event = isClosed ? null : next();
            }
        }

        @Override
        public void resume() {
            if (isPaused && !isClosed) {
                isPaused = false;
                give();
            }
        }

        @Override
        public void close() {
            if (isClosed) {
                return;
            }
            isClosed = true;
            synchronized (this) {
                isEnded = true;
                drop();
            }
            forget(this);
        }
    }
}
