package io.skein.broker;

import io.skein.cluster.Proposer;
import io.skein.store.StoredMessage;
import io.skein.subscription.OffsetRange;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Dead letters, read a step at a time, wherever they are. */
final class Letters {
    /** Messages looked at in one step. */
    private static final int STEP = 1_000;

    private static final long STEP_BYTES = 4 << 20;

    private final Ground ground;
    private final Proposer proposer;

    Letters(Ground ground, Proposer proposer) {
        this.ground = ground;
        this.proposer = proposer;
    }

    /** From the front of a stretch on, as many as a step takes; none when the first is gone. */
    Future<List<StoredMessage>> of(OffsetRange stretch) {
        long count = Math.min(STEP, stretch.count());
        return proposer.ask(() -> {
                    List<StoredMessage> found = new ArrayList<>();
                    for (long at = stretch.first(); at < stretch.first() + count; at++) {
                        Optional<StoredMessage> letter = ground.store().tail().find(stretch.topic(), at);
                        if (letter.isEmpty()) {
                            break;
                        }
                        found.add(letter.get());
                    }
                    return found;
                })
                .compose(found -> found.isEmpty()
                        ? ground.store().reader().messages(stretch.topic(), stretch.first(), count, STEP_BYTES)
                        : Future.succeededFuture(found));
    }
}
