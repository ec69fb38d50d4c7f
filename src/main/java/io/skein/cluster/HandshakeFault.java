package io.skein.cluster;

/** Why a connection to the Raft port ended before it was known who called. */
public enum HandshakeFault {
    /** No TLS connection came about: none was spoken, or the certificate is not the cluster's. */
    TLS,
    /** The cluster's secret was not proved, or one was to be proved where there is none. */
    SECRET,
    /** What came was no frame, or not the one that was to come. */
    GARBAGE,
    /** Nothing came in time. */
    SILENCE,
    /** Others came, and it had stood there the longest. */
    CROWD
}
