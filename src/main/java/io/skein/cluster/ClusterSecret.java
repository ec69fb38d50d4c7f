package io.skein.cluster;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the nodes of a cluster know and nobody else does; during a change of it, the one before too. Only codes made with
 * it leave this object (HMAC-SHA256, RFC 2104, with a key that PBKDF2, RFC 8018, made of what the operator gave), and it
 * says nothing of itself.
 */
public final class ClusterSecret {
    /** Whoever hears a proof can try secrets on it at leisure: a short one would be found. */
    public static final int MIN_CHARACTERS = 16;
    /** So that each try costs what a node pays once: some 60 ms of one processor. */
    static final int ITERATIONS = 100_000;
    /** Nodes have nothing else in common before they have spoken. */
    private static final byte[] SALT = "skein peers 1".getBytes(StandardCharsets.US_ASCII);

    static final int MAC_BYTES = 32;
    private static final String ALGORITHM = "HmacSHA256";

    private final List<byte[]> secrets = new ArrayList<>();

    private ClusterSecret(String current, Optional<String> previous, int iterations) {
        secrets.add(key(current, iterations));
        previous.map(text -> key(text, iterations)).ifPresent(secrets::add);
    }

    private static byte[] key(String text, int iterations) {
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(text.toCharArray(), SALT, iterations, 8 * MAC_BYTES))
                    .getEncoded();
        } catch (GeneralSecurityException impossible) {
            // The JDK has it since version 8.
            throw new AssertionError(impossible);
        }
    }

    /**
     * Takes its time: {@link #ITERATIONS}, for each.
     *
     * @param previous still taken, so that nodes can be given the current one after the other
     * @throws IllegalArgumentException when one is too short
     */
    public static ClusterSecret of(String current, Optional<String> previous) {
        return of(current, previous, ITERATIONS);
    }

    static ClusterSecret of(String current, Optional<String> previous, int iterations) {
        if (current.length() < MIN_CHARACTERS
                || previous.filter(text -> text.length() < MIN_CHARACTERS).isPresent()) {
            throw new IllegalArgumentException("a secret has at least " + MIN_CHARACTERS + " characters");
        }
        return new ClusterSecret(current, previous, iterations);
    }

    /** How many there are; the current one is number 0. */
    int size() {
        return secrets.size();
    }

    /** The code of a text under one of the secrets, {@link #MAC_BYTES} long. */
    byte[] mac(int which, byte[] text) {
        return mac(secrets.get(which)).doFinal(text);
    }

    static Mac mac(byte[] key) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key, ALGORITHM));
            return mac;
        } catch (GeneralSecurityException impossible) {
            // Every Java platform has it (javax.crypto.Mac).
            throw new AssertionError(impossible);
        }
    }

    @Override
    public String toString() {
        return "a secret";
    }
}
