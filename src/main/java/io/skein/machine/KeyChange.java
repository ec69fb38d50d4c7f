package io.skein.machine;

import java.util.Optional;

/** The steps of {@link IdempotencyWindow}. */
public sealed interface KeyChange extends Change {
    /**
     * A command with a key was taken at (index, place), stamped {@code time}.
     *
     * @param brief the answer when it fits into memory
     * @param answer the answer as {@link Machine#encode} gave it when it does not: a row, kept until the key is
     *     forgotten; else empty. What the store reads back may leave it out
     */
    record KeyRemembered(IdempotencyKey key, long index, int place, long time, Optional<Brief> brief, byte[] answer)
            implements KeyChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(101);
            hash.add(key.scopeHigh());
            hash.add(key.scopeLow());
            hash.add(key.bodyHash());
            hash.add(index);
            hash.add(place);
            hash.add(time);
            hash.add(brief.map(Brief::kind).orElse(-1));
            hash.add(brief.map(Brief::number).orElse(-1L));
            hash.add(answer);
        }

        @Override
        public int weight() {
            return 96 + answer.length;
        }
    }

    /** Every key remembered at (index, place) or before it is forgotten, with its answer. */
    record KeysForgotten(long index, int place) implements KeyChange {
        @Override
        public void hashInto(StateHash hash) {
            hash.add(102);
            hash.add(index);
            hash.add(place);
        }

        @Override
        public int weight() {
            return 32;
        }
    }
}
