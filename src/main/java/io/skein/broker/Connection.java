package io.skein.broker;

/** One open connection: in the node's figures, and one of as many as the node takes. Of one thread. */
public interface Connection {
    /**
     * Its peer has ended its side. It is no longer in the figures, since a peer that is gone altogether looks the same, but
     * keeps its place until {@link #close}: what it brought is still here.
     */
    void ended();

    void close();
}
