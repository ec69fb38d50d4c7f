package io.skein.cluster;

import io.skein.wire.Limits;

/**
 * Answers an {@link Ask}.
 *
 * @param code why not; empty when {@code ok}
 * @param payload of at most {@link Limits#MAX_ASK_BYTES}; never changed after construction
 */
public record Answer(boolean ok, String code, byte[] payload) {
    private static final byte[] NOTHING = {};

    public Answer {
        if (payload.length > Limits.MAX_ASK_BYTES) {
            throw new IllegalArgumentException(
                    "an answer has at most " + Limits.MAX_ASK_BYTES + " bytes, not " + payload.length);
        }
    }

    public static Answer of(byte[] payload) {
        return new Answer(true, "", payload);
    }

    public static Answer no(String code) {
        return new Answer(false, code, NOTHING);
    }
}
