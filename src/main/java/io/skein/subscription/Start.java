package io.skein.subscription;

import java.util.List;

/**
 * Where a subscription begins in the topics that exist; one that appears later is taken from offset 0. A cursor, a time
 * or a duration is made into {@link At} by the leader, from rows (DESIGN D17).
 */
public sealed interface Start {
    /** With the first message that is kept. */
    record Earliest() implements Start {}

    /** With the next that comes. */
    record Latest() implements Start {}

    /**
     * With these offsets; a topic that is not named had none when they were looked up, and is taken from offset 0.
     *
     * @param offsets at most one for each topic; those of topics that are gone are passed over
     */
    record At(List<TopicOffset> offsets) implements Start {
        public At {
            offsets = List.copyOf(offsets);
        }
    }

    /** @param topic internal id */
    record TopicOffset(long topic, long offset) {}
}
