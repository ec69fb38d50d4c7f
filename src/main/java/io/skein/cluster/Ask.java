package io.skein.cluster;

import io.skein.wire.Limits;

/**
 * A small question of one node to another, member or not.
 *
 * @param kind what is asked, 1 to 64 characters; one who does not know it answers {@code unknown-kind}
 * @param payload of at most {@link Limits#MAX_ASK_BYTES}; never changed after construction
 */
public record Ask(String kind, byte[] payload) {
    public Ask {
        if (kind.isEmpty() || kind.length() > 64) {
            throw new IllegalArgumentException("the kind of a question has 1 to 64 characters, not " + kind.length());
        }
        if (payload.length > Limits.MAX_ASK_BYTES) {
            throw new IllegalArgumentException(
                    "a question has at most " + Limits.MAX_ASK_BYTES + " bytes, not " + payload.length);
        }
    }
}
