package io.skein.sim;

import java.time.Duration;
import java.time.Instant;

/**
 * The time of a simulated cluster: goes on by itself as any clock, and as far forward as one wants at once. What becomes due
 * on the way has happened when a move returns, in the order of its times: delayed messages, leases, waits between
 * deliveries, expiries, retention, sessions.
 */
public interface MovableClock {
    /**
     * What a move came to.
     *
     * @param now what time it is
     * @param steps times at which something was due on the way
     * @param isDone a leader has seen to all that was due. Not so while nobody leads, or when the disk is full: then it
     *     happens as soon as it can, at that time
     */
    record Moved(Instant now, int steps, boolean isDone) {}

    Instant now();

    /** @throws IllegalArgumentException for a negative one: the log's time never goes back */
    Moved advance(Duration by);

    /** @throws IllegalArgumentException when that has passed */
    Moved moveTo(Instant time);
}
