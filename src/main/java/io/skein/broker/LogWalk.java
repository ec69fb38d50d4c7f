package io.skein.broker;

import io.skein.raft.Entry;
import io.skein.replica.CommandBytes;
import io.skein.replica.CommandBytes.Logged;
import io.skein.store.Reader;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A look through this node's log, as far as rows hold it. On the caller's context, a page at a time. */
final class LogWalk {
    private static final long PAGE_BYTES = 128 << 10;

    private final Reader reader;
    private final CommandBytes bytes;
    private long left;

    /** @param mostBytes no more than this is read */
    LogWalk(Reader reader, CommandBytes bytes, long mostBytes) {
        this.reader = reader;
        this.bytes = bytes;
        this.left = mostBytes;
    }

    /** What stands in one entry; nothing when the log does not hold it. */
    Future<List<Logged>> at(long index) {
        return reader.entries(index, index, 0)
                .map(entries -> entries.isEmpty() ? List.of() : bytes.logged(entries.get(0)));
    }

    /**
     * Everything from one entry up to and with another, in order, until somebody has had enough.
     *
     * @return whether that was all that was asked for
     */
    Future<Boolean> from(long from, long to, Predicate<Logged> more) {
        if (from > to) {
            return Future.succeededFuture(true);
        }
        if (left <= 0) {
            return Future.succeededFuture(false);
        }
        return reader.entries(from, to, PAGE_BYTES).compose(entries -> {
            if (entries.isEmpty()) {
                return Future.succeededFuture(false);
            }
            for (Entry entry : entries) {
                left -= entry.payload().length;
                for (Logged logged : bytes.logged(entry)) {
                    if (!more.test(logged)) {
                        return Future.succeededFuture(true);
                    }
                }
            }
            return from(entries.get(entries.size() - 1).index() + 1, to, more);
        });
    }

    /** The first that is meant. */
    Future<Optional<Logged>> first(long from, long to, Predicate<Logged> meant) {
        Logged[] found = new Logged[1];
        return from(from, to, logged -> {
                    found[0] = meant.test(logged) ? logged : null;
                    return found[0] == null;
                })
                .map(done -> Optional.ofNullable(found[0]));
    }
}
