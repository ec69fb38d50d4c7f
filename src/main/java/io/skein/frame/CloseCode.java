package io.skein.frame;

/** Why a server closed a WebSocket: 4000 to 4499 reconnect, 4500 to 4999 do not (API.md section 3). */
public enum CloseCode {
    /** The node stops; another serves. */
    DRAINING(4000),
    /** Nothing was heard from the client for too long. */
    SILENT(4001),
    /** The node holds too much for all its clients together, and this one stood still the longest. */
    OVERLOADED(4002),
    /** Whoever connected has as many connections open at this node as a limit gives him. */
    LIMITED(4003),
    /** Whoever runs the node closed this connection. */
    CLOSED(4004),
    /** What came was no JSON, so what follows cannot be trusted. */
    UNREADABLE(4500),
    /** Too many commands in a row made no sense. */
    TOO_MANY_ERRORS(4501),
    /** A message longer than the limit. */
    TOO_LARGE(4502),
    /** Commands are text. */
    BINARY(4503),
    /** Nobody said who it is in time, or the token is not good, or no longer. */
    UNAUTHENTICATED(4504);

    private final short code;

    CloseCode(int code) {
        this.code = (short) code;
    }

    public short code() {
        return code;
    }

    /** Whether a client should try again. Also for codes of the standard, and of servers newer than this. */
    public static boolean mayReconnect(int code) {
        return code < 4500 || code > 4999;
    }
}
