package io.skein.cluster;

import io.skein.machine.Outcome;
import io.skein.replica.Effect;
import io.skein.replica.Effect.Refuse.Reason;
import io.skein.replica.Proposal;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who waits for a word of one replica: for what became of a proposal, for a read to be confirmed, for a change of the
 * members. Each hears once, at its deadline at the latest. How many proposals wait is bounded by the bytes that the
 * replica takes. On the replica's context.
 */
final class PendingAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(PendingAnswers.class);
    private static final long NANOS_PER_MS = 1_000_000;

    private final Replies replies;
    private final ClusterListener listener;
    private final long deadlineNanos;

    private final Map<Long, Proposer.Waiting> proposals = new HashMap<>();
    /** Ids of proposals in their order, so that the oldest deadline is at the front. */
    private final ArrayDeque<Long> deadlines = new ArrayDeque<>();

    private record Expected(Promise<Long> index, long sinceNanos) {}

    // In the order in which they came, too.
    private final Map<Long, Expected> changes = new LinkedHashMap<>();
    private final Map<Long, Expected> reads = new LinkedHashMap<>();
    private long nextProposal;
    private long nextRead;

    /** @param deadlineNanos after which nobody waits any more */
    PendingAnswers(Replies replies, ClusterListener listener, long deadlineNanos) {
        this.replies = replies;
        this.listener = listener;
        this.deadlineNanos = deadlineNanos;
    }

    /** Proposals and changes of members without an answer. */
    int unanswered() {
        return proposals.size() + changes.size();
    }

    List<Proposal> propose(List<Proposer.Waiting> taken) {
        List<Proposal> proposed = new ArrayList<>(taken.size());
        for (Proposer.Waiting pending : taken) {
            long id = nextProposal++;
            proposals.put(id, pending);
            deadlines.add(id);
            proposed.add(new Proposal(id, pending.command(), pending.key(), pending.size()));
        }
        return proposed;
    }

    /** Asks for a change of the members under an id, which is of the same numbers as those of proposals. */
    Future<Long> change(LongConsumer ask) {
        return expect(changes, nextProposal++, ask);
    }

    Future<Long> read(LongConsumer ask) {
        return expect(reads, nextRead++, ask);
    }

    private static Future<Long> expect(Map<Long, Expected> waiting, long id, LongConsumer ask) {
        Promise<Long> promise = Promise.promise();
        waiting.put(id, new Expected(promise, System.nanoTime()));
        ask.accept(id);
        return promise.future();
    }

    void on(Effect.Reply reply) {
        Proposer.Waiting pending = proposals.remove(reply.proposal());
        if (pending != null) {
            listener.committed(System.nanoTime() - pending.sinceNanos());
            replies.complete(
                    pending.home(),
                    pending.promise(),
                    new Committed(reply.outcome(), reply.index(), reply.term(), reply.time(), reply.replayed()));
        }
    }

    /** The answer was a row and was read, or could not be. */
    void on(Effect.ReplyStored stored, AsyncResult<Outcome> row) {
        Proposer.Waiting pending = proposals.remove(stored.proposal());
        if (pending == null) {
            return;
        }
        if (row.succeeded()) {
            replies.complete(
                    pending.home(),
                    pending.promise(),
                    new Committed(row.result(), stored.index(), stored.term(), stored.time(), true));
        } else {
            LOG.warn("the answer kept at {} could not be read", stored.index(), row.cause());
            replies.fail(
                    pending.home(),
                    pending.promise(),
                    new Indeterminate("the answer of the first request could not be read"));
        }
        replies.flush();
    }

    void on(Effect.Forget forget) {
        Proposer.Waiting pending = proposals.remove(forget.proposal());
        if (pending != null) {
            replies.fail(
                    pending.home(),
                    pending.promise(),
                    new Indeterminate("this node led, lost what it had not committed, and leads again"));
        }
    }

    void on(Effect.Refuse refuse) {
        Proposer.Waiting pending = proposals.remove(refuse.proposal());
        if (pending != null) {
            listener.refused(refuse.reason().name());
            replies.fail(pending.home(), pending.promise(), new NotExecuted(refuse.reason()));
            return;
        }
        Expected change = changes.remove(refuse.proposal());
        if (change != null) {
            change.index().fail(new NotExecuted(refuse.reason()));
        }
    }

    void on(Effect.Reconfigured reconfigured) {
        complete(changes.remove(reconfigured.id()), reconfigured.index());
    }

    void on(Effect.ReadReady ready) {
        complete(reads.remove(ready.id()), ready.index());
    }

    private static void complete(Expected expected, long index) {
        if (expected != null) {
            expected.index().complete(index);
        }
    }

    void on(Effect.ReadFailed failed) {
        Expected read = reads.remove(failed.id());
        if (read != null) {
            read.index().fail(new NotExecuted(Reason.NOT_LEADER));
        }
    }

    /**
     * Says so to those whose deadline passed. What was proposed may still be executed: that is unknown. A read was not
     * confirmed: it may be tried elsewhere.
     */
    void sweep() {
        long now = System.nanoTime();
        while (!deadlines.isEmpty()) {
            Proposer.Waiting oldest = proposals.get(deadlines.peekFirst());
            if (oldest != null && now - oldest.sinceNanos() < deadlineNanos) {
                break;
            }
            if (oldest != null) {
                proposals.remove(deadlines.peekFirst());
                replies.fail(oldest.home(), oldest.promise(), late());
            }
            deadlines.pollFirst();
        }
        expire(changes, now, this::late);
        expire(reads, now, () -> new NotExecuted(Reason.NOT_LEADER));
        replies.flush();
    }

    private Indeterminate late() {
        return new Indeterminate("not committed within " + deadlineNanos / NANOS_PER_MS + " ms");
    }

    private void expire(Map<Long, Expected> waiting, long now, Supplier<RuntimeException> why) {
        List<Expected> late = new ArrayList<>();
        Iterator<Expected> oldest = waiting.values().iterator();
        while (oldest.hasNext()) {
            Expected next = oldest.next();
            if (now - next.sinceNanos() < deadlineNanos) {
                break;
            }
            oldest.remove();
            late.add(next);
        }
        // Whoever hears may ask again at once.
        late.forEach(one -> one.index().fail(why.get()));
    }

    /** The replica is no more: nobody can say what becomes of what was proposed. */
    void end(String why) {
        fail(reads, () -> new NotExecuted(Reason.NOT_LEADER));
        fail(changes, () -> new Indeterminate(why));
        for (Proposer.Waiting pending : proposals.values()) {
            replies.fail(pending.home(), pending.promise(), new Indeterminate(why));
        }
        proposals.clear();
        deadlines.clear();
        replies.flush();
    }

    private static void fail(Map<Long, Expected> waiting, Supplier<RuntimeException> why) {
        List<Expected> all = List.copyOf(waiting.values());
        waiting.clear();
        all.forEach(one -> one.index().fail(why.get()));
    }
}
