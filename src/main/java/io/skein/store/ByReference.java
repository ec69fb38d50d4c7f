package io.skein.store;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageCodec;

/**
 * The one codec of this process's event bus: immutable objects travel as they are, and only within the process
 * (DESIGN D1).
 */
public final class ByReference implements MessageCodec<Object, Object> {
    private static final String NAME = "skein.by-reference";

    private ByReference() {}

    /** Makes the codec known; asking again does no harm. */
    public static void register(Vertx vertx) {
        try {
            vertx.eventBus().registerCodec(new ByReference());
        } catch (IllegalStateException knownAlready) {
            // Several nodes of one process share a Vertx in tests.
        }
    }

    /** For every send. */
    public static DeliveryOptions options() {
        return new DeliveryOptions().setCodecName(NAME).setLocalOnly(true);
    }

    @Override
    public Object transform(Object message) {
        return message;
    }

    @Override
    public void encodeToWire(Buffer buffer, Object message) {
        throw new AssertionError("never leaves the process");
    }

    @Override
    public Object decodeFromWire(int position, Buffer buffer) {
        throw new AssertionError("never comes from outside the process");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
