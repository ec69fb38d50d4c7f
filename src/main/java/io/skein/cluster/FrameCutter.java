package io.skein.cluster;

import io.skein.wire.Limits;
import io.vertx.core.buffer.Buffer;
import java.util.function.Consumer;

/** Cuts what comes from a socket into frames, copying each byte once. */
final class FrameCutter {
    static final int LENGTH_BYTES = 4;

    private static final byte[] NOTHING = {};

    private final Consumer<byte[]> frames;
    private int limit;
    private int length;
    private int lengthBytes;
    private byte[] frame = NOTHING;
    private int filled;
    private boolean isStopped;

    FrameCutter(Consumer<byte[]> frames) {
        this(frames, Limits.MAX_PEER_HELLO_BYTES);
    }

    /** @param limit of the first frames */
    FrameCutter(Consumer<byte[]> frames, int limit) {
        this.frames = frames;
        this.limit = limit;
    }

    /** Who speaks knows the cluster's secret, and says now who it is. */
    void proved() {
        limit = Limits.MAX_PEER_HELLO_BYTES;
    }

    boolean isBetweenFrames() {
        return lengthBytes == 0;
    }

    /** It is known who speaks: frames of full length may come. */
    void known() {
        limit = Limits.MAX_PEER_FRAME_BYTES;
    }

    /** Nothing more is cut, even of what was already given. */
    void stop() {
        isStopped = true;
        frame = NOTHING;
    }

    /** @throws IllegalArgumentException when a frame is longer than allowed */
    void take(Buffer bytes) {
        take(bytes.length(), bytes::getByte, bytes::getBytes);
    }

    /**
     * The first so many of them; nothing of the array is kept.
     *
     * @throws IllegalArgumentException when a frame is longer than allowed
     */
    void take(byte[] bytes, int count) {
        take(count, at -> bytes[at], (from, to, into, at) -> System.arraycopy(bytes, from, into, at, to - from));
    }

    private interface ByteAt {
        byte get(int at);
    }

    private interface Copy {
        void copy(int from, int to, byte[] into, int at);
    }

    private void take(int count, ByteAt one, Copy many) {
        int at = 0;
        while (at < count && !isStopped) {
            if (lengthBytes < LENGTH_BYTES) {
                length = length << 8 | one.get(at++) & 0xff;
                if (++lengthBytes == LENGTH_BYTES) {
                    begin();
                }
            } else {
                int part = Math.min(count - at, frame.length - filled);
                many.copy(at, at + part, frame, filled);
                at += part;
                filled += part;
                if (filled == frame.length) {
                    byte[] whole = frame;
                    lengthBytes = 0;
                    length = 0;
                    frame = NOTHING;
                    frames.accept(whole);
                }
            }
        }
    }

    private void begin() {
        if (length < 1 || length > limit) {
            throw new IllegalArgumentException("a frame of " + Integer.toUnsignedString(length)
                    + " bytes, where at least 1 and at most " + limit + " are taken");
        }
        frame = new byte[length];
        filled = 0;
    }
}
