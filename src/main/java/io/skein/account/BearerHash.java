package io.skein.account;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The SHA-256 of a bearer token, which is all that commands, state and rows hold of it. A token is drawn at random
 * outside, 128 bits at least, so a fast hash without salt gives nothing away.
 */
public record BearerHash(long a, long b, long c, long d) {
    public static final int BYTES = 32;

    /** Of the token as the client sends it. */
    public static BearerHash of(String token) {
        try {
            return ofHash(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** @throws IllegalArgumentException when it has not {@value #BYTES} bytes */
    public static BearerHash ofHash(byte[] hash) {
        if (hash.length != BYTES) {
            throw new IllegalArgumentException("the hash of a token has " + BYTES + " bytes, not " + hash.length);
        }
        ByteBuffer bytes = ByteBuffer.wrap(hash);
        return new BearerHash(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
    }

    public byte[] bytes() {
        return ByteBuffer.allocate(BYTES)
                .putLong(a)
                .putLong(b)
                .putLong(c)
                .putLong(d)
                .array();
    }

    /** It is uniformly distributed already. */
    @Override
    public int hashCode() {
        return (int) a;
    }

    /** Enough to tell two apart in a log, too little to look one up. */
    @Override
    public String toString() {
        return String.format("BearerHash[%08x...]", a >>> 32);
    }
}
