package io.skein.broker;

import io.skein.store.StoredMessage;
import io.skein.subscription.Keys;
import io.skein.subscription.OffsetRange;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the keys that a pull needs where of each key one message is lent at a time (DESIGN D17). On the replica's context. */
final class KeyReader {
    private static final long MAX_BYTES = 1 << 20;

    private KeyReader() {}

    /** Of each range as many from its front on as are found; keys are facts, so a few are as good as all. */
    static Future<List<Keys>> read(Ground ground, List<OffsetRange> wanted) {
        Future<List<Keys>> all = Future.succeededFuture(new ArrayList<>(wanted.size()));
        for (OffsetRange range : wanted) {
            all = all.compose(keys -> read(ground, range).map(found -> {
                found.ifPresent(keys::add);
                return keys;
            }));
        }
        return all;
    }

    private static Future<Optional<Keys>> read(Ground ground, OffsetRange range) {
        List<Long> hashes = new ArrayList<>();
        for (long offset = range.first(); offset < range.end(); offset++) {
            Optional<StoredMessage> message = ground.store().tail().find(range.topic(), offset);
            if (message.isEmpty()) {
                break;
            }
            hashes.add(hash(message.get()));
        }
        if (!hashes.isEmpty()) {
            return Future.succeededFuture(Optional.of(new Keys(range.topic(), range.first(), hashes)));
        }
        return ground.store()
                .reader()
                .messages(range.topic(), range.first(), range.count(), MAX_BYTES)
                .map(messages -> messages.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Keys(
                                range.topic(),
                                range.first(),
                                messages.stream().map(KeyReader::hash).toList())));
    }

    private static long hash(StoredMessage message) {
        return Keys.hash(message.message().key());
    }
}
