package io.skein.protocol.http;

/** An answer that stays open, as the door keeps it. */
interface Lasting {
    /** For figures. */
    String label();

    /** The door's own beat: what must happen when nothing else does. */
    void beat(long now);

    /** The node is going: the client is told to come again, elsewhere or later. */
    void leave(String reason);
}
