package io.skein.protocol.tcp;

/** What the door has to tell that nobody else sees. Called on its event loops. */
public interface TcpListener {
    TcpListener NONE = new TcpListener() {};

    /**
     * Frames that the door itself did not take, or that it dropped because a limit left no room for them; what the broker
     * refused otherwise, the broker counts.
     *
     * @param code why, as in {@code ERR} lines: {@code too-large}, {@code overloaded}, {@code rate-limited}
     */
    default void refused(String code, int frames) {}
}
