package io.skein.broker;

/** Somebody stays: a connection or an answer that is open, one of as many as a limit gives him at this node. */
public interface Stay {
    /** Of somebody who is not counted. */
    Stay UNCOUNTED = () -> {};

    /** He is gone; again: nothing. From any thread. */
    void end();
}
