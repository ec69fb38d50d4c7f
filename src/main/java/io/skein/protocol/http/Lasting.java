package io.skein.protocol.http;

import io.skein.broker.LongLived;

/** An answer that stays open, as the door keeps it. */
interface Lasting extends LongLived {
    /** For figures. */
    String label();

    /** For people: {@code sse}, {@code ndjson}, or {@code http} for what is no stream. */
    String door();

    String peer();

    /** An operator closes it: its client comes again. */
    @Override
    default void close() {
        leave("closed");
    }

    /** The door's own beat: what must happen when nothing else does. */
    void beat(long now);

    /** The node is going: the client is told to come again, elsewhere or later. */
    void leave(String reason);
}
