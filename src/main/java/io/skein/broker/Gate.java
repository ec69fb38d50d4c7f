package io.skein.broker;

import io.vertx.core.Future;
import java.util.Optional;

/**
 * What every door of a node has in place of the broker: who comes in by it is a {@link Guest}, and gets as much of the
 * broker as is open to whom it is. Callable from any event-loop context; futures complete on the caller's context.
 */
public interface Gate {
    /**
     * Lets somebody in. Completes before this returns when the token was good a moment ago. Fails with a {@link Refusal}:
     * of kind {@link Refusal.Kind#UNAUTHENTICATED} when the token is not good, or none was shown where one is needed, of
     * kind {@link Refusal.Kind#UNAVAILABLE} when this node cannot know, and of kind {@link Refusal.Kind#TOO_MANY} when too
     * many tokens came from there that are not good.
     *
     * @param token as it was shown; empty: nobody said who it is
     * @param peer where this comes from, as a socket says it
     */
    Future<Guest> enter(Optional<String> token, String peer);

    /** Whoever has not said yet who it is: may log in and, where that is open, register. */
    Guest stranger();

    /** Whether a token is asked for ({@code --auth}); else strangers may everything but speak in another's name. */
    boolean isLocked();

    /** By which this node's doors tell the time. */
    default WallClock clock() {
        return WallClock.SYSTEM;
    }

    /** This node's word; never fails, never waits; nothing secret. */
    NodeStatus status();

    /** Completes when this node has applied all that was committed when it was asked. */
    Future<Void> caughtUp();

    /**
     * Registers a door's session with the figures of {@link #status()}; doors call it once per connection, whoever it is.
     *
     * @throws Refusal when the node has as many as it may
     */
    Connection connected(String door, String peer);

    /**
     * Whoever looks at this node sees this one from now on. On the connection's own context, on which it is asked.
     *
     * @return to be run on that context when it is gone
     */
    Runnable show(String door, String peer, LongLived connection);
}
