package io.skein.protocol.websocket;

/** What the door has to tell that nobody else sees. Called on its connections' event loops, once for each frame. */
public interface WebSocketListener {
    WebSocketListener NONE = new WebSocketListener() {};

    /** Payload of a frame that came: of text and binary ones, also when it is not taken. */
    default void received(int bytes) {}

    /** Payload of a frame that the socket has taken. */
    default void sent(int bytes) {}
}
