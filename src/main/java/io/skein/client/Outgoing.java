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

/** One publish command on its way: of one message, of several that were published one by one, or of a list. */
final class Outgoing {
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
        int bytes = 0;
        for (PublishItem item : items) {
            bytes += size(item);
        }
        return new Outgoing(items, atomic, key, List.of(), promise, bytes, deadline);
    }

    /** These, in this order, as one command; they have no keys. */
    static Outgoing joined(List<Outgoing> ones) {
        List<PublishItem> items = new ArrayList<>(ones.size());
        List<Promise<Published>> promises = new ArrayList<>(ones.size());
        int bytes = 0;
        for (Outgoing one : ones) {
            items.add(one.items.get(0));
            promises.add(one.singles.get(0));
            bytes += one.bytes;
        }
        return new Outgoing(items, false, "", promises, null, bytes, ones.get(0).deadline);
    }

    /** What a message costs of the bounds. */
    static int size(PublishItem item) {
        return item.body().length + 64;
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

    boolean mayBeJoined() {
        return whole == null && key.isEmpty() && sequence < 0;
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
            whole.tryComplete(all);
            return;
        }
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof PublishResult.Refused refused) {
                singles.get(i).tryFail(SkeinException.of(refused.problem()));
            } else {
                singles.get(i).tryComplete(published(results.get(i), reply));
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

    void fail(SkeinException why) {
        if (whole != null) {
            whole.tryFail(why);
        } else {
            singles.forEach(promise -> promise.tryFail(why));
        }
    }
}
