package io.skein.broker;

import java.util.function.Supplier;

/** Somebody stays: a connection or an answer that is open, one of as many as a limit gives him at this node. */
public interface Stay {
    /** Of somebody who is not counted. */
    Stay UNCOUNTED = () -> {};

    /** He is gone; again: nothing. From any thread. */
    void end();

    /** Begins what he stays for; if that throws, he is gone. */
    default <T> T beginning(Supplier<T> what) {
        try {
            return what.get();
        } catch (RuntimeException | Error broken) {
            end();
            throw broken;
        }
    }
}
