package io.skein.broker;

/** One open connection in the node's figures. */
public interface Connection {
    void close();
}
