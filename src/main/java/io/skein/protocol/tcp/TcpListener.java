package io.skein.protocol.tcp;

/** What the door has to tell that nobody else sees. Called on its event loops. */
public interface TcpListener {
    TcpListener NONE = new TcpListener() {};

    /**
     * Frames that the door itself did not take; what the broker refused, the broker counts.
     *
     * @param code why, as in {@code ERR} lines: {@code too-large}, {@code overloaded}
     */
    default void refused(String code, int frames) {}
}
