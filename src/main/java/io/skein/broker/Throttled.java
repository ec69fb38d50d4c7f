package io.skein.broker;

/** How often a limit said no, for figures; from any thread. */
public interface Throttled {
    /** What a limit is of. */
    enum Figure {
        /** Messages a second. */
        RATE,
        BYTES,
        CONNECTIONS
    }

    /** Publishes, or connections, that were refused since the start. */
    long refused(Figure figure);
}
