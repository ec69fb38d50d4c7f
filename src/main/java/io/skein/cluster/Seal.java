package io.skein.cluster;

import io.skein.wire.Limits;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One direction of a connection, so that nobody on the way can put in, change, leave out or repeat anything unnoticed. What
 * is sent goes in records: length, four bytes, big end first; up to {@link Limits#MAX_PEER_RECORD_BYTES} bytes; a tag of
 * {@link #TAG_BYTES} bytes, which is GMAC (NIST SP 800-38D) of the bytes. The record's number, from 0, is the nonce: with a
 * key that is of this direction of this connection only, none comes twice. A length that was touched cuts other bytes, whose
 * tag is another. Anybody can read what is sealed: only TLS hides.
 */
final class Seal {
    static final int TAG_BYTES = 16;
    static final int HEAD_BYTES = 4;
    private static final int NONCE_BYTES = 12;
    private static final byte[] NOTHING = {};

    /** Takes what was whole and untouched; keeps nothing of the array. */
    interface Opened {
        void take(byte[] bytes, int count);
    }

    private final SecretKeySpec key;
    private final Cipher cipher;
    private long number;

    // Of the record that is coming in: its length, then its bytes and its tag. The array serves all records.
    private int length;
    private int lengthBytes;
    private byte[] record = NOTHING;
    private int filled;

    /** @param secret 32 bytes, for this direction of this connection only */
    Seal(byte[] secret) {
        this.key = new SecretKeySpec(secret, "AES");
        try {
            // Every Java platform has it (javax.crypto.Cipher).
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Makes a record in place. @param record with room before its bytes and after them */
    void sealInPlace(byte[] record) {
        int count = record.length - HEAD_BYTES - TAG_BYTES;
        ByteBuffer.wrap(record).putInt(count);
        System.arraycopy(tag(record, HEAD_BYTES, count), 0, record, HEAD_BYTES + count, TAG_BYTES);
    }

    /** Of any length, in as many records as that takes. */
    byte[] seal(byte[] bytes) {
        int records = (bytes.length + Limits.MAX_PEER_RECORD_BYTES - 1) / Limits.MAX_PEER_RECORD_BYTES;
        ByteBuffer sealed = ByteBuffer.allocate(bytes.length + records * (HEAD_BYTES + TAG_BYTES));
        for (int from = 0; from < bytes.length; from += Limits.MAX_PEER_RECORD_BYTES) {
            int part = Math.min(Limits.MAX_PEER_RECORD_BYTES, bytes.length - from);
            sealed.putInt(part).put(bytes, from, part).put(tag(bytes, from, part));
        }
        return sealed.array();
    }

    /**
     * Takes what came and gives what is whole and untouched, perhaps nothing yet.
     *
     * @throws IllegalArgumentException when something was touched
     */
    void open(Buffer sealed, Opened opened) {
        int at = 0;
        while (at < sealed.length()) {
            if (lengthBytes < HEAD_BYTES) {
                length = length << 8 | sealed.getUnsignedByte(at++);
                if (++lengthBytes == HEAD_BYTES) {
                    begin();
                }
                continue;
            }
            int part = Math.min(sealed.length() - at, length + TAG_BYTES - filled);
            sealed.getBytes(at, at + part, record, filled);
            at += part;
            filled += part;
            if (filled == length + TAG_BYTES) {
                int count = length;
                check(count);
                lengthBytes = 0;
                length = 0;
                opened.take(record, count);
            }
        }
    }

    private void begin() {
        if (length < 1 || length > Limits.MAX_PEER_RECORD_BYTES) {
            throw new IllegalArgumentException("a sealed record of " + Integer.toUnsignedString(length) + " bytes");
        }
        if (record.length < length + TAG_BYTES) {
            record = new byte
                    [Math.max(length + TAG_BYTES, Math.min(2 * length, Limits.MAX_PEER_RECORD_BYTES + TAG_BYTES))];
        }
        filled = 0;
    }

    private void check(int count) {
        if (!MessageDigest.isEqual(tag(record, 0, count), Arrays.copyOfRange(record, count, count + TAG_BYTES))) {
            throw new IllegalArgumentException("what came was touched on its way");
        }
    }

    private byte[] tag(byte[] bytes, int from, int count) {
        byte[] nonce = ByteBuffer.allocate(NONCE_BYTES)
                .putLong(Integer.BYTES, number++)
                .array();
        try {
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(8 * TAG_BYTES, nonce));
            cipher.updateAAD(bytes, from, count);
            return cipher.doFinal();
        } catch (GeneralSecurityException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
