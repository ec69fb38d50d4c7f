package io.skein.client;

import io.skein.frame.Command;
import io.skein.frame.Problem;
import io.skein.frame.PublishBatch;
import io.skein.frame.PublishItem;
import io.skein.frame.PublishResult;
import io.skein.frame.Reply;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One publish command on its way: of one message, of several that were published one by one, or of a list. */
final class Outgoing {
    /**
     * Refusals of whoever looked for the key or the number first and did not find it: no earlier try was stored so far. All
     * others, {@code fenced} and {@code forbidden} among them, come from somebody who did not look.
     */
    static final Set<String> DECIDED = Set.of(
            "aborted",
            "idempotency-key-reused",
            "invalid-format",
            "not-scheduled",
            "sequence-gap",
            "too-many-idempotency-keys",
            "too-many-producers",
            "too-many-scheduled",
            "too-many-topics",
            "too-many-ttl",
            "topic-full",
            "unknown-topic",
            "wrong-offset");

    /** Names of the fields, numbers and quotes. */
    private static final int OVERHEAD = 64;

    private static final int HEADER_OVERHEAD = 6;

    private final List<PublishItem> items;
    private final boolean atomic;
    private final String key;
    /** One for each message; empty when {@link #whole} is asked. */
    private final List<Promise<Published>> singles;

    private final Promise<List<Published>> whole;
    final int bytes;
    /** {@code System.nanoTime()} after which it fails; meaningless for a producer's. */
    final long deadline;
    /** -1: none. */
    long sequence = -1;
    /** Why it has to be sent again; null when nothing was said about it. */
    private Problem setback;
    /** An earlier try may have been taken. */
    boolean isDoubtful;
    /** How often it was refused as out of sequence, with its number unchanged. */
    int gaps;

    private Outgoing(
            List<PublishItem> items,
            boolean atomic,
            String key,
            List<Promise<Published>> singles,
            Promise<List<Published>> whole,
            int bytes,
            long deadline) {
        this.items = items;
        this.atomic = atomic;
        this.key = key;
        this.singles = singles;
        this.whole = whole;
        this.bytes = bytes;
        this.deadline = deadline;
    }

    /** A message with an id is a command with that as its key. */
    static Outgoing one(PublishItem item, Promise<Published> promise, long deadline) {
        List<PublishItem> items = List.of(item.id().isEmpty() ? item : item.withId(""));
        return new Outgoing(items, false, item.id(), List.of(promise), null, size(item), deadline);
    }

    static Outgoing list(
            List<PublishItem> items, boolean atomic, String key, Promise<List<Published>> promise, long deadline) {
        return new Outgoing(items, atomic, key, List.of(), promise, size(items), deadline);
    }

    /** These, in this order, as one command; each {@link #mayBeJoined}. It waits for as long as the last of them. */
    static Outgoing joined(List<Outgoing> ones) {
        List<PublishItem> items = new ArrayList<>(ones.size());
        List<Promise<Published>> promises = new ArrayList<>(ones.size());
        int bytes = 0;
        Problem setback = null;
        for (Outgoing one : ones) {
            items.add(one.items.get(0));
            promises.add(one.singles.get(0));
            bytes += one.bytes;
            setback = setback == null ? one.setback : setback;
        }
        Outgoing all = new Outgoing(items, false, "", promises, null, bytes, ones.get(ones.size() - 1).deadline);
        all.setback(setback);
        return all;
    }

    /** What a message costs of the bounds: bytes of its body, characters of all else that a user gave it. */
    static int size(PublishItem item) {
        int size = item.body().length + item.topic().length() + item.key().length() + OVERHEAD;
        for (Map.Entry<String, String> header : item.headers().entrySet()) {
            size += header.getKey().length() + header.getValue().length() + HEADER_OVERHEAD;
        }
        return size;
    }

    static int size(List<PublishItem> items) {
        int size = 0;
        for (PublishItem item : items) {
            size += size(item);
        }
        return size;
    }

    int messages() {
        return items.size();
    }

    /** Calls that are answered by this. */
    int publishes() {
        return whole != null ? 1 : items.size();
    }

    Problem setback() {
        return setback;
    }

    void setback(Problem why) {
        setback = why;
        isDoubtful |= why != null && why.isUnknown();
    }

    boolean hasKey() {
        return !key.isEmpty();
    }

    /** What was joined already goes again as it is: its messages keep their places beside each other. */
    boolean mayBeJoined() {
        return whole == null && items.size() == 1 && key.isEmpty() && sequence < 0;
    }

    /** It may be sent again without being stored twice. */
    boolean isRepeatable() {
        return hasKey() || sequence >= 0;
    }

    Command.Publish command(String id) {
        boolean isList = whole != null || items.size() > 1;
        return new Command.Publish(id, new PublishBatch(items, atomic, "", -1, sequence, key), isList);
    }

    void complete(Reply.Published reply) {
        List<PublishResult> results = reply.results();
        if (results.size() != items.size()) {
            fail(SkeinException.unknown("internal", "the server answered for another number of messages"));
            return;
        }
        if (whole != null) {
            List<Published> all = new ArrayList<>(results.size());
            for (PublishResult result : results) {
                if (result instanceof PublishResult.Refused refused) {
                    fail(SkeinException.of(refused.problem()));
                    return;
                }
                all.add(published(result, reply));
            }
            Promises.complete(whole, all);
            return;
        }
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof PublishResult.Refused refused) {
                Promises.fail(singles.get(i), SkeinException.of(refused.problem()));
            } else {
                Promises.complete(singles.get(i), published(results.get(i), reply));
            }
        }
    }

    private static Published published(PublishResult result, Reply.Published reply) {
        if (result instanceof PublishResult.Stored stored) {
            return new Published(stored.offset(), stored.cursor(), -1, reply.replayed(), reply.inMemory());
        }
        if (result instanceof PublishResult.Delayed delayed) {
            return new Published(-1, delayed.cursor(), delayed.due(), reply.replayed(), reply.inMemory());
        }
        throw new AssertionError("unhandled " + result);
    }

    /** @param problem the answer to the last try; of one before it, that may have been taken, it may say nothing */
    void refuse(Problem problem) {
        SkeinException why = SkeinException.of(problem);
        // What is refused for a moment may be taken in the next, by an earlier try that is still on its way.
        boolean isLast = isDecided(problem) && !problem.retryable();
        fail(isDoubtful && !isLast ? SkeinException.unknown(why) : why);
    }

    /** Whether a leader has looked at the publish, and a majority knows that it was refused. */
    static boolean isDecided(Problem problem) {
        return DECIDED.contains(problem.code());
    }

    /** Nothing is tried any more. */
    void giveUp(SkeinException why) {
        fail(isDoubtful ? SkeinException.unknown(why) : SkeinException.certain(why));
    }

    void fail(SkeinException why) {
        if (whole != null) {
            Promises.fail(whole, why);
        } else {
            singles.forEach(promise -> Promises.fail(promise, why));
        }
    }
}
