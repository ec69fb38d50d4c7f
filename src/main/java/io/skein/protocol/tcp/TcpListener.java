package io.skein.protocol.tcp;

/** What the door has to tell that nobody else sees. Called on its event loops. */
public interface TcpListener {
    TcpListener NONE = new TcpListener() {};

    /**
     * Messages of publishers who wanted no answer were not stored.
     *
     * @param code why, as in {@code ERR} lines
     */
    default void dropped(String code, int messages) {}
}
