package io.skein.cluster;

import io.skein.wire.Limits;
import io.vertx.core.buffer.Buffer;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Mac;

/**
 * One direction of a connection, so that nobody on the way can put in, change, leave out or repeat anything unnoticed. What
 * is sent goes in records: length, four bytes, big end first; up to {@link Limits#MAX_PEER_RECORD_BYTES} bytes; the first
 * {@link #TAG_BYTES} bytes of HMAC-SHA256 (RFC 2104, section 5: no fewer than half of its output) over the record's number,
 * from 0, its length and its bytes. Anybody can read it: only TLS hides.
 */
final class Seal {
    static final int TAG_BYTES = 16;
    private static final int HEAD_BYTES = 4;
    private static final byte[] NOTHING = {};

    private final Mac mac;
    private final byte[] head = new byte[Long.BYTES + HEAD_BYTES];
    private long number;

    // Of the record that is coming in: its length, then its bytes and its tag.
    private int length;
    private int lengthBytes;
    private byte[] record = NOTHING;
    private int filled;

    /** @param key for this direction of this connection only */
    Seal(byte[] key) {
        this.mac = ClusterSecret.mac(key);
    }

    byte[] seal(byte[] bytes) {
        int records = (bytes.length + Limits.MAX_PEER_RECORD_BYTES - 1) / Limits.MAX_PEER_RECORD_BYTES;
        byte[] sealed = new byte[bytes.length + records * (HEAD_BYTES + TAG_BYTES)];
        int to = 0;
        for (int from = 0; from < bytes.length; from += Limits.MAX_PEER_RECORD_BYTES) {
            int part = Math.min(Limits.MAX_PEER_RECORD_BYTES, bytes.length - from);
            byte[] tag = tag(bytes, from, part);
            System.arraycopy(head, Long.BYTES, sealed, to, HEAD_BYTES);
            System.arraycopy(bytes, from, sealed, to + HEAD_BYTES, part);
            System.arraycopy(tag, 0, sealed, to + HEAD_BYTES + part, TAG_BYTES);
            to += HEAD_BYTES + part + TAG_BYTES;
        }
        return sealed;
    }

    /**
     * Takes what came and gives what is whole and untouched, perhaps nothing yet.
     *
     * @throws IllegalArgumentException when something was touched
     */
    Buffer open(Buffer sealed) {
        Buffer opened = Buffer.buffer(sealed.length());
        int at = 0;
        while (at < sealed.length()) {
            if (lengthBytes < HEAD_BYTES) {
                length = length << 8 | sealed.getUnsignedByte(at++);
                if (++lengthBytes == HEAD_BYTES) {
                    begin();
                }
                continue;
            }
            int part = Math.min(sealed.length() - at, record.length - filled);
            sealed.getBytes(at, at + part, record, filled);
            at += part;
            filled += part;
            if (filled == record.length) {
                check();
                opened.appendBytes(record, 0, length);
                lengthBytes = 0;
                length = 0;
                record = NOTHING;
            }
        }
        return opened;
    }

    private void begin() {
        if (length < 1 || length > Limits.MAX_PEER_RECORD_BYTES) {
            throw new IllegalArgumentException("a sealed record of " + Integer.toUnsignedString(length) + " bytes");
        }
        record = new byte[length + TAG_BYTES];
        filled = 0;
    }

    private void check() {
        byte[] tag = tag(record, 0, length);
        if (!MessageDigest.isEqual(
                Arrays.copyOf(tag, TAG_BYTES), Arrays.copyOfRange(record, length, length + TAG_BYTES))) {
            throw new IllegalArgumentException("what came was touched on its way");
        }
    }

    private byte[] tag(byte[] bytes, int from, int count) {
        for (int i = 0; i < Long.BYTES; i++) {
            head[i] = (byte) (number >>> 56 - 8 * i);
        }
        for (int i = 0; i < HEAD_BYTES; i++) {
            head[Long.BYTES + i] = (byte) (count >>> 24 - 8 * i);
        }
        number++;
        mac.update(head);
        mac.update(bytes, from, count);
        return mac.doFinal();
    }
}
