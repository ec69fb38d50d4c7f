package io.skein.protocol.http;

/** Told what the HTTP door did; called on the door's event loop, so be quick. */
public interface HttpListener {
    HttpListener NONE = new HttpListener() {};

    /**
     * A request was answered; for a stream: its head was sent.
     *
     * @param route the template ({@code /t/{topic}}), never the path; {@code none} when no route matched
     * @param nanos from the request's head to the answer's last byte being handed to the socket
     */
    default void answered(String route, String method, int status, long nanos) {}

    /** A stream of this route began. */
    default void streamOpened(String route) {}

    default void streamClosed(String route) {}
}
