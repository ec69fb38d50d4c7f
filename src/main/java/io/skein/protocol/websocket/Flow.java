package io.skein.protocol.websocket;

import java.util.List;
import java.util.Optional;

/** What comes to a client under one name. */
interface Flow {
    /** Of live messages; empty for what works for a durable subscription. */
    default List<String> filters() {
        return List.of();
    }

    /** The durable subscription that this works for. */
    default Optional<String> subscription() {
        return Optional.empty();
    }

    void credit(long messages);

    /** The outbox has room again. */
    void drained();

    /** Nothing more is sent. */
    void close();
}
