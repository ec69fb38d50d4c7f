package io.skein.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.skein.wire.Limits;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameCutterTest {
    private final List<String> frames = new ArrayList<>();
    private final FrameCutter cutter = new FrameCutter(frame -> frames.add(new String(frame)));

    private static Buffer framed(String... texts) {
        Buffer buffer = Buffer.buffer();
        for (String text : texts) {
            buffer.appendInt(text.length()).appendString(text);
        }
        return buffer;
    }

    @Test
    void whereverTheNetworkCutsTheFramesAreTheSame() {
        Buffer all = framed("one", "a second", "3");
        Random random = new Random(1);
        for (int round = 0; round < 500; round++) {
            frames.clear();
            int at = 0;
            while (at < all.length()) {
                int part = Math.min(all.length() - at, 1 + random.nextInt(9));
                cutter.take(all.slice(at, at + part));
                at += part;
            }
            assertEquals(List.of("one", "a second", "3"), frames);
        }
    }

    @Test
    void beforeItIsKnownWhoSpeaksFramesAreShort() {
        Buffer long_ = Buffer.buffer().appendInt(Limits.MAX_PEER_HELLO_BYTES + 1);

        assertThrows(IllegalArgumentException.class, () -> cutter.take(long_));
    }

    @Test
    void onceItIsKnownWhoSpeaksFramesMayBeLongUpToALimit() {
        cutter.known();
        String text = "x".repeat(Limits.MAX_PEER_HELLO_BYTES + 1);

        cutter.take(framed(text));

        assertEquals(List.of(text), frames);
        Buffer tooLong = Buffer.buffer().appendInt(Limits.MAX_PEER_FRAME_BYTES + 1);
        assertThrows(IllegalArgumentException.class, () -> cutter.take(tooLong));
    }

    @Test
    void anEmptyOrNegativeLengthIsRefused() {
        assertThrows(
                IllegalArgumentException.class,
                () -> cutter.take(Buffer.buffer().appendInt(0)));
        FrameCutter other = new FrameCutter(frame -> {});
        assertThrows(
                IllegalArgumentException.class, () -> other.take(Buffer.buffer().appendInt(-1)));
    }

    @Test
    void afterItWasStoppedNothingMoreComes() {
        FrameCutter[] self = new FrameCutter[1];
        self[0] = new FrameCutter(frame -> {
            frames.add(new String(frame));
            self[0].stop();
        });

        self[0].take(framed("one", "two"));

        assertEquals(List.of("one"), frames);
    }
}
