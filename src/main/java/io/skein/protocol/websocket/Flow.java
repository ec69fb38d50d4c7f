package io.skein.protocol.websocket;

/** What comes to a client under one name. */
interface Flow {
    void credit(long messages);

    /** The outbox has room again. */
    void drained();

    /** Nothing more is sent. */
    void close();
}
